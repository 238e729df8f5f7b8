/**
 * Plans how an ext2, ext3 or ext4 file system fills a larger partition: its last group becomes longer, groups are
 * appended. Everything that is new is written, nothing is taken for zero. The result is what resize2fs and the kernel
 * would make; sources are named where each part is made.
 */
import { intersectExtents } from '../../bytes/extent-list.ts';
import { type BlockSource } from '../../device/block-source.ts';
import { CorruptDataError } from '../../errors.ts';
import { readGroupDescriptors, type GroupDescriptors } from '../../filesystems/ext4/group-descriptors.ts';
import { placeMetadata } from '../../filesystems/ext4/metadata-places.ts';
import { decodeSuperblock, readSuperblock, type Superblock } from '../../filesystems/ext4/superblock.ts';
import { type Edit } from '../edits.ts';
import { addCopies } from './ext4-copies.ts';
import { readDescriptorTable, sumFree } from './ext4-descriptor-table.ts';
import { addNewGroups } from './ext4-new-groups.ts';
import { addOldGroups, freedHeads, groupOfBlock, type FreedBlocks } from './ext4-old-groups.ts';
import { damageReason, journalRefusal, refusalOf } from './ext4-refusal.ts';
import { addResizeInode } from './ext4-resize-inode.ts';
import { growShape, type Ext4Shape } from './ext4-shape.ts';
import { encodeResizedSuperblock, readResizeFacts, type ResizeFacts } from './ext4-superblock-bytes.ts';
import { orderEdits } from './order-edits.ts';

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

export interface Refusal {
  /** One line, with the cure. */
  readonly reason: string;
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
    const old = await readSuperblock(source);
    const facts = await readResizeFacts(source, old);
    const refusal = refusalOf(old, facts);
    if (refusal !== undefined) return { reason: refusal };
    const groups = await readGroupDescriptors(source, old, options.signal);
    const journal = await journalRefusal(source, old, groups, options.signal);
    if (journal !== undefined) return { reason: journal };
    requireApart(old, groups);
    const shape = growShape(old, newByteLength);
    const edits = await growTo(source, old, shape, groups, facts, options.signal);
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

/** Throws CorruptDataError when structures overlap: writing one would damage another. */
function requireApart(sb: Superblock, groups: GroupDescriptors): void {
  const { fixed, inodeTables } = placeMetadata(sb, groups);
  if (intersectExtents(fixed, inodeTables).count > 0) {
    throw new CorruptDataError('structures of the file system overlap');
  }
}

/** Undefined when a new group has no room for its structures. */
async function growTo(
  source: BlockSource,
  old: Superblock,
  { sb: next }: Ext4Shape,
  groups: GroupDescriptors,
  facts: ResizeFacts,
  signal: AbortSignal | undefined,
): Promise<Edit[] | undefined> {
  if (next.blockCount === old.blockCount) return [];
  const edits: Edit[] = [];
  const table = await readDescriptorTable(source, old, next, signal);
  const freed: FreedBlocks[] = freedHeads(old, next);
  const freedBlock = await addResizeInode(source, old, next, groups, edits);
  if (freedBlock !== undefined) {
    freed.push({ group: groupOfBlock(old, freedBlock), range: [freedBlock, freedBlock + 1] });
  }
  await addOldGroups(source, old, next, groups, freed, table, edits, signal);
  if (!addNewGroups(next, old.groupCount, facts.groupsPerFlex, table, edits)) return undefined;
  const primary = encodeResizedSuperblock(facts, old, next, sumFree(table, next));
  // What was written must be what is read: the checks of the reader are those of any later mount.
  decodeSuperblock(primary);
  addCopies(next, primary, table, old.groupCount, edits);
  return orderEdits(edits);
}
