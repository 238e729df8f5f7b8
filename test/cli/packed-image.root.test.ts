/** Image files in another form are refused with the command that unpacks them; the command is run here. */
import { copyFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commandLine } from '../support/command-line.ts';
import { attachLoop, temporaryFolder } from '../support/loop-device.ts';
import { run, shell } from '../support/run.ts';
import { makeSmallCard } from '../support/small-card.ts';

const folder = temporaryFolder();
const cardkeep = commandLine(folder.path);
const inFolder = (...names: string[]): string => path.join(folder.path, ...names);
afterAll(() => folder[Symbol.dispose]());
beforeAll(() => makeSmallCard(inFolder('card.img')));

/** How it is made, its name, and the image that the cure gives back; undefined: what unpacks it is not installed. */
const FORMATS: readonly [make: string, name: string, unpacked: string, words: string][] = [
  ['bzip2 -1 -k card.img', 'card.img.bz2', 'card.img', 'compressed with bzip2'],
  ['lz4 -q -k card.img card.img.lz4', 'card.img.lz4', 'card.img', 'compressed with LZ4'],
  ['bzip2 -1 -c card.img > "my card"', 'my card', 'my card-raw.img', 'compressed with bzip2'],
  ['bzip2 -1 -c card.img > misnamed.img', 'misnamed.img', 'misnamed-raw.img', 'compressed with bzip2'],
  ['qemu-img convert -f raw -O qcow2 card.img a.qcow2', 'a.qcow2', 'a.img', 'a qcow2 image'],
  ['qemu-img convert -f raw -O vmdk card.img a.vmdk', 'a.vmdk', 'a.img', 'a VMDK image'],
  ['qemu-img convert -f raw -O vhdx card.img a.vhdx', 'a.vhdx', 'a.img', 'a VHDX image'],
  ['qemu-img convert -f raw -O vdi card.img a.vdi', 'a.vdi', 'a.img', 'a VDI image'],
];

it.each(FORMATS)('%s: %s is refused; its cure gives %s', (make, name, unpacked, words) => {
  using place = temporaryFolder();
  copyFileSync(inFolder('card.img'), path.join(place.path, 'card.img'));
  shell(`cd ${place.path}; ${make}; rm card.img`);
  const here = commandLine(place.path);
  for (const more of [[], ['--dry-run']]) {
    const { status, stdout, stderr } = here.run('backup', name, ...more);
    expect({ status, stdout, stderr }).toEqual({
      status: 5,
      stdout: '',
      stderr: expect.stringMatching(
        new RegExp(
          `^cardkeep: E_COMPRESSED_IMAGE: ${name} is ${words}, not the bytes of a disk\n  unpack it first: .+\n$`,
        ),
      ),
    });
  }
  const { error } = JSON.parse(here.run('backup', name, '--json').stdout) as { error: { hint: string } };
  shell(`cd ${place.path}; ${error.hint.replace(/^unpack it first: /u, '')}`);
  run('cmp', [inFolder('card.img'), path.join(place.path, unpacked)]);
  // The source is still there, and no store was made.
  expect(readdirSync(place.path).sort()).toEqual(['home', name, unpacked].sort());
  expect(readdirSync(here.home)).toEqual([]);
});

it('knows what no tool here makes by its first bytes, and a compressed dmg by its trailer', () => {
  const trailer = Buffer.alloc(512);
  trailer.write('koly');
  trailer.writeUInt32BE(4, 4);
  trailer.writeUInt32BE(512, 8);
  const files: [name: string, bytes: Buffer, words: RegExp][] = [
    ['a.7z', Buffer.from("7z\xbc\xaf'\x1c", 'latin1'), /7z archive[^]*7z x a\.7z/u],
    ['a.vhd', Buffer.from('conectix'), /dynamic VHD[^]*qemu-img convert -f vpc -O raw a\.vhd a\.img/u],
    ['a.simg', Buffer.from('\x3a\xff\x26\xed', 'latin1'), /sparse image[^]*simg2img a\.simg a\.img/u],
    [
      '-a.dmg',
      Buffer.concat([Buffer.alloc(5000, 7), trailer]),
      /UDIF[^]*dmg2img \.\/-a\.dmg -?\.?\/?-a\.img \(on a Mac: hdiutil convert \.\/-a\.dmg -format UDTO -o /u,
    ],
  ];
  for (const [name, bytes, words] of files) {
    writeFileSync(inFolder(name), bytes);
    const { status, stderr } = cardkeep.run('backup', '--', name);
    expect({ name, status, stderr }).toEqual({ name, status: 5, stderr: expect.stringMatching(words) });
  }
});

it('keeps what it cannot unpack as it is with --raw, and never takes a device or a file of a few bytes for packed', () => {
  shell(`cd ${folder.path}; bzip2 -1 -c card.img > packed.bz2; printf B > b; printf 'BZhello' > hello`);
  expect(cardkeep.run('backup', 'packed.bz2', '--raw', '--card', 'packed')).toMatchObject({ status: 0 });
  for (const name of ['b', 'hello']) {
    expect(cardkeep.run('backup', name)).toMatchObject({
      status: 5,
      stderr: expect.stringContaining('E_NOTHING_KNOWN'),
    });
  }
  copyFileSync(inFolder('packed.bz2'), inFolder('device.bin'));
  truncateSync(inFolder('device.bin'), 1 << 20);
  using loop = attachLoop(inFolder('device.bin'));
  expect(cardkeep.run('backup', loop.path, '--card', 'device')).toMatchObject({ status: 0 });
});

it('refuses a file in which nothing is known, before anything is stored; --raw keeps it', () => {
  using place = temporaryFolder();
  const here = commandLine(place.path);
  shell(`cd ${place.path}; echo 'export A=b' > env.sh; truncate -s 3M empty.img; head -c 300000 /dev/urandom > noise`);
  for (const name of ['env.sh', 'empty.img', 'noise']) {
    for (const more of [[], ['--dry-run'], ['--card', 'text', '--yes']]) {
      expect(here.run('backup', name, ...more)).toEqual({
        status: 5,
        stdout: '',
        stderr:
          `cardkeep: E_NOTHING_KNOWN: ${name} holds no partition table and no known file system: is it an image of a disk?\n` +
          '  --raw stores it all the same, every byte of it\n',
      });
    }
  }
  expect(readdirSync(here.home)).toEqual([]);
  expect(here.json('backup', 'env.sh', '--raw')).toMatchObject({ mode: 'raw', deviceBytes: 11 });
});

it('says that a device is kept in which nothing is known', () => {
  shell(`head -c 1048576 /dev/urandom > ${inFolder('noise.bin')}`);
  using loop = attachLoop(inFolder('noise.bin'));
  expect(cardkeep.json('backup', loop.path, '--card', 'noise')).toMatchObject({
    warnings: [{ code: 'W_NOTHING_KNOWN', message: expect.stringContaining('all of it was kept') }],
  });
  const { stdout } = cardkeep.run('backup', loop.path, '--card', 'noise');
  expect(stdout).toContain('\n  whole  unknown  1 MB  1 MB kept  all but zeros\n');
  expect(stdout).toContain('\n  note: no partition table and no known file system was found: all of it was kept;');
  // A card is not a file in which nothing is known.
  expect(JSON.stringify(cardkeep.json('backup', 'card.img'))).not.toContain('W_NOTHING_KNOWN');
});

it('what holds nothing but zeros is told so, and what another partition claims is not', () => {
  shell(`truncate -s 8M ${inFolder('zero.img')}`);
  const { stdout } = cardkeep.run('backup', 'zero.img', '--card', 'zero', '--raw');
  expect(stdout).toContain('\n  whole  unknown  8.4 MB  nothing but zeros\n');
  expect(stdout).not.toContain('0 bytes used');
  const table = 'label: dos\n2048 4096 83\n8192 4096 83\n';
  run('sfdisk', ['-q', inFolder('zero.img')], {
    input: table.replaceAll(/^(\d+) (\d+) (\d+)$/gmu, 'start=$1, size=$2, type=$3'),
  });
  expect(cardkeep.run('backup', 'zero.img', '--card', 'parts').stdout).toMatch(
    /\n {2}p1 {2}type 0x83 {2}2\.1 MB {2}nothing but zeros\n {2}p2 {2}type 0x83 {2}2\.1 MB {2}nothing but zeros\n/u,
  );
  expect(cardkeep.run('show', 'parts').stdout).toContain('nothing but zeros');
});
