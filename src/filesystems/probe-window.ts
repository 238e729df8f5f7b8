import { isMediumError, type BlockSource } from '../device/block-source.ts';

type Range = readonly [byteOffset: number, byteLength: number];

/** Bytes of a source that were asked for beforehand and read together. */
export interface ProbeWindow {
  /** A view; empty where the source does not have all of the range, or does not give it. */
  at(byteOffset: number, byteLength: number): Uint8Array;
  /** Where wanted ranges start that the medium does not give. */
  readonly unreadable: readonly number[];
}

interface Piece {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** Gaps up to this size are read through: cheaper on a card than another read. */
const MAX_GAP_BYTES = 32 * 1024;

/** Reads the wanted ranges with as few reads as make sense. Ranges that leave the source are not read. */
export async function readProbeWindow(source: BlockSource, wanted: readonly Range[]): Promise<ProbeWindow> {
  const inside = wanted.filter(([at, length]) => at >= 0 && at + length <= source.byteLength);
  const groups: Range[][] = [];
  let end = -Infinity;
  for (const range of inside.toSorted((a, b) => a[0] - b[0])) {
    if (range[0] <= end + MAX_GAP_BYTES) groups.at(-1)!.push(range);
    else groups.push([range]);
    end = Math.max(end, range[0] + range[1]);
  }
  const pieces: Piece[] = [];
  const unreadable: number[] = [];
  for (const group of groups) await readGroup(source, group, pieces, unreadable);
  return {
    unreadable,
    at(byteOffset, byteLength) {
      const end = byteOffset + byteLength;
      const piece = pieces.find(({ start, bytes }) => start <= byteOffset && end <= start + bytes.byteLength);
      return piece?.bytes.subarray(byteOffset - piece.start, end - piece.start) ?? new Uint8Array(0);
    },
  };
}

/** Reads a group at once, or range by range where the medium does not give all of it. */
async function readGroup(
  source: BlockSource,
  group: readonly Range[],
  pieces: Piece[],
  unreadable: number[],
): Promise<void> {
  const start = group[0]![0];
  const end = Math.max(...group.map(([at, length]) => at + length));
  try {
    pieces.push({ start, bytes: await source.read(start, end - start) });
  } catch (error) {
    if (!isMediumError(error)) throw error;
    if (group.length === 1) unreadable.push(start);
    else for (const range of group) await readGroup(source, [range], pieces, unreadable);
  }
}
