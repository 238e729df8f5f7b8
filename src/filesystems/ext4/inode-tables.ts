/** The inode tables of a range of groups, streamed in large reads. */
import { coversExtent, type ExtentList } from '../../bytes/extent-list.ts';
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

/** Which records of the tables are to be read. */
export interface TableRules {
  /** Also records that the descriptors call never used. */
  readonly readsAllRecords: boolean;
  /** Blocks known to hold no inode in use: they are read only where the bitmap says that one was taken since. */
  readonly provenUnused?: ExtentList | undefined;
}

/** A stretch of one group's table that is read. */
interface TablePart {
  readonly group: number;
  /** Byte offset of the table. */
  readonly tableStart: number;
  /** Bytes of the table before the stretch, and its length. */
  readonly skipped: number;
  readonly byteLength: number;
  /** Records of the group that may hold something, by descriptor and bitmap. */
  readonly used: number;
}

/** Visits all inodes in use of the groups that `bitmaps` covers. */
export async function readInodeTables(
  source: BlockSource,
  sb: Superblock,
  groups: GroupDescriptors,
  bitmaps: GroupBitmaps,
  rules: TableRules,
  visitor: InodeTableVisitor,
  signal?: AbortSignal,
): Promise<void> {
  const tableBytes = inodeTableBlocks(sb) * sb.blockSize;
  const parts: TablePart[] = [];
  for (let group = bitmaps.firstGroup; group < bitmaps.endGroup; group++) {
    const used = usedTableInodes(sb, groups, bitmaps, group);
    const usedBytes = Math.ceil((used * sb.inodeSize) / sb.blockSize) * sb.blockSize;
    const readBytes = rules.readsAllRecords ? tableBytes : usedBytes;
    const tableStart = groups.inodeTable[group]! * sb.blockSize;
    let skipped = 0;
    for (let at = 0; at <= readBytes; at += sb.blockSize) {
      const isRead = at < readBytes && !isProvenUnused(sb, bitmaps, rules, group, tableStart, at);
      if (isRead) continue;
      if (at > skipped) parts.push({ group, tableStart, skipped, byteLength: at - skipped, used });
      skipped = at + sb.blockSize;
      visitor.tableBytes(tableStart + at, tableStart + Math.min(skipped, readBytes), false);
    }
    visitor.tableBytes(tableStart + readBytes, tableStart + tableBytes, false);
  }
  const starts = parts.map(({ tableStart, skipped }) => tableStart + skipped);
  const runs = sortRuns(starts, (i) => parts[i]!.byteLength);
  await readRuns(
    source,
    runs,
    (run, bytes, offsetInRun) => {
      const part = parts[runs.index[run]!]!;
      // What is not to be read may still share a block with what is.
      const end = rules.readsAllRecords ? sb.inodesPerGroup : part.used;
      visitTablePart(sb, bitmaps, part, end, part.skipped + offsetInRun, bytes, visitor);
    },
    signal,
  );
}

/** True for a table block that held no inode in use, and none of whose inodes the bitmap calls used now. */
function isProvenUnused(
  sb: Superblock,
  bitmaps: GroupBitmaps,
  { provenUnused }: TableRules,
  group: number,
  tableStart: number,
  offsetInTable: number,
): boolean {
  if (provenUnused === undefined) return false;
  const start = tableStart + offsetInTable;
  if (!coversExtent(provenUnused, start, start + sb.blockSize)) return false;
  const first = offsetInTable / sb.inodeSize;
  const end = Math.min(sb.inodesPerGroup, first + sb.blockSize / sb.inodeSize);
  for (let index = first; index < end; index++) if (isMarked(sb, bitmaps, group, index)) return false;
  return true;
}

function isMarked(sb: Superblock, bitmaps: GroupBitmaps, group: number, index: number): boolean {
  const bitmapAt = (group - bitmaps.firstGroup) * sb.blockSize;
  return ((bitmaps.inodes[bitmapAt + (index >>> 3)]! >>> (index & 7)) & 1) !== 0;
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

/** `bytes` begin `offsetInTable` bytes into the table; `end`: first record of the group that is not looked at. */
function visitTablePart(
  sb: Superblock,
  bitmaps: GroupBitmaps,
  { group, tableStart, used }: TablePart,
  end: number,
  offsetInTable: number,
  bytes: Uint8Array,
  visitor: InodeTableVisitor,
): void {
  const table = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const perBlock = sb.blockSize / sb.inodeSize;
  for (let blockAt = 0; blockAt < bytes.byteLength; blockAt += sb.blockSize) {
    const blockFirst = (offsetInTable + blockAt) / sb.inodeSize;
    let isUsed = false;
    for (let i = 0; i < perBlock && blockFirst + i < end; i++) {
      const index = blockFirst + i;
      const at = blockAt + i * sb.inodeSize;
      if (!isMarked(sb, bitmaps, group, index) && !isInodeInUse(table, at, sb.inodeCount)) continue;
      isUsed = true;
      visitor.inode(group * sb.inodesPerGroup + index + 1, table, at, index >= used);
    }
    const blockStart = tableStart + offsetInTable + blockAt;
    visitor.tableBytes(blockStart, blockStart + sb.blockSize, isUsed);
  }
}
