import { describe, expect, it } from 'vitest';
import { memorySource } from '../../../../src/device/block-source.ts';
import { readFatMap } from '../../../../src/filesystems/fat/fat-map.ts';
import { isKeepWhole } from '../../../../src/filesystems/filesystem.ts';
import { buildFat } from '../../../support/fat-builder.ts';

async function reasonFor(image: Buffer): Promise<string> {
  const report = await readFatMap(memorySource(image), {});
  return isKeepWhole(report) ? report.keepWhole : 'a live map';
}

describe('hostile boot sectors', () => {
  it.each([
    ['sectors of 0 bytes', 11, [0, 0], 'the FAT boot sector is damaged'],
    ['sectors of 300 bytes', 11, [44, 1], 'the FAT boot sector is damaged'],
    ['sectors of 8192 bytes', 11, [0, 32], 'the FAT boot sector is damaged'],
    ['no sectors in a cluster', 13, [0], 'the FAT boot sector is damaged'],
    ['3 sectors in a cluster', 13, [3], 'the FAT boot sector is damaged'],
    ['no reserved sectors', 14, [0, 0], 'the FAT boot sector is damaged'],
    ['all sectors reserved', 14, [255, 255], 'the FAT volume has no room for clusters'],
    ['no FAT', 16, [0], 'the FAT boot sector is damaged'],
    ['255 FATs', 16, [255], 'the boot sector claims 255 FATs'],
    ['an odd root directory', 17, [17, 0], 'the FAT root directory ends within a sector'],
    ['no root directory', 17, [0, 0], 'the boot sector is neither FAT32 nor FAT12/16'],
    ['no sectors', 32, [0, 0, 0, 0], 'the FAT volume has no room for clusters'],
    ['2^32 sectors', 32, [255, 255, 255, 255], 'the FAT16 volume has too many clusters'],
    ['a foreign medium', 21, [0x12], 'the FAT boot sector is damaged'],
  ] as const)('%s', async (_, byteOffset, bytes, reason) => {
    const { image } = buildFat(16, 5000);
    image.set(bytes, byteOffset);
    expect(await reasonFor(image)).toBe(reason);
  });

  it.each([
    ['a FAT of 2^32 sectors', 36, [255, 255, 255, 255], 'the FAT volume has no room for clusters'],
    ['a FAT of no length', 36, [0, 0, 0, 0], 'the FAT has no length'],
    ['an unknown version', 42, [1, 0], 'the FAT32 version is unknown'],
    ['root cluster 1', 44, [1, 0, 0, 0], 'the FAT root directory lies outside of the volume'],
    ['root cluster 102', 44, [102, 0, 0, 0], 'the FAT root directory lies outside of the volume'],
  ] as const)('%s', async (_, byteOffset, bytes, reason) => {
    const { image } = buildFat(32, 100);
    image.set(bytes, byteOffset);
    expect(await reasonFor(image)).toBe(reason);
  });
});
