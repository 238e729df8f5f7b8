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
  /** A volume of 64 GB in clusters of 4 KiB whose FAT is made as it is read. */
  function hugeFat(entry: (cluster: number) => number): BlockSource {
    const { image } = buildFat(32, 100);
    const clusterCount = 16_000_000;
    const fatSectors = 125_001;
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
  }, 20_000);
});
