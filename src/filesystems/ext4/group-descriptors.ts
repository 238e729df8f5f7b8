/**
 * Block group descriptors, as columns. Source of offsets and checksums: struct ext4_group_desc in Linux
 * fs/ext4/ext4.h, ext4_group_desc_csum() in fs/ext4/super.c.
 */
import { crc32cRaw } from '../../bytes/crc32c.ts';
import { type BlockSource } from '../../device/block-source.ts';
import { CorruptDataError } from '../../errors.ts';
import { crc16 } from './crc16.ts';
import { RO_COMPAT } from './features.ts';
import { descriptorsPerBlock, groupEndBlock, groupFirstBlock, primaryDescriptorBlocks } from './group-layout.ts';
import { readRuns, sortRuns } from './read-runs.ts';
import { type Superblock } from './superblock.ts';

/** bg_flags. */
export const GROUP_FLAG = { inodeUninit: 0x1, blockUninit: 0x2 } as const;

const CHECKSUM_AT = 0x1e;

/** One element a group in each column. */
export interface GroupDescriptors {
  readonly count: number;
  /** Block numbers. */
  readonly blockBitmap: Float64Array;
  readonly inodeBitmap: Float64Array;
  readonly inodeTable: Float64Array;
  /** In clusters. */
  readonly freeClusters: Uint32Array;
  readonly freeInodes: Uint32Array;
  /** Inodes at the end of the table that were never used. */
  readonly unusedInodes: Uint32Array;
  readonly flags: Uint16Array;
  readonly blockBitmapChecksum: Uint32Array;
  readonly inodeBitmapChecksum: Uint32Array;
}

/** Reads and verifies the primary descriptors. Throws CorruptDataError for a wrong checksum or an impossible place. */
export async function readGroupDescriptors(
  source: BlockSource,
  sb: Superblock,
  signal?: AbortSignal,
): Promise<GroupDescriptors> {
  const count = sb.groupCount;
  const groups: GroupDescriptors = {
    count,
    blockBitmap: new Float64Array(count),
    inodeBitmap: new Float64Array(count),
    inodeTable: new Float64Array(count),
    freeClusters: new Uint32Array(count),
    freeInodes: new Uint32Array(count),
    unusedInodes: new Uint32Array(count),
    flags: new Uint16Array(count),
    blockBitmapChecksum: new Uint32Array(count),
    inodeBitmapChecksum: new Uint32Array(count),
  };
  const perBlock = descriptorsPerBlock(sb);
  const blocks = primaryDescriptorBlocks(sb);
  for (const block of blocks) {
    if (block >= sb.blockCount) throw new CorruptDataError('the group descriptors lie behind the end');
  }
  const runs = sortRuns(
    blocks.map((block) => block * sb.blockSize),
    () => sb.blockSize,
  );
  const take = (run: number, bytes: Uint8Array): void => {
    const first = runs.index[run]! * perBlock;
    for (let i = 0; i < perBlock && first + i < count; i++) {
      decodeInto(groups, sb, first + i, bytes.subarray(i * sb.descriptorSize, (i + 1) * sb.descriptorSize));
    }
  };
  await readRuns(source, runs, take, signal);
  return groups;
}

/** Blocks of one group's inode table. */
export function inodeTableBlocks(sb: Superblock): number {
  return Math.ceil((sb.inodesPerGroup * sb.inodeSize) / sb.blockSize);
}

/** Byte offset of an inode's record in the file system. */
export function inodeRecordOffset(sb: Superblock, groups: GroupDescriptors, inodeNumber: number): number {
  const group = Math.floor((inodeNumber - 1) / sb.inodesPerGroup);
  return groups.inodeTable[group]! * sb.blockSize + ((inodeNumber - 1) % sb.inodesPerGroup) * sb.inodeSize;
}

function decodeInto(groups: GroupDescriptors, sb: Superblock, group: number, bytes: Uint8Array): void {
  verifyChecksum(sb, group, bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isWide = sb.descriptorSize >= 64;
  const place = (low: number, high: number): number =>
    view.getUint32(low, true) + (isWide ? view.getUint32(high, true) * 2 ** 32 : 0);
  const wide16 = (low: number, high: number): number =>
    (view.getUint16(low, true) | (isWide ? view.getUint16(high, true) << 16 : 0)) >>> 0;
  groups.blockBitmap[group] = place(0x00, 0x20);
  groups.inodeBitmap[group] = place(0x04, 0x24);
  groups.inodeTable[group] = place(0x08, 0x28);
  groups.freeClusters[group] = wide16(0x0c, 0x2c);
  groups.freeInodes[group] = wide16(0x0e, 0x2e);
  groups.flags[group] = view.getUint16(0x12, true);
  groups.unusedInodes[group] = wide16(0x1c, 0x32);
  groups.blockBitmapChecksum[group] = wide16(0x18, 0x38);
  groups.inodeBitmapChecksum[group] = wide16(0x1a, 0x3a);

  const damaged = (what: string): CorruptDataError =>
    new CorruptDataError(`the descriptor of block group ${group} is damaged: ${what}`);
  const isInside = (block: number, length: number): boolean =>
    block > sb.firstDataBlock && block + length <= sb.blockCount;
  if (!isInside(groups.blockBitmap[group], 1)) throw damaged('its block bitmap lies outside');
  if (!isInside(groups.inodeBitmap[group], 1)) throw damaged('its inode bitmap lies outside');
  if (!isInside(groups.inodeTable[group], inodeTableBlocks(sb))) throw damaged('its inode table lies outside');
  if (groups.freeInodes[group] > sb.inodesPerGroup || groups.unusedInodes[group] > sb.inodesPerGroup) {
    throw damaged('it counts more inodes than there are');
  }
  const clusters = Math.ceil((groupEndBlock(sb, group) - groupFirstBlock(sb, group)) / sb.blocksPerCluster);
  if (groups.freeClusters[group] > clusters) throw damaged('it counts more free blocks than there are');
}

/** The checksum that belongs into a descriptor of these bytes; undefined where descriptors have none. */
export function groupDescriptorChecksum(sb: Superblock, group: number, bytes: Uint8Array): number | undefined {
  const number = new Uint8Array(new Uint32Array([group]).buffer);
  const rest = bytes.subarray(CHECKSUM_AT + 2);
  if ((sb.features.roCompat & RO_COMPAT.metadataChecksum) !== 0) {
    const head = crc32cRaw(crc32cRaw(sb.checksumSeed, number), bytes.subarray(0, CHECKSUM_AT));
    return crc32cRaw(crc32cRaw(head, new Uint8Array(2)), rest) & 0xffff;
  }
  if ((sb.features.roCompat & RO_COMPAT.gdtChecksum) === 0) return undefined;
  const head = crc16(crc16(crc16(0xffff, sb.uuidBytes), number), bytes.subarray(0, CHECKSUM_AT));
  return sb.descriptorSize > 32 ? crc16(head, rest) : head;
}

function verifyChecksum(sb: Superblock, group: number, bytes: Uint8Array): void {
  const computed = groupDescriptorChecksum(sb, group, bytes);
  if (computed === undefined) return;
  const stored = bytes[CHECKSUM_AT]! | (bytes[CHECKSUM_AT + 1]! << 8);
  if (computed !== stored) throw new CorruptDataError(`the checksum of block group descriptor ${group} is wrong`);
}
