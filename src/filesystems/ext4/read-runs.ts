/**
 * Metadata lies scattered in small ranges. Reading each alone costs a command to the card, so ranges that lie near one
 * another are read together, and what lies between them with them.
 */
import { ascendingOrder } from '../../bytes/columns.ts';
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

/** One read: of the runs `first` to `last`, or of a part of one that is too long for a single read. */
interface RunRead {
  readonly first: number;
  readonly last: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Reads all runs in order. `visit` gets the number of a run, the bytes of one part of it, and where in the run the part
 * begins; a run longer than 4 MiB comes in several parts, cut at multiples of 4 MiB of the run. The bytes are only lent.
 * While one read is visited the next is under way.
 */
export async function readRuns(
  source: BlockSource,
  runs: ByteRuns,
  visit: (run: number, bytes: Uint8Array, offsetInRun: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const reads = planReads(runs);
  const buffers: Uint8Array[] = [];
  const start = (): { read: RunRead; buffer: Uint8Array; bytes: Promise<Uint8Array> } | undefined => {
    const next = reads.next();
    if (next.done === true) return undefined;
    const { start: at, end } = next.value;
    const buffer = buffers.pop() ?? new Uint8Array(Math.min(MAX_READ_BYTES, spanOf(runs)));
    const bytes = source.read(at, end - at, buffer);
    // A failure is reported when its turn comes; until then it must not count as unhandled.
    bytes.catch(() => undefined);
    return { read: next.value, buffer, bytes };
  };
  let current = start();
  while (current !== undefined) {
    const { read, buffer, bytes: reading } = current;
    const bytes = await reading;
    current = start();
    try {
      throwIfAborted(signal);
      visitRead(runs, read, bytes, visit);
    } catch (error) {
      await current?.bytes.catch(() => undefined);
      throw error;
    }
    buffers.push(buffer);
  }
}

function* planReads(runs: ByteRuns): Generator<RunRead> {
  for (let first = 0; first < runs.count;) {
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
      yield { first, last, start: at, end: Math.min(end, at + MAX_READ_BYTES) };
    }
    first = last + 1;
  }
}

function visitRead(
  runs: ByteRuns,
  { first, last, start }: RunRead,
  bytes: Uint8Array,
  visit: (run: number, bytes: Uint8Array, offsetInRun: number) => void,
): void {
  if (last === first) {
    visit(first, bytes, start - runs.starts[first]!);
    return;
  }
  for (let run = first; run <= last; run++) {
    visit(run, bytes.subarray(runs.starts[run]! - start, runs.ends[run]! - start), 0);
  }
}

/** Runs from places and lengths in any order, and which of the given each one is. */
export function sortRuns(
  starts: ArrayLike<number>,
  byteLength: (index: number) => number,
): ByteRuns & { readonly index: Uint32Array } {
  const index = ascendingOrder(starts);
  const sortedStarts = new Float64Array(index.length);
  const ends = new Float64Array(index.length);
  for (let i = 0; i < index.length; i++) {
    const start = starts[index[i]!]!;
    sortedStarts[i] = start;
    ends[i] = start + byteLength(index[i]!);
  }
  return { count: index.length, starts: sortedStarts, ends, index };
}

function spanOf(runs: ByteRuns): number {
  return runs.count === 0 ? 0 : runs.ends[runs.count - 1]! - runs.starts[0]!;
}
