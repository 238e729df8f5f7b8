/** A stored version as a BlockSource: the file-system readers, `check` and NBD read it like a device. */
import { checkRange } from '../device/block-source.ts';
import type { BlockSource } from '../device/block-source.ts';
import { CardkeepError, CorruptDataError } from '../errors.ts';
import type { Store } from '../store/store.ts';
import { MapReader } from './map-reader.ts';
import type { MapRun } from './map-reader.ts';
import type { Volume } from './snapshot.ts';

export interface SnapshotSource extends BlockSource {
  readonly map: MapReader;
}

/** Code of the error for bytes that could not be read when the version was made. */
export const UNREADABLE = 'E_UNREADABLE';

/** Free and zero bytes read as zeros; unreadable ones fail with E_UNREADABLE. */
export function openSnapshotSource(store: Pick<Store, 'readChunk'>, volume: Volume): SnapshotSource {
  const map = new MapReader(store, volume);
  return {
    byteLength: volume.byteLength,
    sectorSize: volume.sectorSize,
    map,
    async read(byteOffset, byteLength, into) {
      checkRange(this, byteOffset, byteLength);
      const bytes = into === undefined ? new Uint8Array(byteLength) : into.subarray(0, byteLength);
      if (into !== undefined) bytes.fill(0);
      for await (const run of map.runs(byteOffset, byteOffset + byteLength)) {
        if (run.state === 'unreadable') {
          throw new CardkeepError('failed', UNREADABLE, `the source could not be read at byte ${run.byteOffset}`);
        }
        if (run.state === 'data') bytes.set(await readRun(store, run), run.byteOffset - byteOffset);
      }
      return bytes;
    },
  };
}

/** The bytes of a data run, verified. */
export async function readRun(store: Pick<Store, 'readChunk'>, run: MapRun): Promise<Uint8Array> {
  if (run.chunk === undefined) throw new RangeError('not a data run');
  const chunk = await store.readChunk(run.chunk);
  if (run.chunkOffset + run.byteLength > chunk.byteLength) {
    throw new CorruptDataError('the map names bytes past the end of a chunk');
  }
  return chunk.subarray(run.chunkOffset, run.chunkOffset + run.byteLength);
}
