/** A card with a FAT and two ext partitions: each is decided for by itself, and whose card it is for all of them. */
import { copyFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decisionOf, hoursAgoMs } from '../support/aging-card.ts';
import { backdate } from '../support/backdate.ts';
import { imageFolder } from '../support/ext4-image.ts';
import { backUpAndProve, newTestStore, type TestStore } from '../support/incremental.ts';
import { mountPartition } from '../support/loop-device.ts';
import { run, shell } from '../support/run.ts';
import type { CreatedSnapshot } from '../../src/operations/create-snapshot.ts';

const FOLDER = imageFolder('partitions');
const MIB = 1024 * 1024;
const image = path.join(FOLDER, 'card.img');
const PLACES = { system: [10 * MIB, 40 * MIB], data: [50 * MIB, 40 * MIB] } as const;
const STARTED_SECONDS = Math.floor(Date.now() / 1000) - 2;

let store: TestStore;

async function pass(hoursAgo: number): Promise<void> {
  for (const [byteOffset] of Object.values(PLACES)) {
    await backdate(image, { fromSeconds: STARTED_SECONDS, bySeconds: hoursAgo * 3600, byteOffset });
  }
}

async function use(name: keyof typeof PLACES, hoursAgo: number, act: string): Promise<void> {
  {
    using mounted = mountPartition(image, ...PLACES[name]);
    shell(`cd ${mounted.path}; ${act}`);
  }
  await pass(hoursAgo);
}

/** What the medium holds while it is mounted and written to is the card. */
function pull(name: keyof typeof PLACES): void {
  const pulled = path.join(FOLDER, 'pulled.img');
  {
    using mounted = mountPartition(image, ...PLACES[name]);
    shell(`echo pulled > ${mounted.path}/pulled; sync -f ${mounted.path}`);
    copyFileSync(image, pulled);
  }
  copyFileSync(pulled, image);
}

async function backUpAt(hoursAgo: number, options = {}): Promise<CreatedSnapshot> {
  return backUpAndProve(store, image, { proofPercent: 0, ...options, nowMs: hoursAgoMs(hoursAgo) });
}

beforeAll(async () => {
  writeFileSync(image, '');
  truncateSync(image, 92 * MIB);
  const sectors = (bytes: number): number => bytes / 512;
  const table = [
    [MIB, 8 * MIB, 'e'],
    [...PLACES.system, '83'],
    [...PLACES.data, '83'],
  ] as const;
  const lines = table.map(([start, length, type]) => `${sectors(start)},${sectors(length)},${type}`).join('\n');
  run('sfdisk', ['-q', image], { input: `label: dos\nlabel-id: 0x000dbfc6\n${lines}\n` });
  run('mkfs.vfat', ['-F', '16', '-s', '1', '--offset', `${sectors(MIB)}`, image, '8192']);
  for (const [name, [start, length]] of Object.entries(PLACES)) {
    run('mkfs.ext4', ['-q', '-F', '-L', name, '-b', '4096', '-E', `offset=${start}`, image, `${length / 1024}k`]);
  }
  for (const name of ['system', 'data'] as const) {
    await use(
      name,
      2000,
      'mkdir etc; echo octopi > etc/hostname; for i in 1 2 3 4; do head -c 3M /dev/urandom > f$i; done',
    );
    await use(name, 1000, 'echo ready > last');
  }
  copyFileSync(image, `${image}.ready`);
});
beforeEach(async () => {
  copyFileSync(`${image}.ready`, image);
  store = await newTestStore();
  await backUpAt(900);
});
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

/** Of one partition: four files of 3 MB, a host name, and lost+found. */
const FILES = 4 * 3 * MIB + 4096 + 4 * 4096;

describe('a card with several file systems', () => {
  it('all shut down: the files of both are carried over', async () => {
    await use('data', 800, 'echo more >> f1');
    const next = await backUpAt(800);
    expect(decisionOf(next)).toBe('quick');
    expect(next.snapshot.counts.carried).toBeGreaterThanOrEqual(2 * FILES - 3 * MIB);
  });

  it('one was pulled: the other is carried over, and so it is until the first was read after a shutdown', async () => {
    pull('data');
    const pulled = await backUpAt(800);
    expect(decisionOf(pulled)).toBe('quick, but p3: it was not shut down cleanly');
    expect(pulled.snapshot.counts.carried).toBe(FILES);
    await use('data', 700, 'echo more >> f1');
    const after = await backUpAt(700);
    expect(decisionOf(after)).toBe('quick, but p3: the card was not shut down cleanly before the last version');
    expect(after.snapshot.counts.carried).toBe(FILES);
    await use('data', 600, 'echo more >> f1');
    const last = await backUpAt(600);
    expect(decisionOf(last)).toBe('quick');
    expect(last.snapshot.counts.carried).toBeGreaterThanOrEqual(2 * FILES - 3 * MIB);
  });

  it('one was checked, or its history is another: the other is carried over', async () => {
    const [byteOffset] = PLACES.data;
    run('e2fsck', ['-fy', `${image}?offset=${byteOffset}`]);
    await pass(800);
    expect(decisionOf(await backUpAt(800))).toBe('quick, but p3: its file system was checked since');
    await use('system', 1500, 'echo more >> f1');
    expect(decisionOf(await backUpAt(790))).toMatch(/^quick, but p2: files on the card are older/u);
  });

  it('another host name in one: nothing is carried over', async () => {
    await use('system', 800, 'echo another > etc/hostname');
    expect(decisionOf(await backUpAt(800))).toBe('full: its host name or machine ID is another: is it another card?');
  });

  it('a partition was moved, or the table is another', async () => {
    shell(`dd if=${image} of=${image}.moved bs=1M status=none; truncate -s 94M ${image}.moved`);
    shell(`dd if=${image} of=${image}.moved bs=1M skip=50 seek=52 count=40 conv=notrunc status=none`);
    run('sfdisk', ['-q', '-N', '3', `${image}.moved`], { input: `${(52 * MIB) / 512},${(40 * MIB) / 512}\n` });
    shell(`truncate -s 92M ${image}.moved; mv ${image}.moved ${image}`);
    // It counts as another card by its IDs, unless the user says which it is.
    const moved = await backUpAt(800, { card: 'octopi' });
    expect(decisionOf(moved)).toBe('full: its partitions are not those of version 1');
  });

  it('two cards of the store have these IDs, or one with another serial number is called by this name', async () => {
    const device = { path: '/dev/test', model: '', serial: 'first', bus: '' };
    await backUpAt(890, { device });
    await backUpAt(880, { device, card: 'twin' });
    expect(decisionOf(await backUpAt(870, { device, card: 'octopi' }))).toBe(
      'full: another card of the store has the same IDs',
    );
    const other = await backUpAt(860, { device: { ...device, serial: 'other' }, card: 'octopi' });
    expect(decisionOf(other)).toBe('full: the card or its reader has another serial number than at version 3');
    // Back in the reader that it was in before.
    expect(decisionOf(await backUpAt(850, { device, card: 'octopi' }))).toMatch(/^full: /u);
  });
});
