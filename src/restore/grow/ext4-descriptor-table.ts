/**
 * All group descriptors of a file system as the bytes that its descriptor blocks hold, changed in place. Fields that are
 * not named here keep their bytes. Source of offsets: struct ext4_group_desc in Linux fs/ext4/ext4.h.
 */
import { type BlockSource } from '../../device/block-source.ts';
import { groupDescriptorChecksum } from '../../filesystems/ext4/group-descriptors.ts';
import { descriptorBlockCount, primaryDescriptorBlocks } from '../../filesystems/ext4/group-layout.ts';
import { readRuns, sortRuns } from '../../filesystems/ext4/read-runs.ts';
import { type Superblock } from '../../filesystems/ext4/superblock.ts';
import { type FreeCounts } from './ext4-superblock-bytes.ts';

const CHECKSUM_AT = 0x1e;

export interface DescriptorFields {
  /** Block numbers. */
  readonly blockBitmap: number;
  readonly inodeBitmap: number;
  readonly inodeTable: number;
  readonly freeClusters: number;
  readonly freeInodes: number;
  readonly unusedInodes: number;
  readonly flags: number;
  readonly blockBitmapChecksum: number;
  readonly inodeBitmapChecksum: number;
}

/** Low and high half of each field. */
const PLACES: Readonly<Record<keyof DescriptorFields, readonly [bytes: 2 | 4, low: number, high: number | undefined]>> =
  {
    blockBitmap: [4, 0x00, 0x20],
    inodeBitmap: [4, 0x04, 0x24],
    inodeTable: [4, 0x08, 0x28],
    freeClusters: [2, 0x0c, 0x2c],
    freeInodes: [2, 0x0e, 0x2e],
    flags: [2, 0x12, undefined],
    blockBitmapChecksum: [2, 0x18, 0x38],
    inodeBitmapChecksum: [2, 0x1a, 0x3a],
    unusedInodes: [2, 0x1c, 0x32],
  };
const FIELDS = Object.keys(PLACES) as (keyof DescriptorFields)[];

/** The descriptors of `old` in a table as long as `next` needs; those that are new are zero. */
export async function readDescriptorTable(
  source: BlockSource,
  old: Superblock,
  next: Superblock,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const { blockSize, descriptorSize } = old;
  const read = new Uint8Array(descriptorBlockCount(old) * blockSize);
  const runs = sortRuns(
    primaryDescriptorBlocks(old).map((block) => block * blockSize),
    () => blockSize,
  );
  await readRuns(source, runs, (run, bytes) => read.set(bytes, runs.index[run]! * blockSize), signal);
  const table = new Uint8Array(descriptorBlockCount(next) * blockSize);
  table.set(read.subarray(0, Math.min(old.groupCount, next.groupCount) * descriptorSize));
  return table;
}

/** Puts fields of one descriptor, and its checksum. */
export function putDescriptor(
  table: Uint8Array,
  sb: Superblock,
  group: number,
  fields: Partial<DescriptorFields>,
): void {
  const bytes = table.subarray(group * sb.descriptorSize, (group + 1) * sb.descriptorSize);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const name of FIELDS) {
    const value = fields[name];
    if (value === undefined) continue;
    const [size, low, high] = PLACES[name];
    const base = size === 4 ? 2 ** 32 : 2 ** 16;
    putHalf(view, size, low, value % base);
    if (high !== undefined && sb.descriptorSize >= 64) putHalf(view, size, high, Math.floor(value / base));
  }
  const checksum = groupDescriptorChecksum(sb, group, bytes);
  if (checksum !== undefined) view.setUint16(CHECKSUM_AT, checksum, true);
}

/** What is free in all groups together. */
export function sumFree(table: Uint8Array, sb: Superblock): FreeCounts {
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  const isWide = sb.descriptorSize >= 64;
  let freeClusters = 0;
  let freeInodes = 0;
  for (let at = 0; at < sb.groupCount * sb.descriptorSize; at += sb.descriptorSize) {
    const count = (low: number, high: number): number =>
      view.getUint16(at + low, true) + (isWide ? view.getUint16(at + high, true) * 2 ** 16 : 0);
    freeClusters += count(0x0c, 0x2c);
    freeInodes += count(0x0e, 0x2e);
  }
  return { freeBlocks: freeClusters * sb.blocksPerCluster, freeInodes };
}

function putHalf(view: DataView, size: 2 | 4, at: number, value: number): void {
  if (size === 4) view.setUint32(at, value, true);
  else view.setUint16(at, value, true);
}
