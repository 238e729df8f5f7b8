import { MAX_FRAME_ITEMS } from './limits.ts';

/** A frame that is being filled. `number` names it within the session. */
export interface FrameBuilder {
  readonly number: number;
  /** As long as a frame is to be, or as its only chunk if that is longer. */
  readonly buffer: Uint8Array;
  used: number;
  count: number;
  /** Room for `MAX_FRAME_ITEMS` would be 128 KiB: grows instead. */
  ids: Uint8Array;
  lengths: Uint32Array;
}

export function beginFrame(number: number, buffer: Uint8Array): FrameBuilder {
  return { number, buffer, used: 0, count: 0, ids: new Uint8Array(32 * 32), lengths: new Uint32Array(32) };
}

export function frameHasRoom(frame: FrameBuilder, byteLength: number): boolean {
  return frame.used + byteLength <= frame.buffer.byteLength && frame.count < MAX_FRAME_ITEMS;
}

/** Copies the chunk in. */
export function addToFrame(frame: FrameBuilder, id: Uint8Array, bytes: Uint8Array): void {
  if (frame.count === frame.lengths.length) growTables(frame);
  frame.buffer.set(bytes, frame.used);
  frame.ids.set(id, frame.count * 32);
  frame.lengths[frame.count] = bytes.byteLength;
  frame.count++;
  frame.used += bytes.byteLength;
}

function growTables(frame: FrameBuilder): void {
  const ids = new Uint8Array(frame.ids.byteLength * 2);
  const lengths = new Uint32Array(frame.lengths.length * 2);
  ids.set(frame.ids);
  lengths.set(frame.lengths);
  frame.ids = ids;
  frame.lengths = lengths;
}
