import { copyFileSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { commandLine } from '../support/command-line.ts';
import { temporaryFolder } from '../support/loop-device.ts';
import { shell } from '../support/run.ts';
import { makeSmallCard, putBootFile } from '../support/small-card.ts';

const folder = temporaryFolder();
const cardkeep = commandLine(folder.path);
afterAll(() => folder[Symbol.dispose]());

makeSmallCard(path.join(folder.path, 'card.img'));
makeSmallCard(path.join(folder.path, 'other.img'), { label: 'other', signature: '0xcafe' });
cardkeep.json('backup', 'card.img', '--store', 'whole');
putBootFile(path.join(folder.path, 'card.img'), 'new.txt', 'a new file\n');
cardkeep.json('backup', 'card.img', '--store', 'whole');
cardkeep.json('backup', 'other.img', '--store', 'whole');
const ids = (cardkeep.json('list', '--store', 'whole') as { cards: { snapshots: { snapshot: string }[] }[] }).cards.map(
  ({ snapshots }) => snapshots.map(({ snapshot }) => snapshot),
);

interface CheckDocument {
  readonly ok: boolean;
  readonly problems: readonly { kind: string; what: string; snapshots: string[] }[];
}

/** Files below a folder of the store, largest first. */
function filesIn(name: string): string[] {
  const root = path.join(folder.path, 'store', name);
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort((a, b) => statSync(b).size - statSync(a).size);
}

function flip(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  writeFileSync(file, bytes);
}

function checkDocument(...words: string[]): CheckDocument {
  const { status, stdout, stderr } = cardkeep.run('check', '--store', 'store', '--json', ...words);
  expect({ status, stderr }).toEqual({ status: 4, stderr: '' });
  return JSON.parse(stdout) as CheckDocument;
}

it('finds a sound store sound', () => {
  const sound = { ok: true, snapshots: 3, chunks: expect.any(Number), packs: expect.any(Number), problems: [] };
  expect(cardkeep.json('check', '--store', 'whole')).toEqual({ ...sound, readBytes: 0 });
  const read = cardkeep.json('check', '--store', 'whole', '--read-data') as { readBytes: number };
  expect(read).toEqual({ ...sound, readBytes: expect.any(Number) });
  expect(read.readBytes).toBeGreaterThan(3_000_000);
  const { status, stdout } = cardkeep.run('check', '--store', 'whole', '--read-data');
  expect(status).toBe(0);
  expect(stdout).toMatch(
    /: 3 versions, \d+ chunks, \d+ packs, [\d.]+ MB read and verified, in [\d.]+ s\n {2}no damage found\n$/u,
  );
});

it('proves that a version can be restored', () => {
  const { status, stdout } = cardkeep.run('check', 'octopi', '--store', 'whole');
  expect(status).toBe(0);
  expect(stdout).toMatch(
    /^octopi@2 can be restored: 3\.\d MB read back and verified in [\d.]+ s\n {2}p1 fat16 BOOTFS: consistent\n {2}p2 ext4 octopi: consistent\n$/u,
  );
  expect(cardkeep.json('check', 'octopi', '--store', 'whole')).toMatchObject({ ok: true, problems: [] });
});

describe('damage has exit code 4 and names the versions that it hits', () => {
  beforeEach(() => shell(`cd ${folder.path}; rm -rf store; cp -r whole store`));

  it('a flipped bit in a chunk', () => {
    const pack = filesIn('packs')[0] ?? '';
    flip(pack, Math.floor(statSync(pack).size / 2));
    expect(checkDocument('--read-data').problems[0]).toMatchObject({ kind: 'damaged', snapshots: expect.any(Array) });
    const hit = checkDocument('--read-data').problems.flatMap(({ snapshots }) => snapshots);
    expect(ids.flat()).toEqual(expect.arrayContaining(hit));
    expect(hit.length).toBeGreaterThan(0);
    const card = ids.findIndex((versions) => versions.includes(hit[0] ?? ''));
    const name = card === 0 ? 'octopi' : 'octopi-2';
    expect(cardkeep.run('check', name, '--store', 'store')).toMatchObject({
      status: 4,
      stdout: expect.stringMatching(/ is damaged: /u),
    });
    const restored = cardkeep.run('restore', name, 'out.img', '--yes', '--store', 'store');
    expect(restored).toMatchObject({ status: 4, stderr: expect.stringContaining('cardkeep: E_DAMAGED: ') });
    expect(readdirSync(folder.path)).not.toContain('out.img');
  });

  it('one line for a damaged frame, what it means, what can be done; and a backup mends it', () => {
    const pack = filesIn('packs')[0] ?? '';
    flip(pack, Math.floor(statSync(pack).size / 2));
    const place = /the frame at \d+ of packs\/.\/[0-9a-f]{12} is damaged/u.source;
    const whole = cardkeep.run('check', '--read-data', '--store', 'store').stdout.split('\n');
    expect(whole.slice(1)).toEqual([
      expect.stringMatching(new RegExp(`^ {2}damaged: ${place} \\(hits .*\\)$`, 'u')),
      expect.stringMatching(/^ {2}1 problem; not whole: .*; whole: [12] of 3 versions$/u),
      expect.stringContaining('copy the store to another one'),
      expect.stringMatching(/stores it again: sudo cardkeep backup$/u),
      '',
    ]);
    const [name] = /octopi(?:-2)?@\d/u.exec(whole[2] ?? '') ?? [''];
    const { stdout } = cardkeep.run('check', name, '--store', 'store');
    expect(stdout.match(new RegExp(place, 'gu'))).toHaveLength(1);
    expect(stdout).toMatch(new RegExp(`${place}: [\\d.]+ [kM]?B.* of this version, .*at byte \\d+\n`, 'u'));
    expect(stdout).toMatch(/ {2}p2 ext4 (?:octopi|other): [\d.]+ [kM]B of it are damaged\n/u);
    expect(stdout).toMatch(/stores it again: sudo cardkeep backup\n$/u);

    const image = name.startsWith('octopi-2') ? 'other.img' : 'card.img';
    cardkeep.json('backup', image, '--store', 'store');
    expect(cardkeep.run('check', name, '--store', 'store')).toMatchObject({ status: 0 });
    const after = cardkeep.run('check', '--read-data', '--store', 'store');
    expect(after).toMatchObject({ status: 4, stdout: expect.stringContaining('no version needs what is damaged') });
    expect(after.stdout).not.toContain('(hits');
  });

  it('a pack that is gone is one problem of a version, however much lay in it', () => {
    rmSync(filesIn('packs')[0] ?? '');
    const hit = checkDocument().problems.flatMap(({ snapshots }) => snapshots);
    const { status, stdout } = cardkeep.run('check', hit[0] ?? '', '--store', 'store', '--json');
    expect(status).toBe(4);
    const { problems } = JSON.parse(stdout) as CheckDocument;
    expect(problems.map(({ what }) => what)).toEqual([
      expect.stringMatching(/^packs\/.*: \d+ bytes of this version, in \d\d+ places, the first at byte 0$/u),
    ]);
  });

  it('a pack that is gone', () => {
    rmSync(filesIn('packs')[0] ?? '');
    const { problems } = checkDocument();
    expect(problems).toContainEqual({
      kind: 'missing',
      what: expect.stringContaining('packs/'),
      snapshots: expect.any(Array),
    });
    expect(problems[0]?.snapshots.length).toBeGreaterThan(0);
    expect(cardkeep.run('check', '--store', 'store').stdout).toMatch(
      / {2}missing: packs\/.* \(hits (?:octopi@1, octopi@2|octopi-2@1)\)\n/u,
    );
  });

  it('a snapshot that is damaged: the others are listed', () => {
    const file = path.join(folder.path, 'store/snapshots', ids[0]?.[0] ?? '');
    flip(file, statSync(file).size - 3);
    expect(checkDocument().problems).toEqual([{ kind: 'damaged', what: expect.any(String), snapshots: [ids[0]?.[0]] }]);
    const { status, stdout, stderr } = cardkeep.run('list', '--store', 'store');
    expect(status).toBe(0);
    expect(stdout).toMatch(/@2/u);
    expect(stderr).toMatch(/^cardkeep: version [0-9a-f]{8} cannot be read: .*\n {2}see: cardkeep check\n$/u);
    // The next version names it as its parent.
    expect(stdout).toMatch(
      new RegExp(
        `^octopi {2}1 version and 1 damaged, .*\n.*\n {2}@1 +${ids[0]?.[0]?.slice(0, 8)} +\\(damaged: cardkeep check\\)\n {2}@2 `,
      ),
    );
    expect(stdout).not.toContain('not listed');
    const lost = { snapshot: ids[0]?.[0], card: 'octopi', number: 1, reason: expect.any(String) };
    expect(cardkeep.json('list', '--store', 'store')).toMatchObject({ damaged: [lost] });
  });

  it('a newest snapshot that is damaged is told under the tables', () => {
    const file = path.join(folder.path, 'store/snapshots', ids[0]?.[1] ?? '');
    flip(file, statSync(file).size - 3);
    const { status, stdout } = cardkeep.run('list', '--store', 'store');
    expect(status).toBe(0);
    expect(stdout).toMatch(/\n\nnot listed, because damaged: [0-9a-f]{8} \(see: cardkeep check\)\n$/u);
    const lost = { snapshot: ids[0]?.[1], card: null, number: null };
    expect(cardkeep.json('list', '--store', 'store')).toMatchObject({ damaged: [lost] });
  });

  it('a backup that heals it says what is missing once', () => {
    rmSync(filesIn('packs')[0] ?? '');
    const { status, stderr } = cardkeep.run('backup', 'card.img', '--store', 'store');
    expect(status).toBe(0);
    expect(stderr.match(/the store is damaged: pack [0-9a-f]{12} is missing/gu)).toHaveLength(1);
  });

  it('both config files are gone: it is still called a store, and nothing is made in it', () => {
    for (const name of ['config-1', 'config-1.copy']) rmSync(path.join(folder.path, 'store', name));
    const names = readdirSync(path.join(folder.path, 'store'));
    for (const words of [['list'], ['backup', 'card.img'], ['init', 'store']]) {
      const { status, stderr } = cardkeep.run(...words, ...(words[0] === 'init' ? [] : ['--store', 'store']));
      expect({ words, status, stderr }).toEqual({
        words,
        status: 4,
        stderr:
          `cardkeep: E_DAMAGED: there is a store in ${folder.path}/store, but its config-1 is missing\n` +
          '  put config-1 or config-1.copy back from any copy of the store; nothing else is lost, so delete nothing\n',
      });
    }
    expect(readdirSync(path.join(folder.path, 'store'))).toEqual(names);
    copyFileSync(path.join(folder.path, 'whole/config-1.copy'), path.join(folder.path, 'store/config-1.copy'));
    expect(cardkeep.run('check', 'octopi', '--store', 'store')).toMatchObject({ status: 0 });
  });

  it('an index that is gone, but not one chunk', () => {
    rmSync(filesIn('indexes')[0] ?? '');
    expect(cardkeep.run('check', 'octopi', '--store', 'store')).toMatchObject({ status: 0 });
  });

  it('a config that is damaged, and one without which nothing works', () => {
    const config = (name: string): string => path.join(folder.path, 'store', name);
    flip(config('config-1'), 100);
    expect(checkDocument().problems).toEqual([
      { kind: 'damaged', what: expect.stringContaining('config-1'), snapshots: [] },
    ]);
    expect(cardkeep.run('list', '--store', 'store')).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('cardkeep: the store is damaged: '),
    });
    flip(config('config-1.copy'), 100);
    expect(cardkeep.run('list', '--store', 'store')).toMatchObject({
      status: 4,
      stderr: expect.stringContaining('E_DAMAGED'),
    });
  });
});
