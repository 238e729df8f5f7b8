/**
 * The end of a pack (FORMAT.md, "Pack"): a trailer frame that lists frames and chunks, so that a pack says by itself
 * what it holds, and a footer that finds the trailer.
 *
 *     trailer  0  4  number of frames n   then n x { 4 offset, 4 payload length, 4 chunks }, then per chunk { 32 ID, 4 length }
 *     footer   0  4  offset of the trailer frame   4  4  its length   8  4  CRC-32 of the 8 bytes before   12  4  "CKEN"
 */
import { crc32 } from 'node:zlib';
import { ByteView } from '../bytes/byte-view.ts';
import { CorruptDataError } from '../errors.ts';
import { FILE_KIND, HEADER_BYTES, requireHeader } from './envelope.ts';
import { decodeFrameHeader, decodeItemFrame, FRAME_HEADER_BYTES, FRAME_KIND } from './frame.ts';
import { MAX_CHUNK_BYTES, MAX_FRAME_BYTES, MAX_FRAME_ITEMS, MAX_PACK_BYTES } from './limits.ts';
import type { Storage } from './storage.ts';

export const FOOTER_BYTES = 16;

/** "CKEN" read as a little-endian integer. */
const FOOTER_MAGIC = 0x4e454b43;
const CHUNK_ROW_BYTES = 36;
const FRAME_ROW_BYTES = 12;

/** One frame of a pack with its chunks. */
export interface TrailerFrame {
  readonly byteOffset: number;
  readonly payloadLength: number;
  /** 32 bytes a chunk, in the order of the body. */
  readonly ids: Uint8Array;
  readonly lengths: Uint32Array;
}

export function encodeTrailer(frames: readonly TrailerFrame[]): Uint8Array {
  const chunks = frames.reduce((sum, frame) => sum + frame.lengths.length, 0);
  const bytes = new Uint8Array(4 + frames.length * FRAME_ROW_BYTES + chunks * CHUNK_ROW_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, frames.length, true);
  let frameAt = 4;
  let chunkAt = 4 + frames.length * FRAME_ROW_BYTES;
  for (const { byteOffset, payloadLength, ids, lengths } of frames) {
    view.setUint32(frameAt, byteOffset, true);
    view.setUint32(frameAt + 4, payloadLength, true);
    view.setUint32(frameAt + 8, lengths.length, true);
    frameAt += FRAME_ROW_BYTES;
    for (let i = 0; i < lengths.length; i++) {
      bytes.set(ids.subarray(i * 32, i * 32 + 32), chunkAt);
      view.setUint32(chunkAt + 32, lengths[i]!, true);
      chunkAt += CHUNK_ROW_BYTES;
    }
  }
  return bytes;
}

/** The length of the trailer that these counts give. */
export function trailerLength(frameCount: number, chunkCount: number): number {
  return 4 + frameCount * FRAME_ROW_BYTES + chunkCount * CHUNK_ROW_BYTES;
}

export function encodeFooter(trailerOffset: number, trailerFrameLength: number): Uint8Array {
  const bytes = new Uint8Array(FOOTER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, trailerOffset, true);
  view.setUint32(4, trailerFrameLength, true);
  view.setUint32(8, crc32(bytes.subarray(0, 8)), true);
  view.setUint32(12, FOOTER_MAGIC, true);
  return bytes;
}

/** Frames must follow each other without a gap from the header to the trailer at `trailerOffset`. */
export function decodeTrailer(bytes: Uint8Array, trailerOffset: number, what: string): TrailerFrame[] {
  const view = new ByteView(bytes, what);
  const frameCount = view.u32le(0);
  const frames: TrailerFrame[] = [];
  let chunkAt = 4 + frameCount * FRAME_ROW_BYTES;
  if (chunkAt > bytes.byteLength) throw new CorruptDataError(`${what} is cut short`);
  let expectedOffset = HEADER_BYTES;
  for (let row = 0; row < frameCount; row++) {
    const byteOffset = view.u32le(4 + row * FRAME_ROW_BYTES);
    const payloadLength = view.u32le(8 + row * FRAME_ROW_BYTES);
    const chunkCount = view.u32le(12 + row * FRAME_ROW_BYTES);
    if (byteOffset !== expectedOffset || payloadLength > MAX_FRAME_BYTES || chunkCount > MAX_FRAME_ITEMS) {
      throw new CorruptDataError(`${what} lists a frame that cannot be`);
    }
    view.slice(chunkAt, chunkCount * CHUNK_ROW_BYTES);
    const ids = new Uint8Array(chunkCount * 32);
    const lengths = new Uint32Array(chunkCount);
    for (let i = 0; i < chunkCount; i++) {
      ids.set(view.slice(chunkAt, 32), i * 32);
      lengths[i] = view.u32le(chunkAt + 32);
      if (lengths[i]! > MAX_CHUNK_BYTES) throw new CorruptDataError(`${what} lists a chunk that cannot be`);
      chunkAt += CHUNK_ROW_BYTES;
    }
    frames.push({ byteOffset, payloadLength, ids, lengths });
    expectedOffset += FRAME_HEADER_BYTES + payloadLength;
  }
  if (expectedOffset !== trailerOffset || chunkAt !== bytes.byteLength) {
    throw new CorruptDataError(`${what} does not describe its pack`);
  }
  return frames;
}

/** What a pack says about itself. */
export interface PackContent {
  /** Of its frames; `undefined` for a pack without any. */
  readonly frameKind: number | undefined;
  readonly frames: readonly TrailerFrame[];
  readonly trailerOffset: number;
}

/** Reads a pack's header, footer and trailer. Throws CorruptDataError when it is not a complete pack of this store. */
export async function readPackContent(
  storage: Storage,
  name: string,
  byteLength: number,
  storeId: Uint8Array,
): Promise<PackContent> {
  if (byteLength < HEADER_BYTES + FRAME_HEADER_BYTES + FOOTER_BYTES || byteLength > MAX_PACK_BYTES) {
    throw new CorruptDataError(`${name} has a length that no pack has`);
  }
  const start = await storage.read(name, 0, HEADER_BYTES + FRAME_HEADER_BYTES);
  requireHeader(start, FILE_KIND.pack, storeId, name);
  const footer = await storage.read(name, byteLength - FOOTER_BYTES, FOOTER_BYTES);
  const view = new DataView(footer.buffer, footer.byteOffset, FOOTER_BYTES);
  const trailerOffset = view.getUint32(0, true);
  const frameLength = view.getUint32(4, true);
  if (view.getUint32(12, true) !== FOOTER_MAGIC || view.getUint32(8, true) !== crc32(footer.subarray(0, 8))) {
    throw new CorruptDataError(`the footer of ${name} is damaged`);
  }
  if (trailerOffset < HEADER_BYTES || trailerOffset + frameLength + FOOTER_BYTES !== byteLength) {
    throw new CorruptDataError(`the footer of ${name} does not fit its length`);
  }
  const frame = await storage.read(name, trailerOffset, frameLength);
  const { number, payloadLength } = decodeFrameHeader(frame, `the trailer of ${name}`);
  const item = decodeItemFrame(frame, FRAME_KIND.trailer, number, `the trailer of ${name}`);
  const frames = decodeTrailer(item, trailerOffset, `the trailer of ${name}`);
  if (number !== frames.length || FRAME_HEADER_BYTES + payloadLength !== frameLength) {
    throw new CorruptDataError(`the trailer of ${name} does not describe its pack`);
  }
  const first = frames.length === 0 ? undefined : decodeFrameHeader(start.subarray(HEADER_BYTES), `frame 0 of ${name}`);
  return { frameKind: first?.kind, frames, trailerOffset };
}
