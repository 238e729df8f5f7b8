import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { extentsFrom } from '../../../src/bytes/extent-list.ts';
import type { ExtentList } from '../../../src/bytes/extent-list.ts';
import { toHex } from '../../../src/bytes/hex.ts';
import { planCapture } from '../../../src/capture/capture-plan.ts';
import { captureVolume } from '../../../src/capture/chunk-pipeline.ts';
import type { DiskMap } from '../../../src/capture/disk-map.ts';
import { memorySource } from '../../../src/device/block-source.ts';
import { CardkeepError } from '../../../src/errors.ts';
import { NO_FILES } from '../../../src/filesystems/file-extents.ts';
import { checkSnapshot } from '../../../src/operations/check-snapshot.ts';
import type { StoredSnapshot } from '../../../src/snapshot/catalog.ts';
import type { Store } from '../../../src/store/store.ts';
import { memoryChunks } from '../../support/memory-chunks.ts';

const MIB = 1024 * 1024;
const DEVICE_BYTES = 4 * MIB;

/** A card with one partition of unknown content from 1 to 3 MiB, of which `lost` was left out of the map. */
async function stored(lost: ExtentList): Promise<{ store: Store; snapshot: StoredSnapshot }> {
  const bytes = new Uint8Array(DEVICE_BYTES);
  for (let i = 0; i < bytes.length; i += 3) bytes[i] = 1 + ((i * 7) % 255);
  bytes.fill(0, 0, 512);
  const entry = new DataView(bytes.buffer, 446, 16);
  entry.setUint8(4, 0x83);
  entry.setUint32(8, MIB / 512, true);
  entry.setUint32(12, (2 * MIB) / 512, true);
  bytes.set([0x55, 0xaa], 510);
  const none = extentsFrom([]);
  const region = { byteOffset: 0, byteLength: DEVICE_BYTES, partition: undefined, zero: none, metadata: none };
  const { store, session } = await memoryChunks();
  const plan = planCapture({ regions: [{ ...region, free: lost, files: NO_FILES }] } as unknown as DiskMap);
  const { map, liveBytes } = await captureVolume(memorySource(bytes), plan, store, session, {});
  const volume = {
    byteLength: DEVICE_BYTES,
    sectorSize: 512,
    levels: map.levels,
    mapRoot: map.root === undefined ? '' : toHex(map.root),
    partitions: [{ number: 1, byteOffset: MIB, byteLength: 2 * MIB }],
  };
  return { store, snapshot: { volume, counts: { live: liveBytes } } as unknown as StoredSnapshot };
}

describe('check of a version', () => {
  it('finds nothing where all is there', async () => {
    const { store, snapshot } = await stored(extentsFrom([]));
    const { ok, fileSystems, problems } = await checkSnapshot(store, snapshot, {});
    expect({ ok, problems }).toEqual({ ok: true, problems: [] });
    expect(fileSystems).toEqual(['p1 unknown: kept whole']);
  });

  it.each([
    ['before the partitions', 65_536, 'outside of the partitions'],
    ['behind them', 3 * MIB + 65_536, 'outside of the partitions'],
    ['in one that is kept whole', 2 * MIB, 'p1 unknown'],
  ])('misses what the map has not, %s', async (_, byteOffset, place) => {
    const { store, snapshot } = await stored(extentsFrom([[byteOffset, byteOffset + 65_536]]));
    const { ok, problems } = await checkSnapshot(store, snapshot, {});
    expect(ok).toBe(false);
    expect(problems).toEqual([
      { kind: 'file-system', what: `${place}: 65536 bytes that must be kept are not in this version` },
    ]);
  });

  it('ends with the error of a disk that fails, and no read outlives it', async () => {
    const { store, snapshot } = await stored(extentsFrom([]));
    let underWay = 0;
    let reads = 0;
    const failing = {
      ...store,
      async readChunk(id: Uint8Array) {
        // The map itself can be read.
        if (++reads === 1) return store.readChunk(id);
        underWay++;
        await wait(reads === 2 ? 20 : 5);
        underWay--;
        throw new CardkeepError('failed', 'EIO', 'the disk of the store fails');
      },
    };
    const unhandled: unknown[] = [];
    const listen = (error: unknown): number => unhandled.push(error);
    process.on('unhandledRejection', listen);
    try {
      await expect(checkSnapshot(failing, snapshot, {})).rejects.toMatchObject({ code: 'EIO' });
      expect(underWay).toBe(0);
      await wait(20);
    } finally {
      process.off('unhandledRejection', listen);
    }
    expect(unhandled).toEqual([]);
  });
});
