/** What growing and shrinking have in common: from an ext file system and its new shape to edits. */
import { intersectExtents } from '../../bytes/extent-list.ts';
import { type BlockSource } from '../../device/block-source.ts';
import { CorruptDataError } from '../../errors.ts';
import { readGroupDescriptors, type GroupDescriptors } from '../../filesystems/ext4/group-descriptors.ts';
import { hasSuperblockCopy } from '../../filesystems/ext4/group-layout.ts';
import { placeMetadata } from '../../filesystems/ext4/metadata-places.ts';
import { decodeSuperblock, readSuperblock, type Superblock } from '../../filesystems/ext4/superblock.ts';
import { type Edit } from '../edits.ts';
import { addCopies } from './ext4-copies.ts';
import { readDescriptorTable, sumFree } from './ext4-descriptor-table.ts';
import { addNewGroups } from './ext4-new-groups.ts';
import { addDroppedGroups, addFreed, addOldGroups, freedHeads } from './ext4-old-groups.ts';
import { journalRefusal, refusalOf } from './ext4-refusal.ts';
import { addResizeInode } from './ext4-resize-inode.ts';
import { encodeResizedSuperblock, readResizeFacts, type ResizeFacts } from './ext4-superblock-bytes.ts';
import { orderEdits } from './order-edits.ts';

export interface Refusal {
  /** One line, with the cure. */
  readonly reason: string;
}

/** A file system as it is, sound enough to be changed. */
export interface Ext4Subject {
  readonly source: BlockSource;
  readonly old: Superblock;
  readonly groups: GroupDescriptors;
  readonly facts: ResizeFacts;
  readonly signal: AbortSignal | undefined;
}

/** Reads all that is needed of it. Throws CorruptDataError for what is damaged. */
export async function readSubject(
  source: BlockSource,
  signal: AbortSignal | undefined,
): Promise<Ext4Subject | Refusal> {
  const old = await readSuperblock(source);
  const facts = await readResizeFacts(source, old);
  const refusal = refusalOf(old, facts);
  if (refusal !== undefined) return { reason: refusal };
  const groups = await readGroupDescriptors(source, old, signal);
  const journal = await journalRefusal(source, old, groups, signal);
  if (journal !== undefined) return { reason: journal };
  requireApart(old, groups);
  return { source, old, groups, facts, signal };
}

/** Throws CorruptDataError when structures overlap: writing one would damage another. */
function requireApart(sb: Superblock, groups: GroupDescriptors): void {
  const { fixed, inodeTables } = placeMetadata(sb, groups);
  if (intersectExtents(fixed, inodeTables).count > 0) {
    throw new CorruptDataError('structures of the file system overlap');
  }
}

/**
 * The edits that make `next` of it. Undefined when a group that is new, or has a copy of the superblock only now, has no
 * room for its structures.
 */
export async function planResize(subject: Ext4Subject, next: Superblock): Promise<Edit[] | undefined> {
  const { source, old, groups, facts, signal } = subject;
  if (next.blockCount === old.blockCount) return [];
  const edits: Edit[] = [];
  const table = await readDescriptorTable(source, old, next, signal);
  const freed = freedHeads(old, next);
  const mapBlock = await addResizeInode(source, old, next, groups, edits);
  if (mapBlock !== undefined) addFreed(freed, next, mapBlock, 1);
  addDroppedGroups(old, next, groups, freed);
  if (!(await addOldGroups(source, old, next, groups, freed, table, edits, signal))) return undefined;
  if (!addNewGroups(next, old.groupCount, facts.groupsPerFlex, table, edits)) return undefined;
  const primary = encodeResizedSuperblock(facts, old, next, sumFree(table, next));
  // What was written must be what is read: the checks of the reader are those of any later mount.
  decodeSuperblock(primary);
  addCopies(next, primary, table, firstNewCopy(old, next), edits);
  return orderEdits(edits);
}

/** The first group whose copy of the superblock, if it has one, was not there before. */
function firstNewCopy(old: Superblock, next: Superblock): number {
  const last = Math.min(old.groupCount, next.groupCount) - 1;
  return hasSuperblockCopy(next, last) && !hasSuperblockCopy(old, last) ? last : last + 1;
}
