/**
 * One node of an extent tree: the 60 bytes in the inode, or a block. Source: struct ext4_extent_header, ext4_extent,
 * ext4_extent_idx, ext4_extent_tail in Linux fs/ext4/ext4_extents.h; rules of __ext4_ext_check() in fs/ext4/extents.c.
 */
import { crc32cRaw } from '../../bytes/crc32c.ts';
import { CorruptDataError } from '../../errors.ts';

const MAGIC = 0xf30a;
const ENTRY_BYTES = 12;
const HEADER_BYTES = 12;
const TAIL_BYTES = 4;
/** Five levels are enough for 2^32 blocks of 1 KiB (EXT4_MAX_EXTENT_DEPTH). */
const MAX_DEPTH = 5;
/** A longer ee_len says "unwritten": the rest is the length (EXT_INIT_MAX_LEN). */
const MAX_WRITTEN_BLOCKS = 32768;

export interface ExtentNodeSink {
  /** A leaf's extent: `block` and `blockCount` are only checked for being a positive length. */
  extent(logicalBlock: number, block: number, blockCount: number, isUnwritten: boolean): void;
  /** A child: all that it maps must lie in `[logicalBlock, logicalEnd)`. */
  child(logicalBlock: number, logicalEnd: number, block: number, depth: number): void;
}

/** True when the 60 bytes begin as an extent tree does. */
export function isExtentRoot(root: Uint8Array): boolean {
  return root[0] === (MAGIC & 0xff) && root[1] === MAGIC >>> 8;
}

/**
 * Decodes a node whose extents must lie in `[logicalStart, logicalEnd)`, in order. `depth` is what its parent says;
 * undefined for the root. Throws CorruptDataError for anything else.
 */
export function decodeExtentNode(
  bytes: Uint8Array,
  depth: number | undefined,
  logicalStart: number,
  logicalEnd: number,
  sink: ExtentNodeSink,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = view.getUint16(2, true);
  const ownDepth = view.getUint16(6, true);
  const room = Math.floor((bytes.byteLength - HEADER_BYTES) / ENTRY_BYTES);
  if (!isExtentRoot(bytes) || entries > room || ownDepth > MAX_DEPTH || (depth ?? ownDepth) !== ownDepth) {
    throw new CorruptDataError('an extent tree is damaged');
  }
  let reached = logicalStart;
  for (let i = 0; i < entries; i++) {
    const at = HEADER_BYTES + i * ENTRY_BYTES;
    const logicalBlock = view.getUint32(at, true);
    if (logicalBlock < reached) throw new CorruptDataError('an extent tree is out of order');
    if (ownDepth === 0) {
      const rawLength = view.getUint16(at + 4, true);
      const isUnwritten = rawLength > MAX_WRITTEN_BLOCKS;
      const blockCount = isUnwritten ? rawLength - MAX_WRITTEN_BLOCKS : rawLength;
      reached = logicalBlock + blockCount;
      if (blockCount === 0 || reached > logicalEnd) throw new CorruptDataError('an extent tree is out of order');
      const block = view.getUint16(at + 6, true) * 2 ** 32 + view.getUint32(at + 8, true);
      sink.extent(logicalBlock, block, blockCount, isUnwritten);
    } else {
      const next = i + 1 < entries ? view.getUint32(at + ENTRY_BYTES, true) : logicalEnd;
      if (next <= logicalBlock || next > logicalEnd) throw new CorruptDataError('an extent tree is out of order');
      reached = next;
      const block = view.getUint16(at + 8, true) * 2 ** 32 + view.getUint32(at + 4, true);
      sink.child(logicalBlock, next, block, ownDepth - 1);
    }
  }
}

/** Verifies the checksum at the end of a tree block; `inodeSeed` is that of the inode it belongs to. */
export function verifyExtentBlock(bytes: Uint8Array, inodeSeed: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tailAt = HEADER_BYTES + ENTRY_BYTES * view.getUint16(4, true);
  const isRight =
    tailAt + TAIL_BYTES <= bytes.byteLength &&
    crc32cRaw(inodeSeed, bytes.subarray(0, tailAt)) === view.getUint32(tailAt, true);
  if (!isRight) throw new CorruptDataError('the checksum of an extent tree is wrong');
}
