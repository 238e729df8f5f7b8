import { closeSync, ftruncateSync, mkdtempSync, openSync, renameSync, rmSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './shell.ts';

const MEBIBYTE = 1024 * 1024;

/** The places of the one layout that all cards of the benchmark have: that of a Raspberry Pi card. */
export const CARD_LAYOUT = {
  /** 15.75 GiB, the size of a common "16 GB" card. */
  byteLength: 16_128 * MEBIBYTE,
  bootOffset: 4 * MEBIBYTE,
  bootByteLength: 256 * MEBIBYTE,
  rootOffset: 260 * MEBIBYTE,
  rootByteLength: (16_128 - 260) * MEBIBYTE,
} as const;

export interface CardIdentity {
  /** MBR disk signature, eight hex digits. */
  readonly diskSignature: string;
  /** Serial number of the FAT volume, eight hex digits. */
  readonly bootSerial: string;
  readonly rootUuid: string;
}

/** Makes an empty card: MBR, FAT32 `bootfs`, ext4 `rootfs`, all as the system's own tools write them. */
export function makeEmptyCard(imagePath: string, identity: CardIdentity): void {
  const fd = openSync(imagePath, 'w');
  ftruncateSync(fd, CARD_LAYOUT.byteLength);
  closeSync(fd);
  formatCard(imagePath, identity);
}

/** Writes partition table and file systems onto a card; what lay there before stays beneath, as on a real card. */
export function formatCard(imagePath: string, identity: CardIdentity): void {
  const table = [
    'label: dos',
    `label-id: 0x${identity.diskSignature}`,
    `start=${CARD_LAYOUT.bootOffset / 512}, size=${CARD_LAYOUT.bootByteLength / 512}, type=c`,
    `start=${CARD_LAYOUT.rootOffset / 512}, size=${CARD_LAYOUT.rootByteLength / 512}, type=83`,
  ];
  runCommand(['sfdisk', '-q', '--wipe', 'always', imagePath], { input: `${table.join('\n')}\n` });
  withLoopDevice(imagePath, CARD_LAYOUT.bootOffset, CARD_LAYOUT.bootByteLength, (device) => {
    runCommand(['mkfs.vfat', '-F', '32', '-n', 'BOOTFS', '-i', identity.bootSerial, device]);
  });
  withLoopDevice(imagePath, CARD_LAYOUT.rootOffset, CARD_LAYOUT.rootByteLength, (device) => {
    runCommand(['mkfs.ext4', '-q', '-F', '-E', 'nodiscard', '-L', 'rootfs', '-U', identity.rootUuid, device]);
  });
}

/** Attaches a range of an image to a loop device for the time of one call. */
export function withLoopDevice<T>(
  imagePath: string,
  offset: number,
  byteLength: number,
  use: (device: string) => T,
): T {
  const range = ['-o', String(offset), '--sizelimit', String(byteLength)];
  const device = runCommand(['losetup', '-f', '--show', ...range, imagePath]).trim();
  try {
    return use(device);
  } finally {
    runCommand(['losetup', '-d', device]);
  }
}

/**
 * Mounts the root partition of a card with the kernel's ext4 for the time of one call. Write barriers are off: a
 * card in the making needs none, and the bytes come out the same.
 */
export function withMountedRoot<T>(imagePath: string, mode: 'ro' | 'rw', use: (mountPoint: string) => T): T {
  return withLoopDevice(imagePath, CARD_LAYOUT.rootOffset, CARD_LAYOUT.rootByteLength, (device) => {
    const mountPoint = mkdtempSync(join(tmpdir(), 'cardkeep-root-'));
    try {
      runCommand(['mount', '-t', 'ext4', '-o', mode === 'ro' ? 'ro,noload' : 'rw,barrier=0', device, mountPoint]);
      try {
        return use(mountPoint);
      } finally {
        runCommand(['umount', mountPoint]);
      }
    } finally {
      rmdirSync(mountPoint);
    }
  });
}

/** Copies files and folders into the FAT boot partition. */
export function copyToBoot(imagePath: string, ...hostPaths: readonly string[]): void {
  runCommand(['mcopy', '-i', `${imagePath}@@${CARD_LAYOUT.bootOffset}`, '-s', '-o', '-m', ...hostPaths, '::/']);
}

/** Makes a card under a temporary name and gives it its own when `make` is done, so that a half-made card is never used. */
export function makeCardFile(imagePath: string, make: (unfinishedPath: string) => void): void {
  const unfinishedPath = `${imagePath}.unfinished`;
  rmSync(unfinishedPath, { force: true });
  make(unfinishedPath);
  renameSync(unfinishedPath, imagePath);
}

export function copyCard(fromPath: string, toPath: string): void {
  runCommand(['cp', '--sparse=always', '--reflink=auto', fromPath, toPath]);
}
