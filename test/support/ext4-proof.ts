/** Proves a live map against the tools and by making it true: noise where it says free, zeros where it says zero. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { expect } from 'vitest';
import {
  extentPairs,
  intersectExtents,
  totalBytes,
  unionExtents,
  type ExtentList,
} from '../../src/bytes/extent-list.ts';
import { readExt4Map } from '../../src/filesystems/ext4/ext4-map.ts';
import { isKeepWhole, type LiveMap, type ReadOptions } from '../../src/filesystems/filesystem.ts';
import { RangeCollector } from '../../src/filesystems/ext4/range-collector.ts';
import { copyImage } from './ext4-image.ts';
import { BLOCK, readExt4Oracle, type Ext4Oracle } from './ext4-oracle.ts';
import { openFileSource } from './file-source.ts';
import { verdict } from './run.ts';
import { noiseBytes } from './store-fixtures.ts';

export async function mapImage(image: string, options: ReadOptions = {}): Promise<LiveMap> {
  using source = openFileSource(image);
  const map = await readExt4Map(source, options);
  if (isKeepWhole(map)) throw new Error(`kept whole: ${map.keepWhole}`);
  return map;
}

/** The lists must not overlap, and lie within the file system. */
export function expectWellFormedMap(map: LiveMap): void {
  const files = new RangeCollector();
  for (let i = 0; i < map.files.count; i++) {
    const start = map.files.byteOffset[i]!;
    expect(start % map.blockSize).toBe(0);
    files.add(start, start + map.files.byteLength[i]!);
  }
  const live = unionExtents(map.metadata, files.build());
  for (const [a, b] of [
    [map.free, map.zero],
    [map.free, live],
    [map.zero, live],
  ] as const) {
    expect(intersectExtents(a, b).count).toBe(0);
  }
  for (const list of [map.free, map.zero, live]) {
    expect(list.count === 0 || list.ends[list.count - 1]! <= map.byteLength).toBe(true);
  }
}

/** Every block that the tools call used is kept; what is left out is what the rules allow, and all that they allow. */
export function expectAgreement(map: LiveMap, oracle: Ext4Oracle): void {
  expect(map.blockSize).toBe(oracle.blockSize);
  const free = blocksOf(map.free, oracle);
  const zero = blocksOf(map.zero, oracle);
  const wrong: string[] = [];
  for (let block = 0; block < oracle.blockCount; block++) {
    const state = oracle.state[block]!;
    const mayBeFree = state === BLOCK.free || state === BLOCK.unwritten || state === BLOCK.bad;
    const mayBeZero = state === BLOCK.journalBody || state === BLOCK.unusedTable;
    if (mayBeFree !== (free[block] === 1) || mayBeZero !== (zero[block] === 1)) {
      wrong.push(`block ${block}: state ${state}, free ${free[block]}, zero ${zero[block]}`);
    }
  }
  expect(wrong.slice(0, 10)).toEqual([]);
}

function blocksOf(list: ExtentList, oracle: Ext4Oracle): Uint8Array {
  const flags = new Uint8Array(oracle.blockCount);
  for (const [start, end] of extentPairs(list)) flags.fill(1, start / oracle.blockSize, end / oracle.blockSize);
  return flags;
}

/** Overwrites the free bytes of an image with noise and its zero bytes with zeros. Returns how many bytes that were. */
export function makeMapTrue(image: string, map: LiveMap): number {
  const descriptor = openSync(image, 'r+');
  const noise = noiseBytes(1024 * 1024, 4242);
  const zeros = new Uint8Array(1024 * 1024);
  try {
    for (const [list, bytes] of [
      [map.free, noise],
      [map.zero, zeros],
    ] as const) {
      for (const [start, end] of extentPairs(list)) {
        for (let at = start; at < end; at += bytes.byteLength) {
          writeSync(descriptor, bytes, 0, Math.min(bytes.byteLength, end - at), at);
        }
      }
    }
  } finally {
    closeSync(descriptor);
  }
  return totalBytes(map.free) + totalBytes(map.zero);
}

/** What `e2fsck -fn` says, without the name of the image. */
export function fsckVerdict(image: string): string {
  const { status, output } = verdict('e2fsck', ['-fn', image]);
  return `${status}\n${output.replaceAll(image, 'IMAGE').replace(/^e2fsck \d.*$/mu, '')}`;
}

/** Numbers of all blocks that the map calls free or zero. */
export function leftOutBlocks(map: LiveMap): number[] {
  const blocks: number[] = [];
  for (const [start, end] of [...extentPairs(map.free), ...extentPairs(map.zero)]) {
    for (let at = start; at < end; at += map.blockSize) blocks.push(at / map.blockSize);
  }
  return blocks;
}

/**
 * Of a clean image: the map agrees with the tools, and a copy in which it was made true is as sound as the image.
 * Returns the copy, at `copyPath` until it is disposed of.
 */
export async function proveOnCopy(image: string, copyPath: string): Promise<ReturnType<typeof copyImage>> {
  const map = await mapImage(image);
  expect(map.clean).toBe(true);
  expectWellFormedMap(map);
  expectAgreement(map, readExt4Oracle(image));
  const copy = copyImage(image, copyPath);
  makeMapTrue(copy.path, map);
  expect(fsckVerdict(copy.path)).toBe(fsckVerdict(image));
  return copy;
}
