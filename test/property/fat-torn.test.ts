import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extentPairs } from '../../src/bytes/extent-list.ts';
import { makeFat, noise, putFile } from '../support/fat-image.ts';
import { liveMapOf } from '../support/fat-oracles.ts';
import { witnessFat } from '../support/fat-witness.ts';
import { temporaryFolder } from '../support/loop-device.ts';
import { run, verdict } from '../support/run.ts';

/** A volume with files in directories, some fragmented. */
function volumeIn(folder: string, bits: 12 | 16 | 32): string {
  const megabytes = { 12: 1, 16: 5, 32: 36 }[bits];
  const image = makeFat(folder, { megabytes, bits, sectorBytes: 512, sectorsPerCluster: 1 });
  run('mmd', ['-i', image, '::A', '::A/B', '::C']);
  for (let i = 0; i < 8; i++) putFile(image, folder, `A/F${i}.BIN`, noise(1500, i));
  for (let i = 0; i < 8; i += 2) run('mdel', ['-i', image, `::A/F${i}.BIN`]);
  for (let i = 0; i < 24; i++) putFile(image, folder, `A/B/LONGER NAME ${i}.BIN`, noise(i * 300, i));
  putFile(image, folder, 'C/SPREAD.BIN', noise(50_000, 5));
  return image;
}

/** What fsck says of a volume, and the volume as it leaves it, with zeros in the clusters that are not in use then. */
function repaired(image: string): { verdict: string; volume: Buffer } {
  const { status, output } = verdict('fsck.vfat', ['-y', '-v', image]);
  const volume = readFileSync(image);
  const { isUsed, clusterCount, clusterBytes, dataOffset } = witnessFat(volume);
  for (let cluster = 2; cluster < clusterCount + 2; cluster++) {
    const at = dataOffset + (cluster - 2) * clusterBytes;
    if (!isUsed(cluster)) volume.fill(0, at, at + clusterBytes);
  }
  return { verdict: `${status} ${output}`, volume };
}

describe('a card pulled while FAT and directories were being written', () => {
  it.each([12, 16, 32] as const)('FAT%i is repaired to the same volume as its source', async (bits) => {
    using folder = temporaryFolder();
    const whole = readFileSync(volumeIn(folder.path, bits));
    const { dataOffset, entryOffset } = witnessFat(whole);
    const [first, second] = [entryOffset(0, 0), entryOffset(0, 1)];
    // Sectors that never reached the card: of either FAT where they are in use, of the root and of the first clusters.
    const inFat = fc.record({ fat: fc.constantFrom(first, second), sector: fc.integer({ min: 0, max: 2 }) });
    const inDirectories = fc.integer({ min: bits === 32 ? 1 : -2, max: 12 });
    const damage = fc.record({
      fats: fc.array(inFat, { maxLength: 3 }),
      directories: fc.array(inDirectories, { maxLength: 2 }),
    });
    const image = path.join(folder.path, 'copy.img');
    await fc.assert(
      fc.asyncProperty(damage, async ({ fats, directories }) => {
        const torn = Buffer.from(whole);
        torn[bits === 32 ? 65 : 37] = 1;
        for (const { fat, sector } of fats) torn.fill(0, fat + Math.max(sector * 512, 12), fat + sector * 512 + 512);
        for (const sector of directories) torn.fill(0, dataOffset + sector * 512, dataOffset + sector * 512 + 512);
        writeFileSync(image, torn);
        const map = await liveMapOf(image);
        const restored = Buffer.from(torn);
        for (const [start, end] of extentPairs(map.free)) restored.fill(noise(997, start), start, end);
        const expected = repaired(image);
        writeFileSync(image, restored);
        const actual = repaired(image);
        expect(actual.verdict).toBe(expected.verdict);
        expect(actual.volume.equals(expected.volume)).toBe(true);
      }),
      { numRuns: bits === 32 ? 6 : 12 },
    );
  });
});
