/**
 * Makes time pass for an ext image without waiting: what the kernel wrote just now happened long ago. Also forges single
 * times, for clocks that were set back.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { crc32cRaw } from '../../src/bytes/crc32c.ts';
import { sliceSource } from '../../src/device/block-source.ts';
import { RO_COMPAT } from '../../src/filesystems/ext4/features.ts';
import { GROUP_FLAG, readGroupDescriptors } from '../../src/filesystems/ext4/group-descriptors.ts';
import { INODE_FLAG, inodeChecksumSeed, isInodeInUse } from '../../src/filesystems/ext4/inode.ts';
import { readSuperblock, type Superblock } from '../../src/filesystems/ext4/superblock.ts';
import { openFileSource } from './file-source.ts';

/** s_mtime, s_wtime, s_lastcheck, s_mkfs_time; access, change, modification and creation time of an inode. */
const SUPERBLOCK_TIMES = [0x2c, 0x30, 0x40, 0x108];
const INODE_TIMES = [0x08, 0x0c, 0x10];
const CREATION_TIME = 0x90;
const CHECKSUM_LOW = 0x7c;
const CHECKSUM_HIGH = 0x82;

export interface Backdating {
  /** Times from then on are moved, in seconds since 1970. */
  readonly fromSeconds: number;
  /** To the past; negative: to the future. */
  readonly bySeconds: number;
  /** Place of the file system in the image. */
  readonly byteOffset?: number;
}

/** Moves all times of a file system that is not mounted; its checksums are made to fit. */
export async function backdate(image: string, { fromSeconds, bySeconds, byteOffset = 0 }: Backdating): Promise<void> {
  await editInodes(image, byteOffset, (record, superblock) => {
    const hasCreation = superblock.inodeSize > 128 && record.getUint16(0x80, true) >= 0x18;
    for (const at of hasCreation ? [...INODE_TIMES, CREATION_TIME] : INODE_TIMES) {
      const seconds = record.getUint32(at, true);
      if (seconds >= fromSeconds) record.setUint32(at, seconds - bySeconds, true);
    }
  });
  editSuperblock(image, byteOffset, (view) => {
    for (const at of SUPERBLOCK_TIMES) {
      const seconds = view.getUint32(at, true);
      if (seconds >= fromSeconds) view.setUint32(at, seconds - bySeconds, true);
    }
  });
}

/** Calls `edit` with each record in use; where it changed something, the record is written with a new checksum. */
export async function editInodes(
  image: string,
  byteOffset: number,
  edit: (record: DataView, superblock: Superblock, inode: number) => void,
): Promise<void> {
  using source = openFileSource(image);
  const partition = sliceSource(source, byteOffset, source.byteLength - byteOffset);
  const superblock = await readSuperblock(partition);
  const groups = await readGroupDescriptors(partition, superblock);
  const { inodeSize, inodesPerGroup } = superblock;
  const descriptor = openSync(image, 'r+');
  try {
    for (let group = 0; group < groups.count; group++) {
      if ((groups.flags[group]! & GROUP_FLAG.inodeUninit) !== 0) continue;
      const tableAt = byteOffset + groups.inodeTable[group]! * superblock.blockSize;
      const table = new Uint8Array((inodesPerGroup - groups.unusedInodes[group]!) * inodeSize);
      readSync(descriptor, table, 0, table.byteLength, tableAt);
      for (let i = 0; i < table.byteLength / inodeSize; i++) {
        const record = new DataView(table.buffer, i * inodeSize, inodeSize);
        const isUsed = isInodeInUse(record, 0, superblock.inodeCount);
        // The kernel keeps a hash and a count in the times of such an inode.
        if (!isUsed || (record.getUint32(0x20, true) & INODE_FLAG.eaInode) !== 0) continue;
        const inode = group * inodesPerGroup + i + 1;
        edit(record, superblock, inode);
        seal(superblock, inode, record);
      }
      writeSync(descriptor, table, 0, table.byteLength, tableAt);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Calls `edit` with the 1024 bytes of the primary superblock and writes them back with a new checksum. */
export function editSuperblock(image: string, byteOffset: number, edit: (view: DataView) => void): void {
  const descriptor = openSync(image, 'r+');
  try {
    const bytes = new Uint8Array(1024);
    readSync(descriptor, bytes, 0, 1024, byteOffset + 1024);
    const view = new DataView(bytes.buffer);
    edit(view);
    if ((view.getUint32(0x64, true) & RO_COMPAT.metadataChecksum) !== 0) {
      view.setUint32(0x3fc, crc32cRaw(0xffffffff, bytes.subarray(0, 0x3fc)), true);
    }
    writeSync(descriptor, bytes, 0, 1024, byteOffset + 1024);
  } finally {
    closeSync(descriptor);
  }
}

function seal(superblock: Superblock, inode: number, record: DataView): void {
  if ((superblock.features.roCompat & RO_COMPAT.metadataChecksum) === 0) return;
  const hasHigh = superblock.inodeSize > 128 && record.getUint16(0x80, true) >= 4;
  record.setUint16(CHECKSUM_LOW, 0, true);
  if (hasHigh) record.setUint16(CHECKSUM_HIGH, 0, true);
  const bytes = new Uint8Array(record.buffer, record.byteOffset, record.byteLength);
  const checksum = crc32cRaw(inodeChecksumSeed(superblock, inode, record, 0), bytes);
  record.setUint16(CHECKSUM_LOW, checksum & 0xffff, true);
  if (hasHigh) record.setUint16(CHECKSUM_HIGH, checksum >>> 16, true);
}
