/**
 * Every feature of ext file systems alone, and random ones together, each with a random life of its own, backed up and
 * restored. `CARDKEEP_COMBINATIONS` tries more of them, `CARDKEEP_SEED` repeats a run.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isKeepWhole } from '../../src/filesystems/filesystem.ts';
import { randomFrom, type Random } from '../fuzz/random.ts';
import { imageFolder, makeExt4Image } from '../support/ext4-image.ts';
import { readExt4Oracle } from '../support/ext4-oracle.ts';
import { expectAgreement, expectWellFormedMap } from '../support/ext4-proof.ts';
import { compareRepair, differentUsedBlocks } from '../support/ext4-repair.ts';
import { attachLoop } from '../support/loop-device.ts';
import { restoreFileOnNoise } from '../support/restored-image.ts';
import { run, shell, verdict } from '../support/run.ts';
import { noiseBytes } from '../support/store-fixtures.ts';

const FOLDER = imageFolder('matrix');
const TREE = `${FOLDER}/tree`;
const ROOT = `${FOLDER}/mounted`;
const image = `${FOLDER}/image`;
const WRITER = fileURLToPath(new URL('../support/busy-writer.mjs', import.meta.url));
const SEED = Number(process.env['CARDKEEP_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const COMBINATIONS = Number(process.env['CARDKEEP_COMBINATIONS'] ?? 8);
const STEPS = 180;
/** A file that loses its name but not its blocks in the end. */
const ORPHAN = 'will-be-an-orphan';

beforeAll(() => {
  mkdirSync(ROOT);
  mkdirSync(TREE);
  // mke2fs refuses a tree with more attributes than fit into one block.
  live(TREE, 1, 'no-xattrs');
});
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

interface FileSystem {
  readonly options: string;
  readonly mount?: string;
  /** Kernels without it cannot write: filled by mke2fs, aged by debugfs. */
  readonly byTools?: true;
}

const ALONE: readonly FileSystem[] = [
  { options: '-t ext4 -b 4096 -O encrypt', mount: 'test_dummy_encryption' },
  { options: '-t ext4 -b 4096 -O casefold', byTools: true },
  { options: '-t ext4 -b 1024 -O verity' },
  { options: '-t ext4 -b 4096 -O stable_inodes,encrypt' },
  { options: '-t ext4 -b 4096 -O quota', byTools: true },
  { options: '-t ext4 -b 1024 -O quota,project', byTools: true },
  { options: '-t ext4 -b 1024 -O mmp' },
  { options: '-t ext4 -b 4096 -O orphan_file' },
  { options: '-t ext4 -b 1024 -O inline_data -I 512' },
  { options: '-t ext4 -b 4096 -O ea_inode' },
  { options: '-t ext4 -b 4096 -O bigalloc -C 32768' },
  { options: '-t ext4 -b 4096 -O meta_bg,^resize_inode -g 1024' },
  { options: '-t ext4 -b 1024 -O sparse_super2,^resize_inode' },
  { options: '-t ext4 -b 1024 -O sparse_super2 -g 2048 -E num_backup_sb=1' },
  { options: '-t ext4 -b 65536 -I 1024', byTools: true },
  { options: '-t ext4 -b 16384 -O ^metadata_csum', byTools: true },
  { options: '-t ext4 -b 4096 -I 128 -O ^extra_isize' },
  { options: '-t ext4 -b 4096 -I 1024' },
  { options: '-t ext4 -b 1024 -g 512 -G 4' },
  { options: '-t ext4 -b 1024 -g 512 -G 64' },
  { options: '-t ext4 -b 1024 -O ^flex_bg -g 1024' },
  { options: '-t ext4 -b 1024 -g 1024 -E packed_meta_blocks=1' },
  { options: '-t ext4 -b 4096 -O ^resize_inode' },
  { options: '-t ext4 -b 1024 -O ^metadata_csum,uninit_bg' },
  { options: '-t ext4 -b 4096 -O ^metadata_csum,uninit_bg,^64bit' },
  { options: '-t ext4 -b 4096 -O dir_nlink,large_dir' },
  { options: '-t ext4 -b 4096 -O metadata_csum_seed' },
  { options: '-t ext4 -b 4096 -O ^has_journal' },
  { options: '-t ext4 -b 4096 -O ^extent,^64bit' },
  { options: '-t ext4 -b 1024 -O ^sparse_super,^resize_inode -g 2048' },
  { options: '-t ext3 -b 1024' },
  { options: '-t ext3 -b 4096 -I 128' },
  { options: '-t ext2 -b 1024 -I 128' },
  { options: '-t ext2 -b 2048' },
  { options: '-t ext2 -r 0 -b 1024' },
];

describe('a file system with one feature', () => {
  it.each(ALONE)('comes back whole: $options', async (fileSystem) => {
    const random = randomFrom(SEED);
    const byKernel = makeAndAge(fileSystem, random);
    expect(byKernel || fileSystem.byTools === true, 'written by the kernel').toBe(true);
    await expectComesBack(`seed ${SEED}`);
  });
});

describe('random features together', () => {
  it(`come back whole, ${COMBINATIONS} combinations from seed ${SEED}`, { timeout: 3_600_000 }, async () => {
    const counts = { accepted: 0, refused: 0, byKernel: 0 };
    for (let seed = SEED; counts.accepted < COMBINATIONS; seed++) {
      const random = randomFrom(seed);
      const options = randomOptions(random);
      let byKernel: boolean;
      try {
        byKernel = makeAndAge({ options }, random);
      } catch (error) {
        if (!(error instanceof Error) || !error.message.startsWith('mke2fs ')) throw error;
        counts.refused++;
        continue;
      }
      counts.accepted++;
      if (byKernel) counts.byKernel++;
      await expectComesBack(`CARDKEEP_SEED=${seed}: ${options}`);
    }
    console.log(`combinations from seed ${SEED}: ${JSON.stringify(counts)}`);
  });
});

const FEATURES =
  'has_journal,ext_attr,dir_index,resize_inode,sparse_super,sparse_super2,large_file,huge_file,dir_nlink,extra_isize,' +
  'metadata_csum,uninit_bg,64bit,flex_bg,meta_bg,extent,bigalloc,inline_data,ea_inode,orphan_file,quota,project,encrypt,' +
  'casefold,verity,large_dir,metadata_csum_seed,stable_inodes,filetype';

function randomOptions(random: Random): string {
  const type = random.pick(['ext4', 'ext4', 'ext4', 'ext4', 'ext3', 'ext2']);
  const blockSize = random.pick([1024, 1024, 2048, 4096, 4096, 8192, 65536]);
  const names = FEATURES.split(',');
  const switches = Array.from({ length: random.below(7) }, () => random.pick(['', '', '^']) + random.pick(names));
  const parts = [`-t ${type} -b ${blockSize} -I ${random.pick([128, 256, 256, 512, 1024])}`];
  if (switches.length > 0) parts.push(`-O ${[...new Set(switches)].join(',')}`);
  if (random.oneIn(3)) parts.push(`-g ${random.pick([256, 512, 1024, 4096])}`);
  if (random.oneIn(3)) parts.push(`-G ${random.pick([1, 2, 8, 64, 256])}`);
  if (random.oneIn(3)) parts.push(`-N ${random.pick([1000, 3000, 12_000])}`);
  if (switches.includes('bigalloc')) parts.push(`-C ${blockSize * random.pick([2, 4, 16])}`);
  return parts.join(' ');
}

/** Makes `image` and gives it a life; true when the kernel wrote it. Throws what mke2fs says when it refuses. */
function makeAndAge({ options, mount }: FileSystem, random: Random): boolean {
  const mebibytes = options.includes('-b 65536') || options.includes('-b 16384') ? 64 : 24;
  const words = options.split(' ');
  const seed = random.below(2 ** 31);
  makeExt4Image(image, mebibytes, words);
  if (options.includes('mmp')) run('tune2fs', ['-E', 'mmp_update_interval=1', image]);
  const byKernel = ageByKernel(mount, seed);
  if (!byKernel) {
    makeExt4Image(image, mebibytes, [...words, '-d', TREE]);
    ageByTools(random);
  }
  if (!options.includes('orphan_file')) makeOrphan();
  if (options.includes('verity')) makeVerityFile();
  return byKernel;
}

function ageByKernel(mount: string | undefined, seed: number): boolean {
  using loop = attachLoop(image);
  const options = mount === undefined ? [] : ['-o', mount];
  if (verdict('mount', ['-t', 'ext4', ...options, loop.path, ROOT]).status !== 0) return false;
  try {
    live(ROOT, seed);
  } finally {
    run('umount', [ROOT]);
  }
  return true;
}

function live(root: string, seed: number, ...writerOptions: string[]): void {
  run(process.execPath, [WRITER, root, String(seed), String(STEPS), ...writerOptions]);
  writeFileSync(path.join(root, ORPHAN), noiseBytes(70_000, seed));
  writeFileSync(path.join(root, 'verified'), noiseBytes(60_000, seed));
}

function ageByTools(random: Random): void {
  const content = `${FOLDER}/content`;
  writeFileSync(content, noiseBytes(90_000, random.below(1000)));
  const script = ['cd /', `write ${content} new1`, `write ${content} new2`, `write ${content} new3`, 'rm new2'];
  script.push('punch new1 3 8', 'fallocate new3 40 60', 'mknod fifo p', 'mknod disk b 7 0', 'symlink link new1');
  script.push('ea_set new1 user.note value', 'mkdir more', 'cd more', `write ${content} new4`, '');
  run('debugfs', ['-w', '-f', '-', image], { input: script.join('\n') });
}

/** Deleted while open, and then the card was pulled: the inode has no name and stands on the list of orphans. */
function makeOrphan(): void {
  const inode = /Inode: (\d+)/u.exec(run('debugfs', ['-R', `stat /${ORPHAN}`, image]))?.[1];
  if (inode === undefined) throw new Error('there is no file to lose its name');
  const script = [`unlink /${ORPHAN}`, `sif <${inode}> links_count 0`, `ssv last_orphan ${inode}`, ''];
  run('debugfs', ['-w', '-f', '-', image], { input: script.join('\n') });
}

/** The kernel keeps the hashes of a verity file behind its end (Linux Documentation/filesystems/ext4/verity.rst). */
function makeVerityFile(): void {
  const flags = Number(/Flags: (0x[\da-f]+)/u.exec(run('debugfs', ['-R', 'stat /verified', image]))?.[1]);
  const script = ['sif /verified size 20000', `sif /verified flags 0x${(flags | 0x100000).toString(16)}`, ''];
  run('debugfs', ['-w', '-f', '-', image], { input: script.join('\n') });
}

/** Restored onto noise, all that the tools call used is equal, and e2fsck says and does the same. */
async function expectComesBack(what: string): Promise<void> {
  const restored = `${FOLDER}/restored`;
  const { disk, faults } = await restoreFileOnNoise(image, restored);
  const { report } = disk.partitions[0]!;
  expect({ what, faults }).toEqual({ what, faults: [] });
  if (isKeepWhole(report)) throw new Error(`${what} is kept whole: ${report.keepWhole}`);
  expect(report.clean, what).toBe(true);
  expectWellFormedMap(report);
  const oracle = readExt4Oracle(image);
  try {
    expectAgreement(report, oracle);
  } catch (error) {
    throw new Error(what, { cause: error });
  }
  expect({ what, lost: differentUsedBlocks(image, restored, oracle) }).toEqual({ what, lost: [] });
  const differences = compareRepair(image, restored);
  expect({ what, differences }).toEqual({ what, differences: [] });
  // Nothing is left of the damage that was meant: a missing feature of the test would go unseen otherwise.
  shell(`e2fsck -fn ${restored} > /dev/null`);
}
