/** A real card image, stored in memory as a backup would. */
import { readFileSync } from 'node:fs';
import { toHex } from '../../src/bytes/hex.ts';
import { planCapture } from '../../src/capture/capture-plan.ts';
import { captureVolume } from '../../src/capture/chunk-pipeline.ts';
import { readDiskMap } from '../../src/capture/disk-map.ts';
import { memorySource } from '../../src/device/block-source.ts';
import { describeVolume } from '../../src/operations/describe-volume.ts';
import { openSnapshotSource } from '../../src/snapshot/snapshot-source.ts';
import type { SnapshotSource } from '../../src/snapshot/snapshot-source.ts';
import type { Volume } from '../../src/snapshot/snapshot.ts';
import type { Store } from '../../src/store/store.ts';
import { memoryChunks } from './memory-chunks.ts';

export interface StoredImage {
  readonly bytes: Buffer;
  readonly store: Store;
  readonly volume: Volume;
  readonly source: SnapshotSource;
}

export async function storeImage(file: string): Promise<StoredImage> {
  const bytes = readFileSync(file);
  const image = memorySource(bytes);
  const disk = await readDiskMap(image, {});
  const { store, session } = await memoryChunks();
  const captured = await captureVolume(image, planCapture(disk), store, session, {});
  const device = { serial: '', model: '', bus: '', path: file };
  const volume = describeVolume(image, disk, device, {
    levels: captured.map.levels,
    mapRoot: captured.map.root === undefined ? '' : toHex(captured.map.root),
    liveBytesOfPartition: captured.liveBytesOfPartition,
  });
  return { bytes, store, volume, source: openSnapshotSource(store, volume) };
}
