/** Journals that are not replayed: on another device, and with fast commits. A card that needs them is kept whole. */
import { closeSync, fsyncSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isKeepWhole, type FileSystemReport } from '../../src/filesystems/filesystem.ts';
import { imageFolder } from '../support/ext4-image.ts';
import { runE2fsck, differentUsedBlocks } from '../support/ext4-repair.ts';
import { attachLoop, type Loop } from '../support/loop-device.ts';
import { restoreFileOnNoise } from '../support/restored-image.ts';
import { run, shell } from '../support/run.ts';
import { noiseBytes } from '../support/store-fixtures.ts';

const FOLDER = imageFolder('journal-kinds');
const ROOT = `${FOLDER}/mounted`;
const card = `${FOLDER}/card`;
const moment = `${FOLDER}/moment`;
const restored = `${FOLDER}/restored`;
const MIB = 1024 * 1024;
const JOURNAL = { byteOffset: MIB, byteLength: 16 * MIB };
const FILES = { byteOffset: 18 * MIB, byteLength: 32 * MIB };

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

describe('a journal on a partition of its own', () => {
  it('comes back with its file system, and is kept whole as that is while it needs recovery', async () => {
    makeCard();
    const before = await whileMounted(async () => {
      writeSome('first', 40);
      run('cp', ['--sparse=never', card, moment]);
    });
    expect(before).toContain('needs_recovery');
    // Pulled out: which blocks are free only the other partition knows.
    const dirty = await restoreFileOnNoise(moment, restored);
    expect(dirty.faults).toEqual([]);
    expect(reasons(dirty.disk.partitions.map(({ report }) => report))).toEqual([
      'ext journal device is kept whole',
      'it was not shut down cleanly, and its journal is on another device',
    ]);
    expect(readFileSync(restored).equals(readFileSync(moment))).toBe(true);

    const clean = await restoreFileOnNoise(card, restored);
    expect(clean.faults).toEqual([]);
    expect(reasons(clean.disk.partitions.map(({ report }) => report))).toEqual([
      'ext journal device is kept whole',
      undefined,
    ]);
    expect(clean.freeBytes).toBeGreaterThan(20 * MIB);
    expect(await sayOf(restored)).toEqual(await sayOf(card));
    using source = partition(card, FILES);
    using copy = partition(restored, FILES);
    expect(differentUsedBlocks(source.path, copy.path)).toEqual([]);
  });
});

describe('a journal with fast commits', () => {
  it('keeps a card whole that was pulled out, and takes no notice of them on a clean one', async () => {
    writeFileSync(card, '');
    truncateSync(card, 48 * MIB);
    run('mke2fs', ['-q', '-F', '-t', 'ext4', '-b', '4096', '-O', 'fast_commit', card]);
    {
      using loop = attachLoop(card);
      shell(`mkdir -p ${ROOT}; mount -t ext4 -o commit=600 ${loop.path} ${ROOT}`);
      try {
        writeSome('before', 20);
        shell(`sync -f ${ROOT}`);
        writeSome('after', 60);
        expect(fastCommitsOf(loop)).toBeGreaterThan(20);
        run('cp', ['--sparse=never', card, moment]);
      } finally {
        run('umount', [ROOT]);
      }
    }
    const dirty = await restoreFileOnNoise(moment, restored);
    expect(reasons(dirty.disk.partitions.map(({ report }) => report))).toEqual([
      'it was not shut down cleanly, and its journal may hold fast commits',
    ]);
    expect(readFileSync(restored).equals(readFileSync(moment))).toBe(true);
    // What only fast commits say is there after recovery.
    expect(runE2fsck(restored, '-fy').status).toBeLessThan(4);
    expect(run('debugfs', ['-R', 'ls -p /', restored])).toContain('/after59/');

    const clean = await restoreFileOnNoise(card, restored);
    expect(clean.faults).toEqual([]);
    expect(clean.disk.partitions[0]!.report).toMatchObject({ clean: true });
    expect(runE2fsck(restored, '-fn')).toEqual(runE2fsck(card, '-fn'));
    expect(differentUsedBlocks(card, restored)).toEqual([]);
  });
});

function reasons(reports: readonly FileSystemReport[]): (string | undefined)[] {
  return reports.map((report) => (isKeepWhole(report) ? report.keepWhole : undefined));
}

function partition(image: string, { byteOffset, byteLength }: typeof FILES): Loop {
  return attachLoop(image, '-o', `${byteOffset}`, '--sizelimit', `${byteLength}`);
}

/** An MBR, a journal on the first partition, and the file system that uses it on the second. */
function makeCard(): void {
  writeFileSync(card, '');
  truncateSync(card, 51 * MIB);
  const sectors = [JOURNAL, FILES].map(({ byteOffset, byteLength }) => `${byteOffset / 512},${byteLength / 512},83`);
  run('sfdisk', ['-q', card], { input: `label: dos\nlabel-id: 0x000dbfc6\n${sectors.join('\n')}\n` });
  using journal = partition(card, JOURNAL);
  using files = partition(card, FILES);
  run('mke2fs', ['-q', '-F', '-O', 'journal_dev', '-b', '4096', journal.path]);
  run('mke2fs', ['-q', '-F', '-t', 'ext4', '-b', '4096', '-J', `device=${journal.path}`, files.path]);
}

/** Mounts the second partition with its journal; returns what dumpe2fs says of it meanwhile. */
async function whileMounted(use: () => Promise<void>): Promise<string> {
  using journal = partition(card, JOURNAL);
  using files = partition(card, FILES);
  shell(`mkdir -p ${ROOT}; mount -t ext4 -o commit=600,journal_path=${journal.path} ${files.path} ${ROOT}`);
  try {
    await use();
    return run('dumpe2fs', ['-h', files.path]);
  } finally {
    run('umount', [ROOT]);
  }
}

function writeSome(name: string, count: number): void {
  for (let i = 0; i < count; i++) {
    const descriptor = openSync(path.join(ROOT, `${name}${i}`), 'w');
    writeSync(descriptor, noiseBytes(3000 + i * 500, i));
    fsyncSync(descriptor);
    closeSync(descriptor);
  }
}

function fastCommitsOf(loop: Loop): number {
  const info = readFileSync(`/proc/fs/ext4/${path.basename(loop.path)}/fc_info`, 'latin1');
  return Number(/^(\d+) commits/mu.exec(info)?.[1]);
}

/** What e2fsck says of the second partition, with the first as its journal. */
async function sayOf(image: string): Promise<string> {
  using journal = partition(image, JOURNAL);
  using files = partition(image, FILES);
  const { status, output } = runE2fsck(files.path, '-fn', '-j', journal.path);
  return `${status} ${output.replaceAll(/\/dev\/loop\d+/gu, 'DEVICE')}`;
}
