/**
 * Metadata lies scattered in small ranges. Reading each alone costs a command to the card, so ranges that lie near one
 * another are read together, and what lies between them with them.
 */
import { type BlockSource } from '../../device/block-source.ts';
import { throwIfAborted } from '../../errors.ts';

/** Byte ranges `[starts[i], ends[i])`, ascending and disjoint; they may touch. */
export interface ByteRuns {
  readonly count: number;
  readonly starts: Float64Array;
  readonly ends: Float64Array;
}

/** A read command costs a card about as long as 64 KiB of data. */
const GAP_BYTES = 64 * 1024;
/** A multiple of every block size, so that no block is torn. */
const MAX_READ_BYTES = 4 * 1024 * 1024;

/**
 * Reads all runs in order. `visit` gets the number of a run, the bytes of one part of it, and where in the run the part
 * begins; a run longer than 4 MiB comes in several parts, cut at multiples of 4 MiB of the run. The bytes are only lent.
 */
export async function readRuns(
  source: BlockSource,
  runs: ByteRuns,
  visit: (run: number, bytes: Uint8Array, offsetInRun: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const buffer = new Uint8Array(Math.min(MAX_READ_BYTES, spanOf(runs)));
  for (let first = 0; first < runs.count;) {
    throwIfAborted(signal);
    const start = runs.starts[first]!;
    let last = first;
    while (
      last + 1 < runs.count &&
      runs.starts[last + 1]! - runs.ends[last]! <= GAP_BYTES &&
      runs.ends[last + 1]! - start <= MAX_READ_BYTES
    ) {
      last++;
    }
    const end = runs.ends[last]!;
    for (let at = start; at < end; at += MAX_READ_BYTES) {
      const bytes = await source.read(at, Math.min(MAX_READ_BYTES, end - at), buffer);
      if (last === first) {
        visit(first, bytes, at - start);
        continue;
      }
      for (let run = first; run <= last; run++) {
        visit(run, bytes.subarray(runs.starts[run]! - start, runs.ends[run]! - start), 0);
      }
    }
    first = last + 1;
  }
}

/** Runs from places and lengths in any order, and which of the given each one is. */
export function sortRuns(
  starts: ArrayLike<number>,
  byteLength: (index: number) => number,
): ByteRuns & { readonly index: Uint32Array } {
  const index = new Uint32Array(starts.length).map((_, i) => i);
  if (!isAscending(starts)) index.sort((a, b) => starts[a]! - starts[b]!);
  const sortedStarts = new Float64Array(index.length);
  const ends = new Float64Array(index.length);
  for (let i = 0; i < index.length; i++) {
    const start = starts[index[i]!]!;
    sortedStarts[i] = start;
    ends[i] = start + byteLength(index[i]!);
  }
  return { count: index.length, starts: sortedStarts, ends, index };
}

function isAscending(values: ArrayLike<number>): boolean {
  for (let i = 1; i < values.length; i++) if (values[i]! < values[i - 1]!) return false;
  return true;
}

function spanOf(runs: ByteRuns): number {
  return runs.count === 0 ? 0 : runs.ends[runs.count - 1]! - runs.starts[0]!;
}
