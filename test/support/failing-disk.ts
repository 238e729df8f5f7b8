import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { attachLoop } from './loop-device.ts';
import { run, verdict } from './run.ts';

/** Ranges in bytes that cannot be read: multiples of 512, in ascending order. */
export type BadRanges = readonly (readonly [start: number, end: number])[];

const NBDFUSE = 'nbdfuse';

/** A block device that gives EIO for reads that touch `bad`: nbdkit's ddrescue filter, nbdfuse and a loop device. */
export function failingDisk(image: string, bad: BadRanges): { readonly path: string } & Disposable {
  return nbdDisk(['-r'], (folder) => {
    const mapFile = path.join(folder, 'bad.map');
    writeFileSync(mapFile, rescueMap(bad, statSync(image).size));
    return ['--filter=ddrescue', 'file', image, `ddrescue-mapfile=${mapFile}`];
  });
}

/** A block device that takes writes until `refuse` is called, and then gives EIO for each: nbdkit's error filter. */
export function refusingDisk(image: string): { readonly path: string; refuse(): void } & Disposable {
  let trigger = '';
  const disk = nbdDisk([], (folder) => {
    trigger = path.join(folder, 'refuse');
    return [
      '--filter=error',
      'file',
      image,
      'error-pwrite=EIO',
      'error-pwrite-rate=100%',
      `error-pwrite-file=${trigger}`,
    ];
  });
  return { ...disk, refuse: () => writeFileSync(trigger, '') };
}

function nbdDisk(
  loopOptions: readonly string[],
  nbdkitOptions: (folder: string) => readonly string[],
): { readonly path: string } & Disposable {
  const folder = mkdtempSync(path.join(tmpdir(), 'cardkeep-failing-'));
  const disk = path.join(folder, 'disk.img');
  writeFileSync(disk, '');
  const args = [disk, '--command', 'nbdkit', '-s', ...nbdkitOptions(folder)];
  const server = spawn(NBDFUSE, args, { stdio: 'ignore' });
  const stop = (): void => {
    verdict('fusermount3', ['-u', disk]);
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    waitFor(() => statSync(disk).size > 0);
    const loop = attachLoop(disk, ...loopOptions);
    return {
      path: loop.path,
      [Symbol.dispose]() {
        loop[Symbol.dispose]();
        stop();
      },
    };
  } catch (error) {
    stop();
    throw error;
  }
}

/** As GNU ddrescue writes it: `+` is rescued, `-` is a bad area. */
function rescueMap(bad: BadRanges, byteLength: number): string {
  const hex = (n: number): string => `0x${n.toString(16).padStart(8, '0')}`;
  const lines = ['# Mapfile. Created by GNU ddrescue version 1.27', '0x00000000     +               1'];
  let at = 0;
  const add = (end: number, status: string): void => {
    if (end > at) lines.push(`${hex(at)}  ${hex(end - at)}  ${status}`);
    at = Math.max(at, end);
  };
  for (const [start, end] of bad) {
    add(start, '+');
    add(end, '-');
  }
  add(byteLength, '+');
  return `${lines.join('\n')}\n`;
}

function waitFor(isDone: () => boolean): void {
  for (let i = 0; i < 100; i++) {
    if (isDone()) return;
    run('sleep', ['0.05']);
  }
  throw new Error('nbdfuse did not start');
}
