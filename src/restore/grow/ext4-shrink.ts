/**
 * Plans how an ext2, ext3 or ext4 file system fits into a slightly smaller partition: groups at its end that hold nothing
 * are left out, the last one becomes shorter. No file is moved. Source: adjust_fs_info() and free_gdp_blocks() in
 * e2fsprogs resize/resize2fs.c.
 */
import { type BlockSource } from '../../device/block-source.ts';
import { CorruptDataError } from '../../errors.ts';
import { COMPAT } from '../../filesystems/ext4/features.ts';
import { type Superblock } from '../../filesystems/ext4/superblock.ts';
import { type Edit } from '../edits.ts';
import { damageReason } from './ext4-refusal.ts';
import { planResize, readSubject, type Ext4Subject, type Refusal } from './ext4-resize.ts';
import { bytesForBlocks, leastShape, shapeFor, wholeBlocks } from './ext4-shape.ts';
import { lastGroupWithInodes, lastUsedBlock, structuresEnd } from './ext4-tail.ts';

export interface Ext4Shrink {
  /** Sorted and disjoint, relative to the start of the partition. Empty when there is nothing to do. */
  readonly edits: readonly Edit[];
  readonly blockSize: number;
  readonly oldBlockCount: number;
  readonly newBlockCount: number;
  /** Bytes of the partition behind the end of the file system. */
  readonly bytesOutside: number;
}

export interface ShrinkRefusal extends Refusal {
  /** The smallest partition that needs no file to be moved; undefined when no size would do. */
  readonly minimumByteLength?: number;
}

/** `newByteLength`: the bytes that the partition will have. Throws only errors of the source and E_STOPPED. */
export async function planExt4Shrink(
  source: BlockSource,
  newByteLength: number,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Ext4Shrink | ShrinkRefusal> {
  try {
    const subject = await readSubject(source, options.signal);
    if ('reason' in subject) return subject;
    const { old } = subject;
    if ((old.features.compat & COMPAT.stableInodes) !== 0) {
      return { reason: 'it has the feature stable_inodes, which forbids to make it smaller: use a larger card' };
    }
    const fits = newByteLength >= old.blockCount * old.blockSize;
    const next = fits ? old : shapeFor(old, wholeBlocks(old, newByteLength)).sb;
    const minimum = next === old ? 0 : await leastBlocks(subject, next);
    if (next !== old && next.blockCount < minimum) return tooSmall(old, minimum);
    // The second copy of sparse_super2 may have no place in the new last group: then there is but one.
    const [firstCopy] = next.backupGroups;
    const edits =
      (await planResize(subject, next)) ?? (await planResize(subject, { ...next, backupGroups: [firstCopy, 0] }));
    if (edits === undefined) return tooSmall(old, old.blockCount);
    const newBlockCount = next.blockCount;
    const bytesOutside = newByteLength - newBlockCount * old.blockSize;
    return { edits, blockSize: old.blockSize, oldBlockCount: old.blockCount, newBlockCount, bytesOutside };
  } catch (error) {
    if (error instanceof CorruptDataError) return { reason: damageReason(error.message) };
    throw error;
  }
}

function tooSmall(sb: Superblock, blocks: number): ShrinkRefusal {
  // As it is, it need not have whole pages.
  const minimumByteLength = Math.min(bytesForBlocks(sb, blocks), sb.blockCount * sb.blockSize);
  return {
    reason: `it needs ${minimumByteLength} bytes as its files lie: run resize2fs on the card to make it smaller, and back it up again`,
    minimumByteLength,
  };
}

/** The fewest blocks with which nothing has to be moved, at least those of `wanted`. */
async function leastBlocks(subject: Ext4Subject, wanted: Superblock): Promise<number> {
  const { old, groups } = subject;
  const used = await lastUsedBlock(subject, wanted.blockCount);
  const group = await lastGroupWithInodes(subject, wanted.groupCount);
  let blocks = Math.max(wanted.blockCount, (used ?? -1) + 1);
  if (group !== undefined) blocks = Math.max(blocks, old.firstDataBlock + group * old.blocksPerGroup + 1);
  for (;;) {
    const shape = leastShape(old, blocks);
    const end = structuresEnd(old, groups, shape.groupCount);
    if (end <= shape.blockCount || shape.blockCount >= old.blockCount)
      return Math.min(shape.blockCount, old.blockCount);
    blocks = end;
  }
}
