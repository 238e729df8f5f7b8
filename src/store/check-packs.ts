/** Packs against their own checksums, their names and what the index says about them. */
import { equalBytes, toHex } from '../bytes/hex.ts';
import { createContentHasher, type ChunkHasher } from '../codec/chunk-id.ts';
import { CardkeepError, CorruptDataError, NotFoundError, throwIfAborted } from '../errors.ts';
import { addToSums, FRAME_FACTS, type IndexedFrames, type PackFacts } from './check-indexes.ts';
import { problem, type CheckOptions, type StoreProblem } from './check-problem.ts';
import { HEADER_BYTES } from './envelope.ts';
import { checkPayload, decodeFrameBody, decodeFrameHeader, decodeFrameTable, FRAME_HEADER_BYTES } from './frame.ts';
import { hashInName, packName, PACK_FOLDERS } from './names.ts';
import { readPackContent, type PackContent, type TrailerFrame } from './pack-trailer.ts';
import type { Storage, StorageEntry } from './storage.ts';

export interface PackCheck {
  readonly storage: Storage;
  readonly storeId: Uint8Array;
  readonly hasher: ChunkHasher;
  readonly facts: PackFacts;
  readonly options: CheckOptions;
}

export interface PackTotals {
  packs: number;
  chunks: number;
  unindexedPacks: number;
  readBytes: number;
}

/** Frames that are read and decompressed ahead of the one that is being hashed. */
const FRAMES_AHEAD = 4;

export async function* checkPacks(check: PackCheck, totals: PackTotals): AsyncGenerator<StoreProblem> {
  const { facts, options } = check;
  const entries: StorageEntry[] = [];
  for (const folder of PACK_FOLDERS) entries.push(...(await check.storage.list(folder)));
  const packs = entries.filter(({ name }) => packName(hashInName(name) ?? '') === name);
  const totalBytes = packs.reduce((sum, entry) => sum + entry.byteLength, 0);
  const missing = new Set(facts.keys());
  let doneBytes = 0;
  for (const entry of packs) {
    throwIfAborted(options.signal);
    missing.delete(hashInName(entry.name)!);
    yield* checkPack(check, entry, totals);
    doneBytes += entry.byteLength;
    options.onProgress?.(doneBytes, totalBytes);
  }
  for (const hash of missing) yield problem('missing', packName(hash), `${packName(hash)} is not in the store`);
}

async function* checkPack(check: PackCheck, entry: StorageEntry, totals: PackTotals): AsyncGenerator<StoreProblem> {
  const { storage, storeId, facts, options } = check;
  const hash = hashInName(entry.name)!;
  const indexed = facts.get(hash) ?? [];
  totals.packs++;
  if (indexed.length === 0) totals.unindexedPacks++;
  let content: PackContent | undefined;
  try {
    content = await readPackContent(storage, entry.name, entry.byteLength, storeId);
  } catch (error) {
    if (!(error instanceof CardkeepError)) throw error;
    yield problem('damaged', entry.name, error.message);
  }
  if (content === undefined) return;
  totals.chunks += content.frames.reduce((sum, frame) => sum + frame.lengths.length, 0);
  for (const facts of indexed) {
    const difference = compareWithIndex(entry, content, facts);
    if (difference !== undefined) yield problem('inconsistent', entry.name, difference);
  }
  if (!options.readData || options.selectPack?.(hash) === false) return;
  totals.readBytes += entry.byteLength;
  try {
    yield* checkContent(check, entry, content);
  } catch (error) {
    if (!(error instanceof CorruptDataError || error instanceof NotFoundError)) throw error;
    yield problem('damaged', entry.name, error.message);
  }
}

/** In words what differs; undefined when nothing does. */
function compareWithIndex(entry: StorageEntry, content: PackContent, facts: IndexedFrames): string | undefined {
  const differs = `${facts.indexName} and ${entry.name} do not agree`;
  if (facts.byteLength !== entry.byteLength) return `${entry.name} does not have the length that the index gives`;
  if (facts.kind !== (content.frameKind ?? 0) || facts.frames.length !== content.frames.length * FRAME_FACTS)
    return differs;
  for (const [i, frame] of content.frames.entries()) {
    const own = new Uint32Array(FRAME_FACTS);
    let offset = 0;
    for (let k = 0; k < frame.lengths.length; k++) {
      addToSums(own, 3, frame.ids.subarray(k * 32, k * 32 + 32), offset, frame.lengths[k]!);
      offset += frame.lengths[k]!;
    }
    own[0] = frame.byteOffset;
    own[1] = frame.payloadLength;
    own[2] = offset;
    for (let k = 0; k < FRAME_FACTS; k++) if (own[k] !== facts.frames[i * FRAME_FACTS + k]) return differs;
  }
  return undefined;
}

/** Reads the whole pack: its hash against its name, each frame's checksums, each chunk's hash against its ID. */
async function* checkContent(
  check: PackCheck,
  entry: StorageEntry,
  content: PackContent,
): AsyncGenerator<StoreProblem> {
  const { storage, options } = check;
  const { name, byteLength } = entry;
  const hasher = await createContentHasher();
  hasher.update(await storage.read(name, 0, HEADER_BYTES));
  const ahead: Promise<ReadFrame>[] = [];
  const { frames, trailerOffset } = content;
  let found = false;
  for (let next = 0, number = 0; number < frames.length; number++) {
    throwIfAborted(options.signal);
    while (next < frames.length && next < number + FRAMES_AHEAD) {
      const reading = readFrame(storage, name, frames[next]!, next);
      // Awaited in its turn; until then a failure must not count as unhandled.
      reading.catch(() => undefined);
      ahead.push(reading);
      next++;
    }
    const frame = await ahead.shift()!;
    hasher.update(frame.stored);
    const bad =
      frame.body === undefined ? allIds(frames[number]!) : wrongChunks(check.hasher, frames[number]!, frame.body);
    if (bad.length === 0) continue;
    found = true;
    const message =
      frame.message ??
      `the frame at ${frames[number]!.byteOffset} of ${name} holds chunks that do not have the bytes of their IDs`;
    yield problem('damaged', name, message, bad, frames[number]!.byteOffset);
  }
  hasher.update(await storage.read(name, trailerOffset, byteLength - trailerOffset));
  if (toHex(hasher.digest()) !== hashInName(name) && !found) {
    yield problem('damaged', name, `${name} does not have the content that its name says`);
  }
}

interface ReadFrame {
  /** As stored: header and payload; taken for the hash before decoding changes it. */
  readonly stored: Uint8Array;
  readonly body: Uint8Array | undefined;
  readonly message?: string;
}

async function readFrame(storage: Storage, name: string, frame: TrailerFrame, number: number): Promise<ReadFrame> {
  const what = `the frame at ${frame.byteOffset} of ${name}`;
  const stored = await storage.read(name, frame.byteOffset, FRAME_HEADER_BYTES + frame.payloadLength);
  try {
    const header = decodeFrameHeader(stored, what);
    // Decoding overwrites four bytes that the content's hash needs.
    const payload = new Uint8Array(stored.subarray(FRAME_HEADER_BYTES));
    checkPayload(header, payload, what);
    const table = decodeFrameTable(payload, header.kind, what);
    if (header.number !== number || !sameLengths(table.itemLengths, frame.lengths)) {
      throw new CorruptDataError(`${what} and the trailer do not agree`);
    }
    return { stored, body: decodeFrameBody(header.codec, table, payload, what) };
  } catch (error) {
    if (!(error instanceof CorruptDataError)) throw error;
    return { stored, body: undefined, message: error.message };
  }
}

function sameLengths(a: Uint32Array, b: Uint32Array): boolean {
  return a.length === b.length && a.every((length, i) => length === b[i]);
}

function wrongChunks(hasher: ChunkHasher, frame: TrailerFrame, body: Uint8Array): Uint8Array[] {
  const wrong: Uint8Array[] = [];
  let offset = 0;
  for (const [i, id] of allIds(frame).entries()) {
    const length = frame.lengths[i]!;
    if (!equalBytes(hasher.hash(body.subarray(offset, offset + length)), id)) wrong.push(id);
    offset += length;
  }
  return wrong;
}

function allIds(frame: TrailerFrame): Uint8Array[] {
  return Array.from(frame.lengths, (_, i) => frame.ids.subarray(i * 32, i * 32 + 32));
}
