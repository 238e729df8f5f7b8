/**
 * The header of every file of a store (FORMAT.md, "Header"):
 *
 *     0  8  "CARDKEEP"     8  1  kind     9  1  major version (1)    10  1  flags (bit 0: sealed)    11  1  0
 *    12 16  store ID      28 32  salt (zeros in a plain store)       60  4  CRC-32 of the 60 bytes before
 */
import { crc32 } from 'node:zlib';
import { equalBytes } from '../bytes/hex.ts';
import { CardkeepError, CorruptDataError } from '../errors.ts';

export const HEADER_BYTES = 64;
export const STORE_ID_BYTES = 16;
export const FORMAT_MAJOR = 1;

/** What kind of file it is, so that a file under a wrong name is never taken for another. */
export const FILE_KIND = { config: 1, key: 2, pack: 3, index: 4, snapshot: 5, record: 6, lock: 7 } as const;
export type FileKind = (typeof FILE_KIND)[keyof typeof FILE_KIND];

export interface FileHeader {
  readonly kind: number;
  readonly storeId: Uint8Array;
}

const MAGIC = new TextEncoder().encode('CARDKEEP');
const KIND_OFFSET = 8;
const MAJOR_OFFSET = 9;
const FLAGS_OFFSET = 10;
const STORE_ID_OFFSET = 12;
const CRC_OFFSET = 60;

export function encodeHeader(kind: FileKind, storeId: Uint8Array): Uint8Array {
  if (storeId.byteLength !== STORE_ID_BYTES) throw new RangeError('a store ID has 16 bytes');
  const header = new Uint8Array(HEADER_BYTES);
  header.set(MAGIC);
  header[KIND_OFFSET] = kind;
  header[MAJOR_OFFSET] = FORMAT_MAJOR;
  header.set(storeId, STORE_ID_OFFSET);
  new DataView(header.buffer).setUint32(CRC_OFFSET, crc32(header.subarray(0, CRC_OFFSET)), true);
  return header;
}

/** `what` names the file in messages. Throws CorruptDataError, or E_NEWER_FORMAT for a version this code cannot read. */
export function decodeHeader(bytes: Uint8Array, what: string): FileHeader {
  if (bytes.byteLength < HEADER_BYTES) throw new CorruptDataError(`${what} is cut short`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  if (!equalBytes(bytes.subarray(0, MAGIC.byteLength), MAGIC)) {
    throw new CorruptDataError(`${what} does not begin like a file of a store`, { byteOffset: 0 });
  }
  if (view.getUint32(CRC_OFFSET, true) !== crc32(bytes.subarray(0, CRC_OFFSET))) {
    throw new CorruptDataError(`the header of ${what} is damaged`, { byteOffset: 0 });
  }
  const major = view.getUint8(MAJOR_OFFSET);
  if (major !== FORMAT_MAJOR || view.getUint8(FLAGS_OFFSET) !== 0 || view.getUint8(FLAGS_OFFSET + 1) !== 0) {
    throw new CardkeepError('failed', 'E_NEWER_FORMAT', `${what} has a format that this version cannot read`, {
      hint: 'use a newer cardkeep',
    });
  }
  return {
    kind: view.getUint8(KIND_OFFSET),
    storeId: new Uint8Array(bytes.subarray(STORE_ID_OFFSET, STORE_ID_OFFSET + STORE_ID_BYTES)),
  };
}

/** Decodes a header and throws CorruptDataError unless the file is of this kind and of this store. */
export function requireHeader(bytes: Uint8Array, kind: FileKind, storeId: Uint8Array | undefined, what: string): void {
  const header = decodeHeader(bytes, what);
  if (header.kind !== kind) throw new CorruptDataError(`${what} is a file of another kind`);
  if (storeId !== undefined && !equalBytes(header.storeId, storeId)) {
    throw new CorruptDataError(`${what} belongs to another store`);
  }
}
