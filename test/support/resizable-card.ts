/** Cards whose last partition can become larger or smaller, and what other programs say of the result. */
import { closeSync, mkdirSync, openSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { expect } from 'vitest';
import { attachLoop, mountPartition } from './loop-device.ts';
import { describeTree } from './real-card.ts';
import { run, shell, verdict } from './run.ts';
import { dumpTable, tableComplaints } from './table-witness.ts';

const MIB = 1024 * 1024;
export const CARD_BYTES: number = 48 * MIB;

/** The last partition reaches the end of the card, and has 32 MiB at least. */
export const RESIZABLE = {
  mbr: {
    script: 'label: dos\nlabel-id: 0x000dbfc6\nstart=2048,size=16384,type=c\nstart=18432,type=83\n',
    start: 9 * MIB,
  },
  gpt: { script: 'label: gpt\nstart=2048,size=16384\nstart=18432\n', start: 9 * MIB },
  logical: {
    script: 'label: dos\nlabel-id: 0x000dbfc6\nstart=2048,size=16384,type=c\nstart=18432,type=5\nstart=20480,type=83\n',
    start: 10 * MIB,
  },
  bare: { script: undefined, start: 0 },
} as const;

export type ResizableKind = keyof typeof RESIZABLE;

export interface MadeCard {
  readonly byteOffset: number;
  readonly byteLength: number;
}

/** `megabytes` of random files in its last file system; each call makes other ones. */
export function makeResizableCard(
  file: string,
  kind: ResizableKind,
  options: { readonly cardBytes?: number; readonly megabytes?: number; readonly ext?: readonly string[] } = {},
): MadeCard {
  const { cardBytes = CARD_BYTES, megabytes = 6, ext = ['-b', '1024'] } = options;
  const { script, start } = RESIZABLE[kind];
  writeFileSync(file, '');
  truncateSync(file, cardBytes);
  if (script !== undefined) {
    run('sfdisk', ['-q', file], { input: script });
    run('mkfs.vfat', ['-n', 'BOOTFS', '--offset', '2048', file, '8192']);
  }
  const byteLength = script === undefined ? cardBytes : dumpTable(file).partitions.at(-1)!.size * 512;
  const tree = `${file}.tree`;
  mkdirSync(`${tree}/etc`, { recursive: true });
  shell(`cd ${tree}; head -c ${megabytes}M /dev/urandom > video.bin; for i in $(seq 30); do echo $i > etc/f$i; done`);
  run('mke2fs', ['-q', '-F', '-t', 'ext4', '-L', 'rootfs', ...ext, '-d', tree, `${file}.fs`, `${byteLength / 1024}k`]);
  shell(`dd if=${file}.fs of=${file} bs=64k seek=${start} oflag=seek_bytes conv=notrunc,sparse status=none`);
  rmSync(tree, { recursive: true });
  rmSync(`${file}.fs`);
  return { byteOffset: start, byteLength };
}

/** Puts bytes where a test wants them. */
export function poke(file: string, byteOffset: number, bytes: Uint8Array): void {
  const handle = openSync(file, 'r+');
  writeSync(handle, bytes, 0, bytes.byteLength, byteOffset);
  closeSync(handle);
}

/** A line for each file, as the kernel shows it. */
export async function filesIn(image: string, { byteOffset, byteLength }: MadeCard): Promise<string[]> {
  using root = mountPartition(image, byteOffset, byteLength, { readOnly: true, options: ['noload'] });
  return await describeTree(root.path);
}

/** Where the last partition lies now. */
export function lastOf(image: string, kind: ResizableKind, cardBytes: number): MadeCard {
  if (kind === 'bare') return { byteOffset: 0, byteLength: cardBytes };
  const last = dumpTable(image).partitions.at(-1)!;
  return { byteOffset: last.start * 512, byteLength: last.size * 512 };
}

/** e2fsck is content, resize2fs would leave it as it is, and the table's programs have nothing to say. */
export function expectSoundCard(image: string, kind: ResizableKind, last: MadeCard): void {
  {
    using part = attachLoop(image, '-r', '-o', `${last.byteOffset}`, '--sizelimit', `${last.byteLength}`);
    expect(verdict('e2fsck', ['-fn', part.path])).toMatchObject({ status: 0 });
  }
  const copy = `${image}.copy`;
  run('cp', ['--sparse=always', image, copy]);
  try {
    using part = attachLoop(copy, '-o', `${last.byteOffset}`, '--sizelimit', `${last.byteLength}`);
    expect(verdict('resize2fs', ['-f', part.path]).output).toContain('Nothing to do!');
  } finally {
    rmSync(copy);
  }
  // sgdisk cautions where a cut partition ends, and finds no problem.
  const serious = kind === 'bare' ? [] : tableComplaints(image).filter((text) => !isAboutAlignment(text));
  expect(serious).toEqual([]);
}

function isAboutAlignment(text: string): boolean {
  const other = text.replaceAll(/Caution: Partition \d doesn't end on a 2048-sector boundary/gu, '');
  return text.includes('No problems found') && !/Caution|Problem:|differ|damaged|corrupt/u.test(other);
}

/** By which the partitions are named in a running system. */
export function partUuids(image: string, kind: ResizableKind): string[] {
  if (kind === 'bare') return [];
  const { id, partitions } = dumpTable(image);
  return [id, ...partitions.map(({ uuid, start, type }) => `${uuid ?? type} at ${start}`)];
}
