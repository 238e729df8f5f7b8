/** Small ext file systems, full of what real ones hold, on top of the garbage of an earlier life. */
import {
  closeSync,
  copyFileSync,
  existsSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run, shell } from './run.ts';
import { noiseBytes } from './store-fixtures.ts';

/** A new folder for images, in memory where the system has such a place: the kernel is told to sync very often. */
export function imageFolder(name: string): string {
  const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  return mkdtempSync(path.join(parent, `cardkeep-ext4-${name}-`));
}

/** A file of noise with a new file system in it: blocks and tables that mkfs leaves alone hold stale bytes. */
export function makeExt4Image(file: string, mebibytes: number, mkfsOptions: readonly string[]): void {
  const noise = noiseBytes(1024 * 1024, 77);
  const descriptor = openSync(file, 'w');
  try {
    for (let i = 0; i < mebibytes; i++) writeSync(descriptor, noise);
    ftruncateSync(descriptor, mebibytes * 1024 * 1024);
  } finally {
    closeSync(descriptor);
  }
  const lazy = ['-E', 'nodiscard,lazy_itable_init=1,lazy_journal_init=1'];
  run('mke2fs', ['-q', '-F', ...lazy, '-L', 'test', ...mkfsOptions, file]);
}

/** Writes `count` single blocks at every second block of a file, so that each is a run of its own. */
export function writeFragments(file: string, count: number, blockSize: number, firstBlock = 0): void {
  const descriptor = openSync(file, 'a+');
  closeSync(descriptor);
  const writer = openSync(file, 'r+');
  try {
    for (let i = 0; i < count; i++) {
      writeSync(writer, noiseBytes(blockSize, i), 0, blockSize, (firstBlock + i * 2) * blockSize);
    }
  } finally {
    closeSync(writer);
  }
}

/** Plain contents, in any folder: files of all sizes, holes, links, names, an uneven tree. */
export function fillFolder(root: string, blockSize: number): void {
  mkdirSync(path.join(root, 'many'));
  for (let i = 0; i < 200; i++) writeFileSync(path.join(root, 'many', `f${i}`), noiseBytes((i * 97) % 9000, i));
  let deep = root;
  for (let i = 0; i < 12; i++) {
    deep = path.join(deep, `d${i}`);
    mkdirSync(deep);
    writeFileSync(path.join(deep, 'leaf'), `leaf ${i}`);
  }
  writeFileSync(path.join(root, 'big'), noiseBytes(3_000_000, 5));
  writeFileSync(path.join(root, 'empty'), '');
  writeFileSync(path.join(root, 'tiny'), 'tiny');
  writeFragments(path.join(root, 'fragments'), 1500, blockSize);
  // Behind 12 + 256 + 256 * 256 blocks: with 1 KiB blocks, an indirect map needs its third level.
  writeFragments(path.join(root, 'far'), 5, blockSize, blockSize === 1024 ? 66_000 : 2_000);
  linkSync(path.join(root, 'big'), path.join(root, 'many', 'hard'));
  symlinkSync('tiny', path.join(root, 'short-link'));
  symlinkSync('x'.repeat(200), path.join(root, 'long-link'));
  symlinkSync('y'.repeat(59), path.join(root, 'longest-short-link'));
  symlinkSync('z'.repeat(60), path.join(root, 'shortest-long-link'));
}

/** What only a mounted file system can do. `blockSize` in bytes. */
export function fillMounted(root: string, blockSize: number): void {
  fillFolder(root, blockSize);
  shell(`
    cd ${root}
    mkfifo fifo; mknod null c 1 3; mknod disk b 7 0
    setfattr -n user.note -v "$(head -c 900 /dev/zero | tr '\\0' n)" big; setfattr -n user.a -v b tiny
    setfattr -n user.shared -v "$(head -c 700 /dev/zero | tr '\\0' s)" many/f1 many/f2 long-link 2>/dev/null || true
    fallocate -l 3M unwritten 2>/dev/null || true
    printf short > beyond-eof; fallocate -l 1M -n beyond-eof 2>/dev/null || true
    fallocate -l 2M partly 2>/dev/null || true
    printf middle | dd of=partly bs=1 seek=1000000 conv=notrunc status=none
    head -c 3000000 /dev/urandom > punched; fallocate -p -o 500000 -l 900000 punched 2>/dev/null || true
    for i in $(seq 0 3 199); do rm many/f$i; done
    head -c 4000000 /dev/urandom > stale; sync; rm stale
    # Written in turns, so that their runs interleave.
    for i in $(seq 20); do head -c 9000 /dev/urandom >> a; head -c 5000 /dev/urandom >> b; sync -d a b; done
    mkdir gone; for i in $(seq 300); do : > gone/$i; done; sync; rm -r gone
  `);
}

/** Copies an image; `using` removes the copy. */
export function copyImage(from: string, to: string): { readonly path: string } & Disposable {
  copyFileSync(from, to);
  return {
    path: to,
    [Symbol.dispose]() {
      rmSync(to, { force: true });
    },
  };
}
