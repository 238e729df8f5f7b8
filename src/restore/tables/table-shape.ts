/**
 * What must be known of a disk before its last partition is given another length. "Last" is what lies behind all
 * others, not what has the highest number. A table that is odd in any way is left to its owner: a reason, no guess.
 */
import { extentPairs } from '../../bytes/extent-list.ts';
import { type BlockSource } from '../../device/block-source.ts';
import { isFileSystemAt } from '../../filesystems/signatures.ts';
import { readDiskLayout, type DiskLayout, type PartitionEntry } from '../../layout/disk-layout.ts';
import { readGptCopies, type GptCopies } from './gpt-copies.ts';

/** Why a planner does not do it: one line, with the cure where there is one. */
export interface Refusal {
  readonly reason: string;
}

export interface TableShape {
  readonly layout: DiskLayout;
  /** The partition behind all others. */
  readonly last: PartitionEntry;
  /** The extended partition around `last`, which ends behind all others too; undefined for other partitions. */
  readonly container: PartitionEntry | undefined;
  /** Undefined for an MBR. */
  readonly gpt: GptCopies | undefined;
}

/** The whole volume is one file system. */
export const BARE = 'bare';

export function isRefusal(result: object): result is Refusal {
  return 'reason' in result;
}

/** Throws E_STOPPED, and errors of the source that are not the medium's. */
export async function readTableShape(
  source: BlockSource,
  signal: AbortSignal | undefined,
): Promise<TableShape | typeof BARE | Refusal> {
  const layout = await readDiskLayout(source, { isFileSystemAt: async (at) => isFileSystemAt(source, at), signal });
  if (layout.keepWhole !== undefined) return { reason: `the partition table cannot be relied on: ${layout.keepWhole}` };
  if (layout.table === 'none') {
    if (await isFileSystemAt(source, 0)) return BARE;
    return { reason: 'there is neither a partition table nor a file system that is known' };
  }
  const oddity = findOddity(layout, source.byteLength);
  if (oddity !== undefined) return { reason: `the partition table is odd: ${oddity}; mend it first with fdisk` };
  const last = layout.partitions.at(-1)!;
  const container = layout.extended.find((extended) => last.number > 4 && liesIn(last, extended));
  const behind = behindLast(layout, last, container);
  if (behind !== undefined) return { reason: `${behind} lies behind partition ${last.number}` };
  if (layout.table === 'mbr') return { layout, last, container, gpt: undefined };
  const gpt = await readGptCopies(source, layout.sectorSize);
  if (isRefusal(gpt)) return gpt;
  if (gpt.primary.header.entriesLba * layout.sectorSize >= endOf(last)) {
    return { reason: `the GPT itself lies behind partition ${last.number}` };
  }
  return { layout, last, container: undefined, gpt };
}

export function endOf({ byteOffset, byteLength }: PartitionEntry): number {
  return byteOffset + byteLength;
}

/** Partitions that share bytes, or pass the end of the device. */
export function findClash({ hasOverlap, hasPartitionPastEnd, notes }: DiskLayout): string | undefined {
  if (!hasOverlap && !hasPartitionPastEnd) return undefined;
  const note = notes.find((line) => line.includes('overlap') || line.includes('past the end'));
  return note ?? 'partitions overlap, or pass the end of the device';
}

/** What contradicts itself: whoever wrote such a table had something in mind that we do not know. */
function findOddity(layout: DiskLayout, sourceBytes: number): string | undefined {
  const { partitions, extended, table } = layout;
  const clash = findClash(layout);
  if (clash !== undefined) return clash;
  if (extended.length > 1) return 'there is more than one extended partition';
  const container = extended[0];
  for (const partition of partitions) {
    const isLogical = table === 'mbr' && partition.number > 4;
    if (isLogical && !liesIn(partition, container!))
      return `logical partition ${partition.number} leaves its container`;
    if (!isLogical && container !== undefined && partition.byteOffset < endOf(container)) {
      if (endOf(partition) > container.byteOffset) return `partition ${partition.number} overlaps the extended one`;
    }
    for (const [start, end] of extentPairs(layout.tableExtents)) {
      if (start < endOf(partition) && end > partition.byteOffset) {
        return `partition ${partition.number} covers a part of the partition table`;
      }
    }
  }
  if (container !== undefined && endOf(container) > sourceBytes) {
    return 'the extended partition passes the end of the device';
  }
  return undefined;
}

/** Parts of the table itself that lie behind the last partition, but for the backup GPT. */
function behindLast(
  layout: DiskLayout,
  last: PartitionEntry,
  container: PartitionEntry | undefined,
): string | undefined {
  const other = layout.extended.find((extended) => extended !== container && endOf(extended) > last.byteOffset);
  if (other !== undefined) return `extended partition ${other.number}`;
  const record = extentPairs(layout.ebrExtents).some(([start]) => start >= endOf(last));
  return record ? 'a part of the chain of logical partitions' : undefined;
}

function liesIn(inner: PartitionEntry, outer: PartitionEntry): boolean {
  return inner.byteOffset > outer.byteOffset && endOf(inner) <= endOf(outer);
}
