/** The bytes of a superblock whose file system changed its size. Source of offsets: struct ext4_super_block in Linux fs/ext4/ext4.h. */
import { type BlockSource } from '../../device/block-source.ts';
import { INCOMPAT } from '../../filesystems/ext4/features.ts';
import {
  sealSuperblock,
  SUPERBLOCK_BYTES,
  SUPERBLOCK_OFFSET,
  type Superblock,
} from '../../filesystems/ext4/superblock.ts';

const STATE_VALID = 0x1;

/** Facts of a superblock that only those who change it need. */
export interface ResizeFacts {
  /** The 1024 bytes as they are. */
  readonly bytes: Uint8Array;
  readonly revision: number;
  /** Inode number of the first deleted file that was still open; zero for none. */
  readonly lastOrphan: number;
  /** Groups whose bitmaps and tables lie together; 1 without flex_bg. */
  readonly groupsPerFlex: number;
}

/** Counters that follow from the descriptors. */
export interface FreeCounts {
  readonly freeBlocks: number;
  readonly freeInodes: number;
}

/** Whoever has flexible groups of more than this has one for all. */
const MAX_GROUPS_PER_FLEX = 1024;

export async function readResizeFacts(source: BlockSource, sb: Superblock): Promise<ResizeFacts> {
  const bytes = await source.read(SUPERBLOCK_OFFSET, SUPERBLOCK_BYTES);
  const view = viewOf(bytes);
  const logGroups = view.getUint8(0x174);
  const isFlexible = (sb.features.incompat & INCOMPAT.flexBg) !== 0 && logGroups > 0 && logGroups < 32;
  return {
    bytes,
    revision: view.getUint32(0x4c, true),
    lastOrphan: view.getUint32(0xe8, true),
    groupsPerFlex: isFlexible ? Math.min(2 ** logGroups, MAX_GROUPS_PER_FLEX) : 1,
  };
}

/** The primary superblock for `next`, with its checksum. */
export function encodeResizedSuperblock(
  facts: ResizeFacts,
  old: Superblock,
  next: Superblock,
  free: FreeCounts,
): Uint8Array {
  const bytes = new Uint8Array(facts.bytes);
  const view = viewOf(bytes);
  const has64 = (next.features.incompat & INCOMPAT.bits64) !== 0;
  const put64 = (lowAt: number, highAt: number, value: number): void => {
    view.setUint32(lowAt, value % 2 ** 32, true);
    if (has64) view.setUint32(highAt, Math.floor(value / 2 ** 32), true);
  };
  const wasReserved = view.getUint32(0x08, true) + (has64 ? view.getUint32(0x154, true) * 2 ** 32 : 0);
  view.setUint32(0x00, next.inodeCount, true);
  put64(0x04, 0x150, next.blockCount);
  // In this order, as resize2fs computes it: the same number comes out.
  const percent = (wasReserved * 100) / old.blockCount;
  put64(0x08, 0x154, Math.floor((percent * next.blockCount) / 100));
  put64(0x0c, 0x158, free.freeBlocks);
  view.setUint32(0x10, free.freeInodes, true);
  view.setUint32(0x5c, next.features.compat, true);
  view.setUint32(0x60, next.features.incompat, true);
  view.setUint32(0x64, next.features.roCompat, true);
  view.setUint16(0xce, next.reservedDescriptorBlocks, true);
  const hasMetaGroups = (next.features.incompat & INCOMPAT.metaBg) !== 0;
  const hadMetaGroups = (old.features.incompat & INCOMPAT.metaBg) !== 0;
  if (hasMetaGroups || hadMetaGroups) view.setUint32(0x104, hasMetaGroups ? next.firstMetaGroup : 0, true);
  // s_overhead_clusters: the kernel computes it when it is zero.
  view.setUint32(0x248, 0, true);
  view.setUint32(0x24c, next.backupGroups[0], true);
  view.setUint32(0x250, next.backupGroups[1], true);
  sealSuperblock(bytes);
  return bytes;
}

/** The copy of group `group`. Not marked as cleanly unmounted: who has to use a copy is to check the rest as well. */
export function encodeSuperblockCopy(primary: Uint8Array, group: number): Uint8Array {
  const bytes = new Uint8Array(primary);
  const view = viewOf(bytes);
  view.setUint16(0x3a, view.getUint16(0x3a, true) & ~STATE_VALID, true);
  view.setUint16(0x5a, group, true);
  sealSuperblock(bytes);
  return bytes;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
