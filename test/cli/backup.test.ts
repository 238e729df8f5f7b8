import { copyFileSync, existsSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandLine } from '../support/command-line.ts';
import type { Outcome } from '../support/command-line.ts';
import { temporaryFolder } from '../support/loop-device.ts';
import { run } from '../support/run.ts';
import { makeSmallCard, putBootFile, SMALL_BOOT, SMALL_CARD_BYTES, SMALL_ROOT } from '../support/small-card.ts';

const folder = temporaryFolder();
const cardkeep = commandLine(folder.path);
const card = path.join(folder.path, 'card.img');
const HEX_ID = /^[0-9a-f]{64}$/u;
const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/u;

beforeAll(() => makeSmallCard(card));
afterAll(() => folder[Symbol.dispose]());

it('makes the default store at the first backup, and prints a summary', () => {
  expect(cardkeep.run('backup', 'card.img', '--dry-run').stdout).toMatch(
    /^octopi: would read [\d.]+ MB of 25\.2 MB, in about /u,
  );
  expect(existsSync(path.join(folder.path, 'home/.cardkeep'))).toBe(false);
  const { status, stdout, stderr } = cardkeep.run('backup', 'card.img', '--note', 'first', '--tag', 'a', '--tag', 'b');
  expect({ status, stderr }).toEqual({ status: 0, stderr: `made a store in ${folder.path}/home/.cardkeep\n` });
  expect(stdout.split('\n')).toEqual([
    expect.stringMatching(/^octopi, version 1 \([0-9a-f]{8}\), \d{4}-\d{2}-\d{2} \d{2}:\d{2}$/u),
    '  card   25.2 MB, MBR 0x000dbfc6',
    expect.stringMatching(/^ {2}p1 {2}FAT16 {2}BOOTFS +6\.3 MB +[\d.]+ kB used {2}clean$/u),
    expect.stringMatching(/^ {2}p2 {2}ext4 {3}octopi +14\.7 MB +3\.\d MB used {2}clean$/u),
    expect.stringMatching(/^ {2}read [\d.]+ MB$/u),
    expect.stringMatching(/^ {2}new 3\.\d MB, stored as [\d.]+ MB, in \d+\.\d s$/u),
    '  all versions: cardkeep list',
    '',
  ]);
});

it('tells the second version in JSON, and that nothing was new', () => {
  const document = cardkeep.json('backup', 'card.img');
  expect(document).toEqual({
    snapshot: expect.stringMatching(HEX_ID),
    card: 'octopi',
    base: null,
    mode: 'full',
    modeReason: expect.any(String),
    deviceBytes: SMALL_CARD_BYTES,
    liveBytes: expect.any(Number),
    readBytes: expect.any(Number),
    carriedBytes: 0,
    provedBytes: 0,
    newBytes: 0,
    newChunks: 0,
    storedBytes: expect.any(Number),
    elapsedMs: expect.any(Number),
    unclean: false,
    unreadable: [],
    warnings: [],
  });
  const { liveBytes, readBytes, storedBytes } = document as Record<string, number>;
  expect(liveBytes).toBeGreaterThan(3_000_000);
  expect(readBytes).toBeGreaterThanOrEqual(liveBytes ?? 0);
  expect(readBytes).toBeLessThan(SMALL_CARD_BYTES / 2);
  expect(storedBytes).toBeLessThan(20_000);
});

it('lists and shows what was stored', () => {
  putBootFile(card, 'cmdline.txt', 'console=tty1\n');
  cardkeep.json('backup', 'card.img', '--at', '2026-11-21T08:14:00+01:00', '--full', '--keep-swap');
  const { cards } = cardkeep.json('list') as { cards: { card: string; snapshots: Record<string, unknown>[] }[] };
  expect(cards).toEqual([
    { card: 'octopi', snapshots: [1, 2, 3].map((number) => expect.objectContaining({ number })) },
  ]);
  expect(cards[0]?.snapshots[0]).toEqual({
    snapshot: expect.stringMatching(HEX_ID),
    number: 1,
    time: expect.stringMatching(ISO_TIME),
    note: 'first',
    tags: ['a', 'b'],
    mode: 'full',
    deviceBytes: SMALL_CARD_BYTES,
    liveBytes: expect.any(Number),
    newBytes: expect.any(Number),
    storedBytes: expect.any(Number),
    unclean: false,
    suspect: false,
    unreadableBytes: 0,
  });
  expect(cards[0]?.snapshots[2]).toMatchObject({ time: '2026-11-21T07:14:00.000Z' });
  expect(cardkeep.json('show', 'octopi@3')).toMatchObject({
    ...cards[0]?.snapshots[2],
    card: 'octopi',
    device: { path: card, model: '', serial: '', bus: '' },
    table: 'mbr',
    partitions: [
      { number: 1, ...SMALL_BOOT, type: '0xe', fileSystem: 'fat16', label: 'BOOTFS', clean: true, note: '' },
      { number: 2, ...SMALL_ROOT, type: '0x83', fileSystem: 'ext4', label: 'octopi', clean: true, note: '' },
    ],
  });
  const uuid = run('blkid', ['-p', '-O', `${SMALL_ROOT.byteOffset}`, '-s', 'UUID', '-o', 'value', card]).trim();
  expect(cardkeep.json('show', 'octopi@3')).toMatchObject({ partitions: [{}, { uuid }] });
  const table = cardkeep.run('list', 'octopi').stdout;
  expect(table).toMatch(/^octopi {2}3 versions, 25\.2 MB\n {2}version {2}id +time +used +new {2}mode +note\n {2}@1/u);
  expect(table).toMatch(/@1 .* full +first #a #b\n/u);
});

it('names versions in every way', () => {
  const all = (cardkeep.json('list') as { cards: { snapshots: { snapshot: string; number: number }[] }[] }).cards[0];
  const id = all?.snapshots[1]?.snapshot ?? '';
  for (const name of ['octopi@2', 'octopi~1', id, id.slice(0, 12), id.slice(0, 12).toUpperCase()]) {
    expect(cardkeep.json('show', name)).toMatchObject({ number: 2 });
  }
  expect(cardkeep.json('show', 'octopi')).toMatchObject({ number: 3 });
  for (const name of ['octopi@9', 'octopi~7', 'nobody', 'ffffffffffff']) {
    expect(cardkeep.run('show', name)).toMatchObject({ status: 7, stderr: expect.stringContaining('E_NOT_FOUND') });
  }
  expect(cardkeep.run('list', 'nobody')).toMatchObject({ status: 7 });
});

it('counts what a version holds alone', () => {
  const own = (name: string): number => (cardkeep.json('show', name) as { ownBytes: number }).ownBytes;
  // Version 3 has a new file, and tables that differ.
  expect(own('octopi@3')).toBeGreaterThan(12);
  expect(own('octopi@3')).toBeLessThan(200_000);
  expect(own('octopi@2')).toBe(0);
});

it('estimates without storing', () => {
  expect(cardkeep.json('backup', 'card.img', '--raw', '--dry-run')).toEqual({
    card: 'octopi',
    mode: 'raw',
    modeReason: expect.any(String),
    deviceBytes: SMALL_CARD_BYTES,
    wouldReadBytes: SMALL_CARD_BYTES,
    estimatedMs: expect.any(Number),
    warnings: expect.any(Array),
  });
  // What was not read yet is not said to have been read.
  expect(cardkeep.run('backup', 'card.img', '--dry-run').stdout).toMatch(
    /^octopi: would read .*\n {2}full: each of its files .* two minutes .*\n {2}nothing was stored\n$/u,
  );
  expect(cardkeep.run('show', 'octopi@2').stdout).toMatch(
    /\n {2}holds {2}3\.\d MB, full: each of its files .* two minutes .*\n/u,
  );
  expect(cardkeep.json('stats')).toMatchObject({ snapshots: 3 });
});

describe('a time that the user gives', () => {
  const warningsOf = (...words: string[]): string[] =>
    (
      cardkeep.json('backup', 'card.img', '--store', 'times', ...words) as { warnings: { code: string }[] }
    ).warnings.map(({ code }) => code);
  const numberOf = (name: string): number =>
    (cardkeep.json('show', name, '--store', 'times') as { number: number }).number;

  it('an old image after newer versions is the newest all the same, and that is said', () => {
    expect(warningsOf()).toEqual([]);
    expect(warningsOf('--at', '2019-01-01', '--dry-run')).toEqual(['W_OLDER_TIME']);
    expect(warningsOf('--at', '2019-01-01')).toEqual(['W_OLDER_TIME']);
    expect(['octopi', 'latest', 'octopi~1', 'latest~1'].map(numberOf)).toEqual([2, 2, 1, 1]);
    expect(cardkeep.run('list', '--store', 'times').stdout).toMatch(/ @1 .*\n {2}@2 .* 2019-01-01 00:00 /u);
    expect(cardkeep.run('backup', 'card.img', '--store', 'times', '--at', '2018-01-01').stdout).toContain(
      '\n  note: its time is before that of version 2; numbers count, so octopi now means version 3, and octopi~1 version 2\n',
    );
  });

  it('latest is what was stored last, over all cards', () => {
    const backUp = (...words: string[]): unknown => cardkeep.json('backup', 'card.img', '--store', 'two', ...words);
    backUp('--card', 'octopi');
    backUp('--card', 'second');
    backUp('--card', 'octopi', '--at', '2019-01-01');
    const cardOf = (name: string): unknown => cardkeep.json('show', name, '--store', 'two');
    expect(cardOf('latest')).toMatchObject({ card: 'octopi', number: 2, time: '2019-01-01T00:00:00.000Z' });
    expect(cardOf('latest~1')).toMatchObject({ card: 'second', number: 1 });
  });

  it('a time in the future', () => {
    expect(warningsOf('--at', '2999-01-01')).toEqual(['W_FUTURE_TIME']);
    expect(warningsOf()).toEqual([]);
    expect(['octopi', 'latest', 'latest~1'].map(numberOf)).toEqual([5, 5, 4]);
  });
});

it('a name that is mistyped makes a second card, and says so', () => {
  cardkeep.json('backup', 'card.img', '--store', 'typo');
  expect(cardkeep.run('backup', 'card.img', '--store', 'typo', '--card', 'octpoi').stdout).toContain(
    '\n  note: kept as the new card octpoi, but it has the IDs of octopi: as long as the store has both, every backup ',
  );
  expect(cardkeep.run('backup', 'card.img', '--store', 'typo')).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(
      /E_WHICH_CARD: .*: octpoi \(version 1, .*\), octopi \(version 1, .*--card octpoi\n$/su,
    ),
  });
});

it('asks on a terminal before it makes a second card of the same IDs', () => {
  const backUp = (input: string, ...words: string[]): Outcome =>
    cardkeep.runOnTerminal(input, 'backup', 'card.img', '--store', 'ask', ...words);
  cardkeep.json('backup', 'card.img', '--store', 'ask');
  const no = backUp('n\\n', '--card', 'octpoi');
  expect(no.stdout).toMatch(/IDs of octopi: as long as the store has both, [^]*Make a second card of it\? \[y\/N\] /u);
  expect(no).toMatchObject({ status: 5, stdout: expect.stringContaining('E_DECLINED: nothing was done') });
  const cards = (): unknown => cardkeep.json('list', '--store', 'ask');
  expect(cards()).toMatchObject({ cards: [{ card: 'octopi', snapshots: [{}] }] });
  // The card itself, and a plan, need no answer.
  expect(backUp('', '--card', 'octpoi', '--dry-run').stdout).not.toContain('[y/N]');
  expect(backUp('', '--card', 'octopi').stdout).not.toContain('[y/N]');
  expect(backUp('', '--card', 'octpoi', '--yes')).toMatchObject({
    status: 0,
    stdout: expect.not.stringContaining('[y/N]'),
  });
  expect(backUp('y\\n', '--card', 'optoci')).toMatchObject({ status: 0 });
  expect(cards()).toMatchObject({ cards: [{ card: 'octopi' }, { card: 'octpoi' }, { card: 'optoci' }] });
});

it('says in plain words what it kept for safety', () => {
  const odd = path.join(folder.path, 'odd.img');
  writeFileSync(odd, Buffer.alloc(100_000, 'no table here '));
  const { stdout } = cardkeep.run('backup', 'odd.img', '--card', 'odd', '--raw');
  expect(stdout).toMatch(/^odd, version 1 /u);
  expect(stdout).toContain('  card   100 kB, no partition table\n');
  expect(stdout).toMatch(/\n {2}note: .*all of it was kept: it was asked for\n/u);
  expect(cardkeep.run('backup', 'odd.img', '--card', 'odd', '--raw', '--quiet')).toEqual({
    status: 0,
    stdout: '',
    stderr: '',
  });
});

it('keeps what a label says from steering the terminal', () => {
  const evil = path.join(folder.path, 'evil.img');
  copyFileSync(card, evil);
  using loop = { label: 'x\u001b[2Jy', [Symbol.dispose]: () => undefined };
  run('debugfs', ['-w', '-R', `set_super_value volume_name ${loop.label}`, `${evil}?offset=${SMALL_ROOT.byteOffset}`]);
  const { status, stdout } = cardkeep.run('backup', 'evil.img', '--card', 'evil', '--note', 'a\u009bb\u202e');
  expect(status).toBe(0);
  // oxlint-disable-next-line no-control-regex
  expect(stdout + cardkeep.run('list').stdout + cardkeep.run('show', 'evil').stdout).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
  expect(cardkeep.json('show', 'evil')).toMatchObject({
    note: 'a\u009bb\u202e',
    partitions: [{}, { label: loop.label }],
  });
});

describe('what cannot be backed up', () => {
  it('a device without its folder', () => {
    expect(cardkeep.run('backup', 'sdz')).toEqual({
      status: 7,
      stdout: '',
      stderr:
        'cardkeep: E_NO_SOURCE: there is no file sdz here\n  the device is /dev/sdz: sudo cardkeep backup /dev/sdz\n',
    });
    copyFileSync(card, path.join(folder.path, 'sdz'));
    expect(cardkeep.run('backup', 'sdz', '--dry-run', '--card', 'octopi')).toMatchObject({ status: 0 });
  });

  it.each([
    ['absent.img', 7, 'E_NO_SOURCE'],
    ['.', 1, 'E_NOT_A_DISK'],
    ['/dev/null', 1, 'E_NOT_A_DISK'],
    ['empty.img', 1, 'E_EMPTY_SOURCE'],
  ])('%s: exit code %i, %s', (source, status, code) => {
    writeFileSync(path.join(folder.path, 'empty.img'), '');
    expect(cardkeep.run('backup', source)).toMatchObject({
      status,
      stderr: expect.stringContaining(`cardkeep: ${code}: `),
    });
  });

  it('a truncated image makes a version with a warning', () => {
    const cut = path.join(folder.path, 'cut.img');
    copyFileSync(card, cut);
    truncateSync(cut, SMALL_CARD_BYTES - 6_000_000);
    const document = cardkeep.json('backup', 'cut.img', '--card', 'cut') as { warnings: { message: string }[] };
    expect(document.warnings.map(({ message }) => message).join()).toMatch(/end|larger|cut/u);
    expect(statSync(cut).size).toBe((cardkeep.json('show', 'cut') as { deviceBytes: number }).deviceBytes);
  });
});
