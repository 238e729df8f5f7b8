import { describe, expect, it } from 'vitest';
import {
  EMPTY_EXTENTS,
  ExtentListBuilder,
  extentPairs,
  extentsFrom,
  totalBytes,
  type ExtentList,
} from '../../../src/bytes/extent-list.ts';
import { findDirectoryCells } from '../../../src/capture/directory-cells.ts';
import type { Region } from '../../../src/capture/disk-map.ts';
import { FileExtentsBuilder, NO_FILES } from '../../../src/filesystems/file-extents.ts';

const CELL = 16 * 1024;
const BLOCK = 4096;
const REGION = 63 * 512;

/** Directories with one run each, in bytes of the region; they come behind five files. */
function regionWith(runs: readonly (readonly [start: number, end: number])[]): Region {
  const extents = new FileExtentsBuilder();
  for (const [start, end] of runs) {
    extents.nextFile();
    extents.add(0, start, end - start);
  }
  const directories = { extents: extents.build(), firstFile: 5, count: runs.length };
  const none = { free: EMPTY_EXTENTS, zero: EMPTY_EXTENTS, metadata: EMPTY_EXTENTS, files: NO_FILES };
  return { byteOffset: REGION, byteLength: 2 ** 43, partition: 0, ...none, directories };
}

function metadataOf(runs: readonly (readonly [start: number, end: number])[]): ExtentList {
  return extentsFrom(runs.map(([start, end]): [number, number] => [REGION + start, REGION + end]));
}

describe('cells of the metadata grid', () => {
  it('are those that hold directories alone, with all of them', () => {
    const runs = [
      [2 * CELL, 4 * CELL],
      [5 * CELL, 5 * CELL + BLOCK],
      [0, BLOCK],
      [5 * CELL + 2 * BLOCK, 6 * CELL],
      [7 * CELL + BLOCK, 7 * CELL + 2 * BLOCK],
    ] as const;
    const cells = findDirectoryCells(regionWith(runs), metadataOf([...runs, [7 * CELL, 8 * CELL]]), CELL);
    expect(cells.starts.map((start) => (start - REGION) / CELL)).toEqual([0, 2, 3, 5]);
    expect(cells.directories).toEqual([[7], [5], [5], [6, 8]]);
    expect(cells.firstFile).toBe(10);
    expect(extentPairs(cells.bytes)).toEqual(extentPairs(metadataOf(runs.slice(0, 4))));
  });

  it('are bounded', () => {
    const count = 262_200;
    const runs = Array.from({ length: count }, (_, i) => [2 * i * CELL, 2 * i * CELL + BLOCK] as const);
    const metadata = new ExtentListBuilder();
    for (const [start, end] of runs) metadata.add(REGION + start, REGION + end);
    const cells = findDirectoryCells(regionWith(runs), metadata.build(), CELL);
    expect(cells.count).toBe(262_144);
    expect(totalBytes(cells.bytes)).toBe(262_144 * BLOCK);
  });
});
