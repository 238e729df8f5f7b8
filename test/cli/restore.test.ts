import {
  copyFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLocalStorage } from '../../src/store/local-storage.ts';
import { openStore } from '../../src/store/store.ts';
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

it('tells it in JSON; a file that is there ends as a new one would', () => {
  const result = {
    snapshot: (cardkeep.json('show', 'octopi') as { snapshot: string }).snapshot,
    target: inFolder('old.img'),
    writtenBytes: expect.any(Number),
    zeroedBytes: expect.any(Number),
    skippedEqualBytes: 0,
    verifiedBytes: expect.any(Number),
    grown: [],
    resumed: false,
    warnings: [],
    elapsedMs: expect.any(Number),
  };
  const restore = (...more: string[]): unknown => cardkeep.json('restore', 'octopi', 'old.img', '--yes', ...more);
  for (const more of [[], ['--no-compare']]) {
    writeFileSync(inFolder('old.img'), Buffer.alloc(SMALL_CARD_BYTES + 5_000_000, 'old '));
    expect(restore(...more)).toEqual(result);
    expectCard('old.img', 'arm_64bit=0\n');
    expect(readFileSync(inFolder('old.img')).includes('old old ')).toBe(false);
  }
  expect(restore()).toMatchObject({ writtenBytes: 0, zeroedBytes: 0, skippedEqualBytes: SMALL_CARD_BYTES });
  expect(restore('--no-verify')).toMatchObject({ verifiedBytes: 0 });
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
    grown: [],
    warnings: [],
  });
  copyFileSync(inFolder('card.img'), inFolder('same.img'));
  const { stdout } = cardkeep.run('restore', 'octopi', 'same.img', '--dry-run');
  expect(stdout).toContain('  p2  ext4   octopi  14.7 MB    p2  ext4   octopi  14.7 MB\n');
  expect(stdout).toMatch(/\n {2}nothing was written\n$/u);
  run('cmp', [inFolder('same.img'), inFolder('card.img')]);
  expect(existsSync(inFolder('never.img'))).toBe(false);
  expect(stdout).not.toMatch(/grows|shrinks/u);
});

it('says that a file grows or shrinks', () => {
  const plan = (): string => cardkeep.run('restore', 'octopi', 'sized.img', '--dry-run').stdout;
  writeFileSync(inFolder('sized.img'), Buffer.alloc(5_000_000));
  expect(plan()).toMatch(/read back included\n {2}the file sized\.img grows from 5 MB to 25\.2 MB\n {2}nothing/u);
  writeFileSync(inFolder('sized.img'), Buffer.alloc(SMALL_CARD_BYTES + 5_000_000));
  expect(plan()).toMatch(/\n {2}the file sized\.img shrinks from 30\.2 MB to 25\.2 MB\n/u);
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

it('makes no raw image of the name of a packed one', () => {
  for (const [word, name] of [
    ['out.img.gz', 'out.img'],
    ['pi.XZ', 'pi.img'],
    ['a.raw.zst', 'a.raw'],
    ['a.zip', 'a.img'],
    ['a.img.bz2', 'a.img'],
  ] as const) {
    expect(cardkeep.run('restore', 'octopi', word, '--yes')).toEqual({
      status: 5,
      stdout: '',
      stderr:
        `cardkeep: E_TARGET_NAME: ${word} would be a raw image, whatever its name says\n` +
        `  name it ${name}, and pack it afterwards\n`,
    });
    expect(existsSync(inFolder(word))).toBe(false);
  }
});

it('says the order when the words are the wrong way round, and what a mistyped name means', () => {
  const swapped = (place: string, version: string): unknown => cardkeep.run('restore', place, version, '--yes');
  for (const [place, version] of [
    ['card.img', 'octopi@1'],
    ['/dev/loop0', 'octopi'],
    ['sda', 'octopi~1'],
  ] as const) {
    expect(swapped(place, version)).toEqual({
      status: 2,
      stdout: '',
      stderr: `cardkeep: E_USAGE: the version comes first, then the target\n  cardkeep restore ${version} ${place}\n`,
    });
  }
  expect(swapped('octpi', 'out-of-typo.img')).toMatchObject({
    status: 7,
    stderr: expect.stringContaining('\n  did you mean octopi?\n'),
  });
  expect(existsSync(inFolder('octopi'))).toBe(false);
});

describe('of a suspect version', () => {
  const WORDS = 'suspect: a file was changed without a trace, this version may hold it as it was before';
  const CURE = 'name another version, or make a good new one: sudo cardkeep backup --full';

  beforeAll(async () => {
    cpSync(inFolder('home/.cardkeep'), inFolder('doubt'), { recursive: true });
    const { snapshot } = cardkeep.json('show', 'octopi@1', '--store', 'doubt') as { snapshot: string };
    await using store = await openStore(await openLocalStorage(inFolder('doubt')));
    const subject = Buffer.from(snapshot, 'hex');
    await store.writeRecord({ kind: 'suspect', atMs: 1, subject, seq: 0, body: new Uint8Array(16) });
  });

  it('the plan says so, before the question too, and --quiet does not hide it', () => {
    const { stdout } = cardkeep.run('restore', 'octopi@1', 'doubt.img', '--store', 'doubt', '--dry-run');
    expect(stdout).toContain(`\n  ${WORDS}\n  ${CURE}\n  nothing was written\n`);
    const asked = cardkeep.runOnTerminal('n\\n', 'restore', 'octopi@1', 'doubt.img', '--store', 'doubt');
    expect(asked.stdout.replaceAll('\r', '')).toContain(`\n  ${CURE}\ndoubt.img is made. Restore? [y/N] `);
    const quiet = cardkeep.run('restore', 'octopi@1', 'doubt.img', '--store', 'doubt', '--yes', '--quiet');
    expect(quiet).toEqual({ status: 0, stdout: '', stderr: `  ${WORDS}\n  ${CURE}\n` });
    const other = cardkeep.run('restore', 'octopi@2', 'never.img', '--store', 'doubt', '--dry-run');
    expect(other.stdout).not.toContain('suspect');
  });

  it('JSON has it as a warning, and check says it in its result line', () => {
    const warnings = [{ code: 'W_SUSPECT', message: `${WORDS}; ${CURE}` }];
    const restore = (...words: string[]): unknown =>
      cardkeep.json('restore', 'octopi@1', 'doubt.img', '--store', 'doubt', ...words);
    expect(restore('--dry-run')).toMatchObject({ warnings });
    expect(restore('--yes')).toMatchObject({ warnings });
    expect(cardkeep.json('check', 'octopi@1', '--store', 'doubt')).toMatchObject({ ok: true, suspect: true });
    expect(cardkeep.json('check', 'octopi@2', '--store', 'doubt')).toMatchObject({ ok: true, suspect: false });
    const { stdout } = cardkeep.run('check', 'octopi@1', '--store', 'doubt');
    expect(stdout).toMatch(/^octopi@1 can be restored, but is suspect: [\d.]+ MB read back and verified in /u);
    expect(stdout).toContain(`\n  ${WORDS}\n  ${CURE}\n`);
  });
});

describe('from a store that turns out to be damaged', () => {
  beforeAll(() => {
    cpSync(inFolder('home/.cardkeep'), inFolder('bad'), { recursive: true });
    const packs = readdirSync(inFolder('bad/packs'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort((a, b) => statSync(b).size - statSync(a).size);
    const bytes = readFileSync(packs[0]!);
    const middle = bytes.length >> 1;
    bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
    writeFileSync(packs[0]!, bytes);
  });

  it('says what became of the target, besides the damage', () => {
    writeFileSync(inFolder('hit.img'), Buffer.alloc(SMALL_CARD_BYTES, 'x'));
    const hit = cardkeep.run('restore', 'octopi', 'hit.img', '--store', 'bad', '--yes', '--quiet');
    expect(hit).toMatchObject({ status: 4, stderr: expect.stringMatching(/^cardkeep: E_DAMAGED: /u) });
    expect(hit.stderr).toMatch(
      /\n {2}hit\.img is not whole now, and has no partition table: put another version on it; .*cardkeep check/u,
    );
    const fresh = cardkeep.run('restore', 'octopi', 'fresh.img', '--store', 'bad', '--yes', '--quiet');
    expect(fresh).toMatchObject({ status: 4, stderr: expect.stringContaining('\n  fresh.img was removed again; ') });
    expect(existsSync(inFolder('fresh.img'))).toBe(false);
    // What is there already need not be fetched.
    copyFileSync(inFolder('card.img'), inFolder('held.img'));
    const held = cardkeep.run('restore', 'octopi', 'held.img', '--store', 'bad', '--yes', '--quiet');
    expect(held).toMatchObject({ status: 0 });
  });
});
