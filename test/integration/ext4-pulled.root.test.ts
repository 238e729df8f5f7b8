/**
 * A card that is pulled out at any moment while it is being written to: the restored one is repaired to the same tree as
 * a plain copy. `CARDKEEP_MOMENTS` pulls more often, `CARDKEEP_SEED` repeats a life as far as its timing allows.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { isKeepWhole } from '../../src/filesystems/filesystem.ts';
import { randomFrom, type Random } from '../fuzz/random.ts';
import { copyImage, imageFolder, makeExt4Image } from '../support/ext4-image.ts';
import { compareRepair } from '../support/ext4-repair.ts';
import { attachLoop } from '../support/loop-device.ts';
import { describeTree } from '../support/real-card.ts';
import { restoreFileOnNoise } from '../support/restored-image.ts';
import { run, shell } from '../support/run.ts';

const FOLDER = imageFolder('pulled');
const WRITER = fileURLToPath(new URL('../support/busy-writer.mjs', import.meta.url));
const MOMENTS = Number(process.env['CARDKEEP_MOMENTS'] ?? 2);
const SEED = Number(process.env['CARDKEEP_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const MEBIBYTES = 32;

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

interface Life {
  readonly options: string;
  readonly mount: string;
  /** Features that the journal has while the card is in use. */
  readonly journal: string;
}

const LIVES: readonly Life[] = [
  { options: '-t ext4 -b 4096', mount: 'data=ordered', journal: 'journal_checksum_v3' },
  { options: '-t ext4 -b 1024 -J size=1', mount: 'data=ordered', journal: 'journal_checksum_v3' },
  { options: '-t ext4 -b 4096 -J size=4', mount: 'data=journal', journal: 'journal_checksum_v3' },
  { options: '-t ext4 -b 1024', mount: 'data=journal', journal: 'journal_checksum_v3' },
  { options: '-t ext4 -b 4096 -O ^metadata_csum,^64bit -J size=4', mount: 'data=ordered', journal: 'has_journal' },
  { options: '-t ext4 -b 1024 -O ^metadata_csum', mount: 'data=journal', journal: 'journal_64bit' },
  { options: '-t ext4 -b 1024 -O ^metadata_csum,uninit_bg', mount: 'journal_checksum', journal: 'journal_checksum' },
  {
    options: '-t ext4 -b 4096 -O ^metadata_csum',
    mount: 'journal_async_commit,data=writeback',
    journal: 'journal_async_commit',
  },
  {
    options: '-t ext4 -b 4096 -O bigalloc,orphan_file -C 16384',
    mount: 'journal_async_commit,data=writeback',
    journal: 'journal_async_commit',
  },
  { options: '-t ext3 -b 1024 -J size=1', mount: 'data=journal', journal: 'has_journal' },
  { options: '-t ext4 -b 4096 -O ^has_journal', mount: 'noatime', journal: '' },
  { options: '-t ext4 -b 1024 -O ^has_journal,^metadata_csum,uninit_bg', mount: 'noatime', journal: '' },
  { options: '-t ext2 -b 1024', mount: 'noatime', journal: '' },
];

describe('a card that was pulled out while it was busy', () => {
  it.each(LIVES)('loses nothing: $options, $mount', { timeout: 3_600_000 }, async ({ options, mount, journal }) => {
    const random = randomFrom(SEED);
    const image = `${FOLDER}/image`;
    makeExt4Image(image, MEBIBYTES, options.split(' '));
    const counts = { moments: 0, kept: 0, recovering: 0, freeMegabytes: 0 };
    let headers = '';
    await liveAndPull(image, mount, random, async (moment) => {
      counts.moments++;
      const header = run('dumpe2fs', ['-h', moment]);
      headers += header;
      if (header.includes('needs_recovery')) counts.recovering++;
      const restored = `${FOLDER}/restored`;
      const { disk, faults, freeBytes } = await restoreFileOnNoise(moment, restored);
      expect(faults, `seed ${SEED}`).toEqual([]);
      counts.freeMegabytes += freeBytes / 2 ** 20;
      if (isKeepWhole(disk.partitions[0]!.report)) {
        counts.kept++;
        expect(readFileSync(restored).equals(readFileSync(moment))).toBe(true);
        return;
      }
      if (journal !== '' && counts.moments === 1) await expectSameTreeByKernel(moment, restored);
      expect(compareRepair(moment, restored, [], MOMENTS > 2), `seed ${SEED}`).toEqual([]);
      if (journal !== '' && counts.moments % 10 === 1) expect(await treeOf(restored)).toEqual(await treeOf(moment));
    });
    console.log(`seed ${SEED}: ${options}, ${mount}: ${JSON.stringify(counts)}`);
    if (journal === '') return;
    expect(headers).toContain(journal);
    expect(counts.recovering).toBe(counts.moments);
    // Copying takes some milliseconds in which the kernel goes on: now and then a journal is torn, and all is kept.
    expect(counts.kept).toBeLessThanOrEqual(counts.moments / 3);
    expect(counts.freeMegabytes).toBeGreaterThan(0);
  });
});

/** Mounts the image, has it written to, and calls `use` with copies of it at random moments. */
async function liveAndPull(
  image: string,
  mount: string,
  random: Random,
  use: (moment: string) => Promise<void>,
): Promise<void> {
  const root = `${FOLDER}/mounted`;
  const moment = `${FOLDER}/moment`;
  using loop = attachLoop(image);
  mkdirSync(root, { recursive: true });
  run('mount', ['-t', 'ext4', '-o', mount, loop.path, root]);
  const writer = spawn(process.execPath, [WRITER, root, String(random.below(2 ** 31))], { stdio: 'inherit' });
  const ended = once(writer, 'exit');
  try {
    await sleep(400 + random.below(400));
    for (let n = 0; n < MOMENTS; n++) {
      await sleep(random.below(random.oneIn(4) ? 2500 : 300));
      expect(writer.exitCode).toBe(null);
      // The writer waits; what the kernel has begun goes on.
      writer.kill('SIGSTOP');
      run('cp', ['--sparse=never', image, moment]);
      await use(moment);
      writer.kill('SIGCONT');
    }
  } finally {
    writer.kill('SIGKILL');
    await ended;
    run('umount', [root]);
  }
}

/** The kernel recovers both to the same. */
async function expectSameTreeByKernel(moment: string, restored: string): Promise<void> {
  using first = copyImage(moment, `${FOLDER}/plain`);
  using second = copyImage(restored, `${FOLDER}/restored-too`);
  expect(await treeOf(second.path)).toEqual(await treeOf(first.path));
}

async function treeOf(image: string): Promise<string[]> {
  using loop = attachLoop(image);
  const root = path.join(FOLDER, 'recovered');
  shell(`mkdir -p ${root}; mount -t ext4 ${loop.path} ${root}`);
  try {
    return await describeTree(root);
  } finally {
    run('umount', [root]);
  }
}
