/** Block bitmaps made from what lies in a group, as the kernel makes those of groups that were never initialised. */
import { bitmapChecksum, countClear, groupClusterCount } from '../../filesystems/ext4/bitmaps.ts';
import { RO_COMPAT } from '../../filesystems/ext4/features.ts';
import { inodeTableBlocks, type GroupDescriptors } from '../../filesystems/ext4/group-descriptors.ts';
import { groupEndBlock, groupFirstBlock, groupHeadBlocks } from '../../filesystems/ext4/group-layout.ts';
import { type Superblock } from '../../filesystems/ext4/superblock.ts';

/** Blocks `[start, end)`. */
export type BlockRange = readonly [start: number, end: number];

export interface BlockBitmap {
  /** A whole block. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly freeClusters: number;
  /** As the descriptor holds it: zero without metadata_csum. */
  readonly checksum: number;
}

/** Makes bitmaps; groups in which the same blocks are used share one. */
export type BitmapMaker = (group: number, used: readonly BlockRange[]) => BlockBitmap;

export function createBitmapMaker(sb: Superblock): BitmapMaker {
  const made = new Map<string, BlockBitmap>();
  return (group, used) => {
    const first = groupFirstBlock(sb, group);
    const relative = used.map(([start, end]) => `${start - first}-${end - first}`);
    const key = `${groupEndBlock(sb, group) - first} ${relative.join(' ')}`;
    let bitmap = made.get(key);
    if (bitmap === undefined) {
      bitmap = makeBlockBitmap(sb, group, used);
      made.set(key, bitmap);
    }
    return bitmap;
  };
}

/** The bitmap of a group in which the blocks `used` are used, and nothing else. */
export function makeBlockBitmap(sb: Superblock, group: number, used: readonly BlockRange[]): BlockBitmap {
  const bytes = new Uint8Array(sb.blockSize);
  for (const [start, end] of used) setBlocks(sb, group, bytes, start, end);
  // What the group does not have counts as used, to the end of the block.
  setBits(bytes, groupClusterCount(sb, group), sb.blockSize * 8);
  return describeBitmap(sb, group, bytes);
}

export function describeBitmap(sb: Superblock, group: number, bytes: Uint8Array<ArrayBuffer>): BlockBitmap {
  return {
    bytes,
    freeClusters: countClear(bytes, groupClusterCount(sb, group)),
    checksum: checksumInDescriptor(sb, bytes, sb.clustersPerGroup),
  };
}

/** What the descriptor says of a bitmap of `bitCount` bits: zero without metadata_csum. */
export function checksumInDescriptor(sb: Superblock, bytes: Uint8Array, bitCount: number): number {
  if ((sb.features.roCompat & RO_COMPAT.metadataChecksum) === 0) return 0;
  return bitmapChecksum(sb, bytes.subarray(0, bitCount / 8));
}

/** The structures that lie in one group, whosoever they are. */
export function structuresIn(sb: Superblock, groups: GroupDescriptors, group: number): BlockRange[] {
  const first = groupFirstBlock(sb, group);
  const end = groupEndBlock(sb, group);
  const tableBlocks = inodeTableBlocks(sb);
  const ranges: BlockRange[] = [];
  const add = (start: number, rangeEnd: number): void => {
    if (start < end && rangeEnd > first) ranges.push([Math.max(start, first), Math.min(rangeEnd, end)]);
  };
  if (group === 0) add(sb.firstDataBlock, sb.firstDataBlock + 1);
  for (const [start, rangeEnd] of groupHeadBlocks(sb, group)) add(start, rangeEnd);
  for (let other = 0; other < Math.min(groups.count, sb.groupCount); other++) {
    add(groups.blockBitmap[other]!, groups.blockBitmap[other]! + 1);
    add(groups.inodeBitmap[other]!, groups.inodeBitmap[other]! + 1);
    add(groups.inodeTable[other]!, groups.inodeTable[other]! + tableBlocks);
  }
  return ranges;
}

/** Sets or clears the bits `[start, end)`. */
export function setBits(bytes: Uint8Array, start: number, end: number, isSet = true): void {
  for (let bit = start; bit < end;) {
    if ((bit & 7) === 0 && end - bit >= 8) {
      const wholeEnd = end - (end % 8);
      bytes.fill(isSet ? 0xff : 0, bit / 8, wholeEnd / 8);
      bit = wholeEnd;
      continue;
    }
    if (isSet) bytes[bit >>> 3]! |= 1 << (bit & 7);
    else bytes[bit >>> 3]! &= ~(1 << (bit & 7));
    bit++;
  }
}

/** Sets the bits of all clusters that the blocks `[start, end)` touch. */
export function setBlocks(sb: Superblock, group: number, bytes: Uint8Array, start: number, end: number): void {
  const first = groupFirstBlock(sb, group);
  const { blocksPerCluster } = sb;
  setBits(bytes, Math.floor((start - first) / blocksPerCluster), Math.ceil((end - first) / blocksPerCluster));
}
