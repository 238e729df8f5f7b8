/**
 * What a range of the target must hold after a restore, in order: data from the version, edits laid over it, zeros; or
 * it is left alone.
 */
import { clipExtents, extentPairs, subtractExtents } from '../bytes/extent-list.ts';
import type { ExtentList } from '../bytes/extent-list.ts';
import { CardkeepError } from '../errors.ts';
import type { MapReader, MapRun } from '../snapshot/map-reader.ts';
import { editExtents, firstEditBehind } from './edits.ts';
import type { Edit } from './edits.ts';

/** `run` and `bytes` both undefined: zeros. */
export interface WantedRange {
  readonly byteOffset: number;
  readonly byteLength: number;
  /** Bytes of the version. */
  readonly run: MapRun | undefined;
  /** Bytes of an edit. */
  readonly bytes: Uint8Array | undefined;
}

/** A version as it is to stand on the target. */
export interface WantedBytes {
  readonly map: Pick<MapReader, 'runs'>;
  /** So many bytes of the version are used. */
  readonly sourceBytes: number;
  /** Sorted and disjoint: they win over what the version says. */
  readonly edits: readonly Edit[];
  /** Free bytes that are wanted as zeros. */
  readonly zeroWhereFree: ExtentList;
}

/** All that must stand in `extents`, ascending. */
export async function* wantedRanges(wanted: WantedBytes, extents: ExtentList): AsyncGenerator<WantedRange> {
  const unedited = subtractExtents(extents, editExtents(wanted.edits));
  let next = 0;
  for (const [start, end] of extentPairs(extents)) {
    let at = start;
    for (; next < unedited.count && unedited.starts[next]! < end; next++) {
      yield* editedRanges(wanted.edits, at, unedited.starts[next]!);
      yield* plainRanges(wanted, unedited.starts[next]!, unedited.ends[next]!);
      at = unedited.ends[next]!;
    }
    yield* editedRanges(wanted.edits, at, end);
  }
}

/** All of `[start, end)` lies in edits. */
function* editedRanges(edits: readonly Edit[], start: number, end: number): Generator<WantedRange> {
  for (let i = firstEditBehind(edits, start); i < edits.length && edits[i]!.byteOffset < end; i++) {
    const { byteOffset, byteLength, bytes } = edits[i]!;
    const from = Math.max(byteOffset, start);
    const to = Math.min(byteOffset + byteLength, end);
    if (to <= from) continue;
    const part = bytes?.subarray(from - byteOffset, to - byteOffset);
    yield { byteOffset: from, byteLength: to - from, run: undefined, bytes: part };
  }
}

async function* plainRanges(wanted: WantedBytes, start: number, end: number): AsyncGenerator<WantedRange> {
  let cursor = start;
  for await (const run of wanted.map.runs(start, Math.min(end, wanted.sourceBytes))) {
    yield* zerosOfGap(wanted.zeroWhereFree, cursor, run.byteOffset);
    if (run.state === 'unreadable') {
      throw new CardkeepError('failed', 'E_UNREADABLE', `the source could not be read at byte ${run.byteOffset}`);
    }
    const data = run.state === 'data' ? run : undefined;
    yield { byteOffset: run.byteOffset, byteLength: run.byteLength, run: data, bytes: undefined };
    cursor = run.byteOffset + run.byteLength;
  }
  yield* zerosOfGap(wanted.zeroWhereFree, cursor, end);
}

function* zerosOfGap(zeroWhereFree: ExtentList, start: number, end: number): Generator<WantedRange> {
  if (end <= start) return;
  for (const [from, to] of extentPairs(clipExtents(zeroWhereFree, start, end))) {
    yield { byteOffset: from, byteLength: to - from, run: undefined, bytes: undefined };
  }
}
