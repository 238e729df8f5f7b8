/** The inode tables of a range of groups, streamed in large reads. */
import { type BlockSource } from '../../device/block-source.ts';
import { hasGroupChecksums, type GroupBitmaps } from './bitmaps.ts';
import { GROUP_FLAG, inodeTableBlocks, type GroupDescriptors } from './group-descriptors.ts';
import { isInodeInUse } from './inode.ts';
import { readRuns, sortRuns } from './read-runs.ts';
import { type Superblock } from './superblock.ts';

export interface InodeTableVisitor {
  /**
   * An inode in use, by the bitmap or by its record. The view is only lent; `at` is the record's first byte in it.
   * `isDoubtful`: its descriptor says that this record was never used.
   */
  inode(inodeNumber: number, table: DataView, at: number, isDoubtful: boolean): void;
  /** Bytes of the partition that hold table blocks with, or without, an inode in use. Whole blocks, in any order. */
  tableBytes(start: number, end: number, isUsed: boolean): void;
}

/**
 * Visits all inodes in use of the groups that `bitmaps` covers. `readsAll`: also records that the descriptors call never
 * used.
 */
export async function readInodeTables(
  source: BlockSource,
  sb: Superblock,
  groups: GroupDescriptors,
  bitmaps: GroupBitmaps,
  readsAll: boolean,
  visitor: InodeTableVisitor,
  signal?: AbortSignal,
): Promise<void> {
  const tableBlocks = inodeTableBlocks(sb);
  const starts: number[] = [];
  const blockCounts: number[] = [];
  const usedInodes: number[] = [];
  for (let group = bitmaps.firstGroup; group < bitmaps.endGroup; group++) {
    const used = usedTableInodes(sb, groups, bitmaps, group);
    const blocks = readsAll ? tableBlocks : Math.ceil((used * sb.inodeSize) / sb.blockSize);
    usedInodes.push(used);
    const start = groups.inodeTable[group]! * sb.blockSize;
    starts.push(start);
    blockCounts.push(blocks);
    visitor.tableBytes(start + blocks * sb.blockSize, start + tableBlocks * sb.blockSize, false);
  }
  const runs = sortRuns(starts, (i) => blockCounts[i]! * sb.blockSize);
  await readRuns(
    source,
    runs,
    (run, bytes, offsetInRun) => {
      const i = runs.index[run]!;
      // What is not to be read may still share a block with what is.
      const end = readsAll ? sb.inodesPerGroup : usedInodes[i]!;
      const part = { end, group: bitmaps.firstGroup + i, used: usedInodes[i]!, offsetInRun, start: runs.starts[run]! };
      visitTablePart(sb, bitmaps, part, bytes, visitor);
    },
    signal,
  );
}

/** Records of a group's table that may hold something: what its descriptor says, and what its bitmap says. */
function usedTableInodes(sb: Superblock, groups: GroupDescriptors, bitmaps: GroupBitmaps, group: number): number {
  if (!hasGroupChecksums(sb)) return sb.inodesPerGroup;
  if ((groups.flags[group]! & GROUP_FLAG.inodeUninit) !== 0) return 0;
  const byDescriptor = sb.inodesPerGroup - groups.unusedInodes[group]!;
  const bitmapAt = (group - bitmaps.firstGroup) * sb.blockSize;
  for (let byte = sb.inodesPerGroup / 8 - 1; byte * 8 >= byDescriptor; byte--) {
    const bits = bitmaps.inodes[bitmapAt + byte]!;
    if (bits !== 0) return Math.max(byDescriptor, byte * 8 + 32 - Math.clz32(bits));
  }
  return byDescriptor;
}

function visitTablePart(
  sb: Superblock,
  bitmaps: GroupBitmaps,
  part: {
    readonly group: number;
    readonly end: number;
    readonly used: number;
    readonly offsetInRun: number;
    readonly start: number;
  },
  bytes: Uint8Array,
  visitor: InodeTableVisitor,
): void {
  const table = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bitmapAt = (part.group - bitmaps.firstGroup) * sb.blockSize;
  const perBlock = sb.blockSize / sb.inodeSize;
  const partStart = part.start + part.offsetInRun;
  const firstIndex = part.offsetInRun / sb.inodeSize;
  for (let blockAt = 0; blockAt < bytes.byteLength; blockAt += sb.blockSize) {
    const blockFirst = firstIndex + blockAt / sb.inodeSize;
    let isUsed = false;
    for (let i = 0; i < perBlock && blockFirst + i < part.end; i++) {
      const index = blockFirst + i;
      const at = blockAt + i * sb.inodeSize;
      const isMarked = ((bitmaps.inodes[bitmapAt + (index >>> 3)]! >>> (index & 7)) & 1) !== 0;
      if (!isMarked && !isInodeInUse(table, at, sb.inodeCount)) continue;
      isUsed = true;
      visitor.inode(part.group * sb.inodesPerGroup + index + 1, table, at, index >= part.used);
    }
    visitor.tableBytes(partStart + blockAt, partStart + blockAt + sb.blockSize, isUsed);
  }
}
