/**
 * A frame: the unit of compression and of damage (FORMAT.md, "Frame"). All integers are little-endian.
 *
 *     header   0  4  "CKFR"   4  1  codec   5  1  kind   6  2  flags (0)   8  4  number in the file
 *             12  4  payload length   16  4  CRC-32 of the payload   20  4  CRC-32 of the 20 bytes before
 *     payload  0  4  body length after decompression   4  4  number of items n   8 4n  length of each item
 *              then the body: the items one after the other, compressed by the codec
 */
import { crc32 } from 'node:zlib';
import { CorruptDataError } from '../errors.ts';
import { decompressLz4 } from '../codec/lz4.ts';
import { MAX_CHUNK_BYTES, MAX_FRAME_BYTES, MAX_FRAME_ITEMS } from './limits.ts';

export const FRAME_HEADER_BYTES = 24;

export const FRAME_KIND = { chunks: 1, nodes: 2, trailer: 3, message: 4, page: 5 } as const;
export type FrameKind = (typeof FRAME_KIND)[keyof typeof FRAME_KIND];

export const CODEC = { raw: 0, lz4: 1 } as const;
export type Codec = (typeof CODEC)[keyof typeof CODEC];

/** "CKFR" read as a little-endian integer. */
const FRAME_MAGIC = 0x52464b43;

export interface FrameHeader {
  readonly codec: number;
  readonly kind: number;
  readonly number: number;
  readonly payloadLength: number;
  readonly payloadCrc: number;
}

export interface FrameTable {
  /** Length of the body after decompression. */
  readonly rawLength: number;
  /** Length of each item in it. */
  readonly itemLengths: Uint32Array;
  /** Where the body begins in the payload. */
  readonly bodyOffset: number;
}

export function encodeFrameHeader(header: FrameHeader): Uint8Array {
  const bytes = new Uint8Array(FRAME_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, FRAME_MAGIC, true);
  view.setUint8(4, header.codec);
  view.setUint8(5, header.kind);
  view.setUint32(8, header.number, true);
  view.setUint32(12, header.payloadLength, true);
  view.setUint32(16, header.payloadCrc, true);
  view.setUint32(20, crc32(bytes.subarray(0, 20)), true);
  return bytes;
}

/** `what` names the place in messages: "frame at 64 of packs/a/a1b2". */
export function decodeFrameHeader(bytes: Uint8Array, what: string): FrameHeader {
  if (bytes.byteLength < FRAME_HEADER_BYTES) throw new CorruptDataError(`${what} is cut short`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, FRAME_HEADER_BYTES);
  if (view.getUint32(0, true) !== FRAME_MAGIC || view.getUint32(20, true) !== crc32(bytes.subarray(0, 20))) {
    throw new CorruptDataError(`the header of ${what} is damaged`);
  }
  const header = {
    codec: view.getUint8(4),
    kind: view.getUint8(5),
    number: view.getUint32(8, true),
    payloadLength: view.getUint32(12, true),
    payloadCrc: view.getUint32(16, true),
  };
  if (view.getUint16(6, true) !== 0) throw new CorruptDataError(`${what} has flags that this version does not know`);
  if (header.payloadLength > MAX_FRAME_BYTES) throw new CorruptDataError(`${what} is longer than a frame may be`);
  return header;
}

/** The bytes before the body in a payload. */
export function encodeFrameTable(itemLengths: Uint32Array, rawLength: number): Uint8Array {
  const table = new Uint8Array(8 + 4 * itemLengths.length);
  const view = new DataView(table.buffer);
  view.setUint32(0, rawLength, true);
  view.setUint32(4, itemLengths.length, true);
  for (let i = 0; i < itemLengths.length; i++) view.setUint32(8 + 4 * i, itemLengths[i]!, true);
  return table;
}

/** Every length is held against its limit here, before anything is allocated for it. */
export function decodeFrameTable(payload: Uint8Array, kind: number, what: string): FrameTable {
  if (payload.byteLength < 8) throw new CorruptDataError(`${what} is cut short`);
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const rawLength = view.getUint32(0, true);
  const count = view.getUint32(4, true);
  const bodyOffset = 8 + 4 * count;
  const holdsChunks = kind === FRAME_KIND.chunks || kind === FRAME_KIND.nodes;
  if (rawLength > MAX_FRAME_BYTES || count === 0 || count > (holdsChunks ? MAX_FRAME_ITEMS : 1)) {
    throw new CorruptDataError(`${what} has a table beyond its limits`);
  }
  if (bodyOffset > payload.byteLength) throw new CorruptDataError(`${what} is cut short`);
  const itemLengths = new Uint32Array(count);
  let total = 0;
  for (let i = 0; i < count; i++) {
    const length = view.getUint32(8 + 4 * i, true);
    if (holdsChunks && (length === 0 || length > MAX_CHUNK_BYTES)) {
      throw new CorruptDataError(`${what} has a chunk beyond its limits`);
    }
    itemLengths[i] = length;
    total += length;
  }
  if (total !== rawLength) throw new CorruptDataError(`${what} has a table that does not add up`);
  return { rawLength, itemLengths, bodyOffset };
}

/** A whole frame with one uncompressed item: messages, trailers and pages. */
export function encodeItemFrame(kind: FrameKind, number: number, item: Uint8Array): Uint8Array {
  const table = encodeFrameTable(Uint32Array.of(item.byteLength), item.byteLength);
  const payloadCrc = crc32(item, crc32(table));
  const payloadLength = table.byteLength + item.byteLength;
  const header = encodeFrameHeader({ codec: CODEC.raw, kind, number, payloadLength, payloadCrc });
  const frame = new Uint8Array(header.byteLength + payloadLength);
  frame.set(header);
  frame.set(table, header.byteLength);
  frame.set(item, header.byteLength + table.byteLength);
  return frame;
}

/** The length of the frame that `encodeItemFrame` makes. */
export function itemFrameLength(itemLength: number): number {
  return FRAME_HEADER_BYTES + 8 + 4 + itemLength;
}

/** Throws unless the payload has the checksum that the header gives. */
export function checkPayload(header: FrameHeader, payload: Uint8Array, what: string): void {
  if (payload.byteLength !== header.payloadLength) throw new CorruptDataError(`${what} is cut short`);
  if (crc32(payload) !== header.payloadCrc) throw new CorruptDataError(`${what} is damaged`);
}

/**
 * The decompressed body of a payload whose checksum was checked. Takes the payload over: LZ4 needs the four bytes
 * before the body (the last item length, read before), and a raw body is a view of it.
 */
export function decodeFrameBody(codec: number, table: FrameTable, payload: Uint8Array, what: string): Uint8Array {
  if (codec === CODEC.raw) {
    const body = payload.subarray(table.bodyOffset);
    if (body.byteLength !== table.rawLength) throw new CorruptDataError(`${what} has a body of a wrong length`);
    return body;
  }
  if (codec === CODEC.lz4) return decompressLz4(payload.subarray(table.bodyOffset - 4), table.rawLength);
  throw new CorruptDataError(`${what} uses compression ${codec}, which this version does not know`, {
    hint: 'use a newer cardkeep',
  });
}

/** Decodes a frame that `encodeItemFrame` made, at the start of `bytes`; returns a view of its item. */
export function decodeItemFrame(bytes: Uint8Array, kind: FrameKind, number: number, what: string): Uint8Array {
  const header = decodeFrameHeader(bytes, what);
  if (header.kind !== kind || header.number !== number || header.codec !== CODEC.raw) {
    throw new CorruptDataError(`${what} is not the frame that belongs here`);
  }
  const payload = bytes.subarray(FRAME_HEADER_BYTES, FRAME_HEADER_BYTES + header.payloadLength);
  checkPayload(header, payload, what);
  const table = decodeFrameTable(payload, kind, what);
  const body = payload.subarray(table.bodyOffset);
  if (body.byteLength !== table.rawLength) throw new CorruptDataError(`${what} has a body of a wrong length`);
  return body;
}
