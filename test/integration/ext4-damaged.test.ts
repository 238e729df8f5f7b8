/** File systems that contradict themselves without knowing it: e2fsck must find the same to repair after a restore. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readExt4Map } from '../../src/filesystems/ext4/ext4-map.ts';
import { isKeepWhole, type FileSystemReport } from '../../src/filesystems/filesystem.ts';
import { copyImage, fillFolder, imageFolder, makeExt4Image } from '../support/ext4-image.ts';
import { BLOCK, readExt4Oracle, type Ext4Oracle } from '../support/ext4-oracle.ts';
import { expectWellFormedMap, leftOutBlocks, makeMapTrue } from '../support/ext4-proof.ts';
import { openFileSource } from '../support/file-source.ts';
import { run, verdict } from '../support/run.ts';

const FOLDER = imageFolder('damaged');
const TREE = `${FOLDER}/tree`;
const image = `${FOLDER}/image`;
const BLOCK_SIZE = 1024;

interface Group {
  readonly descriptorAt: number;
  readonly blockBitmap: number;
  readonly inodeBitmap: number;
  readonly inodes: number;
  readonly blocks: number;
}

let oracle: Ext4Oracle;
let groups: Group[];

beforeAll(() => {
  mkdirSync(TREE);
  fillFolder(TREE, BLOCK_SIZE);
});
beforeEach(() => {
  // Nothing has a checksum: only the second witness stands between the damage and the files.
  makeExt4Image(image, 32, ['-t', 'ext4', '-b', `${BLOCK_SIZE}`, '-O', '^metadata_csum,^64bit', '-d', TREE]);
  run('debugfs', ['-w', '-R', `ea_set /big user.note ${'n'.repeat(700)}`, image]);
  oracle = readExt4Oracle(image);
  groups = readGroups();
});
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

function readGroups(): Group[] {
  const dump = run('dumpe2fs', [image]);
  const inodes = Number(/^Inodes per group:\s+(\d+)/mu.exec(dump)![1]);
  return [...dump.matchAll(/^Group (\d+): \(Blocks (\d+)-(\d+)\)([^]*?)(?=^Group |$(?![^]))/gmu)].map((match) => ({
    descriptorAt: 2 * BLOCK_SIZE + Number(match[1]) * 32,
    blockBitmap: Number(/Block bitmap at (\d+)/u.exec(match[4]!)![1]),
    inodeBitmap: Number(/Inode bitmap at (\d+)/u.exec(match[4]!)![1]),
    inodes,
    blocks: Number(match[3]) - Number(match[2]) + 1,
  }));
}

/** Changes the image, and proves that a restored copy is repaired to the same tree as the damaged one itself. */
async function damage(change: (bytes: Buffer) => void): Promise<FileSystemReport> {
  const bytes = readFileSync(image);
  change(bytes);
  writeFileSync(image, bytes);
  using source = openFileSource(image);
  const report = await readExt4Map(source, {});
  if (isKeepWhole(report)) return report;
  expectWellFormedMap(report);
  expect(leftOutBlocks(report).filter((block) => oracle.state[block] === BLOCK.data)).toEqual([]);
  using plain = copyImage(image, `${FOLDER}/plain`);
  using restored = copyImage(image, `${FOLDER}/restored`);
  makeMapTrue(restored.path, report);
  const repaired = [plain, restored].map(({ path }) => {
    const { status, output } = verdict('e2fsck', ['-fy', path]);
    rmSync(`${FOLDER}/dump`, { recursive: true, force: true });
    mkdirSync(`${FOLDER}/dump`);
    run('debugfs', ['-R', `rdump / ${FOLDER}/dump`, path]);
    const differences = verdict('diff', ['-r', '--no-dereference', TREE, `${FOLDER}/dump`]).output;
    return `${status} ${output} ${differences}`.replaceAll(path, 'IMAGE');
  });
  expect(repaired[1]).toBe(repaired[0]);
  return report;
}

describe('a damaged file system', () => {
  it.each([
    ['wiped', 0],
    ['full', 0xff],
  ])('whose block bitmaps are %s, with counts that agree, loses nothing', async (_, fill) => {
    const report = await damage((bytes) => {
      for (const { descriptorAt, blockBitmap, blocks } of groups) {
        bytes.fill(fill, blockBitmap * BLOCK_SIZE, (blockBitmap + 1) * BLOCK_SIZE);
        bytes.writeUInt16LE(fill === 0 ? blocks : 0, descriptorAt + 0x0c);
      }
    });
    expect(isKeepWhole(report)).toBe(false);
  });

  it('whose inode bitmaps are wiped, with counts that agree, loses nothing', async () => {
    const report = await damage((bytes) => {
      for (const { descriptorAt, inodeBitmap, inodes } of groups) {
        bytes.fill(0, inodeBitmap * BLOCK_SIZE, inodeBitmap * BLOCK_SIZE + inodes / 8);
        bytes.writeUInt16LE(inodes, descriptorAt + 0x0e);
      }
    });
    expect(isKeepWhole(report)).toBe(false);
  });

  it('whose bitmaps do not agree with their counts is kept whole', async () => {
    const report = await damage((bytes) => {
      const at = groups[0]!.blockBitmap * BLOCK_SIZE;
      bytes.fill(0, at, at + BLOCK_SIZE);
    });
    expect(report).toMatchObject({ keepWhole: 'the block bitmap of group 0 does not agree with its descriptor' });
  });

  it('whose bitmaps are swapped loses nothing', async () => {
    await damage((bytes) => {
      const [a, b] = groups.map(({ blockBitmap }) => blockBitmap * BLOCK_SIZE) as [number, number];
      const first = Buffer.from(bytes.subarray(a, a + BLOCK_SIZE));
      bytes.copyWithin(a, b, b + BLOCK_SIZE);
      first.copy(bytes, b);
      const [x, y] = [groups[0]!.descriptorAt + 0x0c, groups[1]!.descriptorAt + 0x0c];
      const count = bytes.readUInt16LE(x);
      bytes.writeUInt16LE(bytes.readUInt16LE(y), x);
      bytes.writeUInt16LE(count, y);
    });
  });

  it('whose descriptors share a table, or point at one another, is kept whole', async () => {
    const report = await damage((bytes) => {
      bytes.copyWithin(groups[1]!.descriptorAt + 8, groups[0]!.descriptorAt + 8, groups[0]!.descriptorAt + 12);
    });
    expect(report).toMatchObject({ keepWhole: 'bitmaps and inode tables of block groups overlap' });
  });

  it('with two files on the same blocks keeps them', async () => {
    const report = await damage((bytes) => {
      const [a, b] = ['big', 'fragments'].map((name) => inodeAt(name)) as [number, number];
      bytes.copyWithin(a + 0x28, b + 0x28, b + 0x28 + 60);
    });
    // They share a block of the tree itself as well: then all is kept.
    expect(isKeepWhole(report) || report.files.count > 0).toBe(true);
  });

  it('that an inode leads out of is kept whole', async () => {
    const report = await damage((bytes) => bytes.writeUInt32LE(0xffffff, inodeAt('big') + 0x28 + 12 + 8));
    expect(isKeepWhole(report) ? report.keepWhole : '').toMatch(/inode \d+ is damaged: an inode maps blocks outside/u);
  });
});

describe('a wrong checksum', () => {
  it.each([
    [
      'a block bitmap',
      (bytes: Buffer) => swapBits(bytes, groups[0]!.blockBitmap * BLOCK_SIZE),
      /checksum of a bitmap/u,
    ],
    [
      'an inode bitmap',
      (bytes: Buffer) => swapBits(bytes, groups[0]!.inodeBitmap * BLOCK_SIZE),
      /checksum of a bitmap/u,
    ],
    ['an inode', (bytes: Buffer) => flip(bytes, inodeAt('big') + 0x08), /inode \d+ is damaged: its checksum/u],
    ['an extent tree', (bytes: Buffer) => flip(bytes, treeBlockOf('fragments') * BLOCK_SIZE + 40), /extent tree/u],
    ['a descriptor', (bytes: Buffer) => flip(bytes, 2 * BLOCK_SIZE + 0x10), /checksum of block group descriptor 0/u],
    ['the superblock', (bytes: Buffer) => flip(bytes, 1024 + 0x34), /superblock is damaged: its checksum/u],
    ['the journal', (bytes: Buffer) => flip(bytes, journalAt() + 0x31), /journal has a wrong checksum/u],
  ])('of %s keeps all of it', async (_, change, reason) => {
    makeExt4Image(image, 32, ['-t', 'ext4', '-b', `${BLOCK_SIZE}`, '-d', TREE]);
    run('debugfs', ['-w', '-f', '-', image], { input: 'jo -c\njc\n' });
    run('e2fsck', ['-fp', image]);
    oracle = readExt4Oracle(image);
    groups = readGroups();
    using source = openFileSource(image);
    expect(isKeepWhole(await readExt4Map(source, {}))).toBe(false);
    const report = await damage(change);
    expect(isKeepWhole(report) ? report.keepWhole : '').toMatch(reason);
  });
});

function flip(bytes: Buffer, at: number): void {
  bytes[at] = bytes[at]! ^ 1;
}

/** Clears the first bit and sets the last: the count stays. */
function swapBits(bytes: Buffer, at: number): void {
  const size = groups[0]!.inodes / 8;
  let free = 0;
  while (bytes[at + free] === 0xff && free < size) free++;
  bytes[at] = 0xfe;
  bytes[at + free] = bytes[at + free]! | (~bytes[at + free]! & (bytes[at + free]! + 1));
}

function treeBlockOf(name: string): number {
  return Number(/\(ETB\d\):(\d+)/u.exec(run('debugfs', ['-R', `stat /${name}`, image]))![1]);
}

function journalAt(): number {
  return Number(run('debugfs', ['-R', 'blocks <8>', image]).trim().split(/\s+/u)[0]) * BLOCK_SIZE;
}

function inodeAt(name: string): number {
  const [, block, offset] = /located at block (\d+), offset (0x[\da-f]+)/u.exec(
    run('debugfs', ['-R', `imap /${name}`, image]),
  )!;
  return Number(block) * BLOCK_SIZE + Number(offset);
}
