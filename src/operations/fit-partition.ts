/** A version on a smaller disk: what is behind the last partition goes, then the end of the ext file system in it. */
import { extentsFrom } from '../bytes/extent-list.ts';
import { sliceSource } from '../device/block-source.ts';
import type { BlockSource } from '../device/block-source.ts';
import { mergeEdits, shiftEdits } from '../restore/edits.ts';
import type { Edit } from '../restore/edits.ts';
import { planExt4Shrink } from '../restore/grow/ext4-shrink.ts';
import { findStrayData } from '../restore/tables/gap-data.ts';
import type { GapOptions } from '../restore/tables/gap-data.ts';
import { planTableFit } from '../restore/tables/plan-table-fit.ts';
import { PAGE_BYTES } from '../restore/tables/plan-table-growth.ts';
import { isRefusal } from '../restore/tables/table-shape.ts';
import type { Refusal } from '../restore/tables/table-shape.ts';
import { contentOf, isExt, partitionName } from './expand-partition.ts';
import type { ResizedContent } from './expand-partition.ts';

export interface FitFailure extends Refusal {
  /** The smallest disk that the version fits, in bytes; undefined where it is not known. */
  readonly smallestBytes: number | undefined;
}

/** Each refusal names a larger size: the table, the file system and what lies behind it have their say in turn. */
const MAX_TRIES = 8;

/** Plans how the version fits a disk of `newByteLength` bytes, which is less than it has. No file is moved. */
export async function fitPartition(
  source: BlockSource,
  newByteLength: number,
  options: GapOptions,
): Promise<ResizedContent | FitFailure> {
  const result = await tryToFit(source, newByteLength, options);
  if (!isRefusal(result)) return result;
  let { reason, smallestBytes } = result;
  for (let i = 0; i < MAX_TRIES && smallestBytes !== undefined; i++) {
    if (smallestBytes >= source.byteLength) return { reason, smallestBytes: source.byteLength };
    const next = await tryToFit(source, smallestBytes, options);
    if (!isRefusal(next)) return { reason, smallestBytes };
    reason = next.reason;
    const larger: number | undefined = next.smallestBytes;
    smallestBytes = larger !== undefined && larger > smallestBytes ? larger : undefined;
  }
  return { reason, smallestBytes: undefined };
}

async function tryToFit(
  source: BlockSource,
  newByteLength: number,
  options: GapOptions,
): Promise<ResizedContent | FitFailure> {
  const table = await planTableFit(source, newByteLength, options);
  if (isRefusal(table)) return { reason: table.reason, smallestBytes: table.smallestByteLength };
  const { partition, bytesBehind } = table;
  const content = sliceSource(source, partition.byteOffset, partition.oldByteLength);
  const { name: fileSystem } = await contentOf(content);
  const resized = { partition, fileSystem, keepsSizeBecause: undefined, usesMetaGroups: false, notes: [] };
  if (partition.newByteLength === partition.oldByteLength) {
    return { ...resized, edits: table.edits, fileSystemBytes: undefined };
  }
  const cut = await cutContent(content, fileSystem, partition, options);
  if (isRefusal(cut)) {
    const pages = Math.ceil((partition.byteOffset + cut.leastBytes) / PAGE_BYTES) * PAGE_BYTES;
    const end = Math.min(pages, partition.byteOffset + partition.oldByteLength);
    const smallest = Math.ceil((end + bytesBehind) / source.sectorSize) * source.sectorSize;
    return { reason: `${partitionName(partition.number)}: ${cut.reason}`, smallestBytes: smallest };
  }
  const { fileSystemBytes } = cut;
  return { ...resized, fileSystemBytes, edits: mergeEdits(table.edits, shiftEdits(cut.edits, partition.byteOffset)) };
}

interface CutContent {
  /** Relative to the partition. */
  readonly edits: readonly Edit[];
  readonly fileSystemBytes: NonNullable<ResizedContent['fileSystemBytes']>;
}

async function cutContent(
  content: BlockSource,
  fileSystem: string,
  { byteOffset, newByteLength }: ResizedContent['partition'],
  { isKnownZero, signal }: GapOptions,
): Promise<CutContent | (Refusal & { readonly leastBytes: number })> {
  const whole = { leastBytes: content.byteLength };
  if (!isExt(fileSystem)) {
    const what = fileSystem === '' ? 'what is in it' : fileSystem;
    return { reason: `only ext2, ext3 and ext4 are made smaller, not ${what}`, ...whole };
  }
  const plan = await planExt4Shrink(content, newByteLength, { signal });
  if (isRefusal(plan)) return { reason: plan.reason, leastBytes: plan.minimumByteLength ?? content.byteLength };
  const before = plan.oldBlockCount * plan.blockSize;
  const stray = await findStrayData(content, Math.max(before, newByteLength), content.byteLength, extentsFrom([]), {
    ...(isKnownZero && { isKnownZero: async (at, length) => isKnownZero(byteOffset + at, length) }),
    signal,
  });
  if (stray === undefined) {
    return { edits: plan.edits, fileSystemBytes: { before, after: plan.newBlockCount * plan.blockSize } };
  }
  return { reason: `behind its file system, at byte ${stray.byteOffset} of it, lies data`, leastBytes: stray.byteEnd };
}
