/** Data in the gap behind the last partition: unknown means keep, so it stands in the way. */
import { clipExtents, extentPairs, extentsFrom, subtractExtents, type ExtentList } from '../../bytes/extent-list.ts';
import { type BlockSource } from '../../device/block-source.ts';
import { throwIfAborted } from '../../errors.ts';
import { type MapReader } from '../../snapshot/map-reader.ts';

export interface GapOptions {
  /** Whether bytes are known to read as zeros without being read: a stored version knows it of its free space. */
  readonly isKnownZero?: (byteOffset: number, byteLength: number) => Promise<boolean>;
  /** Takes no notice of data that no partition and no table owns. */
  readonly ignoresStrayData?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Answers `isKnownZero` by the map of a stored version, in which free space costs nothing to pass over. */
export function zerosByMap(map: Pick<MapReader, 'runs'>): NonNullable<GapOptions['isKnownZero']> {
  return async (byteOffset, byteLength) => {
    for await (const run of map.runs(byteOffset, byteOffset + byteLength)) if (run.state !== 'zero') return false;
    return true;
  };
}

export interface DataSpan {
  /** The first byte that is not zero. */
  readonly byteOffset: number;
  /** Behind the last byte that is not zero. */
  readonly byteEnd: number;
}

const WINDOW_BYTES = 1024 * 1024;

/** What is not zero in `[start, end)` outside of `owned`; undefined for nothing, or where it is not to be noticed. */
export async function findStrayData(
  source: BlockSource,
  start: number,
  end: number,
  owned: ExtentList,
  options: GapOptions,
): Promise<DataSpan | undefined> {
  if (options.ignoresStrayData === true || end <= start) return undefined;
  const buffer = new Uint8Array(WINDOW_BYTES);
  const zeros = new Uint8Array(WINDOW_BYTES);
  let first: number | undefined;
  let byteEnd = 0;
  for (const [from, to] of extentPairs(subtractExtents(extentsFrom([[start, end]]), clipExtents(owned, start, end)))) {
    for (let at = from; at < to; at += WINDOW_BYTES) {
      throwIfAborted(options.signal);
      const length = Math.min(WINDOW_BYTES, to - at);
      if ((await options.isKnownZero?.(at, length)) === true) continue;
      const bytes = Buffer.from(buffer.buffer, 0, (await source.read(at, length, buffer)).byteLength);
      if (bytes.equals(zeros.subarray(0, length))) continue;
      first ??= at + bytes.findIndex((byte) => byte !== 0);
      byteEnd = at + bytes.findLastIndex((byte) => byte !== 0) + 1;
    }
  }
  return first === undefined ? undefined : { byteOffset: first, byteEnd };
}
