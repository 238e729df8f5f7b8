/**
 * File systems damaged on purpose, in ways that checksums tell and that they do not: e2fsck says the same of the restored
 * one and repairs it to the same.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isKeepWhole } from '../../src/filesystems/filesystem.ts';
import { copyImage, fillFolder, imageFolder, makeExt4Image } from '../support/ext4-image.ts';
import { compareRepair } from '../support/ext4-repair.ts';
import { restoreFileOnNoise } from '../support/restored-image.ts';
import { run } from '../support/run.ts';

const FOLDER = imageFolder('repair');
const TREE = `${FOLDER}/tree`;
const image = `${FOLDER}/image`;
const sound = `${FOLDER}/sound`;
const BLOCK_SIZE = 1024;

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

interface Group {
  readonly descriptorAt: number;
  readonly blockBitmap: number;
  readonly inodeBitmap: number;
  readonly inodeTable: number;
  readonly blocks: number;
}

interface Damage {
  readonly name: string;
  /** Changes the image. */
  readonly change: (bytes: Buffer, groups: readonly Group[]) => void;
  /** More for e2fsck. */
  readonly fsck?: readonly string[];
}

const BACKUP = ['-b', '8193', '-B', '1024'];

function fillBlock(bytes: Buffer, block: number, value: number): void {
  bytes.fill(value, block * BLOCK_SIZE, (block + 1) * BLOCK_SIZE);
}

function swapBlocks(bytes: Buffer, a: number, b: number): void {
  const first = Buffer.from(bytes.subarray(a * BLOCK_SIZE, (a + 1) * BLOCK_SIZE));
  bytes.copyWithin(a * BLOCK_SIZE, b * BLOCK_SIZE, (b + 1) * BLOCK_SIZE);
  first.copy(bytes, b * BLOCK_SIZE);
}

/** Free clusters and inodes of a group as its descriptor counts them; on small groups the low halves are enough. */
function setCounts(bytes: Buffer, { descriptorAt }: Group, free: { blocks?: number; inodes?: number }): void {
  if (free.blocks !== undefined) bytes.writeUInt16LE(free.blocks, descriptorAt + 0x0c);
  if (free.inodes !== undefined) bytes.writeUInt16LE(free.inodes, descriptorAt + 0x0e);
}

const DAMAGES: readonly Damage[] = [
  {
    name: 'block bitmaps zeroed',
    change: (bytes, groups) => groups.forEach(({ blockBitmap }) => fillBlock(bytes, blockBitmap, 0)),
  },
  {
    name: 'block bitmaps zeroed, with counts that agree',
    change: (bytes, groups) =>
      groups.forEach((group) => {
        fillBlock(bytes, group.blockBitmap, 0);
        setCounts(bytes, group, { blocks: group.blocks });
      }),
  },
  {
    name: 'inode bitmaps cleared',
    change: (bytes, groups) =>
      groups.forEach(({ inodeBitmap }) => bytes.fill(0, inodeBitmap * 1024, inodeBitmap * 1024 + 64)),
  },
  {
    name: 'inode bitmaps cleared, with counts that agree',
    change: (bytes, groups) =>
      groups.forEach((group) => {
        const at = group.inodeBitmap * BLOCK_SIZE;
        const inodes = bytes.readUInt32LE(1024 + 0x28);
        bytes.fill(0, at, at + inodes / 8);
        setCounts(bytes, group, { inodes });
      }),
  },
  {
    name: 'block bitmaps of two groups swapped',
    change: (bytes, groups) => swapBlocks(bytes, groups[0]!.blockBitmap, groups[1]!.blockBitmap),
  },
  {
    name: 'block and inode bitmap of a group swapped',
    change: (bytes, groups) => swapBlocks(bytes, groups[0]!.blockBitmap, groups[0]!.inodeBitmap),
  },
  {
    name: 'a descriptor that points into the files',
    change: (bytes, groups) => bytes.writeUInt32LE(9000, groups[0]!.descriptorAt + 8),
  },
  {
    name: 'a descriptor that points at the tables of another group',
    change: (bytes, [a, b]) => bytes.copyWithin(b!.descriptorAt, a!.descriptorAt, a!.descriptorAt + 12),
  },
  {
    name: 'a descriptor of noise',
    change: (bytes, groups) => bytes.fill(0xa5, groups[1]!.descriptorAt, groups[1]!.descriptorAt + 32),
  },
  {
    name: 'a descriptor that calls its tables unused',
    change: (bytes, groups) => bytes.writeUInt16LE(3, groups[0]!.descriptorAt + 0x12),
  },
  { name: 'all descriptors zeroed', change: (bytes) => bytes.fill(0, 2048, 3072) },
  { name: 'no superblock but the copies', change: (bytes) => bytes.fill(0, 1024, 2048), fsck: BACKUP },
  { name: 'no superblock and descriptors but the copies', change: (bytes) => bytes.fill(0, 1024, 3072), fsck: BACKUP },
  { name: 'a superblock of noise', change: (bytes) => bytes.fill(0x5a, 1024 + 4, 2048), fsck: BACKUP },
  { name: 'a wrong checksum of the superblock', change: (bytes) => flip(bytes, 1024 + 0x3fc) },
  { name: 'a wrong checksum of a descriptor', change: (bytes, groups) => flip(bytes, groups[0]!.descriptorAt + 0x1e) },
  { name: 'a wrong checksum of bitmaps', change: (bytes, groups) => flip(bytes, groups[0]!.descriptorAt + 0x18) },
  { name: 'a wrong checksum of an inode', change: (bytes) => flip(bytes, inodeAt('/big') + 0x7c) },
  { name: 'an inode of noise', change: (bytes) => bytes.fill(0xa5, inodeAt('/big'), inodeAt('/big') + 128) },
  {
    name: 'a file on the blocks of another',
    change: (bytes) => bytes.copyWithin(inodeAt('/tiny') + 0x28, inodeAt('/big') + 0x28, inodeAt('/big') + 0x28 + 60),
  },
  {
    name: 'bitmaps cleared, and files that were deleted while open',
    change: (bytes, groups) => {
      const [first, second] = [inodeAt('/fragments'), inodeAt('/big')];
      bytes.writeUInt32LE(inodeOf('/fragments'), 1024 + 0xe8);
      bytes.writeUInt32LE(inodeOf('/big'), first + 0x14);
      for (const at of [first, second]) bytes.writeUInt16LE(0, at + 0x1a);
      for (const group of groups) {
        const inodes = bytes.readUInt32LE(1024 + 0x28);
        fillBlock(bytes, group.blockBitmap, 0);
        bytes.fill(0, group.inodeBitmap * BLOCK_SIZE, group.inodeBitmap * BLOCK_SIZE + inodes / 8);
        setCounts(bytes, group, { blocks: group.blocks, inodes });
      }
    },
  },
  {
    name: 'a damaged folder',
    change: (bytes) => bytes.fill(0xff, blockOf('/many') * 1024 + 40, blockOf('/many') * 1024 + 80),
  },
  { name: 'the root folder gone', change: (bytes) => bytes.fill(0, inodeAt('/'), inodeAt('/') + 128) },
  { name: 'all folders of a folder lost', change: (bytes) => fillBlock(bytes, blockOf('/d0'), 0) },
];

function flip(bytes: Buffer, at: number): void {
  bytes[at] = bytes[at]! ^ 1;
}

function inodeAt(name: string): number {
  const answer = run('debugfs', ['-R', `imap ${name}`, sound]);
  const [, block, offset] = /located at block (\d+), offset (0x[\da-f]+)/u.exec(answer)!;
  return Number(block) * BLOCK_SIZE + Number(offset);
}

function inodeOf(name: string): number {
  return Number(/Inode: (\d+)/u.exec(run('debugfs', ['-R', `stat ${name}`, sound]))![1]);
}

function blockOf(name: string): number {
  return Number(
    run('debugfs', ['-R', `blocks ${name}`, sound])
      .trim()
      .split(/\s+/u)[0],
  );
}

function groupsOf(dump: string): Group[] {
  const size = Number(/^Group descriptor size:\s+(\d+)/mu.exec(dump)?.[1] ?? 32);
  return dump
    .split(/^Group \d+: /mu)
    .slice(1)
    .map((group, i) => ({
      descriptorAt: 2 * BLOCK_SIZE + i * size,
      blockBitmap: Number(/Block bitmap at (\d+)/u.exec(group)![1]),
      inodeBitmap: Number(/Inode bitmap at (\d+)/u.exec(group)![1]),
      inodeTable: Number(/Inode table at (\d+)/u.exec(group)![1]),
      blocks: /^\(Blocks (\d+)-(\d+)\)/u
        .exec(group)!
        .slice(1)
        .map(Number)
        .reduce((first, last) => last - first + 1),
    }));
}

describe.each([
  ['all checksums', '-t ext4'],
  ['checksums of groups', '-t ext4 -O ^metadata_csum,uninit_bg'],
  ['no checksums', '-t ext4 -O ^metadata_csum,^64bit'],
  ['indirect maps', '-t ext3'],
  ['no journal', '-t ext2'],
])('a damaged file system with %s', (_, options) => {
  let groups: Group[];

  beforeAll(() => {
    rmSync(TREE, { recursive: true, force: true });
    mkdirSync(TREE);
    fillFolder(TREE, BLOCK_SIZE);
    makeExt4Image(sound, 16, [...options.split(' '), '-b', `${BLOCK_SIZE}`, '-d', TREE]);
    groups = groupsOf(run('dumpe2fs', [sound]));
  });

  it.each(DAMAGES)('is repaired to the same as its source: $name', async ({ change, fsck = [] }) => {
    using damaged = copyImage(sound, image);
    const bytes = readFileSync(damaged.path);
    change(bytes, groups);
    expect(bytes.equals(readFileSync(sound))).toBe(false);
    writeFileSync(damaged.path, bytes);
    const restored = `${FOLDER}/restored`;
    const { disk, faults } = await restoreFileOnNoise(damaged.path, restored);
    expect(faults).toEqual([]);
    if (isKeepWhole(disk.partitions[0]!.report)) {
      expect(readFileSync(restored).equals(bytes)).toBe(true);
      return;
    }
    expect(compareRepair(damaged.path, restored, fsck)).toEqual([]);
  });
});
