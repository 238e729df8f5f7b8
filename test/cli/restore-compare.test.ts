/** What the command says and leaves when it compares, is stopped, and goes on. */
import { once } from 'node:events';
import { closeSync, copyFileSync, existsSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commandLine } from '../support/command-line.ts';
import { temporaryFolder } from '../support/loop-device.ts';
import { run, shell } from '../support/run.ts';
import { makeSmallCard, putBootFile, readBootFile } from '../support/small-card.ts';

const folder = temporaryFolder();
const cardkeep = commandLine(folder.path);
const inFolder = (name: string): string => path.join(folder.path, name);

beforeAll(() => {
  makeSmallCard(inFolder('card.img'));
  cardkeep.json('backup', 'card.img');
  putBootFile(inFolder('card.img'), 'config.txt', 'arm_64bit=0\n');
  cardkeep.json('backup', 'card.img');
  // Of a known format, kept whole; large enough that a signal comes in time.
  shell(`(printf 'LUKS\\272\\276'; head -c 400000000 /dev/urandom) > ${inFolder('big.img')}`);
  cardkeep.json('backup', 'big.img', '--card', 'big');
});
afterAll(() => folder[Symbol.dispose]());

it('writes what differs, and shows what was there before and what is now', () => {
  copyFileSync(inFolder('card.img'), inFolder('back.img'));
  const { stdout, stderr } = cardkeep.run('restore', 'octopi@1', 'back.img', '--yes');
  expect(stderr).toMatch(
    /\n {2}writes what differs of 25\.2 MB; 0\.1 s if nothing does, to 0\.2 s at 200 MB\/s, read back included\n/u,
  );
  expect(stdout.split('\n')).toEqual([
    'octopi@1 is on back.img',
    '  before                        now',
    '  25.2 MB                       25.2 MB',
    '  p1  FAT16  BOOTFS   6.3 MB    p1  FAT16  BOOTFS   6.3 MB',
    '  p2  ext4   octopi  14.7 MB    p2  ext4   octopi  14.7 MB',
    expect.stringMatching(
      /^ {2}wrote 1\.\d MB, 2\d(?:\.\d)? MB were there already, read back and compared 25\.2 MB, in \d+\.\d s$/u,
    ),
    '',
  ]);
  expect(readBootFile(inFolder('back.img'), 'config.txt')).toBe('arm_64bit=1\n');
  cardkeep.json('restore', 'octopi@1', 'fresh.img', '--yes');
  run('cmp', [inFolder('back.img'), inFolder('fresh.img')]);
  const again = cardkeep.run('restore', 'octopi@1', 'back.img', '--yes');
  expect(again.stdout).toMatch(/\n {2}nothing had to be written: read and compared 25\.2 MB, in /u);
});

it('--resume: a usage error with --no-compare; asks where nothing was broken off', () => {
  expect(cardkeep.run('restore', 'octopi', 'new.img', '--resume', '--no-compare')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('E_USAGE: --resume compares what is there already'),
  });
  copyFileSync(inFolder('card.img'), inFolder('whole.img'));
  expect(cardkeep.run('restore', 'octopi@1', 'whole.img', '--resume')).toMatchObject({
    status: 5,
    stderr: expect.stringContaining('E_CONFIRM: all that is on whole.img would be overwritten'),
  });
  run('cmp', [inFolder('whole.img'), inFolder('card.img')]);
});

function isBegun(file: string): boolean {
  if (!existsSync(file)) return false;
  const handle = openSync(file, 'r');
  const head = Buffer.alloc(64);
  readSync(handle, head, 0, 64, 0);
  closeSync(handle);
  return head.toString('latin1').startsWith('cardkeep: a restore of this card was broken off');
}

/** Sends the signal when the first byte is written. */
async function stopped(signal: NodeJS.Signals, words: readonly string[], target: string): Promise<[string, unknown]> {
  const child = cardkeep.start(...words);
  const told = text(child.stderr!);
  const ended = once(child, 'exit') as Promise<[number | null]>;
  while (!isBegun(inFolder(target)) && child.exitCode === null) await sleep(2);
  child.kill(signal);
  return [await told, (await ended)[0]];
}

it('that is stopped says how to go on, and goes on without a question', async () => {
  shell(`head -c 400000006 /dev/zero | tr '\\0' x > ${inFolder('old.img')}`);
  const [told, status] = await stopped('SIGINT', ['restore', 'big', 'old.img', '--yes'], 'old.img');
  expect(status).toBe(130);
  expect(told).toMatch(
    /E_STOPPED: stopped\n {2}old\.img is not whole now, and has no partition table; go on with: cardkeep restore big@1 old\.img --resume\n$/u,
  );
  const { stdout } = cardkeep.run('restore', 'big', 'old.img', '--dry-run');
  expect(stdout).toContain('an unfinished restore');
  expect(cardkeep.run('restore', 'big', 'old.img')).toMatchObject({ status: 5 });
  expect(cardkeep.json('restore', 'big@1', 'old.img', '--resume')).toMatchObject({ resumed: true });
  run('cmp', [inFolder('old.img'), inFolder('big.img')]);
});

it('to a new file that is killed goes on, too', async () => {
  const [, status] = await stopped('SIGKILL', ['restore', 'big', 'new-big.img', '--yes'], 'new-big.img');
  expect(status).toBeNull();
  expect(cardkeep.json('restore', 'big', 'new-big.img', '--resume')).toMatchObject({ resumed: true });
  run('cmp', [inFolder('new-big.img'), inFolder('big.img')]);
});
