/** The bytes of an image from its start to its end, in windows that are fetched ahead. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { throwIfAborted } from '../errors.ts';
import type { WantedRange } from '../restore/wanted-ranges.ts';
import { readRun } from '../snapshot/snapshot-source.ts';
import type { Store } from '../store/store.ts';

/** A part of the image in one state; absolute addresses. */
export interface ImageRange {
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly isZero: boolean;
}

/** The pieces of an image follow each other without gaps. */
export interface ImagePiece {
  readonly byteOffset: number;
  readonly byteLength: number;
  /** Undefined: zeros. To be used before the next piece is asked for. */
  readonly bytes: Uint8Array | undefined;
  /** What must stand on a card, ascending; all else is free, and zeros here. */
  readonly wanted: readonly ImageRange[];
}

const WINDOW_BYTES = 1024 * 1024;
/** Being fetched, with one more that is being used. */
const WINDOWS_AHEAD = 2;
/** Each fetch may hold a frame of 256 KiB, packed and unpacked. */
const MOST_FETCHES = 64;

/** `ranges` is what must stand on the card, ascending and disjoint, as `wantedRanges` gives it. */
export async function* readPieces(
  store: Pick<Store, 'readChunk'>,
  ranges: AsyncIterable<WantedRange>,
  imageBytes: number,
  signal?: AbortSignal,
): AsyncGenerator<ImagePiece> {
  const memory = Array.from({ length: WINDOWS_AHEAD + 1 }, () => new Uint8Array(WINDOW_BYTES));
  const ahead: Promise<ImagePiece>[] = [];
  let begun = 0;
  try {
    for await (const window of windowsOf(ranges, imageBytes)) {
      throwIfAborted(signal);
      const piece = fetchWindow(store, window, memory[begun++ % memory.length]!);
      piece.catch(() => undefined);
      ahead.push(piece);
      // External buffers of the decompressor are only freed when the event loop turns.
      await nextTurn();
      if (ahead.length > WINDOWS_AHEAD) yield await ahead.shift()!;
    }
    for (let piece = ahead.shift(); piece !== undefined; piece = ahead.shift()) yield await piece;
  } finally {
    await Promise.allSettled(ahead);
  }
}

interface Window {
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly parts: readonly WantedRange[];
}

/** Windows in which nothing is wanted are given as one. */
async function* windowsOf(ranges: AsyncIterable<WantedRange>, imageBytes: number): AsyncGenerator<Window> {
  let start = 0;
  let parts: WantedRange[] = [];
  for await (const range of ranges) {
    const rangeEnd = range.byteOffset + range.byteLength;
    for (let at = range.byteOffset; at < rangeEnd;) {
      const windowStart = Math.floor(at / WINDOW_BYTES) * WINDOW_BYTES;
      if (windowStart > start) {
        if (parts.length > 0) {
          yield { byteOffset: start, byteLength: WINDOW_BYTES, parts };
          parts = [];
          start += WINDOW_BYTES;
        }
        if (windowStart > start) yield { byteOffset: start, byteLength: windowStart - start, parts: [] };
        start = windowStart;
      }
      const end = Math.min(rangeEnd, windowStart + WINDOW_BYTES);
      parts.push(cutRange(range, at, end));
      at = end;
    }
  }
  if (parts.length > 0) {
    const byteLength = Math.min(WINDOW_BYTES, imageBytes - start);
    yield { byteOffset: start, byteLength, parts };
    start += byteLength;
  }
  if (start < imageBytes) yield { byteOffset: start, byteLength: imageBytes - start, parts: [] };
}

/** The part `[start, end)` of a range. */
function cutRange({ byteOffset, run, bytes }: WantedRange, start: number, end: number): WantedRange {
  const [from, byteLength] = [start - byteOffset, end - start];
  return {
    byteOffset: start,
    byteLength,
    run: run && { ...run, byteOffset: start, byteLength, chunkOffset: run.chunkOffset + from },
    bytes: bytes?.subarray(from, from + byteLength),
  };
}

async function fetchWindow(
  store: Pick<Store, 'readChunk'>,
  { byteOffset, byteLength, parts }: Window,
  memory: Uint8Array,
): Promise<ImagePiece> {
  const isZero = ({ run, bytes }: WantedRange): boolean => run === undefined && bytes === undefined;
  const wanted = parts.map((part) => ({
    byteOffset: part.byteOffset,
    byteLength: part.byteLength,
    isZero: isZero(part),
  }));
  if (parts.every(isZero)) return { byteOffset, byteLength, bytes: undefined, wanted };
  const bytes = memory.subarray(0, byteLength).fill(0);
  for (let first = 0; first < parts.length; first += MOST_FETCHES) {
    await Promise.all(
      parts.slice(first, first + MOST_FETCHES).map(async (part) => {
        const plain = part.run === undefined ? part.bytes : await readRun(store, part.run);
        if (plain !== undefined) bytes.set(plain, part.byteOffset - byteOffset);
      }),
    );
  }
  return { byteOffset, byteLength, bytes, wanted };
}
