import { type BlockSource } from '../../device/block-source.ts';
import { clipExtents, extentPairs, extentsFrom } from '../../bytes/extent-list.ts';
import { mergeEdits, type Edit } from '../edits.ts';
import { findStrayData, type GapOptions } from './gap-data.ts';
import { gptResizeEdits, gptTailBytes, isLastInHybridMbr } from './gpt-resize.ts';
import { readOldGptPlaces } from './gpt-copies.ts';
import { mbrResizeEdits } from './mbr-resize.ts';
import { BARE, endOf, isRefusal, readTableShape, type Refusal, type TableShape } from './table-shape.ts';

/** A partition that gets another length; number 0 is a file system that has the volume for itself. */
export interface ResizedPartition {
  readonly number: number;
  readonly byteOffset: number;
  readonly oldByteLength: number;
  readonly newByteLength: number;
}

export interface TableGrowth {
  /** Relative to the volume, sorted, disjoint; they lie within the new size. */
  readonly edits: readonly Edit[];
  /** Both lengths are the same where there is no room for a page more. */
  readonly partition: ResizedPartition;
  /** Bytes behind the grown partition that the table cannot address. */
  readonly unreachableBytes: number;
  /** What the user should know, in plain words. */
  readonly notes: readonly string[];
}

/** Whole pages, so that a file system can use the last one. */
export const PAGE_BYTES = 4096;
/** fdisk ends partitions of a GPT so, and sgdisk cautions otherwise; both let those of an MBR end anywhere. */
const GPT_END_BYTES = 1024 * 1024;
/** Sizes and places in an MBR have 32 bits; one sector is left, because some tools add both in 32 bits. */
const MBR_LIMIT_SECTORS = 4294967295;

/**
 * Plans how the last partition grows to the end of a volume of `newByteLength` bytes (not less than the source has). It
 * gets all there is in whole pages, in a GPT whole MiB. IDs, names, types and starts stay.
 * A refusal names what stands in the way. Throws E_STOPPED, and errors of the source that are not the medium's.
 */
export async function planTableGrowth(
  source: BlockSource,
  newByteLength: number,
  options: GapOptions = {},
): Promise<TableGrowth | Refusal> {
  if (newByteLength < source.byteLength) {
    return { reason: `${newByteLength} bytes are less than the ${source.byteLength} that there are` };
  }
  const shape = await readTableShape(source, options.signal);
  if (shape === BARE) {
    const partition = { number: 0, byteOffset: 0, oldByteLength: source.byteLength, newByteLength };
    return { edits: [], partition, unreachableBytes: 0, notes: [] };
  }
  if (isRefusal(shape)) return shape;
  const { last, container, gpt, layout } = shape;
  const old = gpt?.backupPlaces ?? (await readOldGptPlaces(source, layout.sectorSize));
  const owned = clipExtents(extentsFrom(old), endOf(last), source.byteLength);
  const stray = await findStrayData(source, endOf(last), source.byteLength, owned, options);
  if (stray !== undefined) return { reason: describeStray(last.number, stray.byteOffset) };

  const usableEnd = Math.floor(newByteLength / layout.sectorSize) * layout.sectorSize - (gpt ? gptTailBytes(gpt) : 0);
  const limit = await addressableEnd(source, shape);
  const unit = gpt ? GPT_END_BYTES : PAGE_BYTES;
  const end = Math.max(endOf(last), Math.floor(Math.min(usableEnd, limit) / unit) * unit);
  if (end > usableEnd) return { reason: `partition ${last.number} ends behind the last sector that the GPT may use` };
  const partitionBytes = end - last.byteOffset;
  const isGrown = end > endOf(last);
  const edits = gpt
    ? await gptResizeEdits(source, shape, gpt, newByteLength, partitionBytes)
    : await mbrResizeEdits(source, shape, partitionBytes, Math.max(end, container ? endOf(container) : 0));
  if (isRefusal(edits)) return edits;
  const { number, byteOffset, byteLength } = last;
  const unreachableBytes = Math.max(0, usableEnd - Math.max(limit, end));
  return {
    // What an earlier GPT left at the end of the disk would come to lie in the partition.
    edits: gpt === undefined && isGrown ? mergeEdits(cleared(extentPairs(owned)), edits) : edits,
    partition: { number, byteOffset, oldByteLength: byteLength, newByteLength: partitionBytes },
    unreachableBytes,
    notes: notesOf(shape, unreachableBytes, limit, isGrown && owned.count > 0),
  };
}

/** Tells where data lies that would come to lie in a partition, or be lost. */
export function describeStray(partitionNumber: number, byteOffset: number): string {
  return `behind partition ${partitionNumber}, at byte ${byteOffset}, lies data that no partition owns`;
}

async function addressableEnd(source: BlockSource, shape: TableShape): Promise<number> {
  const limit = MBR_LIMIT_SECTORS * shape.layout.sectorSize;
  if (shape.gpt === undefined) return limit;
  return isLastInHybridMbr(await source.read(0, 512), shape) ? limit : Number.MAX_SAFE_INTEGER;
}

function cleared(places: readonly (readonly [start: number, end: number])[]): Edit[] {
  return places.map(([start, end]) => ({ byteOffset: start, byteLength: end - start, bytes: undefined }));
}

function notesOf({ gpt }: TableShape, unreachableBytes: number, limit: number, clearsPlaces: boolean): string[] {
  const notes: string[] = [];
  if (unreachableBytes > 0) {
    const terabytes = Math.round(limit / 2 ** 40);
    notes.push(`an MBR reaches no further than ${terabytes} TiB: ${unreachableBytes} bytes stay unused`);
  }
  if (gpt?.backup === undefined && gpt !== undefined)
    notes.push('the backup GPT was missing or damaged, it is made anew');
  if (gpt === undefined && clearsPlaces) {
    notes.push('an old GPT at the end, which is not in use, is cleared');
  }
  return notes;
}
