import { describe, expect, it } from 'vitest';
import { readDiskMap } from '../../../src/capture/disk-map.ts';
import { memorySource } from '../../../src/device/block-source.ts';
import { putMbr } from '../../support/table-builder.ts';

const MIB = 1024 * 1024;

describe('the regions of a disk', () => {
  it.each([
    ['begins behind the end', 1_000_000],
    ['begins at the end', 32 * 2048],
    ['reaches over the end', 30 * 2048],
  ])('cover each byte once when a partition %s', async (_, firstLba) => {
    const image = Buffer.alloc(32 * MIB);
    putMbr(image, 0, [
      { type: 0x83, firstLba: 2048, sectorCount: 2048 },
      { type: 0x83, firstLba, sectorCount: 8192 },
      { type: 0x83, firstLba: firstLba + 9000, sectorCount: 8192 },
    ]);
    const { regions, partitions } = await readDiskMap(memorySource(image), {});
    expect(partitions).toHaveLength(3);
    let reached = 0;
    for (const { byteOffset, byteLength } of regions) {
      expect(byteOffset).toBe(reached);
      reached += byteLength;
    }
    expect(reached).toBe(image.byteLength);
  });
});
