/** `export` held against the tools that read what it writes. */
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commandLine, MAIN } from '../support/command-line.ts';
import { attachLoop, temporaryFolder } from '../support/loop-device.ts';
import { run, shell } from '../support/run.ts';
import { makeSmallCard, SMALL_CARD_BYTES } from '../support/small-card.ts';

const folder = temporaryFolder();
const cardkeep = commandLine(folder.path);
const inFolder = (...names: string[]): string => path.join(folder.path, ...names);
beforeAll(() => {
  makeSmallCard(inFolder('card.img'));
  cardkeep.json('backup', 'card.img');
  cardkeep.json('restore', 'octopi', 'restored.img', '--yes');
});
afterAll(() => folder[Symbol.dispose]());

const FORMATS: readonly [name: string, test: string, unpack: string][] = [
  ['a.img', 'true', 'cat'],
  ['a.img.gz', 'gzip -t', 'gzip -dc'],
  ['a.img.xz', 'xz -t', 'xz -dc'],
  ['a.zst', 'zstd -qt', 'zstd -dcq'],
];

it.each(FORMATS)('%s equals a restore, passes %s, and bmaptool writes it to a used card', (name, test, unpack) => {
  const told = cardkeep.json('export', 'octopi', name) as { format: string; fileBytes: number; mappedBytes: number };
  expect(told).toMatchObject({
    file: inFolder(name),
    format: name === 'a.zst' ? 'img.zst' : name.slice(2),
    imageBytes: SMALL_CARD_BYTES,
    fileBytes: statSync(inFolder(name)).size,
    bmap: inFolder(`${name}.bmap`),
    warnings: [],
  });
  expect(told.mappedBytes).toBeLessThan(SMALL_CARD_BYTES);
  shell(`cd ${folder.path}; ${test} ${name}; ${unpack} ${name} | cmp - restored.img`);
  // What the map leaves out stays as it was; where the version says zero or data, the card has it.
  shell(`head -c ${SMALL_CARD_BYTES} /dev/urandom > ${inFolder('used.bin')}`);
  {
    using loop = attachLoop(inFolder('used.bin'));
    run('bmaptool', ['copy', inFolder(name), loop.path]);
  }
  run('e2fsck', ['-fn', `${inFolder('used.bin')}?offset=${9 * 1024 * 1024}`]);
  run('sfdisk', ['--verify', inFolder('used.bin')]);
  run('fsck.vfat', ['-n', partOf('used.bin', 1, 6)]);
  const files = run('debugfs', ['-R', 'cat /etc/hostname', `${inFolder('used.bin')}?offset=${9 * 1024 * 1024}`]);
  expect(files).toBe('octopi\n');
  expect(readFileSync(inFolder('used.bin')).equals(readFileSync(inFolder('restored.img')))).toBe(false);
});

function partOf(name: string, startMib: number, lengthMib: number): string {
  shell(`cd ${folder.path}; dd if=${name} of=part bs=1M skip=${startMib} count=${lengthMib} status=none`);
  return inFolder('part');
}

it('qemu-img finds it equal, and it takes no more space than a restore', () => {
  run('qemu-img', ['compare', '-f', 'raw', '-F', 'raw', inFolder('a.img'), inFolder('restored.img')]);
  run('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', inFolder('a.img'), inFolder('a.qcow2')]);
  run('qemu-img', ['compare', inFolder('a.qcow2'), inFolder('restored.img')]);
  expect(statSync(inFolder('a.img')).blocks).toBeLessThanOrEqual(statSync(inFolder('restored.img')).blocks + 128);
});

it('what was exported can be backed up again, and nothing of it is new', () => {
  expect(cardkeep.json('backup', 'a.img.xz', '--full')).toMatchObject({ newBytes: 0, mode: 'full' });
});

it('standard output: plain or packed; the summary stands beside it', () => {
  shell(`cd ${folder.path}; export HOME=${cardkeep.home}
    ${process.execPath} ${MAIN} export octopi@1 - 2> said | cmp - restored.img; grep -q 'octopi@1 is written' said
    ${process.execPath} ${MAIN} export octopi@1 - --format xz 2> said | xz -dc | cmp - restored.img; grep -q compressed said`);
  expect(cardkeep.run('export', 'octopi', '-', '--json')).toMatchObject({
    status: 2,
    stdout: expect.stringContaining('E_USAGE'),
  });
  expect(cardkeep.runOnTerminal('', 'export', 'octopi', '-').stdout).toContain(
    'E_USAGE: standard output is a terminal',
  );
  const cut = `${process.execPath} ${MAIN} export octopi - --quiet | head -c 1000 > /dev/null; echo "status \${PIPESTATUS[0]}"`;
  expect(run('bash', ['-c', `export HOME=${cardkeep.home}; ${cut} 2>&1`])).toMatch(/status 1/u);
});

it('tells what it needs before, and the command for the card after', () => {
  const { stdout, stderr } = cardkeep.run('export', 'octopi', 'b.img.gz');
  expect(stderr).toMatch(/^b\.img\.gz: takes at most 3\.2 MB; .+ are free\n$/u);
  expect(stdout).toMatch(
    /^octopi@\d is in b\.img\.gz\n {2}an image of 25\.2 MB, 3\.2 MB of it in use, compressed to 3 MB, in /u,
  );
  expect(stdout).toMatch(/to a card in [\d.]+ MB of writing: sudo bmaptool copy b\.img\.gz \/dev\/sdX\n$/u);
});

it('replaces nothing without --force; a link stays one', () => {
  writeFileSync(inFolder('there.img'), 'mine');
  symlinkSync('there.img', inFolder('link.img'));
  const refused = cardkeep.run('export', 'octopi', 'link.img');
  expect(refused).toMatchObject({ status: 5, stderr: expect.stringContaining('E_TARGET_EXISTS: there is a file') });
  expect(readFileSync(inFolder('there.img'), 'utf8')).toBe('mine');
  expect(cardkeep.run('export', 'octopi', 'link.img', '--force', '--no-bmap', '--quiet')).toMatchObject({
    status: 0,
    stdout: '',
  });
  shell(`cd ${folder.path}; test -L link.img; cmp there.img restored.img; test ! -e link.img.bmap`);
  writeFileSync(inFolder('c.img.bmap'), 'of another image');
  expect(cardkeep.run('export', 'octopi', 'c.img')).toMatchObject({
    status: 5,
    stderr: expect.stringContaining('c.img.bmap'),
  });
  expect(existsSync(inFolder('c.img'))).toBe(false);
  expect(cardkeep.run('export', 'octopi', 'c.img', '--no-bmap').stdout).toContain(
    'c.img.bmap is of another image: remove it',
  );
});

const WRONG: readonly [words: string[], status: number, told: RegExp][] = [
  [
    ['octopi', '/dev/loop0'],
    5,
    /E_TARGET_NAME: \/dev\/loop0 is a device: export writes files\n {2}.*cardkeep restore VERSION \/dev\/loop0/u,
  ],
  [['octopi', 'a.qcow2'], 5, /E_TARGET_NAME: a\.qcow2 would be a raw image[^]*name it a\.img, a\.img\.gz/u],
  [['octopi', 'nowhere/a.img'], 7, /E_NOT_FOUND: there is no folder .*nowhere\n {2}make it first/u],
  [['octopi', 'home'], 2, /E_NOT_A_FILE: .*home is there already and is no file/u],
  [['octopi', 'home/.cardkeep/a.img'], 5, /E_TARGET_IN_STORE/u],
  [['octopi', 'a.img', '--format', 'rar'], 2, /E_USAGE: rar is no format[^]*img, img\.gz, img\.xz, img\.zst/u],
  [['octobi', 'x.img'], 7, /octopi/u],
  [['octopi', 'card.img', '--no-bmap'], 5, /E_TARGET_EXISTS/u],
];

it.each(WRONG)('%j: exit code %i', (words, status, told) => {
  expect(cardkeep.run('export', ...words)).toEqual({ status, stdout: '', stderr: expect.stringMatching(told) });
});

it('a disk that is too small is told before anything is written; a missing program too', () => {
  using place = temporaryFolder();
  run('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', place.path]);
  try {
    const outcome = cardkeep.run('export', 'octopi', path.join(place.path, 'a.img.gz'));
    expect(outcome).toMatchObject({ status: 1, stdout: '' });
    expect(outcome.stderr).toContain(
      `E_NO_SPACE: the disk at ${place.path} has 2.1 MB free, this version needs up to 3.2 MB`,
    );
    const forced = cardkeep.run('export', 'octopi', path.join(place.path, 'a.img.gz'), '--force');
    expect(forced).toMatchObject({ status: 1, stderr: expect.stringContaining('E_NO_SPACE') });
    expect(readdirSync(place.path)).toEqual([]);
  } finally {
    run('umount', [place.path]);
  }
  const missing = cardkeep.runWith({ PATH: '/nowhere' }, 'export', 'octopi', 'd.img.xz');
  expect(missing).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('E_TOOL_MISSING: the program xz is not installed'),
  });
  expect(readdirSync(folder.path).filter((name) => name.startsWith('d.') || name.startsWith('.cardkeep-'))).toEqual([]);
});

it.each(['e.img', 'e.img.xz'])('%s: stopped by Ctrl-C nothing is left', async (name) => {
  shell(`cd ${folder.path}; test -e big.img || (printf 'LUKS\\272\\276'; head -c 300000000 /dev/urandom) > big.img`);
  if (name === 'e.img') cardkeep.json('backup', 'big.img', '--card', 'big');
  const child = cardkeep.start('export', 'big', name);
  const said = text(child.stderr!);
  const appears = setInterval(() => {
    if (!readdirSync(folder.path).some((entry) => entry.startsWith('.cardkeep-'))) return;
    clearInterval(appears);
    child.kill('SIGINT');
  }, 5);
  const [status] = (await once(child, 'exit')) as [number | null];
  clearInterval(appears);
  expect(await said).toContain(`E_STOPPED: stopped\n  nothing is left of ${name}`);
  expect(status).toBe(130);
  expect(readdirSync(folder.path).filter((entry) => entry.startsWith('e.') || entry.startsWith('.cardkeep-'))).toEqual(
    [],
  );
});
