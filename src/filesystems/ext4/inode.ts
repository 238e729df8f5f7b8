/**
 * Fields of an inode record, read in place from a table: one record is 128 to 1024 bytes or more. Source of offsets:
 * struct ext4_inode in Linux fs/ext4/ext4.h; of the checksum: ext4_inode_csum() in fs/ext4/inode.c.
 */
import { crc32cRaw } from '../../bytes/crc32c.ts';
import { INCOMPAT } from './features.ts';
import { type Superblock } from './superblock.ts';

/** Inode numbers with a fixed meaning. */
export const INODE = {
  badBlocks: 1,
  root: 2,
  userQuota: 3,
  groupQuota: 4,
  resize: 7,
  journal: 8,
  lastReserved: 10,
} as const;

export const INODE_FLAG = { extents: 0x80000, eaInode: 0x200000, inlineData: 0x10000000 } as const;

export const FILE_TYPE = { directory: 0x4000, regular: 0x8000, symlink: 0xa000 } as const;
const FILE_TYPE_MASK = 0xf000;

const CHECKSUM_LOW_AT = 0x7c;
const CHECKSUM_HIGH_AT = 0x82;

/** All accessors take the table's view and the byte at which the record begins. */
export function inodeFileType(table: DataView, at: number): number {
  return table.getUint16(at, true) & FILE_TYPE_MASK;
}

export function inodePermissions(table: DataView, at: number): number {
  return table.getUint16(at, true) & 0o7777;
}

export function inodeOwnerId(table: DataView, at: number): number {
  return table.getUint16(at + 0x02, true) + table.getUint16(at + 0x78, true) * 65536;
}

/** Bytes. */
export function inodeSize(table: DataView, at: number): number {
  return table.getUint32(at + 0x04, true) + table.getUint32(at + 0x6c, true) * 2 ** 32;
}

export function inodeFlags(table: DataView, at: number): number {
  return table.getUint32(at + 0x20, true);
}

/** Half-kilobyte sectors that it uses, with those of its xattr block. */
export function inodeSectors(table: DataView, at: number): number {
  return table.getUint32(at + 0x1c, true);
}

/** Block number of its block of extended attributes; zero for none. */
export function inodeXattrBlock(sb: Superblock, table: DataView, at: number): number {
  const high = (sb.features.incompat & INCOMPAT.bits64) === 0 ? 0 : table.getUint16(at + 0x76, true);
  return table.getUint32(at + 0x68, true) + high * 2 ** 32;
}

/** The 60 bytes of i_block. */
export function inodeMapRoot(table: DataView, at: number): Uint8Array {
  return new Uint8Array(table.buffer, table.byteOffset + at + 0x28, 60);
}

/**
 * True when the record itself says that the inode is used: it has links, or it is deleted without a time of deletion. In
 * an orphan's place for that time stands the number of the next orphan (NEXT_ORPHAN() in Linux fs/ext4/ext4.h): e2fsck
 * reads all maps of that list.
 */
export function isInodeInUse(table: DataView, at: number, inodeCount: number): boolean {
  if (table.getUint16(at + 0x1a, true) !== 0) return true;
  return table.getUint16(at, true) !== 0 && table.getUint32(at + 0x14, true) <= inodeCount;
}

/** The seed of all checksums that belong to one inode: number and generation. */
export function inodeChecksumSeed(sb: Superblock, inodeNumber: number, table: DataView, at: number): number {
  SEED_VIEW.setUint32(0, inodeNumber, true);
  SEED_VIEW.setUint32(4, table.getUint32(at + 0x64, true), true);
  return crc32cRaw(sb.checksumSeed, SEED_KEY);
}

const SEED_KEY = new Uint8Array(8);
const SEED_VIEW = new DataView(SEED_KEY.buffer);

/** Verifies a record's checksum. A record of zeros needs none: mke2fs leaves reserved inodes so. */
export function isInodeChecksumRight(sb: Superblock, table: DataView, at: number, seed: number): boolean {
  const stored = storedInodeChecksum(sb, table, at);
  const computed = inodeChecksum(sb, table, at, seed);
  if (computed === stored) return true;
  return new Uint8Array(table.buffer, table.byteOffset + at, sb.inodeSize).every((byte) => byte === 0);
}

/** The checksum that belongs into a record: 16 bits where it has no room for the high half. */
export function inodeChecksum(sb: Superblock, table: DataView, at: number, seed: number): number {
  const stored = storedInodeChecksum(sb, table, at);
  // Computed with the fields themselves as zero; the record is put back as it was.
  putInodeChecksum(sb, table, at, 0);
  const computed = crc32cRaw(seed, new Uint8Array(table.buffer, table.byteOffset + at, sb.inodeSize));
  putInodeChecksum(sb, table, at, stored);
  return hasHighChecksum(sb, table, at) ? computed : computed & 0xffff;
}

/** Puts a checksum into its fields; the high half where the record has room for it. */
export function putInodeChecksum(sb: Superblock, table: DataView, at: number, checksum: number): void {
  table.setUint16(at + CHECKSUM_LOW_AT, checksum & 0xffff, true);
  if (hasHighChecksum(sb, table, at)) table.setUint16(at + CHECKSUM_HIGH_AT, checksum >>> 16, true);
}

function storedInodeChecksum(sb: Superblock, table: DataView, at: number): number {
  const high = hasHighChecksum(sb, table, at) ? table.getUint16(at + CHECKSUM_HIGH_AT, true) : 0;
  return ((high << 16) | table.getUint16(at + CHECKSUM_LOW_AT, true)) >>> 0;
}

function hasHighChecksum(sb: Superblock, table: DataView, at: number): boolean {
  return sb.inodeSize > 128 && table.getUint16(at + 0x80, true) >= 4;
}
