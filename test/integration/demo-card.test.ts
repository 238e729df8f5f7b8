import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compareUsedRuns, readDemoCard, readUsedRuns, writeImage } from '../fixtures/demo-card/demo-card.mjs';
import { run } from '../support/run.ts';

const BOOT_OFFSET = 2048 * 512;
const BOOT_BYTES = 73_728 * 512;
const ROOT_OFFSET = 75_776 * 512;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cardkeep-demo-card-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each([1, 2] as const)('version %i of the demo card', (version) => {
  test('unpacks into an image that e2fsck and fsck.vfat find clean', () => {
    const image = readDemoCard(version);
    const cardPath = join(folder, `card-${version}.img`);
    const bootPath = join(folder, `boot-${version}.img`);
    writeImage(image, cardPath);
    writeFileSync(bootPath, image.subarray(BOOT_OFFSET, BOOT_OFFSET + BOOT_BYTES));
    // Both exit non-zero, and so throw, on the smallest finding.
    expect(run('e2fsck', ['-fn', `${cardPath}?offset=${ROOT_OFFSET}`])).toContain('rootfs');
    expect(run('fsck.vfat', ['-n', bootPath])).toContain('files');
  });

  test('equals its own list of used bytes, and not that of the other version', () => {
    const cardPath = join(folder, `card-${version}.img`);
    expect(compareUsedRuns(version, cardPath).wrongOffsets).toEqual([]);
    const other = version === 1 ? 2 : 1;
    const [here, there] = [readDemoCard(version), readDemoCard(other)];
    const differing = readUsedRuns(other).filter(({ byteOffset, byteLength }) => {
      const end = byteOffset + byteLength;
      return !here.subarray(byteOffset, end).equals(there.subarray(byteOffset, end));
    });
    expect(differing.length).toBeGreaterThan(10);
    expect(compareUsedRuns(other, cardPath).wrongOffsets).toEqual(differing.map(({ byteOffset }) => byteOffset));
  });

  test('a single wrong byte in any used run is noticed', () => {
    const image = readDemoCard(version);
    const damagedPath = join(folder, 'damaged.img');
    const runs = readUsedRuns(version);
    for (const used of [runs[0], runs[Math.floor(runs.length / 2)], runs.at(-1)]) {
      const byteOffset = (used?.byteOffset ?? 0) + (used?.byteLength ?? 0) - 1;
      const right = image.readUInt8(byteOffset);
      image.writeUInt8(right ^ 1, byteOffset);
      writeImage(image, damagedPath);
      image.writeUInt8(right, byteOffset);
      expect(compareUsedRuns(version, damagedPath).wrongOffsets).toEqual([used?.byteOffset]);
    }
  });
});

test('a truncated image is noticed', () => {
  const path = join(folder, 'truncated.img');
  writeImage(readDemoCard(1).subarray(0, -20_000_000), path);
  expect(compareUsedRuns(1, path).wrongOffsets.length).toBeGreaterThan(0);
});
