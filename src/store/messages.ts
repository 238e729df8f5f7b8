/**
 * The store's own messages (proto/store.proto) as plain data: config, head of an index, record, lock. Decoded `bytes`
 * are views that would keep the whole message, so what stays is copied (and `slice` of a Buffer would be a view again).
 */
import { cardkeep } from '../codec/generated/messages.js';
import { decodeMessage, encodeMessage, fromWire64, toWire64 } from '../codec/wire.ts';
import { CorruptDataError } from '../errors.ts';

export interface StoreConfig {
  readonly storeId: Uint8Array;
  readonly mustRead: readonly string[];
  readonly mustWrite: readonly string[];
  readonly mustCheck: readonly string[];
  /** Key of the chunk IDs, 32 bytes. */
  readonly idKey: Uint8Array;
  readonly idKeyCheck: Uint8Array;
  readonly packBytes: number;
  readonly frameBytes: number;
  readonly codec: number;
}

export interface IndexedPack {
  readonly id: Uint8Array;
  readonly byteLength: number;
  /** 1 data, 2 map nodes. */
  readonly kind: number;
  /** Store time; 0: not condemned. */
  readonly condemnedMs: number;
  readonly condemnedBy: Uint8Array;
}

export interface IndexHead {
  readonly supersedes: readonly Uint8Array[];
  readonly packs: readonly IndexedPack[];
  /** 16 bytes a frame: see store.proto. */
  readonly frames: Uint8Array;
  readonly fences: Uint8Array;
  readonly records: number;
  readonly pageRecords: number;
}

/** A remark about a snapshot or a card: written once, never changed. */
export interface StoreRecord {
  readonly kind: string;
  readonly atMs: number;
  readonly subject: Uint8Array;
  /** Order among records of one writer about one subject. */
  readonly seq: number;
  readonly body: Uint8Array;
}

export interface LockMessage {
  readonly kind: string;
  readonly host: string;
  readonly tool: string;
  readonly renewals: number;
  /** Store time. */
  readonly startedMs: number;
  readonly machineId: string;
  readonly bootId: string;
  readonly pidNamespace: string;
  readonly processId: number;
  readonly processStart: string;
}

const FORMAT = 1;

export function encodeConfig(config: StoreConfig): Uint8Array {
  return encodeMessage(cardkeep.Config, {
    format: FORMAT,
    ...config,
    mustRead: [...config.mustRead],
    mustWrite: [...config.mustWrite],
    mustCheck: [...config.mustCheck],
  });
}

export function decodeConfig(bytes: Uint8Array, what: string): StoreConfig {
  const message = decodeMessage(cardkeep.Config, bytes, what);
  requireThat(message.format === FORMAT && message.storeId.byteLength === 16, what);
  return {
    storeId: new Uint8Array(message.storeId),
    mustRead: message.mustRead,
    mustWrite: message.mustWrite,
    mustCheck: message.mustCheck,
    idKey: new Uint8Array(message.idKey),
    idKeyCheck: new Uint8Array(message.idKeyCheck),
    packBytes: message.packBytes,
    frameBytes: message.frameBytes,
    codec: message.codec,
  };
}

export function encodeIndexHead(head: IndexHead): Uint8Array {
  return encodeMessage(cardkeep.IndexHead, {
    supersedes: [...head.supersedes],
    packs: head.packs.map((pack) => ({ ...pack, condemnedMs: toWire64(pack.condemnedMs) })),
    frames: head.frames,
    fences: head.fences,
    records: toWire64(head.records),
    pageRecords: head.pageRecords,
  });
}

/** `frames` and `fences` are views of `bytes`; what they say is checked by the reader of the index. */
export function decodeIndexHead(bytes: Uint8Array, what: string): IndexHead {
  const message = decodeMessage(cardkeep.IndexHead, bytes, what);
  return {
    supersedes: message.supersedes.map((id) => requireId(id, what)),
    packs: message.packs.map((pack) => ({
      id: requireId(pack.id ?? new Uint8Array(0), what),
      byteLength: pack.byteLength ?? 0,
      kind: pack.kind ?? 0,
      condemnedMs: fromWire64(pack.condemnedMs),
      condemnedBy: new Uint8Array(pack.condemnedBy ?? []),
    })),
    frames: message.frames,
    fences: message.fences,
    records: fromWire64(message.records),
    pageRecords: message.pageRecords,
  };
}

export function encodeRecord(record: StoreRecord): Uint8Array {
  return encodeMessage(cardkeep.Record, { ...record, atMs: toWire64(record.atMs) });
}

export function decodeRecord(bytes: Uint8Array, what: string): StoreRecord {
  const message = decodeMessage(cardkeep.Record, bytes, what);
  return {
    kind: message.kind,
    atMs: fromWire64(message.atMs),
    subject: new Uint8Array(message.subject),
    seq: message.seq,
    body: new Uint8Array(message.body),
  };
}

export function encodeLock(lock: LockMessage): Uint8Array {
  return encodeMessage(cardkeep.Lock, { ...lock, startedMs: toWire64(lock.startedMs) });
}

export function decodeLock(bytes: Uint8Array, what: string): LockMessage {
  const message = decodeMessage(cardkeep.Lock, bytes, what);
  const { kind, host, tool, renewals, machineId, bootId, pidNamespace, processId, processStart } = message;
  const startedMs = fromWire64(message.startedMs);
  return { kind, host, tool, renewals, startedMs, machineId, bootId, pidNamespace, processId, processStart };
}

function requireId(id: Uint8Array, what: string): Uint8Array {
  requireThat(id.byteLength === 32, what);
  return new Uint8Array(id);
}

function requireThat(isTrue: boolean, what: string): void {
  if (!isTrue) throw new CorruptDataError(`${what} is not a valid message`);
}
