/** A version on a larger disk: the last partition grows to its end, and the ext file system in it. */
import { sliceSource } from '../device/block-source.ts';
import type { BlockSource } from '../device/block-source.ts';
import { CardkeepError } from '../errors.ts';
import { probeSignatures } from '../filesystems/signatures.ts';
import { mergeEdits, shiftEdits } from '../restore/edits.ts';
import type { Edit } from '../restore/edits.ts';
import { planExt4Growth } from '../restore/grow/ext4-growth.ts';
import type { GapOptions } from '../restore/tables/gap-data.ts';
import { planTableGrowth } from '../restore/tables/plan-table-growth.ts';
import type { ResizedPartition } from '../restore/tables/plan-table-growth.ts';
import { isRefusal } from '../restore/tables/table-shape.ts';

/** The last partition with another length, and what becomes of what is in it. */
export interface ResizedContent {
  readonly edits: readonly Edit[];
  readonly partition: ResizedPartition;
  /** By its mark: `ext4`, `vfat`, `lvm2`; empty when there is none, or more than one. */
  readonly fileSystem: string;
  /** Undefined: what is in the partition keeps its size. */
  readonly fileSystemBytes: { readonly before: number; readonly after: number } | undefined;
  /** One line: why an ext file system keeps its size although the partition grows. */
  readonly keepsSizeBecause: string | undefined;
  /** The grown file system has more descriptors than it reserved places for; some boot loaders cannot read that. */
  readonly usesMetaGroups: boolean;
  readonly notes: readonly string[];
}

/** Throws E_CANNOT_EXPAND (refused) when the table, or what is at the end of the partition, does not allow it. */
export async function expandPartition(
  source: BlockSource,
  newByteLength: number,
  options: GapOptions,
): Promise<ResizedContent> {
  const table = await planTableGrowth(source, newByteLength, options);
  if (isRefusal(table)) throw cannotExpand(table.reason);
  const { number, byteOffset, oldByteLength, newByteLength: grownBytes } = table.partition;
  const content = sliceSource(source, byteOffset, oldByteLength);
  const fileSystem = await contentOf(content);
  if (fileSystem.isAnchoredAtEnd && grownBytes > oldByteLength) {
    throw cannotExpand(
      `${partitionName(number)} has marks of ${fileSystem.all.join(', ')} at its end, which would be lost`,
    );
  }
  const resized = { partition: table.partition, fileSystem: fileSystem.name };
  const kept = { ...resized, edits: table.edits, fileSystemBytes: undefined, usesMetaGroups: false };
  if (!isExt(fileSystem.name)) return { ...kept, keepsSizeBecause: undefined, notes: table.notes };
  const growth = await planExt4Growth(content, grownBytes, { signal: options.signal });
  if (isRefusal(growth)) return { ...kept, keepsSizeBecause: growth.reason, notes: table.notes };
  const { blockSize, oldBlockCount, newBlockCount, limitedBy } = growth;
  return {
    ...resized,
    edits: mergeEdits(table.edits, shiftEdits(growth.edits, byteOffset)),
    fileSystemBytes: { before: oldBlockCount * blockSize, after: newBlockCount * blockSize },
    keepsSizeBecause: undefined,
    usesMetaGroups: growth.convertsToMetaGroups,
    notes: limitedBy === undefined ? table.notes : [...table.notes, `${partitionName(number)}: ${limitedBy}`],
  };
}

export interface PartitionContent {
  readonly name: string;
  readonly all: readonly string[];
  /** It has a mark that is looked for at the end of the partition: a RAID, DRBD, a copy of a ZFS label. */
  readonly isAnchoredAtEnd: boolean;
}

/** What the marks in a partition say. */
export async function contentOf(partition: BlockSource): Promise<PartitionContent> {
  const found = await probeSignatures(partition);
  const all = [...new Set(found.map(({ name }) => name))];
  const isAnchoredAtEnd = found.some(({ byteOffset }) => byteOffset > partition.byteLength / 2);
  return { name: all.length === 1 ? all[0]! : '', all, isAnchoredAtEnd };
}

export function isExt(fileSystem: string): boolean {
  return /^ext[234]$/u.test(fileSystem);
}

export function partitionName(number: number): string {
  return number === 0 ? 'the file system' : `partition ${number}`;
}

function cannotExpand(reason: string): CardkeepError {
  return new CardkeepError('refused', 'E_CANNOT_EXPAND', `the last partition cannot grow: ${reason}`, {
    hint: 'without --expand it is restored as it was',
  });
}
