/** What the kernel and the tools of a file system change, and what the quick backup reads of it. */
import { rmSync } from 'node:fs';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { decisionOf, hoursAgoMs, makeAgingCard, type AgingCard } from '../support/aging-card.ts';
import { imageFolder } from '../support/ext4-image.ts';
import { openFileSource } from '../support/file-source.ts';
import { statOf } from '../support/forged-inode.ts';
import { backUp } from '../support/incremental.ts';
import { shell } from '../support/run.ts';

const FOLDER = imageFolder('traces');
const PLAIN = '-t ext4 -b 4096';
const BLOCK = 4096;

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

let card: AgingCard;

beforeEach(async () => {
  card = await makeAgingCard(FOLDER, PLAIN);
});

describe('changes that leave a trace', () => {
  it.each([
    ['append', 'echo more >> f3'],
    ['in place', 'printf x | dd of=f3 bs=1 seek=9000 conv=notrunc status=none'],
    ['direct', 'head -c 8192 /dev/urandom | dd of=f3 bs=4096 oflag=direct conv=notrunc iflag=fullblock status=none'],
    ['mode', 'chmod 640 f3'],
    ['another time of modification', 'printf xy | dd of=f3 conv=notrunc status=none; touch -d 2001-01-01 f3'],
    ['hole', 'fallocate -p -o 4096 -l 8192 f3'],
    ['zeros', 'fallocate -z -o 4096 -l 8192 f3'],
    ['collapse', 'fallocate -c -o 4096 -l 8192 f3'],
    ['reserved, then written', 'fallocate -l 1M new; head -c 99999 /dev/urandom | dd of=new conv=notrunc status=none'],
    ['replaced', 'head -c 30000 /dev/urandom > n; mv n f3'],
    ['linked and unlinked', 'ln f3 f3-too; rm f4'],
    ['attribute', 'setfattr -n user.a -v b f3; setfattr -n user.long -v $(head -c 3000 /dev/zero | tr "\\0" n) f4'],
    [
      'defragmented',
      'for i in 1 2 3 4 5 6 7 8; do head -c 20000 /dev/urandom >> f3; sync f3; head -c 9000 /dev/urandom >> f4; sync f4; done; e4defrag f3',
    ],
    ['folder', 'mkdir many; for i in $(seq 900); do : > many/name-that-is-long-$i; done; rm many/*9'],
  ])('%s: quick, and only that file is read', async (_, act) => {
    await card.backUp(900);
    await card.use(800, act);
    const next = await card.backUp(800);
    expect(decisionOf(next)).toBe('quick');
    expect(next.snapshot.counts.carried).toBeGreaterThan(next.snapshot.counts.live / 2);
  });

  it('folders are taken away among others: those are carried over where nothing else was cut with them', async () => {
    await card.use(950, 'mkdir p; for i in $(seq 40); do mkdir p/$i; echo x > p/$i/y; done');
    await card.use(940, 'echo later > last');
    await card.backUp(900);
    const still = await card.backUp(890);
    await card.use(800, 'rm -r p/3 p/8 p/15 p/16 p/30');
    const next = await card.backUp(800);
    expect(decisionOf(next)).toBe('quick');
    const readAgain = still.snapshot.counts.carried - next.snapshot.counts.carried;
    // Five files and folders are gone; their cells, of four blocks, are read again.
    expect(readAgain).toBeGreaterThan(10 * BLOCK);
    expect(readAgain).toBeLessThan(35 * BLOCK);
  });

  it('nothing, and reading alone: all is carried over, but for what was written last', async () => {
    const first = await card.backUp(900);
    const second = await card.backUp(850);
    await card.use(800, 'cat f* > /dev/null', 'strictatime');
    const third = await card.backUp(800);
    expect([second, third].map(decisionOf)).toEqual(['quick', 'quick']);
    expect(second.snapshot.volume.mapRoot).toBe(first.snapshot.volume.mapRoot);
    // `last` has one block.
    expect(third.snapshot.counts.carried).toBe(second.snapshot.counts.carried);
    expect(statOf(card.image, 'f3')).not.toBe('');
  });

  it('a defragmenter moves a file: that one is read again, though its record tells of nothing else', async () => {
    const fragment = 'for i in $(seq 30); do for f in a b; do head -c 4096 /dev/urandom >> $f; sync -d $f; done; done';
    await card.use(950, fragment);
    await card.use(940, 'echo later > last');
    await card.backUp(900);
    const still = await card.backUp(890);
    const [blocks, ctime] = [card.blocksOf('a'), /ctime: .*/u.exec(statOf(card.image, 'a'))?.[0]];
    await card.use(800, 'e4defrag a >&2');
    expect(card.blocksOf('a')).not.toEqual(blocks);
    expect(/ctime: .*/u.exec(statOf(card.image, 'a'))?.[0]).toBe(ctime);
    const moved = await card.backUp(800);
    expect(decisionOf(moved)).toBe('quick');
    expect(still.snapshot.counts.carried - moved.snapshot.counts.carried).toBe(30 * BLOCK);
  });

  it('a file whose data goes through the journal: quick', async () => {
    // chattr +j needs more than root here and there.
    await card.repair(950, 'debugfs', '-w', '-R', 'set_inode_field /f3 flags 0x84000');
    await card.backUp(900);
    await card.use(800, 'printf x | dd of=f3 bs=1 seek=9000 conv=notrunc status=none');
    expect(statOf(card.image, 'f3')).toContain('Flags: 0x84000');
    expect(decisionOf(await card.backUp(800))).toBe('quick');
  });

  it.each([
    ['journalled data', PLAIN, ['data=journal']],
    ['lazy times', PLAIN, ['lazytime']],
    ['no journal', '-t ext4 -b 4096 -O ^has_journal', []],
    ['ext3 with long inodes', '-t ext3 -I 256 -b 1024', []],
  ])('%s: quick', async (_, mkfs, options) => {
    card = await makeAgingCard(FOLDER, mkfs);
    await card.use(901, 'printf x | dd of=f3 bs=1 seek=9000 conv=notrunc status=none', ...options);
    await card.backUp(900);
    await card.use(800, 'printf y | dd of=f5 bs=1 seek=9000 conv=notrunc status=none', ...options);
    expect(decisionOf(await card.backUp(800))).toBe('quick');
  });
});

describe('another file system in the place of the one before', () => {
  it.each([
    ['a check', async () => card.repair(800, 'e2fsck', '-fy'), 'full: its file system was checked since'],
    [
      'a check that sorts folders',
      async () => card.repair(800, 'e2fsck', '-fyD'),
      'full: its file system was checked since',
    ],
    [
      'another feature',
      async () => card.repair(800, 'tune2fs', '-O', '^has_journal'),
      'full: the file system was checked, resized or made anew',
    ],
    ['another label', async () => card.repair(800, 'tune2fs', '-L', 'other'), 'quick'],
  ])('%s', async (_, act, decision) => {
    await card.backUp(900);
    await act();
    expect(decisionOf(await card.backUp(800))).toBe(decision);
  });

  it('a file system that was resized', async () => {
    await card.backUp(900);
    await card.repair(800, 'e2fsck', '-fy');
    shell(`resize2fs ${card.image} 36M 2>&1`);
    expect(decisionOf(await card.backUp(800))).toMatch(/^full: /u);
  });

  it.each(['hostname', 'machine-id'])('another %s', async (name) => {
    await card.backUp(900);
    await card.use(800, `echo another-one > etc/${name}`);
    expect(decisionOf(await card.backUp(800))).toBe(
      'full: its host name or machine ID is another: is it another card?',
    );
  });

  it('inodes without fine times: never quick', async () => {
    card = await makeAgingCard(FOLDER, '-t ext4 -I 128 -b 4096');
    const first = await card.backUp(900);
    expect(decisionOf(await card.backUp(800))).toEqual(
      expect.stringMatching(
        `^full: each of its files changed since version ${first.snapshot.number}, was written within two `,
      ),
    );
  });

  it('a version that was made raw, or that lacks swap space that is wanted now', async () => {
    await card.use(950, 'head -c 2M /dev/urandom > swap; chmod 600 swap; mkswap -q swap');
    await card.use(940, 'echo later > last');
    await card.backUp(900);
    await card.backUp(890, { keepSwap: true });
    await card.backUp(880);
    using source = openFileSource(card.image);
    await backUp(card.store, source, { raw: true, nowMs: hoursAgoMs(870) });
    // The raw one is passed over.
    expect(decisionOf(await card.backUp(860))).toBe('quick');
  });
});
