import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coversExtent, intersectExtents } from '../../src/bytes/extent-list.ts';
import { memorySource } from '../../src/device/block-source.ts';
import { readFatMap } from '../../src/filesystems/fat/fat-map.ts';
import { isKeepWhole, type LiveMap } from '../../src/filesystems/filesystem.ts';
import { makeFat, noise, putFile } from '../support/fat-image.ts';
import { witnessFat } from '../support/fat-witness.ts';
import { temporaryFolder } from '../support/loop-device.ts';
import { run } from '../support/run.ts';

/** A small volume of real tools with directories, a fragmented file and deleted ones. */
function realVolume(bits: 12 | 16 | 32): Buffer {
  using folder = temporaryFolder();
  const megabytes = { 12: 1, 16: 5, 32: 36 }[bits];
  const image = makeFat(folder.path, { megabytes, bits, sectorBytes: 512, sectorsPerCluster: 1 });
  run('mmd', ['-i', image, '::A', '::A/B', '::C']);
  for (let i = 0; i < 10; i++) putFile(image, folder.path, `A/F${i}.BIN`, noise(900 + i, i));
  for (let i = 0; i < 10; i += 3) run('mdel', ['-i', image, `::A/F${i}.BIN`]);
  for (let i = 0; i < 20; i++) putFile(image, folder.path, `A/B/LONGER NAME ${i}.BIN`, noise(i * 100, i));
  putFile(image, folder.path, 'C/SPREAD.BIN', noise(20_000, 5));
  return readFileSync(image);
}

/** What must hold of any map, however damaged the volume. */
function expectSound(map: LiveMap, image: Buffer): void {
  const { isUsed, clusterBytes, clusterCount, dataOffset, byteLength } = witnessFat(image);
  expect([map.byteLength, map.blockSize]).toEqual([byteLength, clusterBytes]);
  expect(intersectExtents(map.free, map.metadata).count).toBe(0);
  expect(coversExtent(map.metadata, 0, dataOffset)).toBe(true);
  let lost = 0;
  for (let cluster = 2; cluster < clusterCount + 2; cluster++) {
    const at = dataOffset + (cluster - 2) * clusterBytes;
    if (isUsed(cluster) && intersects(map, at, at + clusterBytes)) lost++;
  }
  expect(lost).toBe(0);
  for (let row = 0; row < map.files.count; row++) {
    const at = map.files.byteOffset[row]!;
    const end = at + map.files.byteLength[row]!;
    expect(at >= dataOffset && end <= byteLength && !intersects(map, at, end)).toBe(true);
  }
}

function intersects(map: LiveMap, start: number, end: number): boolean {
  const { starts, ends, count } = map.free;
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ends[middle]! <= start) low = middle + 1;
    else high = middle;
  }
  return low < count && starts[low]! < end;
}

describe.each([12, 16, 32] as const)('a damaged FAT%i', (bits) => {
  const volume = realVolume(bits);
  const { dataOffset } = witnessFat(volume);

  it('gives a sound map or a reason to keep all of it', async () => {
    // Nearly all damage goes where it matters: boot sector, FATs, root directory and the first clusters.
    const place = fc.oneof(
      { weight: 3, arbitrary: fc.integer({ min: 0, max: 511 }) },
      { weight: 3, arbitrary: fc.integer({ min: 512, max: dataOffset - 1 }) },
      { weight: 4, arbitrary: fc.integer({ min: dataOffset - 512, max: dataOffset + 16_384 }) },
    );
    const flip = fc.record({ place, value: fc.integer({ min: 0, max: 255 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(flip, { minLength: 1, maxLength: 12 }), async (flips) => {
        const image = Buffer.from(volume);
        for (const { place, value } of flips) image[place] = value;
        const report = await readFatMap(memorySource(image), {});
        if (!isKeepWhole(report)) expectSound(report, image);
      }),
      { numRuns: bits === 32 ? 60 : 150 },
    );
  });

  it('gives a sound map or a reason when it is cut short', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: volume.byteLength }), async (byteLength) => {
        const image = volume.subarray(0, byteLength);
        const report = await readFatMap(memorySource(image), {});
        expect(isKeepWhole(report)).toBe(byteLength < volume.byteLength);
      }),
      { numRuns: 30 },
    );
  });
});
