import { type BlockSource } from '../device/block-source.ts';

/** Bytes of a source that were asked for beforehand and read together. */
export interface ProbeWindow {
  /** A view; empty where the source does not have all of the range. */
  at(byteOffset: number, byteLength: number): Uint8Array;
}

/** Gaps up to this size are read through: cheaper on a card than another read. */
const MAX_GAP_BYTES = 32 * 1024;

/** Reads the wanted ranges with as few reads as make sense. Ranges that leave the source are not read. */
export async function readProbeWindow(
  source: BlockSource,
  wanted: readonly (readonly [byteOffset: number, byteLength: number])[],
): Promise<ProbeWindow> {
  const inside = wanted.filter(([at, length]) => at >= 0 && at + length <= source.byteLength);
  const sorted = inside.toSorted((a, b) => a[0] - b[0]);
  const pieces: { start: number; end: number; bytes: Uint8Array }[] = [];
  for (const [start, length] of sorted) {
    const last = pieces.at(-1);
    if (last !== undefined && start <= last.end + MAX_GAP_BYTES) last.end = Math.max(last.end, start + length);
    else pieces.push({ start, end: start + length, bytes: new Uint8Array(0) });
  }
  for (const piece of pieces) piece.bytes = await source.read(piece.start, piece.end - piece.start);
  return {
    at(byteOffset, byteLength) {
      const piece = pieces.find(({ start, end }) => start <= byteOffset && byteOffset + byteLength <= end);
      return (
        piece?.bytes.subarray(byteOffset - piece.start, byteOffset - piece.start + byteLength) ?? new Uint8Array(0)
      );
    },
  };
}
