/** What is not grown, and what is said of it. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { memorySource } from '../../src/device/block-source.ts';
import { sealSuperblock } from '../../src/filesystems/ext4/superblock.ts';
import { planExt4Growth } from '../../src/restore/grow/ext4-growth.ts';
import { imageFolder, makeExt4Image } from '../support/ext4-image.ts';
import { run } from '../support/run.ts';

const FOLDER = imageFolder('grow-refused');
const IMAGE = path.join(FOLDER, 'image');
const MIB = 1024 * 1024;

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

function image(options = '-t ext4 -b 1024'): Buffer {
  makeExt4Image(IMAGE, 12, options.split(' '));
  return readFileSync(IMAGE);
}

/** Changes the superblock, and its checksum with it. */
function changed(bytes: Buffer, change: (superblock: Buffer) => void): Buffer {
  const superblock = bytes.subarray(1024, 2048);
  change(superblock);
  sealSuperblock(superblock);
  return bytes;
}

async function reasonOf(bytes: Buffer): Promise<string | undefined> {
  const plan = await planExt4Growth(memorySource(bytes), 40 * MIB);
  return 'reason' in plan ? plan.reason : undefined;
}

const setBits = (at: number, bits: number) => (superblock: Buffer) =>
  void superblock.writeUInt32LE((superblock.readUInt32LE(at) | bits) >>> 0, at);

it.each([
  ['needs recovery', setBits(0x60, 0x4), /^it was not shut down cleanly: mount it once/u],
  ['is in use', (sb: Buffer) => void sb.writeUInt16LE(0, 0x3a), /^it was not shut down cleanly: mount it once/u],
  ['has errors', (sb: Buffer) => void sb.writeUInt16LE(3, 0x3a), /errors: run e2fsck -f and then resize2fs/u],
  ['has orphans', (sb: Buffer) => void sb.writeUInt32LE(12, 0xe8), /deleted files .*: mount it once/u],
  ['has orphans in a file', setBits(0x64, 0x10000), /deleted files .*: mount it once/u],
  ['has a feature of tomorrow', setBits(0x60, 0x400000), /FEATURE_I22\): run resize2fs/u],
  ['shares blocks', setBits(0x64, 0x4000), /read only/u],
  ['reserves without a resize inode', (sb: Buffer) => void sb.writeUInt32LE(0x2c, 0x5c), /contradict .*e2fsck -f/u],
  ['has both kinds of more descriptors', setBits(0x60, 0x10), /contradict .*e2fsck -f/u],
])('leaves alone what %s', async (_, change, reason) => {
  const bytes = image();
  expect(await reasonOf(bytes)).toBeUndefined();
  expect(await reasonOf(changed(bytes, change))).toMatch(reason);
});

it('leaves alone what is damaged', async () => {
  const sound = image();
  const damaged = (at: number): Buffer => {
    const bytes = Buffer.from(sound);
    bytes[at]! ^= 1;
    return bytes;
  };
  const dump = run('dumpe2fs', [IMAGE]);
  const lastBitmap = Number([...dump.matchAll(/Block bitmap at (\d+)/gu)].at(-1)![1]) * 1024;
  const resizeInode = Number(/Inode table at (\d+)/u.exec(dump)![1]) * 1024 + 6 * 256;
  const map = Number(/\(DIND\):(\d+)/u.exec(run('debugfs', ['-R', 'stat <7>', IMAGE]))![1]) * 1024;
  for (const [at, reason] of [
    [1024 + 0x78, /superblock .*e2fsck -f/u],
    [2048 + 5, /descriptor 0 .*e2fsck -f/u],
    [lastBitmap, /bitmap of block group 1 .*e2fsck -f/u],
    [resizeInode + 0x1c, /resize inode .*e2fsck -f/u],
    [map + 8, /resize inode .*e2fsck -f/u],
  ] as const) {
    expect(await reasonOf(damaged(at))).toMatch(reason);
  }
  expect(await reasonOf(sound)).toBeUndefined();
});

it('leaves alone a journal that is not empty, though nobody says that it needs recovery', async () => {
  image();
  const content = path.join(FOLDER, 'content');
  writeFileSync(content, Buffer.alloc(1024, 7));
  run('debugfs', ['-w', '-f', '-', IMAGE], { input: `jo\njw -b 5000 ${content}\njc\n` });
  const bytes = changed(readFileSync(IMAGE), (sb) => void sb.writeUInt32LE(sb.readUInt32LE(0x60) & ~0x4, 0x60));
  expect(await reasonOf(bytes)).toMatch(/journal is not empty: run e2fsck -f/u);
});

it('leaves alone another kind of file system', async () => {
  expect(await reasonOf(Buffer.alloc(12 * MIB))).toMatch(/magic/u);
  expect(await reasonOf(Buffer.alloc(100))).toMatch(/cut short/u);
});

it('has nothing to do where nothing fits', async () => {
  const bytes = image();
  const plan = await planExt4Growth(memorySource(bytes), bytes.byteLength + 1023);
  expect(plan).toMatchObject({ edits: [], oldBlockCount: 12288, newBlockCount: 12288, bytesOutside: 1023 });
});
