/** Groups that were there before: the last one becomes longer, and blocks of structures that went away become free. */
import { hasGroupChecksums, readGroupBitmaps, groupClusterCount } from '../../filesystems/ext4/bitmaps.ts';
import { type BlockSource } from '../../device/block-source.ts';
import { GROUP_FLAG, type GroupDescriptors } from '../../filesystems/ext4/group-descriptors.ts';
import { groupFirstBlock, groupHeadBlocks, hasSuperblockCopy } from '../../filesystems/ext4/group-layout.ts';
import { type Superblock } from '../../filesystems/ext4/superblock.ts';
import { type Edit } from '../edits.ts';
import { describeBitmap, makeBlockBitmap, setBits, structuresIn, type BlockRange } from './ext4-block-bitmap.ts';
import { putDescriptor } from './ext4-descriptor-table.ts';

/** What of the old layout goes away. */
export interface FreedBlocks {
  readonly group: number;
  readonly range: BlockRange;
}

/** Heads of groups that have no copy of the superblock any more (sparse_super2). */
export function freedHeads(old: Superblock, next: Superblock): FreedBlocks[] {
  const groups = new Set(old.backupGroups.filter((group) => group > 0 && group < next.groupCount));
  return [...groups]
    .filter((group) => hasSuperblockCopy(old, group) && !hasSuperblockCopy(next, group))
    .flatMap((group) => [...groupHeadBlocks(old, group)].map((range) => ({ group, range })));
}

/** The group that a block lies in. */
export function groupOfBlock(sb: Superblock, block: number): number {
  return Math.floor((block - sb.firstDataBlock) / sb.blocksPerGroup);
}

/**
 * Adds the edits of changed bitmaps and puts the descriptors of their groups into `table`. Throws CorruptDataError when a
 * bitmap that is needed does not agree with its checksum or its descriptor.
 */
export async function addOldGroups(
  source: BlockSource,
  old: Superblock,
  next: Superblock,
  groups: GroupDescriptors,
  freed: readonly FreedBlocks[],
  table: Uint8Array,
  edits: Edit[],
  signal?: AbortSignal,
): Promise<void> {
  const last = Math.min(old.groupCount, next.groupCount) - 1;
  const changed = new Set(freed.map(({ group }) => group));
  if (groupClusterCount(old, last) !== groupClusterCount(next, last)) changed.add(last);
  // The kernel does not expect that the last group was never initialised.
  if (last === next.groupCount - 1 && isNeverInitialised(old, groups, last)) changed.add(last);
  for (const group of changed) {
    const bytes = await readBlockBitmap(source, old, groups, group, signal);
    resizeBitmap(old, next, group, bytes);
    for (const { group: where, range } of freed) {
      if (where === group) freeBlocks(next, groups, group, bytes, range);
    }
    const bitmap = describeBitmap(next, group, bytes);
    const byteOffset = groups.blockBitmap[group]! * old.blockSize;
    edits.push({ byteOffset, byteLength: bytes.byteLength, bytes });
    putDescriptor(table, next, group, {
      freeClusters: bitmap.freeClusters,
      flags: groups.flags[group]! & ~(hasGroupChecksums(old) ? GROUP_FLAG.blockUninit : 0),
      blockBitmapChecksum: bitmap.checksum,
    });
  }
}

async function readBlockBitmap(
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

/** Clears the bits of clusters in which nothing else lies. */
function freeBlocks(
  next: Superblock,
  groups: GroupDescriptors,
  group: number,
  bytes: Uint8Array,
  [start, end]: BlockRange,
): void {
  const first = groupFirstBlock(next, group);
  const { blocksPerCluster } = next;
  const kept = makeBlockBitmap(next, group, structuresIn(next, groups, group)).bytes;
  const endBit = Math.ceil((end - first) / blocksPerCluster);
  for (let bit = Math.floor((start - first) / blocksPerCluster); bit < endBit; bit++) {
    if (((kept[bit >>> 3]! >>> (bit & 7)) & 1) === 0) setBits(bytes, bit, bit + 1, false);
  }
}
