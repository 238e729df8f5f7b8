/** Why the size of an ext file system is not changed by a restore: each is one line that names the cure. */
import { type BlockSource } from '../../device/block-source.ts';
import { COMPAT, findUnknownFeature, INCOMPAT, RO_COMPAT } from '../../filesystems/ext4/features.ts';
import { type GroupDescriptors } from '../../filesystems/ext4/group-descriptors.ts';
import { descriptorBlockCount } from '../../filesystems/ext4/group-layout.ts';
import { readJournal } from '../../filesystems/ext4/journal.ts';
import { type Superblock } from '../../filesystems/ext4/superblock.ts';
import { type ResizeFacts } from './ext4-superblock-bytes.ts';

const MOUNT_FIRST = 'mount it once, then run resize2fs on it';
const CHECK_FIRST = 'run e2fsck -f and then resize2fs on it';

/** Of a damage that was found while planning. */
export function damageReason(message: string): string {
  return `${message}: ${CHECK_FIRST}`;
}

/** Undefined when the superblock has nothing against it. */
export function refusalOf(sb: Superblock, facts: ResizeFacts): string | undefined {
  const { compat, incompat, roCompat } = sb.features;
  const unknown = findUnknownFeature(sb.features);
  if (unknown !== undefined) return `it has a feature that is not known (${unknown}): run resize2fs on it`;
  if (facts.revision === 0) return 'it has the first revision of the format: run resize2fs on it';
  if (sb.hasErrors) return `it is marked as having errors: ${CHECK_FIRST}`;
  if ((incompat & INCOMPAT.recover) !== 0 || !sb.isValidState) return `it was not shut down cleanly: ${MOUNT_FIRST}`;
  if ((roCompat & RO_COMPAT.orphanPresent) !== 0 || facts.lastOrphan !== 0) {
    return `deleted files that were open are not yet removed from it: ${MOUNT_FIRST}`;
  }
  if ((roCompat & (RO_COMPAT.readOnly | RO_COMPAT.sharedBlocks)) !== 0) {
    return 'it is made to be read only: make a new file system and copy the files';
  }
  const hasResizeInode = (compat & COMPAT.resizeInode) !== 0;
  const hasMetaGroups = (incompat & INCOMPAT.metaBg) !== 0;
  const contradicts =
    (hasResizeInode && hasMetaGroups) ||
    (!hasResizeInode && sb.reservedDescriptorBlocks !== 0) ||
    (hasMetaGroups && sb.firstMetaGroup > descriptorBlockCount(sb));
  return contradicts ? damageReason('its reserved descriptor blocks contradict its features') : undefined;
}

/** Undefined when the journal has nothing to say. Throws CorruptDataError for one that cannot be. */
export async function journalRefusal(
  source: BlockSource,
  sb: Superblock,
  groups: GroupDescriptors,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const journal = await readJournal(source, sb, groups, signal);
  if (journal === undefined) return undefined;
  if (journal.superblock.errorNumber !== 0) return damageReason('its journal records an error');
  // e2fsck would replay it, and with it the old superblock.
  return journal.superblock.startBlock === 0 ? undefined : damageReason('its journal is not empty');
}
