/** Disks of the store that cannot be written: mounted read-only, full, or somebody else's. */
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commandLine, MAIN } from '../support/command-line.ts';
import { temporaryFolder } from '../support/loop-device.ts';
import { run, shell } from '../support/run.ts';
import { makeSmallCard } from '../support/small-card.ts';

const folder = temporaryFolder();
const cardkeep = commandLine(folder.path);
const disk = path.join(folder.path, 'disk');

beforeAll(() => {
  makeSmallCard(path.join(folder.path, 'card.img'));
  mkdirSync(disk);
  run('mount', ['-t', 'tmpfs', '-o', 'size=2M', 'none', disk]);
  cardkeep.json('init', 'disk/store');
});
afterAll(() => {
  run('umount', [disk]);
  folder[Symbol.dispose]();
});

it('a read-only store is named with its mount point and the cure, by --dry-run too', () => {
  run('mount', ['-o', 'remount,ro', disk]);
  try {
    for (const words of [
      ['backup', 'card.img', '--store', 'disk/store'],
      ['backup', 'card.img', '--store', 'disk/store', '--dry-run'],
      ['backup', 'card.img', '--store', 'disk/new'],
      ['backup', 'card.img', '--store', 'disk/new', '--dry-run'],
      ['init', 'disk/new'],
    ]) {
      const store = words.includes('disk/store') ? `${disk}/store` : disk;
      expect(cardkeep.run(...words)).toEqual({
        status: 1,
        stdout: '',
        stderr:
          `cardkeep: E_READ_ONLY: the store in ${store} cannot be written: ${disk} is mounted read-only\n` +
          `  take another folder for the store, or mount this one for writing: sudo mount -o remount,rw ${disk}\n`,
      });
    }
    // What only reads is not in the way of a read-only disk, and neither is choosing it.
    expect(cardkeep.run('list', '--store', 'disk/store')).toMatchObject({ status: 0 });
    expect(cardkeep.run('init', 'disk/store')).toMatchObject({ status: 0 });
  } finally {
    run('mount', ['-o', 'remount,rw', disk]);
  }
});

it('a full disk is named', () => {
  copyFileSync(path.join(folder.path, 'card.img'), path.join(folder.path, 'large.img'));
  shell(`head -c 6000000 /dev/urandom > ${folder.path}/large.img`);
  const { status, stderr } = cardkeep.run('backup', 'large.img', '--raw', '--store', 'disk/store');
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: expect.stringMatching(
      new RegExp(
        `^cardkeep: E_NO_SPACE: the disk that holds the store is full: ${disk} \\(store ${disk}/store\\)\n  make room there, .*\n$`,
        'u',
      ),
    ),
  });
});

it('a disk without room for an image is named by its mount point, not by a folder in it', () => {
  cardkeep.json('backup', 'card.img', '--card', 'octopi', '--store', 'store');
  mkdirSync(path.join(disk, 'images'));
  expect(cardkeep.run('restore', 'octopi', 'disk/images/out.img', '--yes', '--store', 'store')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining(`cardkeep: E_NO_SPACE: the disk at ${disk} has `),
  });
});

it('a folder of somebody else: the same command with sudo in front', () => {
  const owned = path.join(disk, 'owned');
  mkdirSync(owned, { mode: 0o700 });
  copyFileSync(path.join(folder.path, 'card.img'), path.join(folder.path, "it's.img"));
  // May read all, as nobody does, but write nothing: root itself may write everywhere.
  const nobody =
    '--reuid 65534 --regid 65534 --clear-groups --inh-caps +dac_read_search --ambient-caps +dac_read_search';
  const command = `'${process.execPath}' '${MAIN}' backup "it's.img" --store ${owned}/store`;
  const text = shell(`cd ${folder.path}; HOME=${folder.path} setpriv ${nobody} ${command} 2>&1 || echo "exit code $?"`);
  expect(text).toBe(
    `cardkeep: E_NO_PERMISSION: no permission to write to ${owned}\n` +
      String.raw`  sudo cardkeep backup 'it'\''s.img' --store ${owned}/store` +
      '\nexit code 1\n',
  );
});
