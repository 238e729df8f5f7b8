/** ext file systems made smaller by our plan, judged by e2fsck, resize2fs, dumpe2fs and the kernel. */
import { mkdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomFrom } from '../fuzz/random.ts';
import { fillFolder, imageFolder, makeExt4Image } from '../support/ext4-image.ts';
import {
  dumpFacts,
  expectLikeShrunk,
  expectNothingToDo,
  expectSound,
  expectSoundCopies,
  fileListOf,
  fillByKernel,
  planShrink,
  shrinkImage,
} from '../support/ext4-growth.ts';
import { mountPartition } from '../support/loop-device.ts';
import { run, shell } from '../support/run.ts';

const FOLDER = imageFolder('shrink');
const TREE = path.join(FOLDER, 'tree');
const BASE = path.join(FOLDER, 'base');
const SHRUNK = path.join(FOLDER, 'shrunk');
const SCRATCH = path.join(FOLDER, 'scratch');
const MIB = 1024 * 1024;
const IS_ALL = process.env['CARDKEEP_GROW'] === 'all';
const SEED = Number(process.env['CARDKEEP_GROW_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

beforeAll(() => {
  mkdirSync(TREE);
  fillFolder(TREE, 4096);
});
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

/** Files lie at the beginning: mke2fs put them there, and the kernel wrote into some. */
function makeBase(mkfs: string, mebibytes: number): string {
  makeExt4Image(BASE, mebibytes, [...mkfs.split(' '), '-d', TREE]);
  using mounted = mountPartition(BASE, 0, statSync(BASE).size);
  shell(`cd ${mounted.path}; rm many/f7 many/f9; echo more >> tiny; mv big bigger; sync`);
  return '';
}

async function proveShrink(files: string, newBytes: number): Promise<void> {
  const { blockSize } = dumpFacts(BASE);
  const plan = await shrinkImage(BASE, SHRUNK, newBytes);
  expect(plan.newBlockCount * blockSize + plan.bytesOutside).toBe(newBytes);
  expectSound(SHRUNK);
  expectSoundCopies(SHRUNK);
  if (dumpFacts(SHRUNK).freeBlocks > 2000) expectLikeShrunk(BASE, SHRUNK, plan.newBlockCount, SCRATCH);
  else expectNothingToDo(SHRUNK, SCRATCH);
  fillByKernel(SHRUNK, files);
}

/** The smallest size that is not refused. */
async function minimumOf(image: string): Promise<number> {
  const refusal = await planShrink(image, 64 * 1024);
  if (!('reason' in refusal)) throw new Error('not refused');
  expect(refusal.reason).toContain(`${refusal.minimumByteLength} bytes`);
  return refusal.minimumByteLength!;
}

const CASES: readonly (readonly [mebibytes: number, mkfs: string])[] = [
  [120, '-t ext4 -b 1024'],
  [400, '-t ext4 -b 4096'],
  [120, '-t ext4 -b 4096 -g 2048 -O metadata_csum_seed'],
  [120, '-t ext3 -b 1024 -I 128'],
  [120, '-t ext2 -b 4096 -g 2048'],
  [120, '-t ext4 -b 1024 -O ^metadata_csum,uninit_bg -G 64'],
  [120, '-t ext4 -b 1024 -O ^flex_bg'],
  [120, '-t ext4 -b 1024 -O meta_bg,^resize_inode -g 2048'],
  [300, '-t ext4 -b 1024 -O bigalloc -C 16384'],
  [120, '-t ext4 -b 1024 -O sparse_super2,orphan_file'],
  [120, '-t ext4 -b 1024 -O ^resize_inode -g 1024'],
  [120, '-t ext4 -b 1024 -g 1024 -E resize=200000'],
];
const IN_CI = new Set([0, 3, 5, 8, 9, 11]);

describe.each(CASES.filter((_, i) => IS_ALL || IN_CI.has(i)))('%i MiB, %s', (mebibytes, mkfs) => {
  let files = '';
  let minimum = 0;
  beforeAll(async () => {
    makeBase(mkfs, mebibytes);
    files = fileListOf(BASE);
    minimum = await minimumOf(BASE);
  });

  it('becomes a sector, a MiB, a group shorter, and a little longer than some groups', async () => {
    const size = statSync(BASE).size;
    const perGroup = Number(/^Blocks per group:\s+(\d+)/mu.exec(run('dumpe2fs', ['-h', BASE]))![1]);
    const oneGroup = size - perGroup * dumpFacts(BASE).blockSize;
    const { blockSize } = dumpFacts(BASE);
    // Too little for one more group.
    const behindGroups = Math.ceil((minimum + MIB) / perGroup / blockSize) * perGroup * blockSize + 20 * 1024;
    const some = [size - MIB - 512, behindGroups];
    for (const newBytes of IS_ALL ? [size - 512, size - MIB, oneGroup, behindGroups] : some) {
      if (newBytes >= minimum) await proveShrink(files, newBytes);
    }
  });

  it('becomes as small as it can, and no smaller', async () => {
    expect(minimum).toBeLessThan(statSync(BASE).size);
    await proveShrink(files, minimum);
    expect(await planShrink(BASE, minimum - 1)).toMatchObject({ minimumByteLength: minimum });
  });
});

it('keeps the tables of groups that stay, wherever they lie', async () => {
  makeExt4Image(BASE, 64, ['-t', 'ext4', '-b', '1024', '-O', '^metadata_csum,^resize_inode']);
  const table = Number([...run('dumpe2fs', [BASE]).matchAll(/Inode table at (\d+)-(\d+)/gu)][1]![1]);
  const length = dumpFacts(BASE).inodeCount / 8 / 4;
  const moved = 7 * 8192 + 1 + 1000;
  const script = `set_bg 1 inode_table ${moved}\nfreeb ${table} ${length}\nsetb ${moved} ${length}\n`;
  run('debugfs', ['-w', '-f', '-', BASE], { input: script });
  shell(`e2fsck -fy ${BASE} >/dev/null || [ $? -eq 1 ]`);
  expectSound(BASE);
  const minimum = await minimumOf(BASE);
  expect(minimum).toBe(Math.ceil((moved + length) / 4) * 4 * 1024);
  await shrinkImage(BASE, SHRUNK, minimum);
  expectSound(SHRUNK);
});

it('leaves alone what fits, though it has no whole pages', async () => {
  makeExt4Image(BASE, 40, ['-t', 'ext4', '-b', '1024', '-O', '^has_journal']);
  run('resize2fs', [BASE, '40001']);
  const size = 40001 * 1024;
  expect(await planShrink(BASE, size)).toMatchObject({ edits: [], newBlockCount: 40001, bytesOutside: 0 });
  expect(await planShrink(BASE, size - 1)).toMatchObject({ newBlockCount: 40000, bytesOutside: 1023 });
});

it('leaves alone what may not become smaller', async () => {
  makeExt4Image(BASE, 40, ['-t', 'ext4', '-O', 'stable_inodes']);
  expect(await planShrink(BASE, 30 * MIB)).toMatchObject({ reason: expect.stringMatching(/stable_inodes/u) });
});

it.each(Array.from({ length: IS_ALL ? 40 : 3 }, (_, i) => SEED + i))(
  'files anywhere: CARDKEEP_GROW_SEED=%i',
  async (seed) => {
    const random = randomFrom(seed);
    const mkfs = random.pick([
      '-t ext4 -b 1024',
      '-t ext4 -b 4096 -g 1024',
      '-t ext3 -b 1024 -g 2048',
      '-t ext4 -b 1024 -O bigalloc',
    ]);
    makeExt4Image(BASE, 64, [...mkfs.split(' '), '-N', '4000']);
    {
      using mounted = mountPartition(BASE, 0, statSync(BASE).size);
      // The kernel spreads folders over the groups; those that go away leave holes, and what is left decides.
      shell(`
        cd ${mounted.path}
        for d in $(seq ${2 + random.below(12)}); do mkdir d$d; for f in $(seq 9); do head -c $((d * f * 1500)) /dev/urandom > d$d/f$f; done; done
        sync; rm -rf ${Array.from({ length: 10 }, () => `d${1 + random.below(13)}`).join(' ')}
      `);
    }
    const files = fileListOf(BASE);
    const size = statSync(BASE).size;
    const minimum = Math.min(await minimumOf(BASE), size);
    const step = 256 * 1024;
    const others = Array.from({ length: (size - minimum) / step }, (_, i) => minimum + i * step + random.below(step));
    for (const newBytes of others)
      expect(await planShrink(BASE, newBytes)).toMatchObject({ oldBlockCount: size / dumpFacts(BASE).blockSize });
    for (const newBytes of [minimum, minimum + random.below(size - minimum + 1)]) {
      await shrinkImage(BASE, SHRUNK, newBytes);
      expectSound(SHRUNK);
      expect(fileListOf(SHRUNK)).toBe(files);
    }
    expect(await planShrink(BASE, minimum - 1)).toMatchObject({ minimumByteLength: minimum });
  },
);
