/**
 * Block and inode bitmaps of a range of groups. Source of the checksums: ext4_block_bitmap_csum_verify() and
 * ext4_inode_bitmap_csum_verify() in Linux fs/ext4/bitmap.c.
 */
import { crc32cRaw } from '../../bytes/crc32c.ts';
import { type BlockSource } from '../../device/block-source.ts';
import { CorruptDataError } from '../../errors.ts';
import { RO_COMPAT } from './features.ts';
import { GROUP_FLAG, type GroupDescriptors } from './group-descriptors.ts';
import { groupEndBlock, groupFirstBlock } from './group-layout.ts';
import { readRuns, sortRuns } from './read-runs.ts';
import { type Superblock } from './superblock.ts';

export interface BitmapRules {
  /** Believe BLOCK_UNINIT. If not, such a group counts as full of used blocks. */
  readonly trustsBlockUninit: boolean;
  readonly verifiesChecksums: boolean;
  /** The descriptors' counts of free blocks and inodes must agree with the bitmaps. */
  readonly verifiesCounts: boolean;
}

export interface GroupBitmaps {
  readonly firstGroup: number;
  readonly endGroup: number;
  /** One block size of bytes a group; set bits are used clusters. */
  readonly blocks: Uint8Array<ArrayBuffer>;
  /** One block size of bytes a group; set bits are used inodes. */
  readonly inodes: Uint8Array<ArrayBuffer>;
}

/** Reads the bitmaps of groups `[firstGroup, endGroup)`. Throws CorruptDataError where one is not as `rules` want it. */
export async function readGroupBitmaps(
  source: BlockSource,
  sb: Superblock,
  groups: GroupDescriptors,
  firstGroup: number,
  endGroup: number,
  rules: BitmapRules,
  signal?: AbortSignal,
): Promise<GroupBitmaps> {
  const { blockSize } = sb;
  const bitmaps: GroupBitmaps = {
    firstGroup,
    endGroup,
    blocks: new Uint8Array((endGroup - firstGroup) * blockSize),
    inodes: new Uint8Array((endGroup - firstGroup) * blockSize),
  };
  const targets: Uint8Array[] = [];
  const places: number[] = [];
  for (let group = firstGroup; group < endGroup; group++) {
    const at = (group - firstGroup) * blockSize;
    const blocks = bitmaps.blocks.subarray(at, at + blockSize);
    const flags = groups.flags[group]!;
    if (!hasGroupChecksums(sb) || (flags & GROUP_FLAG.blockUninit) === 0) {
      targets.push(blocks);
      places.push(groups.blockBitmap[group]! * blockSize);
    } else if (!rules.trustsBlockUninit) {
      blocks.fill(0xff);
    }
    // The bitmap of an INODE_UNINIT group was never written: the records alone say what is used.
    if (!hasGroupChecksums(sb) || (flags & GROUP_FLAG.inodeUninit) === 0) {
      targets.push(bitmaps.inodes.subarray(at, at + blockSize));
      places.push(groups.inodeBitmap[group]! * blockSize);
    }
  }
  const runs = sortRuns(places, () => blockSize);
  await readRuns(source, runs, (run, bytes) => targets[runs.index[run]!]!.set(bytes), signal);
  verifyBitmaps(sb, groups, bitmaps, rules);
  return bitmaps;
}

/** Calls `visit` with each run of clear bits among the first `bitCount`, ascending. */
export function forEachClearRun(
  bitmap: Uint8Array<ArrayBuffer>,
  bitCount: number,
  visit: (startBit: number, endBit: number) => void,
): void {
  const words = new Uint32Array(bitmap.buffer, bitmap.byteOffset, bitmap.byteLength >>> 2);
  let runStart = -1;
  for (let bit = 0; bit < bitCount;) {
    const word = (bit & 31) === 0 && bit + 32 <= bitCount ? words[bit >>> 5]! : undefined;
    if (word === 0 || word === 0xffffffff) {
      if (word === 0) {
        if (runStart < 0) runStart = bit;
      } else if (runStart >= 0) {
        visit(runStart, bit);
        runStart = -1;
      }
      bit += 32;
      continue;
    }
    if (((bitmap[bit >>> 3]! >>> (bit & 7)) & 1) === 0) {
      if (runStart < 0) runStart = bit;
    } else if (runStart >= 0) {
      visit(runStart, bit);
      runStart = -1;
    }
    bit++;
  }
  if (runStart >= 0) visit(runStart, bitCount);
}

/** Clusters of a group; the last one may be cut short by the end of the file system. */
export function groupClusterCount(sb: Superblock, group: number): number {
  return Math.ceil((groupEndBlock(sb, group) - groupFirstBlock(sb, group)) / sb.blocksPerCluster);
}

/** Only group descriptors with a checksum may say that parts of their group were never initialised. */
export function hasGroupChecksums(sb: Superblock): boolean {
  return (sb.features.roCompat & (RO_COMPAT.gdtChecksum | RO_COMPAT.metadataChecksum)) !== 0;
}

function verifyBitmaps(sb: Superblock, groups: GroupDescriptors, bitmaps: GroupBitmaps, rules: BitmapRules): void {
  const hasChecksums = (sb.features.roCompat & RO_COMPAT.metadataChecksum) !== 0;
  for (let group = bitmaps.firstGroup; group < bitmaps.endGroup; group++) {
    const at = (group - bitmaps.firstGroup) * sb.blockSize;
    const blocks = bitmaps.blocks.subarray(at, at + sb.blockSize);
    const inodes = bitmaps.inodes.subarray(at, at + sb.blockSize);
    const flags = hasGroupChecksums(sb) ? groups.flags[group]! : 0;
    const clusters = groupClusterCount(sb, group);
    if ((flags & GROUP_FLAG.blockUninit) === 0) {
      if (hasChecksums && rules.verifiesChecksums) {
        needChecksum(sb, blocks.subarray(0, sb.clustersPerGroup / 8), groups.blockBitmapChecksum[group]!, group);
      }
      if (rules.verifiesCounts && countClear(blocks, clusters) !== groups.freeClusters[group]) {
        throw new CorruptDataError(`the block bitmap of group ${group} does not agree with its descriptor`);
      }
    }
    if ((flags & GROUP_FLAG.inodeUninit) === 0) {
      if (hasChecksums && rules.verifiesChecksums) {
        needChecksum(sb, inodes.subarray(0, sb.inodesPerGroup / 8), groups.inodeBitmapChecksum[group]!, group);
      }
      if (rules.verifiesCounts && countClear(inodes, sb.inodesPerGroup) !== groups.freeInodes[group]) {
        throw new CorruptDataError(`the inode bitmap of group ${group} does not agree with its descriptor`);
      }
    }
  }
}

/** The checksum, in as many bits as a descriptor has room for, of the bytes of a bitmap that mean something. */
export function bitmapChecksum(sb: Superblock, bitmap: Uint8Array): number {
  const checksum = crc32cRaw(sb.checksumSeed, bitmap);
  return sb.descriptorSize >= 64 ? checksum : checksum & 0xffff;
}

function needChecksum(sb: Superblock, bitmap: Uint8Array, stored: number, group: number): void {
  if (bitmapChecksum(sb, bitmap) === stored) return;
  throw new CorruptDataError(`the checksum of a bitmap of block group ${group} is wrong`);
}

/** Clear bits among the first `bitCount`. */
export function countClear(bitmap: Uint8Array<ArrayBuffer>, bitCount: number): number {
  let clear = 0;
  forEachClearRun(bitmap, bitCount, (start, end) => {
    clear += end - start;
  });
  return clear;
}
