/**
 * ext file systems without group checksums cannot say which parts of their inode tables were never used, so that all of
 * them is read: a quarter of a gigabyte on a card of 16 GB. An earlier version that the card descends from knows: where
 * its map is zero there was no inode, and the kernel takes none without marking it in the bitmap.
 */
import { mayDescend } from '../capture/base-choice.ts';
import type { DiskMapOptions } from '../capture/disk-map.ts';
import { ExtentListBuilder, type ExtentList } from '../bytes/extent-list.ts';
import { CardkeepError } from '../errors.ts';
import type { PartitionEntry } from '../layout/disk-layout.ts';
import type { StoredSnapshot } from '../snapshot/catalog.ts';
import { MapReader } from '../snapshot/map-reader.ts';
import type { Store } from '../store/store.ts';

export interface ProvenUnused {
  readonly provenUnusedIn: NonNullable<DiskMapOptions['provenUnusedIn']>;
  /**
   * By the place of the partition, IDs (hex) of the versions that were believed. If one does not descend from its version,
   * all is to be read again.
   */
  readonly believed: ReadonlyMap<number, string>;
}

/** `versions`: all of the store, the last one written at the end. */
export function proveUnused(store: Pick<Store, 'readChunk'>, versions: readonly StoredSnapshot[]): ProvenUnused {
  const believed = new Map<number, string>();
  return {
    believed,
    provenUnusedIn: (entry) => async (uuid, stamp) => {
      const version = versions.findLast(({ volume, mode }) => {
        const partition = volume.partitions.find(({ byteOffset }) => byteOffset === entry.byteOffset);
        const isThis = partition?.byteLength === entry.byteLength && partition.uuid === uuid;
        return isThis && mode !== 'raw' && mayDescend(partition, { ...partition, clean: true, stamp });
      });
      const zeros = version === undefined ? undefined : await zerosOf(store, version, entry);
      if (version !== undefined && zeros !== undefined) believed.set(entry.byteOffset, version.id);
      return zeros;
    },
  };
}

/** Relative to the partition; undefined when the version's map cannot be read. */
async function zerosOf(
  store: Pick<Store, 'readChunk'>,
  { volume }: StoredSnapshot,
  { byteOffset, byteLength }: PartitionEntry,
): Promise<ExtentList | undefined> {
  const zeros = new ExtentListBuilder();
  try {
    for await (const run of new MapReader(store, volume).runs(byteOffset, byteOffset + byteLength)) {
      const start = run.byteOffset - byteOffset;
      if (run.state === 'zero') zeros.add(start, start + run.byteLength);
    }
    return zeros.build();
  } catch (error) {
    if (error instanceof CardkeepError && (error.kind === 'damaged' || error.kind === 'not-found')) return undefined;
    throw error;
  }
}
