/**
 * How large an ext file system becomes, and where its superblocks and descriptors then lie. Sources: adjust_fs_info() in
 * e2fsprogs resize/resize2fs.c (the rule of the last group, the groups with copies under sparse_super2), its main.c
 * (whole pages and clusters), ext4_convert_meta_bg() and ext4_resize_fs() in Linux fs/ext4/resize.c.
 */
import { COMPAT, INCOMPAT } from '../../filesystems/ext4/features.ts';
import { inodeTableBlocks } from '../../filesystems/ext4/group-descriptors.ts';
import { descriptorBlockCount, descriptorsPerBlock, hasSuperblockCopy } from '../../filesystems/ext4/group-layout.ts';
import { type Superblock } from '../../filesystems/ext4/superblock.ts';

/** The system page that resize2fs rounds to; larger pages would only leave more outside. */
const PAGE_BYTES = 4096;
/** What a last group must have beyond its own tables. */
const LAST_GROUP_SPARE_BLOCKS = 50;
const MAX_BLOCKS_32 = 2 ** 32 - 1;
const MAX_INODES = 2 ** 32 - 1;
/** 64 TiB of 4 KiB blocks, 4 TiB of 1 KiB blocks: what is planned for each group stays in memory. */
const MAX_GROUPS = 1 << 19;
const MAX_DESCRIPTOR_BYTES = 128 * 1024 * 1024;

export interface Ext4Shape {
  /** The superblock as it will be, but for its counters of free blocks and inodes. */
  readonly sb: Superblock;
  readonly convertsToMetaGroups: boolean;
  /** One line, when the format ends before the partition does. */
  readonly limitedBy: string | undefined;
}

/** The largest shape that `byteLength` bytes hold; that of `old` itself where growing makes nothing larger. */
export function growShape(old: Superblock, byteLength: number): Ext4Shape {
  const wanted = wholeBlocks(old, byteLength);
  const limit = growthLimit(old, wanted);
  const shape = shapeFor(old, limit === undefined ? wanted : floorTo(limit.blocks, unitOf(old)));
  const limitedBy = limit?.reason;
  if (shape.sb.blockCount > old.blockCount) return { ...shape, limitedBy };
  return { sb: old, convertsToMetaGroups: false, limitedBy };
}

/** Blocks in so many bytes, in whole pages and clusters. */
export function wholeBlocks(sb: Superblock, byteLength: number): number {
  return floorTo(Math.floor(byteLength / sb.blockSize), unitOf(sb));
}

/** Bytes that a partition must have for so many blocks. */
export function bytesForBlocks(sb: Superblock, blockCount: number): number {
  const unit = unitOf(sb);
  return Math.ceil(blockCount / unit) * unit * sb.blockSize;
}

/** The smallest shape with at least `blockCount` blocks, as `shapeFor` makes it of a partition; never larger than `old`. */
export function leastShape(old: Superblock, blockCount: number): Superblock {
  const unit = unitOf(old);
  for (let count = blockCount; count < old.blockCount;) {
    const isGroupEnd = (count - old.firstDataBlock) % old.blocksPerGroup === 0;
    // Behind a full last group, what is left over stays outside: pages and clusters do not matter.
    if (!isGroupEnd) count = Math.ceil(count / unit) * unit;
    const { sb } = withBlockCount(old, count);
    const rest = (count - old.firstDataBlock) % old.blocksPerGroup;
    const least = leastLastGroup(sb);
    if (rest === 0 || rest >= least || sb.groupCount === 1) return count < old.blockCount ? sb : old;
    count += least - rest;
  }
  return old;
}

/** The shape with at most `blockCount` blocks: fewer when the last group would be too small to be of use. */
export function shapeFor(old: Superblock, blockCount: number): Omit<Ext4Shape, 'limitedBy'> {
  for (let count = blockCount; ;) {
    const shape = withBlockCount(old, count);
    const rest = (count - old.firstDataBlock) % old.blocksPerGroup;
    if (rest === 0 || shape.sb.groupCount === 1 || rest >= leastLastGroup(shape.sb)) return shape;
    count -= rest;
  }
}

/** Blocks without which a last group is left out. */
function leastLastGroup(sb: Superblock): number {
  const head = hasSuperblockCopy(sb, sb.groupCount - 1)
    ? 1 + descriptorBlockCount(sb) + sb.reservedDescriptorBlocks
    : 0;
  return 2 + inodeTableBlocks(sb) + head + LAST_GROUP_SPARE_BLOCKS;
}

function withBlockCount(old: Superblock, blockCount: number): Omit<Ext4Shape, 'limitedBy'> {
  const groupCount = Math.ceil((blockCount - old.firstDataBlock) / old.blocksPerGroup);
  const sized: Superblock = {
    ...old,
    blockCount,
    groupCount,
    inodeCount: groupCount * old.inodesPerGroup,
    backupGroups: backupGroupsFor(old, groupCount),
  };
  const hasMetaGroups = (old.features.incompat & INCOMPAT.metaBg) !== 0;
  if (hasMetaGroups) return { sb: withFewerMetaGroups(sized), convertsToMetaGroups: false };
  const room = descriptorBlockCount(old) + old.reservedDescriptorBlocks;
  const more = descriptorBlockCount(sized);
  if (more > room) return { sb: withMetaGroups(sized, room), convertsToMetaGroups: true };
  const hasResizeInode = (old.features.compat & COMPAT.resizeInode) !== 0;
  // The heads of the groups keep their length; but a file system that shrinks reserves no more than an inode can map, and
  // nothing where none was reserved: there may be no map.
  const reserves = hasResizeInode && old.reservedDescriptorBlocks > 0;
  const reserved = reserves ? Math.min(room - more, Math.floor(old.blockSize / 4)) : 0;
  return { sb: { ...sized, reservedDescriptorBlocks: reserved }, convertsToMetaGroups: false };
}

/** All blocks reserved for descriptors are used up; those that follow lie in their own groups. */
function withMetaGroups(sb: Superblock, firstMetaGroup: number): Superblock {
  const { compat, incompat, roCompat } = sb.features;
  return {
    ...sb,
    features: {
      compat: (compat & ~COMPAT.resizeInode) >>> 0,
      incompat: (incompat | INCOMPAT.metaBg) >>> 0,
      roCompat,
    },
    reservedDescriptorBlocks: 0,
    firstMetaGroup,
  };
}

/** A file system that shrinks may have no group left whose descriptors lie in it. */
function withFewerMetaGroups(sb: Superblock): Superblock {
  if (sb.firstMetaGroup <= descriptorBlockCount(sb)) return sb;
  const incompat = (sb.features.incompat & ~INCOMPAT.metaBg) >>> 0;
  return { ...sb, features: { ...sb.features, incompat }, firstMetaGroup: Number.MAX_SAFE_INTEGER };
}

/** The second copy stays in the last group, unless the file system was made without one. */
function backupGroupsFor(old: Superblock, groupCount: number): readonly [number, number] {
  if ((old.features.compat & COMPAT.sparseSuper2) === 0 || groupCount === old.groupCount) return old.backupGroups;
  const last = groupCount - 1;
  let [first, second] = old.backupGroups;
  if (groupCount > old.groupCount) {
    if (old.groupCount === 1) first = 1;
    if ((old.groupCount < 3 && groupCount > 2) || second !== 0) second = last;
    return [first, second];
  }
  if (first > last) first = 0;
  const wasLast = second === old.groupCount - 1;
  if (second > last) second = 0;
  if (last > 1 && wasLast) second = last;
  return [first, second];
}

/** What ends growth before `wanted` blocks are reached. */
function growthLimit(
  old: Superblock,
  wanted: number,
): { readonly blocks: number; readonly reason: string } | undefined {
  const mostGroups = Math.min(MAX_GROUPS, MAX_DESCRIPTOR_BYTES / old.descriptorSize);
  const limits = [
    { blocks: blocksOf(old, Math.floor(MAX_INODES / old.inodesPerGroup)), reason: 'it cannot have 2^32 inodes' },
    { blocks: blocksOf(old, mostGroups), reason: `more than ${mostGroups} block groups are not planned` },
  ];
  if ((old.features.incompat & INCOMPAT.bits64) === 0) {
    limits.push({ blocks: MAX_BLOCKS_32, reason: 'without the feature 64bit it cannot have 2^32 blocks' });
  } else if ((old.features.compat & COMPAT.resizeInode) !== 0) {
    // The resize inode has 32-bit block numbers; a file system that outgrows it loses it.
    const room = descriptorBlockCount(old) + old.reservedDescriptorBlocks;
    const outgrows = wanted > blocksOf(old, room * descriptorsPerBlock(old));
    if (!outgrows) limits.push({ blocks: MAX_BLOCKS_32, reason: 'with a resize inode it cannot have 2^32 blocks' });
  }
  const [first] = limits.filter(({ blocks }) => blocks < wanted).sort((a, b) => a.blocks - b.blocks);
  return first;
}

function blocksOf(sb: Superblock, groups: number): number {
  return sb.firstDataBlock + groups * sb.blocksPerGroup;
}

function unitOf(sb: Superblock): number {
  return Math.max(Math.floor(PAGE_BYTES / sb.blockSize), sb.blocksPerCluster);
}

function floorTo(value: number, unit: number): number {
  return unit > 1 ? value - (value % unit) : value;
}
