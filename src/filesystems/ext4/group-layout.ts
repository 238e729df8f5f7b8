/**
 * Where an ext file system keeps copies of its superblock and group descriptors. Computed from the superblock alone.
 * Source: ext2fs_super_and_bgd_loc2() and ext2fs_descriptor_block_loc2() in e2fsprogs lib/ext2fs, ext4_bg_has_super()
 * and ext4_bg_num_gdb() in Linux fs/ext4/balloc.c.
 */
import { COMPAT, INCOMPAT, RO_COMPAT } from './features.ts';
import { type Superblock } from './superblock.ts';

/** Block number of the first block of a group. */
export function groupFirstBlock(sb: Superblock, group: number): number {
  return sb.firstDataBlock + group * sb.blocksPerGroup;
}

/** Block number after the last block of a group; the last group may be short. */
export function groupEndBlock(sb: Superblock, group: number): number {
  return Math.min(sb.blockCount, groupFirstBlock(sb, group) + sb.blocksPerGroup);
}

export function descriptorsPerBlock(sb: Superblock): number {
  return Math.floor(sb.blockSize / sb.descriptorSize);
}

/** Blocks that all descriptors fill together. */
export function descriptorBlockCount(sb: Superblock): number {
  return Math.ceil(sb.groupCount / descriptorsPerBlock(sb));
}

/** True when the group begins with a copy of the superblock. */
export function hasSuperblockCopy(sb: Superblock, group: number): boolean {
  if (group === 0) return true;
  if ((sb.features.compat & COMPAT.sparseSuper2) !== 0) {
    return group === sb.backupGroups[0] || group === sb.backupGroups[1];
  }
  if (group === 1 || (sb.features.roCompat & RO_COMPAT.sparseSuper) === 0) return true;
  if (group % 2 === 0) return false;
  return isPowerOf(group, 3) || isPowerOf(group, 5) || isPowerOf(group, 7);
}

/** Block number of each block of the primary descriptors, in order. */
export function primaryDescriptorBlocks(sb: Superblock): Float64Array {
  const blocks = new Float64Array(descriptorBlockCount(sb));
  const perBlock = descriptorsPerBlock(sb);
  const superblock = superblockBlock(sb, 0);
  for (let i = 0; i < blocks.length; i++) {
    if (i < sb.firstMetaGroup) {
      blocks[i] = superblock + 1 + i;
      continue;
    }
    const group = i * perBlock;
    blocks[i] = superblockBlock(sb, group) + (hasSuperblockCopy(sb, group) ? 1 : 0);
  }
  return blocks;
}

/**
 * Block ranges `[start, end)` at the head of a group that hold copies of the superblock and descriptors, and blocks
 * reserved for more of them. Ranges may touch.
 */
export function* groupHeadBlocks(sb: Superblock, group: number): Generator<readonly [start: number, end: number]> {
  const first = superblockBlock(sb, group);
  const hasCopy = hasSuperblockCopy(sb, group);
  if (hasCopy) yield [first, first + 1];
  const perBlock = descriptorsPerBlock(sb);
  const metaGroup = Math.floor(group / perBlock);
  const hasMetaBg = (sb.features.incompat & INCOMPAT.metaBg) !== 0;
  if (!hasMetaBg || metaGroup < sb.firstMetaGroup) {
    const inHead = Math.min(descriptorBlockCount(sb), sb.firstMetaGroup) + sb.reservedDescriptorBlocks;
    if (hasCopy) yield [first + 1, first + 1 + inHead];
    return;
  }
  const place = group % perBlock;
  if (place === 0 || place === 1 || place === perBlock - 1) {
    const descriptors = first + (hasCopy ? 1 : 0);
    yield [descriptors, descriptors + 1];
  }
}

/** The part of `groupHeadBlocks` that is only reserved for more descriptors; undefined where a group has none. */
export function reservedHeadBlocks(sb: Superblock, group: number): readonly [start: number, end: number] | undefined {
  const hasMetaBg = (sb.features.incompat & INCOMPAT.metaBg) !== 0;
  if (hasMetaBg || sb.reservedDescriptorBlocks === 0 || !hasSuperblockCopy(sb, group)) return undefined;
  const start = superblockBlock(sb, group) + 1 + descriptorBlockCount(sb);
  return [start, start + sb.reservedDescriptorBlocks];
}

/** With 1 KiB blocks and bigalloc, group 0 begins at block 0 but the superblock is at byte 1024 all the same. */
function superblockBlock(sb: Superblock, group: number): number {
  const first = groupFirstBlock(sb, group);
  return first === 0 && sb.blockSize === 1024 ? 1 : first;
}

function isPowerOf(value: number, base: number): boolean {
  let power = base;
  while (power < value) power *= base;
  return power === value;
}
