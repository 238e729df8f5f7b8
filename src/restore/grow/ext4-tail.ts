/** The end of an ext file system that is to become shorter: what lies there, and how much of it has to stay. */
import {
  forEachClearRun,
  groupClusterCount,
  hasGroupChecksums,
  readGroupBitmaps,
} from '../../filesystems/ext4/bitmaps.ts';
import { GROUP_FLAG, inodeTableBlocks, type GroupDescriptors } from '../../filesystems/ext4/group-descriptors.ts';
import { groupFirstBlock } from '../../filesystems/ext4/group-layout.ts';
import { type Superblock } from '../../filesystems/ext4/superblock.ts';
import { makeBlockBitmap, structuresIn } from './ext4-block-bitmap.ts';
import { readBlockBitmap } from './ext4-old-groups.ts';
import { type Ext4Subject } from './ext4-resize.ts';

/** The last group at or behind `firstGroup` that has an inode in use; undefined for none. */
export async function lastGroupWithInodes(subject: Ext4Subject, firstGroup: number): Promise<number | undefined> {
  const { source, old, groups, signal } = subject;
  const rules = { trustsBlockUninit: true, verifiesChecksums: true, verifiesCounts: true };
  for (let group = old.groupCount - 1; group >= firstGroup; group--) {
    if (hasGroupChecksums(old) && (groups.flags[group]! & GROUP_FLAG.inodeUninit) !== 0) continue;
    const { inodes } = await readGroupBitmaps(source, old, groups, group, group + 1, rules, signal);
    if (hasSetBit(inodes, old.inodesPerGroup)) return group;
  }
  return undefined;
}

/** The last block at or behind `firstBlock` that a file uses, or anything else but the groups' own structures. */
export async function lastUsedBlock(subject: Ext4Subject, firstBlock: number): Promise<number | undefined> {
  const { source, old, groups, signal } = subject;
  const firstGroup = Math.floor((firstBlock - old.firstDataBlock) / old.blocksPerGroup);
  for (let group = old.groupCount - 1; group >= firstGroup; group--) {
    if (hasGroupChecksums(old) && (groups.flags[group]! & GROUP_FLAG.blockUninit) !== 0) continue;
    const used = await readBlockBitmap(source, old, groups, group, signal);
    const own = makeBlockBitmap(old, group, structuresIn(old, groups, group)).bytes;
    for (let byte = 0; byte < used.byteLength; byte++) used[byte]! &= ~own[byte]!;
    const bit = lastSetBit(used, groupClusterCount(old, group));
    if (bit < 0) continue;
    const block = groupFirstBlock(old, group) + (bit + 1) * old.blocksPerCluster - 1;
    return block >= firstBlock ? block : undefined;
  }
  return undefined;
}

/** The end of the last bitmap or table of the groups `[0, groupCount)`. */
export function structuresEnd(sb: Superblock, groups: GroupDescriptors, groupCount: number): number {
  const tableBlocks = inodeTableBlocks(sb);
  let end = 0;
  for (let group = 0; group < groupCount; group++) {
    end = Math.max(end, groups.blockBitmap[group]! + 1, groups.inodeBitmap[group]! + 1);
    end = Math.max(end, groups.inodeTable[group]! + tableBlocks);
  }
  return end;
}

function hasSetBit(bytes: Uint8Array<ArrayBuffer>, bitCount: number): boolean {
  return lastSetBit(bytes, bitCount) >= 0;
}

/** -1 for none. */
function lastSetBit(bytes: Uint8Array<ArrayBuffer>, bitCount: number): number {
  let last = bitCount - 1;
  forEachClearRun(bytes, bitCount, (start, end) => {
    if (end === bitCount) last = start - 1;
  });
  return last;
}
