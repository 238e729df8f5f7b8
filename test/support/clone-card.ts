/** A card as boards start from it: a FAT for the boot loader, an ext4 root, swap, and files that name them by ID. */
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { run } from './run.ts';
import { dumpTable } from './table-witness.ts';

export const MIB: number = 1024 * 1024;
export const ROOT_UUID = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';
export const SWAP_UUID = '01234567-89ab-4cde-8f01-23456789abcd';
export const FAT_SERIAL = 'ABCD-1234';
export const SIGNATURE = '1a2b3c4d';

export function putBytes(image: string, byteOffset: number, bytes: Uint8Array): void {
  const file = openSync(image, 'r+');
  writeSync(file, bytes, 0, bytes.byteLength, byteOffset);
  closeSync(file);
}

/** A partition as a file of its own, for tools that know no offsets. */
export function extractPartition(image: string, name: keyof ClonePlaces, to: string): void {
  const file = openSync(image, 'r');
  const bytes = Buffer.alloc(LENGTHS[name]);
  readSync(file, bytes, 0, bytes.byteLength, PLACES[name]);
  closeSync(file);
  writeFileSync(to, bytes);
}

export interface ClonePlaces {
  readonly boot: number;
  readonly root: number;
  readonly swap: number;
}

/** Where the partitions begin, in bytes. */
export const PLACES: ClonePlaces = { boot: 4 * MIB, root: 40 * MIB, swap: 72 * MIB };
export const LENGTHS: ClonePlaces = { boot: 36 * MIB, root: 32 * MIB, swap: 4 * MIB };

export interface CardFiles {
  /** Paths and contents; `%1`, `%2`, `%3` stand for the partitions' PARTUUIDs. */
  readonly boot: Readonly<Record<string, string>>;
  readonly root: Readonly<Record<string, string>>;
}

export function makeCloneCard(
  image: string,
  label: 'dos' | 'gpt',
  files: CardFiles,
  fatOptions: readonly string[] = [],
  extOptions: readonly string[] = [],
): void {
  const folder = `${image}.files`;
  writeFileSync(image, '');
  truncateSync(image, 80 * MIB);
  const id = label === 'dos' ? `label-id: 0x${SIGNATURE}\n` : '';
  const lines = (['boot', 'root', 'swap'] as const).map((name) => {
    return `start=${PLACES[name] / 512},size=${LENGTHS[name] / 512}${label === 'gpt' ? `,name=${name}` : ''}`;
  });
  run('sfdisk', ['-q', image], { input: `label: ${label}\n${id}${lines.join('\n')}\n` });
  const partUuids = dumpTable(image).partitions.map((entry, i) => {
    return label === 'dos' ? `${SIGNATURE}-0${i + 1}` : entry.uuid!.toLowerCase();
  });
  const fill = (text: string): string => text.replace(/%(\d)/g, (_, digit: string) => partUuids[Number(digit) - 1]!);
  const root = path.join(folder, 'root');
  for (const [name, text] of Object.entries(files.root)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), fill(text));
  }
  mkdirSync(path.join(root, 'usr'), { recursive: true });
  const offset = `offset=${PLACES.root}`;
  run('mke2fs', [
    '-q',
    '-F',
    '-t',
    'ext4',
    '-U',
    ROOT_UUID,
    '-E',
    offset,
    '-d',
    root,
    ...extOptions,
    image,
    `${LENGTHS.root / 1024}k`,
  ]);
  const fat = ['--offset', `${PLACES.boot / 512}`, '-i', FAT_SERIAL.replace('-', ''), ...fatOptions];
  run('mkfs.vfat', [...fat, image, `${LENGTHS.boot / 1024}`]);
  const drive = `${image}@@${PLACES.boot}`;
  const made = new Set<string>();
  for (const [name, text] of Object.entries(files.boot)) {
    const parents = name.split('/').slice(0, -1);
    for (let i = 1; i <= parents.length; i++) {
      const parent = parents.slice(0, i).join('/');
      if (!made.has(parent)) run('mmd', ['-i', drive, `::${parent}`]);
      made.add(parent);
    }
    const file = path.join(folder, 'file');
    writeFileSync(file, fill(text));
    run('mcopy', ['-o', '-i', drive, file, `::${name}`]);
  }
  const swap = path.join(folder, 'swap');
  writeFileSync(swap, '');
  truncateSync(swap, LENGTHS.swap);
  run('mkswap', ['-q', '-U', SWAP_UUID, swap]);
  putBytes(image, PLACES.swap, readFileSync(swap));
  rmSync(folder, { recursive: true });
}
