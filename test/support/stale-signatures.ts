/**
 * Marks that an earlier use leaves on a disk, written as their own formats define them, and what the probers of
 * util-linux make of a device.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { attachLoop } from './loop-device.ts';
import { putMdSuperblock } from './md-superblock.ts';
import { verdict } from './run.ts';

const KIB = 1024;
const SECTOR = 512;

export interface Place {
  readonly byteOffset: number;
  readonly byteLength: number;
}

/** Makes a place of an image a member of ZFS, LVM2 and md 1.0 at once; they leave room for each other. */
export function putStaleMembers(file: string, { byteOffset, byteLength }: Place): void {
  const descriptor = openSync(file, 'r+');
  const write = (at: number, bytes: Buffer): void => {
    writeSync(descriptor, bytes, 0, bytes.byteLength, byteOffset + at);
  };
  try {
    for (const label of zfsLabelOffsets(byteLength)) {
      // The ring of 128 uberblocks in the second half of a label: its first and last are in use.
      for (const slot of [0, 1, 126, 127]) write(label + (128 + slot) * KIB, zfsUberblock(slot));
    }
    write(2 * SECTOR, lvmLabel(2));
    // Never touched but for its last pages, so it costs address space alone.
    const member = Buffer.alloc(byteLength);
    putMdSuperblock(member, '1.0');
    const superblock = Math.floor(byteLength / 4096) * 4096 - 8192;
    write(superblock, member.subarray(superblock, superblock + 4096));
  } finally {
    closeSync(descriptor);
  }
}

/** OpenZFS include/sys/vdev_impl.h: two labels of 256 KiB at each end, the end rounded down to whole labels. */
function zfsLabelOffsets(byteLength: number): readonly number[] {
  const end = Math.floor(byteLength / (256 * KIB)) * 256 * KIB;
  return [0, 256 * KIB, end - 512 * KIB, end - 256 * KIB];
}

/** OpenZFS include/sys/uberblock_impl.h. */
function zfsUberblock(slot: number): Buffer {
  const uberblock = Buffer.alloc(40);
  const fields = [0x00bab10cn, 5000n, BigInt(1000 + slot), 0x1122334455667788n, 1_700_000_000n];
  for (const [i, field] of fields.entries()) uberblock.writeBigUInt64LE(field, 8 * i);
  return uberblock;
}

/** lvm2 lib/label/label.h; it may stand in any of the first four sectors. */
function lvmLabel(sector: number): Buffer {
  const label = Buffer.alloc(SECTOR);
  label.write('LABELONE', 0, 'latin1');
  label.writeBigUInt64LE(BigInt(sector), 8);
  label.writeUInt32LE(32, 20);
  label.write('LVM2 001', 24, 'latin1');
  label.write('R5WK0aVZTDSVpQhGn2xRDJxkm1yVw3Ep', 32, 'latin1');
  label.writeBigUInt64LE(400n * 1024n * 1024n, 64);
  // A CRC-32 that starts with 0xf597a6cf and is not inverted at the end (lib/misc/crc.c); zlib inverts at both ends.
  label.writeUInt32LE(~crc32(label.subarray(20), ~0xf597a6cf >>> 0) >>> 0, 16);
  return label;
}

/** What `blkid -p` and `wipefs -n` say of a place, without the name of the device. */
export interface ProberVerdict {
  readonly blkid: { readonly status: number | null; readonly output: string };
  /** `type offset uuid label` of each mark. */
  readonly wipefs: readonly string[];
}

export function probe(file: string, { byteOffset, byteLength }: Place): ProberVerdict {
  using loop = attachLoop(file, '-r', '-o', `${byteOffset}`, '--sizelimit', `${byteLength}`);
  const blkid = verdict('blkid', ['-p', '-o', 'export', loop.path]);
  const wipefs = verdict('wipefs', ['-n', '--noheadings', '--output', 'TYPE,OFFSET,UUID,LABEL', loop.path]);
  if (wipefs.status !== 0) throw new Error(`wipefs: ${wipefs.output}`);
  return {
    blkid: { status: blkid.status, output: blkid.output.replaceAll(loop.path, 'DEVICE') },
    wipefs: wipefs.output
      .split('\n')
      .map((line) => line.trim().replaceAll(/\s+/gu, ' '))
      .filter((line) => line !== ''),
  };
}
