/** Compressed images and standard input as the source of a backup. */
import { once } from 'node:events';
import { copyFileSync, readdirSync, readFileSync, truncateSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readCatalog } from '../../src/snapshot/catalog.ts';
import { openLocalStorage } from '../../src/store/local-storage.ts';
import { openStore } from '../../src/store/store.ts';
import { commandLine, MAIN } from '../support/command-line.ts';
import { temporaryFolder } from '../support/loop-device.ts';
import { run, shell } from '../support/run.ts';
import { makeSmallCard, SMALL_CARD_BYTES } from '../support/small-card.ts';

const folder = temporaryFolder();
const cardkeep = commandLine(folder.path);
const inFolder = (...names: string[]): string => path.join(folder.path, ...names);
const MADE = new Date('2019-03-04T05:06:08Z');

beforeAll(() => {
  makeSmallCard(inFolder('card.img'));
  // Not a whole number of sectors or blocks: a copy that was broken off.
  truncateSync(inFolder('card.img'), SMALL_CARD_BYTES - 777);
  utimesSync(inFolder('card.img'), MADE, MADE);
});
afterAll(() => folder[Symbol.dispose]());

const FORMATS: readonly [name: string, make: string][] = [
  ['card.img.gz', 'gzip -k card.img'],
  ['card.img.xz', 'xz -0 -k card.img'],
  ['card.img.zst', 'zstd -q -k card.img'],
  ['card.zip', 'zip -q -1 card.zip card.img'],
  ['misnamed.dmg', 'pigz -c card.img > misnamed.dmg'],
];

/** The versions of the store, the oldest first. */
async function versions(): Promise<{ mapRoot: string; path: string; startedMs: number; byteLength: number }[]> {
  await using store = await openStore(await openLocalStorage(inFolder('home/.cardkeep')));
  const { cards } = await readCatalog(store);
  return cards.flatMap(({ snapshots }) =>
    snapshots.map(({ volume, startedMs }) => {
      const { mapRoot, byteLength, device } = volume;
      return { mapRoot, byteLength, startedMs, path: device.path };
    }),
  );
}

it('each format gives the version that the image itself gives, with its name and time', async () => {
  cardkeep.json('backup', 'card.img', '--full', '--at', '2018-01-01T00:00Z');
  const [raw] = await versions();
  for (const [name, make] of FORMATS) {
    shell(`cd ${folder.path}; ${make}; touch -d '${MADE.toISOString()}' ${name}`);
    cardkeep.json('backup', name, '--full');
    expect((await versions()).at(-1)).toEqual({ ...raw, path: inFolder(name), startedMs: MADE.getTime() });
  }
  // A compressed disk image of a Mac without a trailer is a raw image like any other.
  copyFileSync(inFolder('card.img'), inFolder('raw.dmg'));
  cardkeep.json('backup', 'raw.dmg', '--full', '--at', '2020-01-01');
  expect((await versions()).at(-1)).toMatchObject({ mapRoot: raw!.mapRoot, path: inFolder('raw.dmg') });
});

it('standard input: plain or compressed; its time is now', async () => {
  const [raw] = await versions();
  for (const make of ['cat card.img', 'xz -0 -c card.img']) {
    shell(`cd ${folder.path}; ${make} | HOME=${cardkeep.home} ${process.execPath} ${MAIN} backup - --full --quiet`);
    const last = (await versions()).at(-1)!;
    expect(last).toMatchObject({ mapRoot: raw!.mapRoot, path: '-' });
    expect(Math.abs(last.startedMs - Date.now())).toBeLessThan(60_000);
  }
});

it('says where it unpacks and which time the version bears; --at gives another, --dry-run stores nothing', async () => {
  const before = await versions();
  const dry = cardkeep.runWith({ TMPDIR: folder.path }, 'backup', 'card.img.xz', '--dry-run');
  expect(dry.status).toBe(0);
  expect(dry.stderr).toMatch(
    /^unpacking card\.img\.xz into \S+ for the time of the backup, up to 25\.2 MB; .* are free\n/u,
  );
  expect(dry.stderr).toContain(`unpacking card.img.xz into ${folder.path} `);
  expect(await versions()).toEqual(before);
  const told = cardkeep.run('backup', 'card.img.gz');
  expect(told).toMatchObject({
    status: 0,
    stderr: expect.stringContaining('its version bears the time of the file, 2019-03-04'),
  });
  const at = cardkeep.run('backup', 'card.zip', '--at', '2017-05-05');
  expect(at.stderr).not.toContain('bears the time');
  expect((await versions()).at(-1)!.startedMs).toBe(new Date(2017, 4, 5).getTime());
});

it('damaged, cut or encrypted ones store nothing and say what to do', async () => {
  const before = await versions();
  shell(`cd ${folder.path}; zip -q -P secret encrypted.zip card.img; gzip -c card.img.xz > nested.gz
    head -c 2000000 card.img.gz > cut.gz; head -c 2000000 card.img.xz > cut.xz; head -c 2000000 card.img.zst > cut.zst
    head -c 2000000 card.zip > cut.zip; (cat card.img.gz; echo more) > more.gz; : | gzip > empty.gz
    printf 'hello' | gzip > text.gz`);
  const cases: [name: string, status: number, words: RegExp][] = [
    [
      'cut.gz',
      1,
      /E_PACKED_DAMAGED: cut\.gz cannot be unpacked: it ends in the middle\n {2}nothing was stored: copy it here once more; what can still be read of it: gzip -dk cut\.gz\n/u,
    ],
    ['cut.xz', 1, /E_PACKED_DAMAGED: cut\.xz cannot be unpacked: xz: .*Unexpected end/u],
    ['cut.zst', 1, /E_PACKED_DAMAGED: cut\.zst cannot be unpacked: zstd: /u],
    [
      'cut.zip',
      1,
      /E_PACKED_DAMAGED: cut\.zip cannot be unpacked: the ZIP archive has no end\n {2}nothing was stored.*unzip cut\.zip/u,
    ],
    ['more.gz', 1, /E_PACKED_DAMAGED: more\.gz cannot be unpacked: /u],
    ['encrypted.zip', 5, /E_COMPRESSED_IMAGE: encrypted\.zip is encrypted\n {2}unpack it first: unzip encrypted\.zip/u],
    ['nested.gz', 5, /E_COMPRESSED_IMAGE: nested\.gz holds a file that is itself compressed with xz/u],
    ['empty.gz', 1, /E_EMPTY_SOURCE: empty\.gz is empty/u],
    ['text.gz', 5, /E_NOTHING_KNOWN: text\.gz holds no partition table/u],
  ];
  for (const [name, status, words] of cases) {
    const outcome = cardkeep.run('backup', name);
    expect({ name, ...outcome }).toEqual({ name, status, stdout: '', stderr: expect.stringMatching(words) });
  }
  expect(await versions()).toEqual(before);
});

it('standard input that cannot be read from its start, or is a terminal', () => {
  const piped = (command: string): string =>
    run('bash', [
      '-c',
      `cd ${folder.path}; ${command} | HOME=${cardkeep.home} ${process.execPath} ${MAIN} backup - 2>&1; true`,
    ]);
  expect(piped('cat card.zip')).toMatch(
    /E_COMPRESSED_IMAGE: what comes on standard input is a ZIP archive\n {2}give its file/u,
  );
  expect(piped('bzip2 -1 -c card.img')).toMatch(/is compressed with bzip2\n {2}unpack it on the way/u);
  expect(piped('head -c 1000000 card.img.gz')).toMatch(
    /what comes on standard input cannot be unpacked: it ends in the middle/u,
  );
  expect(piped('true')).toMatch(/E_EMPTY_SOURCE/u);
  expect(cardkeep.runOnTerminal('', 'backup', '-').stdout).toContain(
    'E_USAGE: standard input is a terminal, not an image',
  );
});

it('names the program that is missing, with its package', () => {
  const outcome = cardkeep.runWith({ PATH: '/nowhere' }, 'backup', 'card.img.xz');
  expect(outcome).toMatchObject({ status: 1, stdout: '' });
  expect(outcome.stderr).toMatch(
    /E_TOOL_MISSING: the program xz is not installed\n {2}install it: sudo apt-get install xz-utils/u,
  );
});

it.each(['SIGINT', 'SIGKILL'] as const)('leaves no temporary file after %s', async (signal) => {
  const child = cardkeep.start('backup', '-', '--card', 'stopped');
  child.stdin!.on('error', () => undefined);
  child.stdin!.write(readFileSync(inFolder('card.img')));
  const said = text(child.stderr!);
  setTimeout(() => child.kill(signal), 2500);
  const [status] = (await once(child, 'exit')) as [number | null];
  child.stdin!.destroy();
  expect(status).toBe(signal === 'SIGINT' ? 130 : null);
  if (signal === 'SIGINT') expect(await said).toContain('E_STOPPED');
  expect(readdirSync(inFolder('home/.cardkeep')).filter((name) => name.startsWith('.cardkeep-'))).toEqual([]);
});

it('ends with an error when what comes is damaged and the pipe stays open', async () => {
  const child = cardkeep.start('backup', '-');
  child.stdin!.on('error', () => undefined);
  child.stdin!.write(gzipSync(readFileSync(inFolder('card.img'))).fill(255, 10, 200));
  const said = text(child.stderr!);
  const [status] = (await once(child, 'exit')) as [number | null];
  expect(status).toBe(1);
  expect(await said).toContain('E_PACKED_DAMAGED');
  child.stdin!.destroy();
});
