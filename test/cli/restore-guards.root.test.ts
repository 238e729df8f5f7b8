/** What must never be overwritten, on real loop devices, by the command; and what it says. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commandLine } from '../support/command-line.ts';
import { attachLoop, temporaryFolder } from '../support/loop-device.ts';
import { run, shell } from '../support/run.ts';
import { makeSmallCard, putBootFile, SMALL_CARD_BYTES } from '../support/small-card.ts';

const folder = temporaryFolder();
const cardkeep = commandLine(folder.path);
const inFolder = (name: string): string => path.join(folder.path, name);

beforeAll(() => {
  makeSmallCard(inFolder('card.img'));
  cardkeep.json('backup', 'card.img');
  // Something to write, so that nothing but the guard stands against it.
  putBootFile(inFolder('card.img'), 'config.txt', 'arm_64bit=0\n');
});
afterAll(() => folder[Symbol.dispose]());

/**
 * Refused with exit code 5, and not a byte of it changed, however one insists. `watchedBytes`: so many from its start,
 * where others write to the rest.
 */
function expectRefused(
  target: string,
  image: string,
  code: string,
  words: RegExp,
  { store, watchedBytes }: { store?: string; watchedBytes?: number } = {},
): void {
  const watched = (): Buffer => readFileSync(image).subarray(0, watchedBytes);
  const before = watched();
  for (const more of [[], ['--force', '--resume', '--wipe', '--eject'], ['--force', '--no-compare', '--no-verify']]) {
    const at = store === undefined ? [] : ['--store', store];
    const { status, stdout, stderr } = cardkeep.run('restore', 'octopi', target, '--yes', ...more, ...at);
    expect({ more, status, stdout, stderr }).toEqual({
      more,
      status: 5,
      stdout: '',
      stderr: expect.stringMatching(new RegExp(`(?:^|\\n)cardkeep: ${code}: `, 'u')),
    });
    expect(stderr).toMatch(words);
    expect(watched().equals(before)).toBe(true);
  }
}

function target(): string {
  copyFileSync(inFolder('card.img'), inFolder('target.img'));
  return inFolder('target.img');
}

it('mounted, also one partition of it, also through the image file itself', () => {
  const image = target();
  using loop = attachLoop(image, '-P');
  run('partx', ['-u', loop.path]);
  shell(`mkdir ${inFolder('mnt')}; mount -o ro,noload ${loop.path}p2 ${inFolder('mnt')}`);
  try {
    expectRefused(loop.path, image, 'E_TARGET_MOUNTED', /p2 is mounted at .*\n {2}unmount it: sudo umount /u);
    expectRefused(`${loop.path}p2`, image, 'E_TARGET_MOUNTED', /unmount it: sudo umount /u);
    expectRefused(image, image, 'E_TARGET_MOUNTED', /unmount it: sudo umount /u);
  } finally {
    run('umount', [inFolder('mnt')]);
    run('partx', ['-d', loop.path]);
  }
  expect(cardkeep.run('restore', 'octopi', loop.path, '--yes')).toMatchObject({ status: 0 });
});

it('held by another program for itself alone (O_EXCL)', async () => {
  const image = target();
  using loop = attachLoop(image);
  const script = `import os,sys; os.open('${loop.path}', os.O_RDONLY | os.O_EXCL); print('held', flush=True); sys.stdin.read()`;
  const holder = spawn('python3', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    await once(holder.stdout, 'data');
    expectRefused(loop.path, image, 'E_TARGET_BUSY', /\n {2}\S/u);
  } finally {
    const ended = once(holder, 'exit');
    holder.stdin.end();
    await ended;
  }
  expect(cardkeep.run('restore', 'octopi', loop.path, '--yes')).toMatchObject({ status: 0 });
});

it('in use as swap', () => {
  const image = inFolder('swap.img');
  shell(`truncate -s 64M ${image}`);
  using loop = attachLoop(image);
  shell(`mkswap -q ${loop.path}; sync; swapon ${loop.path}`);
  try {
    // The kernel may swap to what lies behind the header while the test runs.
    expectRefused(loop.path, image, 'E_TARGET_(?:IS_SYSTEM|BUSY)', /\n {2}\S/u, { watchedBytes: 4096 });
  } finally {
    run('swapoff', [loop.path]);
  }
  expect(cardkeep.run('restore', 'octopi', loop.path, '--yes')).toMatchObject({ status: 0 });
});

it('write-protected', () => {
  const image = target();
  using loop = attachLoop(image, '-r');
  expectRefused(loop.path, image, 'E_TARGET_READ_ONLY', /is write-protected\n {2}\S/u);
});

it('one sector too small, with exact numbers', () => {
  const image = target();
  truncateSync(image, SMALL_CARD_BYTES - 512);
  using loop = attachLoop(image);
  expectRefused(
    loop.path,
    image,
    'E_TARGET_TOO_SMALL',
    /25165312 bytes\), this version needs 25\.2 MB \(25165824 bytes\): 512 bytes too few\n {2}the same command with --fit cuts it to the target; or use a card or file of at least/u,
  );
});

it('another device that the store lies on, also when nothing of it is mounted where the target says', () => {
  const image = inFolder('disk.img');
  shell(`truncate -s 80M ${image}; mkfs.ext4 -q -F ${image}; mkdir ${inFolder('disk')}`);
  using loop = attachLoop(image);
  shell(`mount ${loop.path} ${inFolder('disk')}; cp -r ${inFolder('home/.cardkeep')} ${inFolder('disk')}/store; sync`);
  try {
    const store = inFolder('disk/store');
    const outcome = cardkeep.run('restore', 'octopi', loop.path, '--yes', '--force', '--store', store);
    expect(outcome).toMatchObject({ status: 5, stderr: expect.stringContaining('E_TARGET_HOLDS_STORE') });
    expect(cardkeep.json('check', '--read-data', '--store', store)).toMatchObject({ ok: true });
  } finally {
    run('umount', [inFolder('disk')]);
  }
});

it('the image that the version was made from, but with --force: then it goes back in place', () => {
  const image = inFolder('card.img');
  const before = readFileSync(image);
  const refused = cardkeep.run('restore', 'octopi', 'card.img', '--yes');
  expect(refused).toMatchObject({ status: 5, stderr: expect.stringContaining('E_TARGET_IS_SOURCE') });
  expect(readFileSync(image).equals(before)).toBe(true);
  const result = cardkeep.json('restore', 'octopi', 'card.img', '--yes', '--force', '--eject');
  expect(result).toMatchObject({ ejected: true, warnings: [], resumed: false });
  cardkeep.json('restore', 'octopi', 'fresh.img', '--yes');
  run('cmp', [image, inFolder('fresh.img')]);
});
