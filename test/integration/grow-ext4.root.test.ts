/** ext file systems grown by our plan, judged by e2fsck, resize2fs, dumpe2fs and the kernel. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ext4Growth } from '../../src/restore/grow/ext4-growth.ts';
import { fillMounted, imageFolder, makeExt4Image } from '../support/ext4-image.ts';
import {
  dumpFacts,
  expectLikeResize2fs,
  expectNothingToDo,
  expectSound,
  expectSoundCopies,
  fileList,
  fileListOf,
  fillByKernel,
  growImage,
} from '../support/ext4-growth.ts';
import { mapImage } from '../support/ext4-proof.ts';
import { mountPartition } from '../support/loop-device.ts';
import { run, shell } from '../support/run.ts';

const FOLDER = imageFolder('grow');
const BASE = path.join(FOLDER, 'base');
const GROWN = path.join(FOLDER, 'grown');
const SCRATCH = path.join(FOLDER, 'scratch');
const WRITER = fileURLToPath(new URL('../support/busy-writer.mjs', import.meta.url));
const IN_USE_SECONDS = Number(process.env['CARDKEEP_GROW_SECONDS'] ?? 55);
const IS_ALL = process.env['CARDKEEP_GROW'] === 'all';

beforeAll(() => {
  mkdirSync(FOLDER, { recursive: true });
});
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

interface Case {
  readonly mkfs: string;
  readonly mebibytes: number;
  /** This kernel cannot mount it. */
  readonly notMounted?: true;
}

type Target = readonly [name: string, newBytes: (base: Base) => number];

interface Base {
  readonly byteLength: number;
  readonly blockSize: number;
  readonly blocksPerGroup: number;
  readonly firstBlock: number;
}

/** So many groups more, the last one full. */
function fullGroups({ byteLength, blockSize, blocksPerGroup, firstBlock }: Base, more: number): number {
  const groups = Math.ceil((byteLength / blockSize - firstBlock) / blocksPerGroup);
  return (firstBlock + blocksPerGroup * (groups + more)) * blockSize;
}

const TARGETS: readonly Target[] = [
  ['one block', (base) => base.byteLength + Math.max(base.blockSize, 4096)],
  ['one group', (base) => base.byteLength + base.blocksPerGroup * base.blockSize],
  ['2x', (base) => base.byteLength * 2],
  ['a full last group', (base) => fullGroups(base, 12)],
  ['4x and an odd rest', (base) => base.byteLength * 4 + 777 * 1024 + 300],
  ['64x', (base) => base.byteLength * 64],
];

const CASES: readonly Case[] = [
  { mkfs: '-t ext4 -b 4096', mebibytes: 300 },
  { mkfs: '-t ext4 -b 1024', mebibytes: 60 },
  { mkfs: '-t ext4 -b 4096 -g 2048', mebibytes: 60 },
  { mkfs: '-t ext2 -b 1024', mebibytes: 50 },
  { mkfs: '-t ext2 -b 4096 -I 128 -g 2048', mebibytes: 50 },
  { mkfs: '-t ext3 -b 1024 -I 128', mebibytes: 50 },
  { mkfs: '-t ext3 -b 4096', mebibytes: 150 },
  { mkfs: '-t ext4 -b 4096 -O metadata_csum_seed -g 2048', mebibytes: 60 },
  { mkfs: '-t ext4 -b 1024 -O ^64bit', mebibytes: 60 },
  { mkfs: '-t ext4 -b 4096 -O ^64bit,^metadata_csum,uninit_bg -g 2048', mebibytes: 60 },
  { mkfs: '-t ext4 -b 1024 -O ^metadata_csum,uninit_bg', mebibytes: 60 },
  { mkfs: '-t ext4 -b 1024 -O ^metadata_csum', mebibytes: 60 },
  { mkfs: '-t ext4 -b 1024 -O ^flex_bg', mebibytes: 60 },
  { mkfs: '-t ext4 -b 1024 -G 2', mebibytes: 60 },
  { mkfs: '-t ext4 -b 1024 -G 64', mebibytes: 60 },
  { mkfs: '-t ext4 -b 1024 -O meta_bg,^resize_inode', mebibytes: 60 },
  { mkfs: '-t ext4 -b 4096 -O meta_bg,^resize_inode,^flex_bg -g 1024', mebibytes: 60 },
  { mkfs: '-t ext4 -b 1024 -O bigalloc -C 16384', mebibytes: 300 },
  { mkfs: '-t ext4 -b 4096 -O bigalloc -C 65536 -g 32768', mebibytes: 300 },
  { mkfs: '-t ext4 -b 1024 -O sparse_super2', mebibytes: 60 },
  { mkfs: '-t ext4 -b 1024 -O sparse_super2,^resize_inode -E num_backup_sb=1', mebibytes: 60 },
  { mkfs: '-t ext4 -b 1024 -O ^resize_inode', mebibytes: 60 },
  { mkfs: '-t ext4 -b 1024 -O ^sparse_super,^resize_inode', mebibytes: 60 },
  { mkfs: '-t ext4 -b 1024 -O quota', mebibytes: 60, notMounted: true },
  { mkfs: '-t ext4 -b 4096 -I 128 -O ^extra_isize -g 2048', mebibytes: 60 },
  { mkfs: '-t ext4 -b 1024 -O orphan_file', mebibytes: 60 },
  { mkfs: '-t ext4 -b 2048 -g 512 -G 4 -I 512', mebibytes: 60 },
  { mkfs: '-t ext4 -b 1024 -E packed_meta_blocks=1', mebibytes: 60 },
  // So few descriptors are reserved that most growth passes them.
  { mkfs: '-t ext4 -b 1024 -E resize=300000', mebibytes: 60 },
  { mkfs: '-t ext4 -b 1024 -g 1024 -E resize=100000', mebibytes: 60 },
  { mkfs: '-t ext3 -b 1024 -E resize=300000', mebibytes: 60 },
  { mkfs: '-t ext4 -b 1024 -O ^metadata_csum,uninit_bg -E resize=300000', mebibytes: 60 },
  { mkfs: '-t ext4 -b 1024 -O sparse_super2 -E resize=300000', mebibytes: 60 },
  { mkfs: '-t ext4 -b 4096 -g 1024 -O ^flex_bg -E resize=60000', mebibytes: 60 },
];

function makeBase({ mkfs, mebibytes, notMounted }: Case): Base {
  makeExt4Image(BASE, mebibytes, mkfs.split(' '));
  const { blockSize } = dumpFacts(BASE);
  if (notMounted !== true) {
    using mounted = mountPartition(BASE, 0, statSync(BASE).size);
    fillMounted(mounted.path, blockSize);
  }
  const dump = run('dumpe2fs', ['-h', BASE]);
  const number = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'mu').exec(dump)?.[1]);
  return {
    byteLength: statSync(BASE).size,
    blockSize,
    blocksPerGroup: number('Blocks per group'),
    firstBlock: number('First block'),
  };
}

async function proveGrowth(base: Base, files: string | undefined, newBytes: number): Promise<Ext4Growth> {
  const plan = await growImage(BASE, GROWN, newBytes);
  expect(plan.newBlockCount * base.blockSize + plan.bytesOutside).toBe(newBytes);
  expectSound(GROWN);
  if (plan.edits.length === 0) {
    expectNothingToDo(GROWN, SCRATCH);
    return plan;
  }
  expectSoundCopies(GROWN);
  expect(await mapImage(GROWN)).toMatchObject({ clean: true, byteLength: plan.newBlockCount * base.blockSize });
  // Where no reserved descriptors are left, resize2fs moves files away; the size is the same nevertheless.
  expectLikeResize2fs(BASE, GROWN, newBytes, SCRATCH);
  if (files !== undefined) fillByKernel(GROWN, files);
  return plan;
}

// All of it takes half an hour: CARDKEEP_GROW=all.
describe.each((IS_ALL ? CASES : []).map((one) => [one.mkfs, one] as const))('%s', (_mkfs, fileSystem) => {
  let base: Base;
  let files: string | undefined;
  beforeAll(() => {
    base = makeBase(fileSystem);
    files = fileSystem.notMounted === true ? undefined : fileListOf(BASE);
  });

  it.each(TARGETS)('by %s', async (_, newBytes) => {
    await proveGrowth(base, files, newBytes(base));
  });
});

/** The feature, and the growth that asks most of it. */
const CHOSEN: readonly { target: string; mebibytes: number; mkfs: string; passesReserved?: true }[] = [
  { target: '64x', mebibytes: 300, mkfs: '-t ext4 -b 4096' },
  { target: '4x and an odd rest', mebibytes: 60, mkfs: '-t ext4 -b 1024 -O metadata_csum_seed' },
  { target: 'one block', mebibytes: 60, mkfs: '-t ext4 -b 1024 -O ^64bit -G 2' },
  { target: '2x', mebibytes: 50, mkfs: '-t ext3 -b 1024 -I 128' },
  { target: 'one group', mebibytes: 50, mkfs: '-t ext2 -b 4096 -g 2048' },
  { target: '4x and an odd rest', mebibytes: 60, mkfs: '-t ext4 -b 1024 -O ^metadata_csum,uninit_bg -G 64' },
  { target: '2x', mebibytes: 60, mkfs: '-t ext4 -b 4096 -O meta_bg,^resize_inode,^flex_bg -g 1024' },
  { target: '4x and an odd rest', mebibytes: 300, mkfs: '-t ext4 -b 4096 -O bigalloc -C 65536 -g 32768' },
  { target: 'a full last group', mebibytes: 60, mkfs: '-t ext4 -b 1024 -O sparse_super2' },
  {
    target: '2x',
    mebibytes: 60,
    mkfs: '-t ext4 -b 1024 -g 1024 -O sparse_super2,orphan_file -E resize=100000',
    passesReserved: true,
  },
  {
    target: '4x and an odd rest',
    mebibytes: 60,
    mkfs: '-t ext3 -b 1024 -g 1024 -E resize=100000',
    passesReserved: true,
  },
  { target: '2x', mebibytes: 60, mkfs: '-t ext4 -b 2048 -O quota' },
];

const inBrief = IS_ALL ? [] : CHOSEN;
it.each(inBrief.map((one) => [one.mkfs, one.target, one] as const))(
  'one growth of %s by %s',
  async (mkfs, target, one) => {
    const { mebibytes, passesReserved } = one;
    const base = makeBase({ mkfs, mebibytes, ...(mkfs.includes('quota') ? { notMounted: true } : {}) });
    const newBytes = TARGETS.find(([name]) => name === target)![1](base);
    const files = mkfs.includes('quota') ? undefined : fileListOf(BASE);
    const plan = await proveGrowth(base, files, newBytes);
    expect(plan.convertsToMetaGroups).toBe(passesReserved === true);
  },
);

it.each([
  '-t ext4 -b 1024 -E resize=100000 -g 1024',
  ...(IS_ALL
    ? ['-t ext3 -b 1024', '-t ext4 -b 4096 -O sparse_super2 -g 2048', '-t ext4 -b 1024 -E resize=300000']
    : []),
])('grows again and again, in use between: %s', async (mkfs) => {
  const base = makeBase({ mkfs, mebibytes: 60 });
  let files = fileListOf(BASE);
  for (const newBytes of [fullGroups(base, 1), fullGroups(base, 2), base.byteLength * 2, base.byteLength * 5]) {
    const plan = await growImage(BASE, GROWN, newBytes);
    expect(plan.newBlockCount).toBeGreaterThan(plan.oldBlockCount);
    expectSound(GROWN);
    expectSoundCopies(GROWN);
    expectNothingToDo(GROWN, SCRATCH);
    fillByKernel(GROWN, files);
    renameSync(GROWN, BASE);
    {
      using mounted = mountPartition(BASE, 0, newBytes);
      shell(`cd ${mounted.path}; rm -rf filler; echo ${newBytes} > grown`);
      files = fileList(mounted.path);
    }
  }
});

/** As cards are made: from an image that was made smaller and grown by tools. */
const RESIZED: readonly (readonly [how: string, mkfs: string])[] = [
  ['resize2fs -M', '-t ext4 -b 4096 -g 2048'],
  ...(IS_ALL
    ? ([
        ['resize2fs', '-t ext4 -b 1024 -g 1024 -E resize=80000'],
        ['resize2fs', '-t ext4 -b 4096 -g 2048 -O ^64bit'],
        ['resize2fs', '-t ext3 -b 1024'],
        ['resize2fs', '-t ext4 -b 1024 -O sparse_super2'],
        ['resize2fs -M', '-t ext4 -b 1024'],
        ['resize2fs -M', '-t ext4 -b 1024 -O ^metadata_csum,uninit_bg -g 1024'],
      ] as const)
    : []),
];

it.each(RESIZED)('grows what %s resized before: %s', async (how, mkfs) => {
  const base = makeBase({ mkfs, mebibytes: 60 });
  if (how === 'resize2fs') truncateSync(BASE, base.byteLength * 2.3);
  shell(`e2fsck -fy ${BASE} >/dev/null; ${how} ${BASE} 2>&1`);
  truncateSync(BASE, dumpFacts(BASE).blockCount * base.blockSize);
  const now = { ...base, byteLength: statSync(BASE).size };
  const files = fileListOf(BASE);
  for (const newBytes of [fullGroups(now, 1), now.byteLength * 3]) await proveGrowth(now, files, newBytes);
});

/** Random life in a grown file system, its old part nearly full: `CARDKEEP_GROW_SECONDS` for each feature. */
const inUse = IS_ALL ? CHOSEN.filter(({ mkfs }) => !mkfs.includes('quota')) : [];
it.each(inUse)('in use, survives random writes: $mkfs', async (one) => {
  const base = makeBase(one);
  await growImage(BASE, GROWN, base.byteLength * 3);
  for (let life = 0; life < 2; life++) {
    {
      using mounted = mountPartition(GROWN, 0, statSync(GROWN).size);
      if (life === 0) shell(`head -c ${Math.floor(base.byteLength * 0.7)} /dev/urandom > ${mounted.path}/filler`);
      await writeAtRandom(mounted.path, IN_USE_SECONDS / 2);
    }
    expectSound(GROWN);
  }
});

async function writeAtRandom(root: string, seconds: number): Promise<void> {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const child = spawn(process.execPath, [WRITER, root, `${seed}`], { stdio: 'inherit' });
  const ended = once(child, 'exit');
  await setTimeout(seconds * 1000);
  expect(child.exitCode).toBeNull();
  child.kill();
  await ended;
}

it('can be repaired from a copy when the first superblock and descriptors are lost', async () => {
  const base = makeBase({ mkfs: '-t ext3 -b 1024', mebibytes: 60 });
  const files = fileListOf(BASE);
  await growImage(BASE, GROWN, base.byteLength * 3);
  shell(`
    dd if=/dev/zero of=${GROWN} bs=1024 count=3 conv=notrunc status=none
    e2fsck -fy -b 8193 -B 1024 ${GROWN} >/dev/null || [ $? -eq 1 ]
  `);
  expectSound(GROWN);
  expect(fileListOf(GROWN)).toBe(files);
});
