import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { CARD_LAYOUT } from './card-image.ts';
import { runCommand } from './shell.ts';

/** A card image as a card reader would show it: the whole device and its two partitions. */
export interface AttachedCard {
  readonly device: string;
  readonly bootDevice: string;
  readonly rootDevice: string;
}

/**
 * Attaches a card image for the time of one call. Reads go past the page cache of the image file, as those of a real
 * card come from the card; the partitions are loop devices of their own on the same file, for the tools that read partitions.
 */
export function withAttachedCard<T>(imagePath: string, mode: 'ro' | 'rw', use: (card: AttachedCard) => T): T {
  const ranges = [
    [],
    ['-o', String(CARD_LAYOUT.bootOffset), '--sizelimit', String(CARD_LAYOUT.bootByteLength)],
    ['-o', String(CARD_LAYOUT.rootOffset), '--sizelimit', String(CARD_LAYOUT.rootByteLength)],
  ];
  const devices: string[] = [];
  try {
    for (const range of ranges) {
      const options = [...(mode === 'ro' ? ['-r'] : []), '--direct-io=on', ...range];
      devices.push(runCommand(['losetup', '-f', '--show', ...options, imagePath]).trim());
    }
    const [device = '', bootDevice = '', rootDevice = ''] = devices;
    return use({ device, bootDevice, rootDevice });
  } finally {
    for (const device of devices) runCommand(['losetup', '-d', device]);
  }
}

/** Bytes read from a card since it was attached, by the kernel's own count (Documentation/block/stat.rst, field 3: sectors of 512). */
export function countReadBytes(card: AttachedCard): number {
  return [card.device, card.bootDevice, card.rootDevice]
    .map(
      (device) =>
        readFileSync(`/sys/block/${basename(device)}/stat`, 'utf8')
          .trim()
          .split(/\s+/)[2],
    )
    .reduce((sum, sectors) => sum + Number(sectors) * 512, 0);
}

/** Writes out what is dirty and forgets what is cached, so that every run starts with a cold cache. */
export function dropCaches(): void {
  runCommand(['sync']);
  writeFileSync('/proc/sys/vm/drop_caches', '3');
}
