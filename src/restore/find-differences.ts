/**
 * Compares what a target holds with what it must hold. Whole chunks are compared by their ID: what is equal is not
 * fetched from the store.
 */
import { equalBytes } from '../bytes/hex.ts';
import { readRun } from '../snapshot/snapshot-source.ts';
import type { Store } from '../store/store.ts';
import type { WantedRange } from './wanted-ranges.ts';

/** A wanted range in a buffer. */
export interface Piece extends WantedRange {
  /** Where in the buffer. */
  readonly at: number;
}

export interface Differences {
  /** `[start, end)` in the buffer, ascending: what has to be written. */
  readonly segments: readonly (readonly [start: number, end: number])[];
  readonly dataBytes: number;
  readonly zeroBytes: number;
  readonly unchangedBytes: number;
}

/** What is written where a byte differs: a page of flash is never smaller. */
const PAGE_BYTES = 4096;
/** Chunks of one buffer that are fetched at once; there are a few buffers. */
const MOST_FETCHES = 128;

const ZEROS = Buffer.alloc(1024 * 1024);
const NONE: readonly (readonly [number, number])[] = [];

/** `memory` holds what the target holds; afterwards it holds in each piece what is wanted there. */
export async function findDifferences(
  memory: Buffer,
  pieces: readonly Piece[],
  store: Pick<Store, 'readChunk' | 'hasher'>,
): Promise<Differences> {
  const found = { segments: [] as [number, number][], dataBytes: 0, zeroBytes: 0, unchangedBytes: 0 };
  const take = (piece: Piece, segments: readonly (readonly [number, number])[]): void => {
    let differing = 0;
    for (const [start, end] of segments) {
      differing += end - start;
      found.segments.push([start, end]);
    }
    if (isZeros(piece)) found.zeroBytes += differing;
    else found.dataBytes += differing;
    found.unchangedBytes += piece.byteLength - differing;
  };
  const fetches = new Set<Promise<void>>();
  try {
    for (const piece of pieces) {
      const { run } = piece;
      if (run === undefined) {
        take(piece, piece.bytes === undefined ? putZeros(memory, piece) : putBytes(memory, piece, piece.bytes));
      } else if (holdsChunk(memory, piece, store)) {
        take(piece, NONE);
      } else {
        if (fetches.size >= MOST_FETCHES) await Promise.race(fetches);
        const fetch = readRun(store, run).then((bytes) => take(piece, putBytes(memory, piece, bytes)));
        fetches.add(fetch);
        // Its failure is met below, where all are waited for.
        void fetch.then(
          () => fetches.delete(fetch),
          () => undefined,
        );
      }
    }
    await Promise.all(fetches);
  } finally {
    // The memory is used again by the caller.
    await Promise.allSettled(fetches);
  }
  return { ...found, segments: joined(found.segments) };
}

function isZeros({ run, bytes }: WantedRange): boolean {
  return run === undefined && bytes === undefined;
}

/** Only true for whole chunks: the ID of a part is another. */
function holdsChunk(memory: Buffer, { run, at, byteLength }: Piece, { hasher }: Pick<Store, 'hasher'>): boolean {
  if (run?.chunk === undefined || run.chunkOffset !== 0) return false;
  return equalBytes(hasher.hash(memory.subarray(at, at + byteLength)), run.chunk);
}

/** Puts `wanted` where the piece lies and gives the pages that were other bytes. */
function putBytes(memory: Buffer, piece: Piece, wanted: Uint8Array): [number, number][] {
  const segments: [number, number][] = [];
  forEachPage(piece, (start, end) => {
    const from = start - piece.at;
    if (memory.compare(wanted, from, end - piece.at, start, end) === 0) return;
    memory.set(wanted.subarray(from, end - piece.at), start);
    addSegment(segments, start, end);
  });
  return segments;
}

function putZeros(memory: Buffer, piece: Piece): [number, number][] {
  const segments: [number, number][] = [];
  for (let start = piece.at; start < piece.at + piece.byteLength; start += ZEROS.byteLength) {
    const end = Math.min(start + ZEROS.byteLength, piece.at + piece.byteLength);
    if (memory.compare(ZEROS, 0, end - start, start, end) === 0) continue;
    forEachPage({ at: start, byteOffset: piece.byteOffset + start - piece.at, byteLength: end - start }, (from, to) => {
      if (memory.compare(ZEROS, 0, to - from, from, to) === 0) return;
      memory.fill(0, from, to);
      addSegment(segments, from, to);
    });
  }
  return segments;
}

/** By pages of the target: a write of whole ones is one of whole sectors. */
function forEachPage(
  { at, byteOffset, byteLength }: Pick<Piece, 'at' | 'byteOffset' | 'byteLength'>,
  visit: (start: number, end: number) => void,
): void {
  const stop = at + byteLength;
  let end = Math.min(stop, at + PAGE_BYTES - (byteOffset % PAGE_BYTES));
  for (let start = at; start < stop; start = end, end = Math.min(stop, start + PAGE_BYTES)) visit(start, end);
}

function addSegment(segments: [number, number][], start: number, end: number): void {
  const last = segments.at(-1);
  if (last?.[1] === start) last[1] = end;
  else segments.push([start, end]);
}

function joined(segments: [number, number][]): [number, number][] {
  const sorted = segments.sort((a, b) => a[0] - b[0]);
  const out: [number, number][] = [];
  for (const [start, end] of sorted) addSegment(out, start, end);
  return out;
}
