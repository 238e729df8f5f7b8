import { clipExtents, extentsFrom } from '../../bytes/extent-list.ts';
import { type BlockSource } from '../../device/block-source.ts';
import { type Edit } from '../edits.ts';
import { findStrayData, type GapOptions } from './gap-data.ts';
import { readOldGptPlaces } from './gpt-copies.ts';
import { gptResizeEdits, gptTailBytes } from './gpt-resize.ts';
import { mbrResizeEdits } from './mbr-resize.ts';
import { describeStray, PAGE_BYTES, type ResizedPartition } from './plan-table-growth.ts';
import { BARE, endOf, isRefusal, readTableShape, type Refusal, type TableShape } from './table-shape.ts';

export interface TableFit {
  /** Relative to the volume, sorted, disjoint; they lie within the new size. */
  readonly edits: readonly Edit[];
  /**
   * The last partition. Where its new length is less than its old one, what is in it must fit into the new one first.
   */
  readonly partition: ResizedPartition;
  /** Bytes that the table needs behind the last partition: the smallest volume has so many after the partition's end. */
  readonly bytesBehind: number;
}

export interface FitRefusal extends Refusal {
  /** The smallest volume that the table fits, in bytes; undefined where no size would do. */
  readonly smallestByteLength?: number;
}

export interface FitOptions extends GapOptions {
  /** The length that the last partition gets where it must shrink: whole sectors, at most what the plan without says. */
  readonly partitionByteLength?: number;
}

/**
 * Plans how the table fits a volume of `newByteLength` bytes, which is less than the source has. What lies behind the
 * last partition goes first; where that is not enough, the last partition keeps as many whole pages as there is room.
 * A refusal names the smallest size that works. Throws RangeError for a `partitionByteLength` that does not fit.
 */
export async function planTableFit(
  source: BlockSource,
  newByteLength: number,
  options: FitOptions = {},
): Promise<TableFit | FitRefusal> {
  const shape = await readTableShape(source, options.signal);
  if (shape === BARE) return fitBare(source.byteLength, newByteLength, options.partitionByteLength);
  if (isRefusal(shape)) return shape;
  const { last, gpt, layout } = shape;
  const bytesBehind = gpt ? gptTailBytes(gpt) : 0;
  const usableEnd = Math.floor(newByteLength / layout.sectorSize) * layout.sectorSize - bytesBehind;
  const smallest = smallestVolume(shape, bytesBehind);
  if (newByteLength < smallest) return tooSmall(newByteLength, smallest, `partition ${last.number} begins too late`);

  const old = gpt?.backupPlaces ?? (await readOldGptPlaces(source, layout.sectorSize));
  const gapStart = Math.max(endOf(last), usableEnd);
  const owned = clipExtents(extentsFrom(old), gapStart, source.byteLength);
  const stray = await findStrayData(source, gapStart, source.byteLength, owned, options);
  if (stray !== undefined) {
    return tooSmall(
      newByteLength,
      toSectors(stray.byteEnd, layout.sectorSize) + bytesBehind,
      describeStray(last.number, stray.byteOffset),
    );
  }
  const mustShrink = endOf(last) > usableEnd;
  const room = mustShrink ? Math.floor(usableEnd / PAGE_BYTES) * PAGE_BYTES - last.byteOffset : last.byteLength;
  const partitionBytes = chosenLength(room, options.partitionByteLength, layout.sectorSize);
  const edits = gpt
    ? await gptResizeEdits(source, shape, gpt, newByteLength, partitionBytes)
    : await fitMbr(source, shape, usableEnd, partitionBytes);
  if (isRefusal(edits)) return edits;
  const { number, byteOffset, byteLength } = last;
  return {
    edits,
    partition: { number, byteOffset, oldByteLength: byteLength, newByteLength: partitionBytes },
    bytesBehind,
  };
}

/** Without a table the file system itself has to become smaller, and nothing else. */
function fitBare(oldByteLength: number, newByteLength: number, wanted: number | undefined): TableFit | FitRefusal {
  const room = Math.floor(newByteLength / PAGE_BYTES) * PAGE_BYTES;
  if (room < PAGE_BYTES) return tooSmall(newByteLength, PAGE_BYTES, 'there is no room for a file system');
  const partition = { number: 0, byteOffset: 0, oldByteLength, newByteLength: chosenLength(room, wanted, 1) };
  return { edits: [], partition, bytesBehind: 0 };
}

/** The last partition keeps one page at least; the file system in it says how much more it needs. */
function smallestVolume({ last, layout }: TableShape, bytesBehind: number): number {
  const start = Math.ceil(last.byteOffset / PAGE_BYTES) * PAGE_BYTES;
  const needed = Math.min(endOf(last), start + PAGE_BYTES) + bytesBehind;
  return toSectors(needed, layout.sectorSize);
}

function toSectors(byteLength: number, sectorSize: number): number {
  return Math.ceil(byteLength / sectorSize) * sectorSize;
}

async function fitMbr(
  source: BlockSource,
  shape: TableShape,
  usableEnd: number,
  partitionBytes: number,
): Promise<readonly Edit[] | Refusal> {
  const { last, container } = shape;
  const containerEnd = container === undefined ? 0 : endOf(container);
  if (partitionBytes === last.byteLength && containerEnd <= usableEnd) return [];
  return mbrResizeEdits(source, shape, partitionBytes, Math.min(containerEnd, usableEnd));
}

function chosenLength(room: number, wanted: number | undefined, sectorSize: number): number {
  if (wanted === undefined) return room;
  if (!(wanted > 0 && wanted <= room && wanted % sectorSize === 0)) {
    throw new RangeError(`a partition of ${wanted} bytes does not fit into ${room}`);
  }
  return wanted;
}

function tooSmall(newByteLength: number, smallest: number, why: string): FitRefusal {
  const missing = smallest - newByteLength;
  const lack = missing === 1 ? '1 byte is missing' : `${missing} bytes are missing`;
  return {
    reason: `${why}: ${lack}, the smallest size that works is ${smallest} bytes`,
    smallestByteLength: smallest,
  };
}
