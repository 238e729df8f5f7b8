/** What a range of the target must hold after a restore, in order: data from the version, zeros, or left alone. */
import { clipExtents, extentPairs } from '../bytes/extent-list.ts';
import type { ExtentList } from '../bytes/extent-list.ts';
import { CardkeepError } from '../errors.ts';
import type { MapReader, MapRun } from '../snapshot/map-reader.ts';

export interface WantedRange {
  readonly byteOffset: number;
  readonly byteLength: number;
  /** Undefined: zeros. */
  readonly run: MapRun | undefined;
}

/** All that must be written in `extents`, ascending. `zeroWhereFree`: free bytes that are wanted as zeros. */
export async function* wantedRanges(
  map: MapReader,
  volumeBytes: number,
  extents: ExtentList,
  zeroWhereFree: ExtentList,
): AsyncGenerator<WantedRange> {
  for (const [start, end] of extentPairs(extents)) {
    let cursor = start;
    for await (const run of map.runs(start, Math.min(end, volumeBytes))) {
      yield* zerosOfGap(zeroWhereFree, cursor, run.byteOffset);
      if (run.state === 'unreadable') {
        throw new CardkeepError('failed', 'E_UNREADABLE', `the source could not be read at byte ${run.byteOffset}`);
      }
      const data = run.state === 'data' ? run : undefined;
      yield { byteOffset: run.byteOffset, byteLength: run.byteLength, run: data };
      cursor = run.byteOffset + run.byteLength;
    }
    yield* zerosOfGap(zeroWhereFree, cursor, end);
  }
}

function* zerosOfGap(zeroWhereFree: ExtentList, start: number, end: number): Generator<WantedRange> {
  for (const [from, to] of extentPairs(clipExtents(zeroWhereFree, start, end))) {
    yield { byteOffset: from, byteLength: to - from, run: undefined };
  }
}
