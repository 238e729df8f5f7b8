/** A device of 24 MiB with an MBR, one partition, and ranges of each state, stored in memory. */
import { extentsFrom } from '../../src/bytes/extent-list.ts';
import type { ExtentList } from '../../src/bytes/extent-list.ts';
import { toHex } from '../../src/bytes/hex.ts';
import { planCapture } from '../../src/capture/capture-plan.ts';
import { captureVolume } from '../../src/capture/chunk-pipeline.ts';
import type { DiskMap, Region } from '../../src/capture/disk-map.ts';
import { memorySource } from '../../src/device/block-source.ts';
import { NO_FILES } from '../../src/filesystems/file-extents.ts';
import type { Volume } from '../../src/snapshot/snapshot.ts';
import type { Store } from '../../src/store/store.ts';
import { memoryChunks } from './memory-chunks.ts';

const MIB = 1024 * 1024;
export const STATES_BYTES: number = 24 * MIB;
const PARTITION = { byteOffset: MIB, byteLength: 20 * MIB };
/** In the partition: its first and last MiB hold free bytes too, where probers look. */
export const STATES_FREE: ExtentList = extentsFrom([
  [MIB + 8192, MIB + 65_536],
  [6 * MIB, 9 * MIB],
  [21 * MIB - 4096, 21 * MIB],
]);
export const STATES_ZERO: ExtentList = extentsFrom([[10 * MIB, 12 * MIB]]);

export function deviceOfStates(): Uint8Array {
  const bytes = new Uint8Array(STATES_BYTES);
  for (let i = 0; i < bytes.length; i += 3) bytes[i] = 1 + ((i * 7) % 255);
  const entry = new DataView(bytes.buffer, 446, 16);
  bytes.fill(0, 0, 512);
  entry.setUint8(4, 0x83);
  entry.setUint32(8, PARTITION.byteOffset / 512, true);
  entry.setUint32(12, PARTITION.byteLength / 512, true);
  bytes.set([0x55, 0xaa], 510);
  return bytes;
}

export async function storeOfStates(bytes: Uint8Array): Promise<{ store: Store; volume: Volume }> {
  const region = (byteOffset: number, byteLength: number, own: Partial<Region> = {}): Region => ({
    byteOffset,
    byteLength,
    partition: undefined,
    free: extentsFrom([]),
    zero: extentsFrom([]),
    metadata: extentsFrom([]),
    files: NO_FILES,
    ...own,
  });
  const regions = [
    region(0, MIB),
    region(PARTITION.byteOffset, PARTITION.byteLength, { partition: 0, free: STATES_FREE, zero: STATES_ZERO }),
    region(21 * MIB, 3 * MIB),
  ];
  const { store, session } = await memoryChunks();
  const plan = planCapture({ regions } as unknown as DiskMap);
  const { map } = await captureVolume(memorySource(bytes), plan, store, session, {});
  const volume = {
    byteLength: bytes.byteLength,
    sectorSize: 512,
    levels: map.levels,
    mapRoot: map.root === undefined ? '' : toHex(map.root),
    partitions: [{ number: 1, ...PARTITION }],
  } as unknown as Volume;
  return { store, volume };
}
