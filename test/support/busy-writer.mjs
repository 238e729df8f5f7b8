// Writes to a folder of a mounted file system: `node busy-writer.mjs FOLDER SEED [STEPS [no-xattrs]]`, until it is killed or
// for so many steps. Files come, grow, shrink, move, get holes and reserved blocks, and are deleted while open, as on a card in
// use.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import path from 'node:path';

const [root, seed] = [process.argv[2], Number(process.argv[3])];
const lastStep = Number(process.argv[4] ?? Infinity);
let state = seed >>> 0;
/** A whole number from 0 to `end - 1`. */
const below = (end) => {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), state | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * end);
};
const noise = Buffer.alloc(400_000);
for (let i = 0; i < noise.length; i++) noise[i] = below(256);
// Blocks that begin like those of a journal have to be escaped in one.
for (let at = 0; at < noise.length; at += 65_536) noise.writeUInt32BE(0xc03b3998, at);

const folder = () => path.join(root, `folder${below(5)}`);
const file = () => path.join(folder(), `file${below(12)}${below(8) === 0 ? '-with-a-longer-name'.repeat(4) : ''}`);
const orphans = [];

function withFile(use) {
  const name = file();
  fs.mkdirSync(path.dirname(name), { recursive: true });
  const descriptor = fs.openSync(name, fs.constants.O_RDWR | fs.constants.O_CREAT);
  try {
    use(descriptor, name);
  } finally {
    fs.closeSync(descriptor);
  }
}

const STEPS = [
  () => withFile((fd) => fs.writeSync(fd, noise, below(10_000), 1 + below(60_000), below(150_000))),
  () => withFile((fd) => fs.writeSync(fd, noise, 0, 1 + below(300), 0)),
  () => withFile((fd) => fs.writeSync(fd, noise, 65_536, 4096 * (1 + below(40)), 4096 * below(30))),
  () =>
    withFile((fd) => {
      for (let i = 0; i < 40; i++) fs.writeSync(fd, noise, i * 512, 700, i * 8192 + below(3) * 1024);
      fs.fsyncSync(fd);
    }),
  () => withFile((fd) => fs.ftruncateSync(fd, below(120_000))),
  () => withFile((fd) => fs.fsyncSync(fd)),
  () =>
    withFile((_, name) =>
      spawnSync('fallocate', ['-n', '-o', `${below(50_000)}`, '-l', `${1 + below(200_000)}`, name]),
    ),
  () =>
    withFile((_, name) => spawnSync('fallocate', ['-p', '-o', `${below(50_000)}`, '-l', `${1 + below(60_000)}`, name])),
  () => fs.rmSync(file(), { force: true }),
  () => fs.rmSync(file(), { force: true }),
  () => fs.rmSync(file(), { recursive: true, force: true }),
  () => spawnSync('mknod', below(2) === 0 ? [`${file()}-pipe`, 'p'] : [`${file()}-device`, 'c', '1', `${below(9)}`]),
  () =>
    withFile((_, name) => {
      if (process.argv[5] === 'no-xattrs') return;
      spawnSync('setfattr', [
        '-n',
        `user.${'abc'[below(3)]}`,
        '-v',
        'v'.repeat(below(below(2) === 0 ? 3000 : 60)),
        name,
      ]);
    }),
  () => fs.renameSync(file(), file()),
  () => fs.linkSync(file(), file()),
  () => fs.symlinkSync('x'.repeat(1 + below(150)), `${file()}-link${below(5)}`),
  () => below(3) === 0 && fs.rmSync(folder(), { recursive: true, force: true }),
  () => {
    if (lastStep === Infinity) return;
    // Where an indirect map needs its second and, with 1 KiB blocks, its third level.
    const far = fs.openSync(path.join(root, `far${below(2)}`), fs.constants.O_RDWR | fs.constants.O_CREAT);
    for (const at of [300_000, 1_000_000, 70_000_000]) fs.writeSync(far, noise, 0, 6000, at + below(50) * 1024);
    fs.closeSync(far);
  },
  () => {
    const many = path.join(root, `many${below(3)}`);
    fs.mkdirSync(many, { recursive: true });
    for (let i = 0; i < 60; i++) fs.writeFileSync(path.join(many, `entry-${below(400)}`), '');
  },
  () => fs.rmSync(path.join(root, `many${below(3)}`), { recursive: true, force: true }),
  () =>
    withFile((fd, name) => {
      // Deleted but open; the descriptor is kept.
      const copy = `${name}-open`;
      fs.writeFileSync(copy, noise.subarray(0, below(50_000)));
      orphans.push(fs.openSync(copy, 'r+'));
      fs.rmSync(copy);
      if (orphans.length > 8) fs.closeSync(orphans.shift());
      fs.fsyncSync(fd);
    }),
];

for (let step = 0; step < lastStep; step++) {
  try {
    STEPS[below(STEPS.length)]();
  } catch (error) {
    // What is not there, is there already, or finds no room is part of a life.
    if (error.code === undefined) throw error;
  }
}
