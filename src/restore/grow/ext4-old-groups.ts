/** Groups that were there before: the last one becomes longer, and blocks of structures that went away become free. */
import { hasGroupChecksums, readGroupBitmaps, groupClusterCount } from '../../filesystems/ext4/bitmaps.ts';
import { type BlockSource } from '../../device/block-source.ts';
import { GROUP_FLAG, inodeTableBlocks, type GroupDescriptors } from '../../filesystems/ext4/group-descriptors.ts';
import {
  groupEndBlock,
  groupFirstBlock,
  groupHeadBlocks,
  hasSuperblockCopy,
} from '../../filesystems/ext4/group-layout.ts';
import { type Superblock } from '../../filesystems/ext4/superblock.ts';
import { type Edit } from '../edits.ts';
import { describeBitmap, makeBlockBitmap, setBits, structuresIn, type BlockRange } from './ext4-block-bitmap.ts';
import { putDescriptor } from './ext4-descriptor-table.ts';

/** Structures of the old layout, by the group that they lie in. */
export type FreedBlocks = Map<number, BlockRange[]>;

/** Heads of groups that become shorter or go away: parts that are still used stay. */
export function freedHeads(old: Superblock, next: Superblock): FreedBlocks {
  const freed: FreedBlocks = new Map();
  for (let group = 0; group < Math.min(old.groupCount, next.groupCount); group++) {
    const before = [...groupHeadBlocks(old, group)];
    if (before.length > 0 && String(before) !== String([...groupHeadBlocks(next, group)])) freed.set(group, before);
  }
  return freed;
}

/** Adds blocks to what becomes free, cut at the borders of groups and at the end. */
export function addFreed(freed: FreedBlocks, next: Superblock, start: number, length: number): void {
  const end = Math.min(start + length, next.blockCount);
  for (let at = start; at < end;) {
    const group = Math.floor((at - next.firstDataBlock) / next.blocksPerGroup);
    const partEnd = Math.min(end, groupEndBlock(next, group));
    const ranges = freed.get(group) ?? [];
    ranges.push([at, partEnd]);
    freed.set(group, ranges);
    at = partEnd;
  }
}

/** Bitmaps and tables of groups that are left out become free where they lie in groups that stay. */
export function addDroppedGroups(
  old: Superblock,
  next: Superblock,
  groups: GroupDescriptors,
  freed: FreedBlocks,
): void {
  for (let group = next.groupCount; group < old.groupCount; group++) {
    addFreed(freed, next, groups.blockBitmap[group]!, 1);
    addFreed(freed, next, groups.inodeBitmap[group]!, 1);
    addFreed(freed, next, groups.inodeTable[group]!, inodeTableBlocks(old));
  }
}

/**
 * Adds the edits of changed bitmaps and puts the descriptors of their groups into `table`. Throws CorruptDataError when a
 * bitmap that is needed does not agree with its checksum or its descriptor. False when the place of a copy that was not
 * there before is in use.
 */
export async function addOldGroups(
  source: BlockSource,
  old: Superblock,
  next: Superblock,
  groups: GroupDescriptors,
  freed: FreedBlocks,
  table: Uint8Array,
  edits: Edit[],
  signal?: AbortSignal,
): Promise<boolean> {
  const last = Math.min(old.groupCount, next.groupCount) - 1;
  const changed = new Set(freed.keys());
  if (groupClusterCount(old, last) !== groupClusterCount(next, last)) changed.add(last);
  const hasNewCopy = hasSuperblockCopy(next, last) && !hasSuperblockCopy(old, last);
  if (hasNewCopy) changed.add(last);
  // The kernel does not expect that the last group was never initialised.
  if (last === next.groupCount - 1 && isNeverInitialised(old, groups, last)) changed.add(last);
  for (const group of changed) {
    const bytes = await readBlockBitmap(source, old, groups, group, signal);
    resizeBitmap(old, next, group, bytes);
    const ranges = freed.get(group);
    if (ranges !== undefined) freeBlocks(next, groups, group, bytes, ranges);
    if (hasNewCopy && group === last && !claimHead(next, group, bytes)) return false;
    const bitmap = describeBitmap(next, group, bytes);
    const byteOffset = groups.blockBitmap[group]! * old.blockSize;
    edits.push({ byteOffset, byteLength: bytes.byteLength, bytes });
    putDescriptor(table, next, group, {
      freeClusters: bitmap.freeClusters,
      flags: groups.flags[group]! & ~(hasGroupChecksums(old) ? GROUP_FLAG.blockUninit : 0),
      blockBitmapChecksum: bitmap.checksum,
    });
  }
  return true;
}

/** The bitmap of a group, made from its structures where it was never initialised. */
export async function readBlockBitmap(
  source: BlockSource,
  sb: Superblock,
  groups: GroupDescriptors,
  group: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  if (isNeverInitialised(sb, groups, group)) return makeBlockBitmap(sb, group, structuresIn(sb, groups, group)).bytes;
  const rules = { trustsBlockUninit: true, verifiesChecksums: true, verifiesCounts: true };
  return (await readGroupBitmaps(source, sb, groups, group, group + 1, rules, signal)).blocks;
}

function isNeverInitialised(sb: Superblock, groups: GroupDescriptors, group: number): boolean {
  return hasGroupChecksums(sb) && (groups.flags[group]! & GROUP_FLAG.blockUninit) !== 0;
}

/** Bits behind the old end are whatever they are; those behind the new end are set. */
function resizeBitmap(old: Superblock, next: Superblock, group: number, bytes: Uint8Array): void {
  const before = groupClusterCount(old, group);
  const after = groupClusterCount(next, group);
  if (after > before) setBits(bytes, before, after, false);
  if (after !== before) setBits(bytes, after, next.blockSize * 8);
}

/** Clears the bits of clusters in which nothing lies any more. */
function freeBlocks(
  next: Superblock,
  groups: GroupDescriptors,
  group: number,
  bytes: Uint8Array,
  ranges: readonly BlockRange[],
): void {
  const first = groupFirstBlock(next, group);
  const clusters = groupClusterCount(next, group);
  const kept = makeBlockBitmap(next, group, structuresIn(next, groups, group)).bytes;
  for (const [start, end] of ranges) {
    const endBit = Math.min(clusters, Math.ceil((end - first) / next.blocksPerCluster));
    for (let bit = Math.floor((start - first) / next.blocksPerCluster); bit < endBit; bit++) {
      if (((kept[bit >>> 3]! >>> (bit & 7)) & 1) === 0) setBits(bytes, bit, bit + 1, false);
    }
  }
}

/** Marks the head of a group as used; false where anything else lies there. */
function claimHead(next: Superblock, group: number, bytes: Uint8Array): boolean {
  const head = makeBlockBitmap(next, group, [...groupHeadBlocks(next, group)]).bytes;
  const clusters = groupClusterCount(next, group);
  for (let bit = 0; bit < clusters; bit++) {
    const mask = 1 << (bit & 7);
    if ((head[bit >>> 3]! & mask) === 0) continue;
    if ((bytes[bit >>> 3]! & mask) !== 0) return false;
    bytes[bit >>> 3]! |= mask;
  }
  return true;
}
