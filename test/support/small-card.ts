/** A card image of 24 MiB without root: MBR, FAT16 boot partition, ext4 root filled by mke2fs itself. */
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { run, shell } from './run.ts';

const MIB = 1024 * 1024;
export const SMALL_CARD_BYTES: number = 24 * MIB;
export const SMALL_BOOT = { byteOffset: MIB, byteLength: 6 * MIB };
export const SMALL_ROOT = { byteOffset: 9 * MIB, byteLength: 14 * MIB };

export interface SmallCardOptions {
  /** Label of the root file system, and so the name that the card gets. */
  readonly label?: string;
  /** MBR disk signature. */
  readonly signature?: string;
}

export function makeSmallCard(file: string, options: SmallCardOptions = {}): void {
  const { label = 'octopi', signature = '0x000dbfc6' } = options;
  const sector = (bytes: number): number => bytes / 512;
  writeFileSync(file, '');
  truncateSync(file, SMALL_CARD_BYTES);
  run('sfdisk', ['-q', file], {
    input: `label: dos\nlabel-id: ${signature}\n${sector(SMALL_BOOT.byteOffset)},${sector(SMALL_BOOT.byteLength)},e\n${sector(SMALL_ROOT.byteOffset)},${sector(SMALL_ROOT.byteLength)},83\n`,
  });
  const fat = ['-F', '16', '-s', '1', '-n', 'BOOTFS', '--offset', `${sector(SMALL_BOOT.byteOffset)}`];
  run('mkfs.vfat', [...fat, file, `${SMALL_BOOT.byteLength / 1024}`]);
  putBootFile(file, 'config.txt', 'arm_64bit=1\n');
  const tree = `${file}.tree`;
  mkdirSync(path.join(tree, 'etc'), { recursive: true });
  writeFileSync(path.join(tree, 'etc/hostname'), 'octopi\n');
  shell(`head -c 3000000 /dev/urandom > ${tree}/video.bin`);
  const ext = ['-q', '-F', '-L', label, '-b', '1024', '-d', tree, '-E', `offset=${SMALL_ROOT.byteOffset}`];
  run('mkfs.ext4', [...ext, file, `${SMALL_ROOT.byteLength / 1024}`]);
  shell(`rm -r ${tree}`);
}

/** Puts a file into the boot partition, as a day of use would. */
export function putBootFile(file: string, name: string, content: string): void {
  run('mcopy', ['-o', '-i', `${file}@@${SMALL_BOOT.byteOffset}`, '-', `::${name}`], { input: content });
}

export function readBootFile(file: string, name: string): string {
  return run('mcopy', ['-n', '-i', `${file}@@${SMALL_BOOT.byteOffset}`, `::${name}`, '-']);
}
