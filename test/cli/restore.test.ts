import { copyFileSync, existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commandLine } from '../support/command-line.ts';
import { temporaryFolder } from '../support/loop-device.ts';
import { run, shell, verdict } from '../support/run.ts';
import { makeSmallCard, putBootFile, readBootFile, SMALL_CARD_BYTES, SMALL_ROOT } from '../support/small-card.ts';

const folder = temporaryFolder();
const cardkeep = commandLine(folder.path);
const inFolder = (name: string): string => path.join(folder.path, name);

beforeAll(() => {
  makeSmallCard(inFolder('card.img'));
  cardkeep.json('backup', 'card.img');
  putBootFile(inFolder('card.img'), 'config.txt', 'arm_64bit=0\n');
  cardkeep.json('backup', 'card.img');
});
afterAll(() => folder[Symbol.dispose]());

/** Judged by other programs than ours. */
function expectCard(name: string, config: string): void {
  const file = inFolder(name);
  expect(statSync(file).size).toBe(SMALL_CARD_BYTES);
  expect(readBootFile(file, 'config.txt')).toBe(config);
  shell(
    `dd if=${file} of=${file}.root bs=1M skip=${SMALL_ROOT.byteOffset >> 20} count=${SMALL_ROOT.byteLength >> 20} status=none`,
  );
  expect(verdict('e2fsck', ['-fn', `${file}.root`])).toMatchObject({ status: 0 });
  const read = (image: string): string => shell(`debugfs -R 'cat /video.bin' ${image} 2> /dev/null | sha256sum`);
  expect(read(`${file}.root`)).toBe(read(`${inFolder('card.img')}?offset=${SMALL_ROOT.byteOffset}`));
}

it('writes a new image, tells the plan and the result', () => {
  const { status, stdout, stderr } = cardkeep.run('restore', 'octopi@1', 'one.img', '--yes');
  expect(status).toBe(0);
  expect(stderr.split('\n')).toEqual([
    expect.stringMatching(/^octopi, version 1 \([0-9a-f]{8}\), /u),
    '  now on one.img    after the restore',
    '  nothing           25.2 MB',
    '                    p1  FAT16  BOOTFS   6.3 MB',
    '                    p2  ext4   octopi  14.7 MB',
    expect.stringMatching(/^ {2}writes 3\.\d MB; about \d\.\d s at 200 MB\/s, read back included$/u),
    '',
  ]);
  expect(stdout).toMatch(
    /^octopi@1 is on one\.img\n {2}wrote 3\.\d MB, read back and compared 3\.\d MB, in \d+\.\d s\n$/u,
  );
  expectCard('one.img', 'arm_64bit=1\n');
  expect(statSync(inFolder('one.img')).blocks * 512).toBeLessThan(5_000_000);
});

it('tells it in JSON, and empties a file that is there', () => {
  writeFileSync(inFolder('old.img'), Buffer.alloc(SMALL_CARD_BYTES + 5_000_000, 'old '));
  expect(cardkeep.json('restore', 'octopi', 'old.img', '--yes')).toEqual({
    snapshot: (cardkeep.json('show', 'octopi') as { snapshot: string }).snapshot,
    target: inFolder('old.img'),
    writtenBytes: expect.any(Number),
    zeroedBytes: expect.any(Number),
    skippedEqualBytes: 0,
    verifiedBytes: expect.any(Number),
    grown: [],
    elapsedMs: expect.any(Number),
  });
  expectCard('old.img', 'arm_64bit=0\n');
  expect(readFileSync(inFolder('old.img')).includes('old old ')).toBe(false);
  expect(cardkeep.json('restore', 'octopi', 'old.img', '--yes', '--no-verify')).toMatchObject({ verifiedBytes: 0 });
  expect(cardkeep.run('restore', 'octopi', 'old.img', '--yes', '--quiet')).toEqual({
    status: 0,
    stdout: '',
    stderr: '',
  });
});

it('only plans with --dry-run', () => {
  expect(cardkeep.json('restore', 'octopi', 'never.img', '--dry-run')).toEqual({
    snapshot: expect.any(String),
    target: inFolder('never.img'),
    targetBytes: SMALL_CARD_BYTES,
    wouldWriteBytes: expect.any(Number),
    wouldZeroBytes: expect.any(Number),
    estimatedMs: expect.any(Number),
  });
  copyFileSync(inFolder('card.img'), inFolder('same.img'));
  const { stdout } = cardkeep.run('restore', 'octopi', 'same.img', '--dry-run');
  expect(stdout).toContain('  p2  ext4   octopi  14.7 MB    p2  ext4   octopi  14.7 MB\n');
  expect(stdout).toMatch(/\n {2}nothing was written\n$/u);
  run('cmp', [inFolder('same.img'), inFolder('card.img')]);
  expect(existsSync(inFolder('never.img'))).toBe(false);
});

it('without a terminal and --yes touches nothing: exit code 5', () => {
  copyFileSync(inFolder('card.img'), inFolder('same.img'));
  for (const [target, words] of [
    [
      'same.img',
      /all that is on same\.img would be overwritten, and there is no terminal to ask on\n {2}look at the plan/u,
    ],
    ['never.img', /never\.img would be made, and there is no terminal/u],
  ] as const) {
    const { status, stdout, stderr } = cardkeep.run('restore', 'octopi@1', target);
    expect({ status, stdout }).toEqual({ status: 5, stdout: '' });
    expect(stderr).toMatch(words);
  }
  run('cmp', [inFolder('same.img'), inFolder('card.img')]);
  expect(existsSync(inFolder('never.img'))).toBe(false);
});

it('asks on a terminal, and only yes is yes', () => {
  const no = cardkeep.runOnTerminal('\\n', 'restore', 'octopi', 'asked.img');
  expect(no.stdout).toMatch(/asked\.img is made\. Restore\? \[y\/N\] /u);
  expect(no).toMatchObject({ status: 5, stdout: expect.stringContaining('E_DECLINED: nothing was done') });
  expect(existsSync(inFolder('asked.img'))).toBe(false);
  const yes = cardkeep.runOnTerminal('y\\n', 'restore', 'octopi', 'asked.img');
  expect(yes).toMatchObject({ status: 0, stdout: expect.stringContaining('octopi@2 is on asked.img') });
  // A bar was drawn.
  expect(yes.stdout).toContain('\u001b[');
  expectCard('asked.img', 'arm_64bit=0\n');
});

it('refuses what must not be a target', () => {
  symlinkSync(inFolder('home/.cardkeep'), inFolder('way'));
  for (const [target, status, code] of [
    ['home/.cardkeep/out.img', 5, 'E_TARGET_IN_STORE'],
    ['way/out.img', 5, 'E_TARGET_IN_STORE'],
    ['card.img', 5, 'E_TARGET_IS_SOURCE'],
    ['no/such/out.img', 7, 'E_NOT_FOUND'],
    ['home', 1, 'E_NOT_A_DISK'],
    ['/dev/null', 1, 'E_NOT_A_DISK'],
    ['/dev/no-such-disk', 7, 'E_NO_TARGET'],
  ] as const) {
    const outcome = cardkeep.run('restore', 'octopi', target, '--yes');
    expect({ target, status: outcome.status, stderr: outcome.stderr }).toEqual({
      target,
      status,
      stderr: expect.stringContaining(`cardkeep: ${code}: `),
    });
  }
  expect(cardkeep.json('check', '--read-data')).toMatchObject({ ok: true });
});

it('makes no file of the name of a device', () => {
  // One that is there, and names of disks.
  for (const word of ['loop0', 'sda', 'sdb1', 'mmcblk0', 'mmcblk0p2', 'nvme0n1', 'disk4', 'rdisk4s1']) {
    const { status, stderr } = cardkeep.run('restore', 'octopi', word, '--yes');
    expect({ status, stderr }).toEqual({
      status: 5,
      stderr:
        `cardkeep: E_TARGET_NAME: ${word} is the name of a device, but would be a file here\n` +
        `  the device is /dev/${word}; if a file of that name is meant: ./${word}\n`,
    });
    expect(existsSync(inFolder(word))).toBe(false);
  }
  expect(cardkeep.run('restore', 'octopi', './sda', '--yes', '--quiet')).toMatchObject({ status: 0 });
  expect(existsSync(inFolder('sda'))).toBe(true);
  expect(cardkeep.run('restore', 'octopi', 'sda.img', '--yes', '--quiet')).toMatchObject({ status: 0 });
});
