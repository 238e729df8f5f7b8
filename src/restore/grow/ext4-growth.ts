/**
 * Plans how an ext2, ext3 or ext4 file system fills a larger partition: its last group becomes longer, groups are
 * appended. Everything that is new is written, nothing is taken for zero. The result is what resize2fs and the kernel
 * would make; sources are named where each part is made.
 */
import { type BlockSource } from '../../device/block-source.ts';
import { CorruptDataError } from '../../errors.ts';
import { type Edit } from '../edits.ts';
import { damageReason } from './ext4-refusal.ts';
import { planResize, readSubject, type Refusal } from './ext4-resize.ts';
import { growShape } from './ext4-shape.ts';

export interface Ext4Growth {
  /** Sorted and disjoint, relative to the start of the partition. Empty when there is nothing to do. */
  readonly edits: readonly Edit[];
  readonly blockSize: number;
  readonly oldBlockCount: number;
  readonly newBlockCount: number;
  /** Descriptors behind those that were reserved lie in their groups (meta_bg); some boot loaders cannot read that. */
  readonly convertsToMetaGroups: boolean;
  /** Bytes of the partition behind the end of the file system. */
  readonly bytesOutside: number;
  /** One line, when the format ends before the partition does. */
  readonly limitedBy: string | undefined;
}

/**
 * `source` is the partition as it is; `newByteLength` the bytes that it will have. Throws only errors of the source and
 * E_STOPPED.
 */
export async function planExt4Growth(
  source: BlockSource,
  newByteLength: number,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Ext4Growth | Refusal> {
  try {
    const subject = await readSubject(source, options.signal);
    if ('reason' in subject) return subject;
    const { old } = subject;
    const shape = growShape(old, newByteLength);
    const edits = await planResize(subject, shape.sb);
    if (edits === undefined) return { reason: 'a new block group has no room for its tables: run resize2fs on it' };
    const newBlockCount = shape.sb.blockCount;
    return {
      edits,
      blockSize: old.blockSize,
      oldBlockCount: old.blockCount,
      newBlockCount,
      convertsToMetaGroups: shape.convertsToMetaGroups,
      bytesOutside: Math.max(0, newByteLength - newBlockCount * old.blockSize),
      limitedBy: shape.limitedBy,
    };
  } catch (error) {
    if (error instanceof CorruptDataError) return { reason: damageReason(error.message) };
    throw error;
  }
}
