import { describe, expect, it } from 'vitest';
import { totalBytes } from '../../../../src/bytes/extent-list.ts';
import { type BlockSource } from '../../../../src/device/block-source.ts';
import { readFatMap } from '../../../../src/filesystems/fat/fat-map.ts';
import { isKeepWhole, type LiveMap } from '../../../../src/filesystems/filesystem.ts';
import { buildFat } from '../../../support/fat-builder.ts';

async function mapOf(source: BlockSource): Promise<LiveMap> {
  const report = await readFatMap(source, {});
  if (isKeepWhole(report)) throw new Error(`kept whole: ${report.keepWhole}`);
  return report;
}

describe('size', () => {
  /** A volume in clusters of 4 KiB (64 GB, if not told otherwise) whose FAT is made as it is read. */
  function hugeFat(entry: (cluster: number) => number, clusterCount = 16_000_000): BlockSource {
    const { image } = buildFat(32, 100);
    const fatSectors = Math.ceil((clusterCount + 2) / 128);
    image[13] = 8;
    image.writeUInt32LE(fatSectors, 36);
    image.writeUInt32LE(32 + 2 * fatSectors + clusterCount * 8, 32);
    const fatBytes = fatSectors * 512;
    return {
      byteLength: (32 + 2 * fatSectors + clusterCount * 8) * 512,
      sectorSize: 512,
      async read(byteOffset, byteLength, into = new Uint8Array(byteLength)) {
        const bytes = into.subarray(0, byteLength).fill(0);
        if (byteOffset === 0) bytes.set(image.subarray(0, byteLength));
        const inFat = byteOffset - 32 * 512;
        if (inFat < 0 || inFat >= 2 * fatBytes) return bytes;
        const entries = new Uint32Array(bytes.buffer, bytes.byteOffset, byteLength / 4);
        const first = (inFat % fatBytes) / 4;
        for (let i = 0; i < entries.length; i++) entries[i] = entry(first + i);
        return bytes;
      },
    };
  }

  it('maps 64 GB of chains in bounded time, and a FAT that alternates in bounded memory', async () => {
    const chained = await mapOf(hugeFat((cluster) => (cluster < 8_000_000 ? cluster + 1 : 0)));
    expect(totalBytes(chained.free)).toBe(7_999_999 * 4096 + 2 * 4096);
    const alternating = await mapOf(hugeFat((cluster) => (cluster < 2 || cluster % 2 === 0 ? 0x0fffffff : 0)));
    expect(alternating.free.count).toBeLessThanOrEqual(1_000_000);
  });

  it('does not hold a table of 160 GB in memory: no files, and no guess when it is not clean', async () => {
    const clusters = 40_000_000;
    const clean = hugeFat((cluster) => (cluster < 2 ? 0x0fffffff : 0), clusters);
    const map = await mapOf(clean);
    expect(map.files.count).toBe(0);
    // The root directory lives although the FAT calls it free.
    expect(totalBytes(map.free)).toBe((clusters - 1) * 4096);
    const report = await readFatMap(
      hugeFat((cluster) => (cluster < 2 ? 0x07ffffff : 0), clusters),
      {},
    );
    expect(report).toMatchObject({
      keepWhole: 'was not shut down cleanly, and is too large to be checked',
      type: 'fat32',
      uuid: 'CAFE-1234',
    });
  });
});
