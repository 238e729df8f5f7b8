/**
 * Grows an image by our plan on top of garbage, or makes it smaller, and asks e2fsck, resize2fs, dumpe2fs and the kernel what
 * they think of it.
 */
import {
  closeSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  statfsSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { systemErrorCode } from '../../src/errors.ts';
import type { Edit } from '../../src/restore/edits.ts';
import { requireEdits } from '../../src/restore/edits.ts';
import { planExt4Growth, type Ext4Growth } from '../../src/restore/grow/ext4-growth.ts';
import { planExt4Shrink, type Ext4Shrink, type ShrinkRefusal } from '../../src/restore/grow/ext4-shrink.ts';
import { openFileSource } from './file-source.ts';
import { mountPartition } from './loop-device.ts';
import { run, shell, verdict } from './run.ts';
import { noiseBytes } from './store-fixtures.ts';

const MIB = 1024 * 1024;
/** So much of what is new holds garbage everywhere; the rest in every so many bytes. */
const NOISE_BYTES = 48 * MIB;
const SPRINKLES = 1500;
const SPRINKLE_BYTES = 4096;
/** So many copies are read by dumpe2fs, from the first to the last. */
const MOST_COPIES = 12;
/** So much is written where there is room for more, the rest is reserved. */
const LONG_BYTES = 100 * MIB;

/** Throws when it is refused. */
export async function planGrowth(image: string, newBytes: number): Promise<Ext4Growth> {
  using source = openFileSource(image);
  const plan = await planExt4Growth(source, newBytes);
  if ('reason' in plan) throw new Error(`refused: ${plan.reason}`);
  return plan;
}

/** Makes `to` from `from`: longer, with garbage in all that is new, and the edits over it. */
export async function growImage(from: string, to: string, newBytes: number): Promise<Ext4Growth> {
  const plan = await planGrowth(from, newBytes);
  requireEdits(plan.edits, newBytes);
  run('cp', ['--sparse=always', from, to]);
  layGarbage(to, statSync(from).size, newBytes);
  layOver(to, plan.edits, statSync(from).size + NOISE_BYTES);
  return plan;
}

export async function planShrink(image: string, newBytes: number): Promise<Ext4Shrink | ShrinkRefusal> {
  using source = openFileSource(image);
  return await planExt4Shrink(source, newBytes);
}

/** Makes `to` from `from`: shorter, with the edits over it. Throws when it is refused. */
export async function shrinkImage(from: string, to: string, newBytes: number): Promise<Ext4Shrink> {
  const plan = await planShrink(from, newBytes);
  if ('reason' in plan) throw new Error(`refused: ${plan.reason}`);
  requireEdits(plan.edits, newBytes);
  run('cp', ['--sparse=always', from, to]);
  truncateSync(to, newBytes);
  layOver(to, plan.edits, newBytes);
  return plan;
}

/** resize2fs makes of a copy of `from` what we made, with so many blocks. */
export function expectLikeShrunk(from: string, shrunk: string, blockCount: number, scratch: string): void {
  run('cp', ['--sparse=always', from, scratch]);
  try {
    const check = `e2fsck -fy ${scratch} >/dev/null || [ $? -le 1 ]`;
    shell(`${check}; resize2fs -f ${scratch} ${blockCount} 2>&1; ${check}`);
    const { freeBlocks, ...theirs } = dumpFacts(scratch);
    const ours = dumpFacts(shrunk);
    expect(ours).toMatchObject(theirs);
    expect(Math.abs(ours.freeBlocks - freeBlocks)).toBeLessThanOrEqual(freeBlocks * 0.01);
  } finally {
    rmSync(scratch, { force: true });
  }
  expectNothingToDo(shrunk, scratch);
}

function layGarbage(file: string, start: number, end: number): void {
  truncateSync(file, end);
  const descriptor = openSync(file, 'r+');
  const noise = noiseBytes(MIB, 4711);
  try {
    const noiseEnd = Math.min(end, start + NOISE_BYTES);
    for (let at = start; at < noiseEnd; at += MIB) writeSync(descriptor, noise, 0, Math.min(MIB, noiseEnd - at), at);
    const step = Math.ceil((end - noiseEnd) / SPRINKLES / SPRINKLE_BYTES) * SPRINKLE_BYTES;
    for (let at = noiseEnd; at + SPRINKLE_BYTES < end; at += step) writeSync(descriptor, noise, 0, SPRINKLE_BYTES, at);
  } finally {
    closeSync(descriptor);
  }
}

/** Zeros behind `denseEnd` are holes: the file stays small. */
function layOver(file: string, edits: readonly Edit[], denseEnd: number): void {
  const descriptor = openSync(file, 'r+');
  try {
    for (const { byteOffset, byteLength, bytes } of edits) {
      if (bytes !== undefined) writeSync(descriptor, bytes, 0, byteLength, byteOffset);
      else if (byteOffset >= denseEnd) run('fallocate', ['-p', '-o', `${byteOffset}`, '-l', `${byteLength}`, file]);
      else writeSync(descriptor, new Uint8Array(byteLength), 0, byteLength, byteOffset);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Clean, and nothing to say but its summary and what it could do better than the kernel. */
export function expectSound(image: string, ...options: string[]): void {
  const { status, output } = verdict('e2fsck', ['-fn', ...options, image]);
  expect({ options, status, output }).toMatchObject({ options, status: 0 });
  expect(output.replaceAll(/^.*could be (?:shorter|narrower)\. {2}Optimize\? no$/gmu, '')).not.toMatch(
    /\? (?:no|yes)|error|corrupt/iu,
  );
}

export interface DumpedFacts {
  readonly blockSize: number;
  readonly blockCount: number;
  readonly inodeCount: number;
  readonly freeBlocks: number;
  readonly freeInodes: number;
  readonly reservedBlocks: number;
}

export function dumpFacts(image: string, ...options: string[]): DumpedFacts {
  const dump = run('dumpe2fs', ['-h', ...options, image]);
  const number = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'mu').exec(dump)?.[1]);
  return {
    blockSize: number('Block size'),
    blockCount: number('Block count'),
    inodeCount: number('Inode count'),
    freeBlocks: number('Free blocks'),
    freeInodes: number('Free inodes'),
    reservedBlocks: number('Reserved block count'),
  };
}

/**
 * Every copy of the superblock says which group it belongs to, and names the same places as the first. e2fsck is no judge
 * of them: opened from a copy, it takes all flags of uninitialised parts away, also of what mke2fs made.
 */
export function expectSoundCopies(image: string): number {
  const dump = run('dumpe2fs', [image]);
  const places = placesIn(dump);
  const { blockSize } = dumpFacts(image);
  const copies = [...dump.matchAll(/^Group (\d+):.*\n(?: .*\n)*? {2}Backup superblock at (\d+)/gmu)];
  const descriptor = openSync(image, 'r');
  const bytes = new Uint8Array(2);
  try {
    const step = Math.ceil(copies.length / MOST_COPIES);
    for (const [i, [, group, block]] of copies.entries()) {
      readSync(descriptor, bytes, 0, 2, Number(block) * blockSize + 0x5a);
      expect(bytes[0]! + bytes[1]! * 256).toBe(Number(group) % 65536);
      if (i % step !== 0 && i !== copies.length - 1) continue;
      // It says 1 where mke2fs left garbage for an inode bitmap.
      const theirs = shell(`dumpe2fs -o superblock=${block} -o blocksize=${blockSize} ${image} 2>/dev/null || true`);
      const different = placesIn(theirs).filter((line, i) => line !== places[i]);
      expect({ block, different: different.slice(0, 5) }).toEqual({ block, different: [] });
    }
  } finally {
    closeSync(descriptor);
  }
  return copies.length;
}

function placesIn(dump: string): string[] {
  return dump
    .split('\n')
    .filter((line) =>
      /^(?:Block count|Inode count|Free (?:blocks|inodes):|Reserved block)|^Group|(?: at \d)/u.test(line),
    )
    .map((line) => line.replace(/^(Group [^)]*\)).*$/u, '$1'));
}

/** resize2fs makes of a copy of `from` what we made: the same size, as much free space within 1 %. */
export function expectLikeResize2fs(from: string, grown: string, newBytes: number, scratch: string): void {
  run('cp', ['--sparse=always', from, scratch]);
  try {
    truncateSync(scratch, newBytes);
    // Again in the end: with bigalloc, resize2fs counts more free blocks than there are.
    const check = `e2fsck -fy ${scratch} >/dev/null || [ $? -le 1 ]`;
    shell(`${check}; resize2fs -f ${scratch} 2>&1; ${check}`);
    const theirs = dumpFacts(scratch);
    const ours = dumpFacts(grown);
    expect(ours).toMatchObject({
      blockCount: theirs.blockCount,
      inodeCount: theirs.inodeCount,
      reservedBlocks: theirs.reservedBlocks,
      freeInodes: theirs.freeInodes,
    });
    expect(Math.abs(ours.freeBlocks - theirs.freeBlocks)).toBeLessThanOrEqual(theirs.freeBlocks * 0.01);
  } finally {
    rmSync(scratch, { force: true });
  }
  expectNothingToDo(grown, scratch);
}

/** resize2fs finds nothing to do in a copy. */
export function expectNothingToDo(grown: string, scratch: string): void {
  run('cp', ['--sparse=always', grown, scratch]);
  try {
    expect(shell(`resize2fs -f ${scratch} 2>&1`)).toContain('Nothing to do!');
  } finally {
    rmSync(scratch, { force: true });
  }
}

/** Names, kinds and contents of all files. */
export function fileList(root: string): string {
  return shell(`cd ${root}; find . -mindepth 1 -xdev ! -path './lost+found*' ! -path './filler*' -printf '%p %y %m %U %G %n %l\\n' | sort
    find . -xdev -type f ! -path './filler*' -print0 | sort -z | xargs -0r sha1sum`);
}

export function fileListOf(image: string, ...options: string[]): string {
  using mounted = mountPartition(image, 0, statSync(image).size, { options: ['ro', ...options] });
  return fileList(mounted.path);
}

/**
 * The kernel writes until there is no more room, but for what it may reserve: small files in many folders, a long file,
 * then half of it again. The list of files that were there before must be `files`, before and after.
 */
export function fillByKernel(image: string, files: string, ...options: string[]): void {
  const { size } = statSync(image);
  {
    using mounted = mountPartition(image, 0, size, { options });
    expect(fileList(mounted.path)).toBe(files);
    writeFiller(path.join(mounted.path, 'filler'));
  }
  expectSound(image);
  expect(fileListOf(image, ...options)).toBe(files);
}

function writeFiller(folder: string): void {
  const noise = noiseBytes(MIB, 99);
  mkdirSync(folder);
  untilFull(() => {
    for (let d = 0; d < 60; d++) {
      mkdirSync(path.join(folder, `d${d}`));
      for (let f = 0; f < 12; f++) writeFileSync(path.join(folder, `d${d}`, `f${f}`), noise.subarray(0, d * f * 40));
    }
  });
  const { bavail, bsize } = statfsSync(folder);
  const reserved = bavail * bsize - LONG_BYTES;
  if (reserved > 0) verdict('fallocate', ['-l', `${reserved}`, path.join(folder, 'reserved')]);
  untilFull(() => append(path.join(folder, 'long'), noise, LONG_BYTES + 8 * MIB));
  run('sync', ['-f', folder]);
  for (const d of [1, 2, 3]) rmSync(path.join(folder, `d${d}`), { recursive: true, force: true });
  truncateSync(path.join(folder, 'long'), 5 * MIB);
  untilFull(() => append(path.join(folder, 'again'), noise, 20 * MIB));
}

function append(file: string, bytes: Uint8Array, byteLength: number): void {
  const descriptor = openSync(file, 'a');
  try {
    for (let done = 0; done < byteLength; done += bytes.byteLength) writeSync(descriptor, bytes);
  } finally {
    closeSync(descriptor);
  }
}

function untilFull(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOSPC') throw error;
  }
}
