/** Small cards with each kind of partition table, and what programs that read tables say of a card. */
import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { run, shell, verdict } from './run.ts';

const MIB = 1024 * 1024;
export const TABLED_CARD_BYTES: number = 12 * MIB;

/** Primary and logical partitions, or a GPT; each with an ext4 of 2.5 MiB. */
const LAYOUTS = {
  mbr: {
    script: `label: dos\nlabel-id: 0x000dbfc6\nstart=2048,size=5120,type=83\nstart=8192,size=16384,type=5\nstart=10240,size=5120,type=83\nstart=18432,size=5120,type=83\n`,
    partitions: [MIB, 5 * MIB, 9 * MIB],
  },
  gpt: {
    script: `label: gpt\nlabel-id: 6B7C4E6C-0000-4000-8000-00000000C0DE\nstart=2048,size=5120\nstart=8192,size=5120\nstart=16384,size=5120\n`,
    partitions: [MIB, 4 * MIB, 8 * MIB],
  },
} as const;

export type CardTable = keyof typeof LAYOUTS;

/** `filled`: bytes of random files in each partition; each call makes other ones. */
export function makeTabledCard(file: string, table: CardTable, filled = 500_000): void {
  writeFileSync(file, '');
  truncateSync(file, TABLED_CARD_BYTES);
  run('sfdisk', ['-q', file], { input: LAYOUTS[table].script });
  const tree = path.join(path.dirname(file), `${path.basename(file)}.tree`);
  mkdirSync(tree);
  for (const byteOffset of LAYOUTS[table].partitions) {
    shell(`head -c ${filled} /dev/urandom > ${tree}/data; head -c 10000 /dev/urandom > ${tree}/more`);
    const ext = ['-q', '-F', '-b', '1024', '-d', tree, '-E', `offset=${byteOffset}`];
    run('mkfs.ext4', [...ext, file, '2560']);
  }
  rmSync(tree, { recursive: true });
}

/** Who takes the file for a disk with a partition table or a file system; nobody: empty. */
export function tableReaders(file: string): string[] {
  const readers: string[] = [];
  if (verdict('sfdisk', ['-d', file]).status === 0) readers.push('sfdisk');
  if (verdict('blkid', ['-p', file]).status === 0) readers.push('blkid');
  const gpt = verdict('sgdisk', ['-v', file]).output;
  // Without a table it speaks of one that it makes in memory.
  if (!gpt.includes('Creating new GPT entries')) readers.push('sgdisk');
  return readers;
}
