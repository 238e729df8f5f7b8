import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coversExtent, extentPairs } from '../../src/bytes/extent-list.ts';
import { memorySource } from '../../src/device/block-source.ts';
import { isFileSystemAt } from '../../src/filesystems/signatures.ts';
import { readDiskLayout, type DiskLayout } from '../../src/layout/disk-layout.ts';
import { temporaryFolder } from '../support/loop-device.ts';
import { run } from '../support/run.ts';
import { writeTable } from '../support/sfdisk.ts';

const MIB = 1024 * 1024;
const SECTORS = (16 * MIB) / 512;

function realTable(script: string, hybrid = false): Buffer {
  using folder = temporaryFolder();
  const image = path.join(folder.path, 'card.img');
  writeFileSync(image, '');
  truncateSync(image, 16 * MIB);
  writeTable(image, script);
  if (hybrid) run('sgdisk', ['-h', '1:2', image]);
  return readFileSync(image);
}

/** What must hold of any layout. */
function expectSound(layout: DiskLayout, image: Buffer): void {
  const { partitions, tableExtents, ebrExtents, keepWhole, table } = layout;
  for (const [start, end] of [...extentPairs(tableExtents), ...extentPairs(ebrExtents)]) {
    expect(start >= 0 && end <= image.byteLength && start < end).toBe(true);
  }
  for (const [start, end] of extentPairs(ebrExtents)) expect(coversExtent(tableExtents, start, end)).toBe(true);
  for (const [index, { byteOffset, byteLength, number }] of partitions.entries()) {
    expect(Number.isSafeInteger(byteOffset) && Number.isSafeInteger(byteOffset + byteLength)).toBe(true);
    expect(byteOffset > 0 && byteLength > 0 && number > 0).toBe(true);
    const before = partitions[index - 1];
    if (before === undefined) continue;
    expect(before.byteOffset).toBeLessThanOrEqual(byteOffset);
    if (before.byteOffset + before.byteLength > byteOffset) expect(layout.hasOverlap).toBe(true);
  }
  const reach = Math.max(0, ...partitions.map(({ byteOffset, byteLength }) => byteOffset + byteLength));
  if (reach > image.byteLength) expect(layout.hasPartitionPastEnd).toBe(true);
  expect(partitions.length > 0).toBe(table !== 'none' && keepWhole === undefined);
}

describe.each([
  ['MBR', realTable('label: dos\nsize=1M\nsize=2M\n/dev/x3 : size=4M\n')],
  [
    'chain of logical partitions',
    realTable('label: dos\nsize=1M\n/dev/x2 : type=5\n/dev/x5 : size=1M\n/dev/x6 : size=1M\n'),
  ],
  ['GPT', realTable('label: gpt\nsize=1M\nsize=2M\n')],
  ['hybrid GPT', realTable('label: gpt\nsize=1M\nsize=2M\n', true)],
])('a damaged %s', (_, sound) => {
  const tables = [...Array(SECTORS).keys()].filter((lba) => sound.subarray(lba * 512, lba * 512 + 512).some(Boolean));

  it('gives a sound layout, or a reason to keep everything', async () => {
    const place = fc.record({
      sector: fc.constantFrom(...tables),
      at: fc.oneof(fc.nat(511), fc.integer({ min: 440, max: 511 })),
    });
    const flip = fc.record({ place, value: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(fc.array(flip, { minLength: 1, maxLength: 8 }), async (flips) => {
        const image = Buffer.from(sound);
        for (const { place, value } of flips) image[place.sector * 512 + place.at] = value;
        const source = memorySource(image);
        const layout = await readDiskLayout(source, { isFileSystemAt: async (at) => isFileSystemAt(source, at) });
        expectSound(layout, image);
      }),
      { numRuns: 150 },
    );
  });
});
