/**
 * The resize inode owns the blocks that are reserved for more descriptors: its double indirect block names those of the
 * first group, and each of these names the same block of every group with a copy. Sources: ext2fs_create_resize_inode()
 * in e2fsprogs lib/ext2fs/res_gdt.c, reserve_backup_gdb() and ext4_convert_meta_bg() in Linux fs/ext4/resize.c.
 */
import { type BlockSource } from '../../device/block-source.ts';
import { CorruptDataError } from '../../errors.ts';
import { COMPAT, RO_COMPAT } from '../../filesystems/ext4/features.ts';
import { type GroupDescriptors } from '../../filesystems/ext4/group-descriptors.ts';
import { descriptorBlockCount, hasSuperblockCopy } from '../../filesystems/ext4/group-layout.ts';
import {
  INODE,
  inodeChecksum,
  inodeChecksumSeed,
  inodeMapRoot,
  isInodeChecksumRight,
  putInodeChecksum,
} from '../../filesystems/ext4/inode.ts';
import { type Superblock } from '../../filesystems/ext4/superblock.ts';
import { type Edit } from '../edits.ts';

/** Place of the double indirect block in i_block. */
const DOUBLE_INDIRECT_AT = 13 * 4;
const SECTORS_AT = 0x1c;
const SECTOR_BYTES = 512;

interface ResizeInode {
  readonly byteOffset: number;
  readonly record: DataView;
  readonly seed: number;
  /** Block number; zero for none. */
  readonly mapBlock: number;
}

/**
 * Adds the edits of the resize inode for `next`. Returns the block that it no longer needs, if any. Throws
 * CorruptDataError when it does not own exactly the blocks that `old` reserves.
 */
export async function addResizeInode(
  source: BlockSource,
  old: Superblock,
  next: Superblock,
  groups: GroupDescriptors,
  edits: Edit[],
): Promise<number | undefined> {
  const hadOne = (old.features.compat & COMPAT.resizeInode) !== 0;
  if (!hadOne || old.groupCount === next.groupCount) return undefined;
  const inode = await readResizeInode(source, old, groups);
  if (inode.mapBlock === 0 && old.reservedDescriptorBlocks === 0) return undefined;
  await verifyMap(source, old, inode);
  if ((next.features.compat & COMPAT.resizeInode) === 0) {
    const byteLength = old.inodeSize;
    edits.push({ byteOffset: inode.byteOffset, byteLength, bytes: undefined });
    return inode.mapBlock;
  }
  addMap(next, inode, edits);
  return undefined;
}

async function readResizeInode(source: BlockSource, sb: Superblock, groups: GroupDescriptors): Promise<ResizeInode> {
  const byteOffset = groups.inodeTable[0]! * sb.blockSize + (INODE.resize - 1) * sb.inodeSize;
  const bytes = await source.read(byteOffset, sb.inodeSize);
  const record = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const seed = inodeChecksumSeed(sb, INODE.resize, record, 0);
  const hasChecksums = (sb.features.roCompat & RO_COMPAT.metadataChecksum) !== 0;
  if (hasChecksums && !isInodeChecksumRight(sb, record, 0, seed)) {
    throw new CorruptDataError('the checksum of the resize inode is wrong');
  }
  const root = inodeMapRoot(record, 0);
  const view = new DataView(root.buffer, root.byteOffset, root.byteLength);
  const mapBlock = view.getUint32(DOUBLE_INDIRECT_AT, true);
  const hasOthers = root.some((byte, at) => byte !== 0 && (at < DOUBLE_INDIRECT_AT || at >= DOUBLE_INDIRECT_AT + 4));
  const isInside = mapBlock === 0 || (mapBlock > sb.firstDataBlock && mapBlock < sb.blockCount);
  if (hasOthers || !isInside) throw new CorruptDataError('the resize inode is damaged');
  return { byteOffset, record, seed, mapBlock };
}

/** What is written in its place must be what it is taken for. */
async function verifyMap(source: BlockSource, sb: Superblock, { mapBlock, record }: ResizeInode): Promise<void> {
  const bytes = await source.read(mapBlock * sb.blockSize, sb.blockSize);
  const expected = encodeMap(sb);
  const isRight = mapBlock !== 0 && bytes.every((byte, at) => byte === expected[at]);
  if (!isRight || record.getUint32(SECTORS_AT, true) !== sectorsOf(sb)) {
    throw new CorruptDataError('the resize inode does not agree with the reserved descriptor blocks');
  }
}

function addMap(sb: Superblock, { byteOffset, record, seed, mapBlock }: ResizeInode, edits: Edit[]): void {
  const { blockSize } = sb;
  record.setUint32(SECTORS_AT, sectorsOf(sb), true);
  if ((sb.features.roCompat & RO_COMPAT.metadataChecksum) !== 0) {
    putInodeChecksum(sb, record, 0, inodeChecksum(sb, record, 0, seed));
  }
  const bytes = new Uint8Array(record.buffer, record.byteOffset, record.byteLength);
  edits.push({ byteOffset, byteLength: bytes.byteLength, bytes });
  edits.push({ byteOffset: mapBlock * blockSize, byteLength: blockSize, bytes: encodeMap(sb) });
  if (sb.reservedDescriptorBlocks === 0) return;
  const reserved = encodeReserved(sb);
  edits.push({ byteOffset: firstReserved(sb) * blockSize, byteLength: reserved.byteLength, bytes: reserved });
}

/** The double indirect block. Its slots follow the number of the descriptor block. */
function encodeMap(sb: Superblock): Uint8Array {
  const bytes = new Uint8Array(sb.blockSize);
  const view = new DataView(bytes.buffer);
  const pointers = sb.blockSize / 4;
  for (let i = 0; i < sb.reservedDescriptorBlocks; i++) {
    const slot = (descriptorBlockCount(sb) + i) % pointers;
    view.setUint32(slot * 4, firstReserved(sb) + i, true);
  }
  return bytes;
}

/** The reserved blocks of the first group, one after the other. */
function encodeReserved(sb: Superblock): Uint8Array {
  const bytes = new Uint8Array(sb.reservedDescriptorBlocks * sb.blockSize);
  const view = new DataView(bytes.buffer);
  const copies = groupsWithCopies(sb);
  if (copies.length > sb.blockSize / 4) throw new CorruptDataError('it has more copies than a resize inode can map');
  for (let i = 0; i < sb.reservedDescriptorBlocks; i++) {
    for (const [slot, group] of copies.entries()) {
      view.setUint32(i * sb.blockSize + slot * 4, firstReserved(sb) + i + group * sb.blocksPerGroup, true);
    }
  }
  return bytes;
}

function sectorsOf(sb: Superblock): number {
  const blocks = 1 + sb.reservedDescriptorBlocks * (1 + groupsWithCopies(sb).length);
  return (blocks * sb.blocksPerCluster * sb.blockSize) / SECTOR_BYTES;
}

function firstReserved(sb: Superblock): number {
  const superblock = sb.blockSize === 1024 ? 1 : 0;
  return superblock + 1 + descriptorBlockCount(sb);
}

function groupsWithCopies(sb: Superblock): number[] {
  const groups: number[] = [];
  for (let group = 1; group < sb.groupCount; group++) if (hasSuperblockCopy(sb, group)) groups.push(group);
  return groups;
}
