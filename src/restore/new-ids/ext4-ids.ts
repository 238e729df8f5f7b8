/**
 * A new UUID for an ext2/3/4 file system, as `tune2fs -U` gives it: in the superblock and all its backups. Where the
 * UUID is the seed of checksums, the old seed is written down first (metadata_csum_seed), so that no other checksum
 * changes; the checksums of uninit_bg have no such way and are all made anew. Offsets: struct ext4_super_block and
 * ext4_group_desc in Linux fs/ext4/ext4.h; rules: misc/tune2fs.c of e2fsprogs.
 */
import { ByteView } from '../../bytes/byte-view.ts';
import { crc32cRaw } from '../../bytes/crc32c.ts';
import { equalBytes } from '../../bytes/hex.ts';
import { type BlockSource } from '../../device/block-source.ts';
import { throwIfAborted } from '../../errors.ts';
import { crc16 } from '../../filesystems/ext4/crc16.ts';
import { COMPAT, findUnknownFeature, INCOMPAT, RO_COMPAT } from '../../filesystems/ext4/features.ts';
import { type GroupDescriptors } from '../../filesystems/ext4/group-descriptors.ts';
import {
  descriptorBlockCount,
  descriptorsPerBlock,
  groupHeadBlocks,
  hasSuperblockCopy,
} from '../../filesystems/ext4/group-layout.ts';
import { readJournal } from '../../filesystems/ext4/journal.ts';
import { SUPERBLOCK_BYTES, SUPERBLOCK_OFFSET, type Superblock } from '../../filesystems/ext4/superblock.ts';
import { type Edit } from '../edits.ts';
import { uuidBytes } from './id-map.ts';

const MAGIC_AT = 0x38;
const MAGIC = 0xef53;
const GROUP_NUMBER_AT = 0x5a;
const INCOMPAT_AT = 0x60;
const UUID_AT = 0x68;
const LAST_ORPHAN_AT = 0xe8;
const SEED_AT = 0x270;
const CHECKSUM_AT = 0x3fc;
const DESCRIPTOR_CHECKSUM_AT = 0x1e;

/** More than a 16 TB file system has with sparse_super; without it, every group has copies of all descriptors. */
const MAX_EDIT_BYTES = 64 * 1024 * 1024;

/** Why nothing in this file system may be touched; its journal would bring old blocks back, its owner must repair it. */
export async function whyNotClean(
  partition: BlockSource,
  sb: Superblock,
  groups: GroupDescriptors,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const unknown = findUnknownFeature(sb.features);
  if (unknown !== undefined) return `has a feature that is not known (${unknown})`;
  if (sb.hasErrors) return 'is marked as having errors: let e2fsck repair it first';
  const journal = await readJournal(partition, sb, groups, signal);
  const view = new ByteView(await partition.read(SUPERBLOCK_OFFSET, SUPERBLOCK_BYTES), 'ext superblock');
  const isUnclean =
    !sb.isValidState ||
    (sb.features.incompat & INCOMPAT.recover) !== 0 ||
    (sb.features.roCompat & RO_COMPAT.orphanPresent) !== 0 ||
    view.u32le(LAST_ORPHAN_AT) !== 0 ||
    (journal !== undefined && journal.superblock.startBlock !== 0);
  if (isUnclean) return 'was not shut down cleanly: mount it once and shut down, then back it up again';
  if (journal !== undefined && journal.superblock.errorNumber !== 0) return 'has a journal that records an error';
  return undefined;
}

/** Why a clean file system must keep its UUID. */
export function whyUuidStays(sb: Superblock): string | undefined {
  const { compat, incompat, roCompat } = sb.features;
  if ((compat & COMPAT.stableInodes) !== 0) return 'its encrypted files need its UUID (stable_inodes)';
  if ((compat & COMPAT.hasJournal) !== 0 && sb.journalInode === 0) return 'its journal is on another device';
  const isSeeded = (incompat & INCOMPAT.eaInode) !== 0 && (roCompat & RO_COMPAT.metadataChecksum) === 0;
  if (isSeeded && (incompat & INCOMPAT.checksumSeed) === 0)
    return 'the checksums of its attributes need its UUID (ea_inode)';
  if ((roCompat & RO_COMPAT.sharedBlocks) !== 0) return 'it is for reading only (shared_blocks)';
  return undefined;
}

/** True when the new UUID makes the file system one that needs Linux 4.4 and a boot loader that knows the feature. */
export function gainsChecksumSeed(sb: Superblock): boolean {
  const hasChecksums = (sb.features.roCompat & RO_COMPAT.metadataChecksum) !== 0;
  return hasChecksums && (sb.features.incompat & INCOMPAT.checksumSeed) === 0;
}

/** Edits relative to the partition, sorted; undefined when there are too many to be held in memory. */
export async function ext4UuidEdits(
  partition: BlockSource,
  sb: Superblock,
  uuid: string,
  signal: AbortSignal | undefined,
): Promise<Edit[] | undefined> {
  const edits: Edit[] = [];
  const bytes = uuidBytes(uuid);
  const hasDescriptorUuid =
    (sb.features.roCompat & RO_COMPAT.metadataChecksum) === 0 && (sb.features.roCompat & RO_COMPAT.gdtChecksum) !== 0;
  let editBytes = 0;
  const add = (edit: Edit | undefined): boolean => {
    if (edit !== undefined) edits.push(edit);
    return (editBytes += edit?.byteLength ?? 0) <= MAX_EDIT_BYTES;
  };
  for (let group = 0; group < sb.groupCount; group++) {
    throwIfAborted(signal);
    if (hasSuperblockCopy(sb, group)) {
      if (!add(await superblockEdit(partition, sb, group, bytes))) return undefined;
    }
    if (!hasDescriptorUuid) continue;
    for (const [block, first] of descriptorCopies(sb, group)) {
      // A last group that is too short for its copies.
      if (block >= sb.blockCount) continue;
      if (!add(await descriptorEdit(partition, sb, block, first, bytes))) return undefined;
    }
  }
  return edits.sort((a, b) => a.byteOffset - b.byteOffset);
}

/** Undefined for a backup that is none any more: what is there is not ours to change. */
async function superblockEdit(
  partition: BlockSource,
  sb: Superblock,
  group: number,
  uuid: Uint8Array,
): Promise<Edit | undefined> {
  const block = groupHeadBlocks(sb, group).next().value![0];
  const byteOffset = group === 0 ? SUPERBLOCK_OFFSET : block * sb.blockSize;
  const bytes = await partition.read(byteOffset, SUPERBLOCK_BYTES);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const hasChecksum = (sb.features.roCompat & RO_COMPAT.metadataChecksum) !== 0;
  const checksum = (): number => crc32cRaw(0xffffffff, bytes.subarray(0, CHECKSUM_AT));
  if (view.getUint16(MAGIC_AT, true) !== MAGIC) return undefined;
  // The number of a group has 16 bits.
  if (view.getUint16(GROUP_NUMBER_AT, true) !== (group & 0xffff)) return undefined;
  if (hasChecksum && checksum() !== view.getUint32(CHECKSUM_AT, true)) return undefined;
  bytes.set(uuid, UUID_AT);
  if (gainsChecksumSeed(sb)) {
    view.setUint32(INCOMPAT_AT, view.getUint32(INCOMPAT_AT, true) | INCOMPAT.checksumSeed, true);
    view.setUint32(SEED_AT, sb.checksumSeed, true);
  }
  if (hasChecksum) view.setUint32(CHECKSUM_AT, checksum(), true);
  return { byteOffset, byteLength: SUPERBLOCK_BYTES, bytes };
}

/** Blocks of a group that hold descriptors, each with the number of the first group that it describes. */
function* descriptorCopies(sb: Superblock, group: number): Generator<[block: number, firstGroup: number]> {
  const perBlock = descriptorsPerBlock(sb);
  const heads = [...groupHeadBlocks(sb, group)];
  const hasCopy = hasSuperblockCopy(sb, group);
  const table = heads[hasCopy ? 1 : 0];
  if (table === undefined) return;
  const metaGroup = Math.floor(group / perBlock);
  if ((sb.features.incompat & INCOMPAT.metaBg) !== 0 && metaGroup >= sb.firstMetaGroup) {
    yield [table[0], metaGroup * perBlock];
    return;
  }
  // Behind them stand the blocks that are reserved for more.
  const count = Math.min(descriptorBlockCount(sb), sb.firstMetaGroup);
  for (let i = 0; i < count; i++) yield [table[0] + i, i * perBlock];
}

/** Copies may be older than the primary: each descriptor whose checksum is right gets a new one of its own. */
async function descriptorEdit(
  partition: BlockSource,
  sb: Superblock,
  block: number,
  firstGroup: number,
  uuid: Uint8Array,
): Promise<Edit | undefined> {
  const byteOffset = block * sb.blockSize;
  const bytes = await partition.read(byteOffset, sb.blockSize);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = Math.min(descriptorsPerBlock(sb), sb.groupCount - firstGroup);
  for (let i = 0; i < count; i++) {
    const at = i * sb.descriptorSize;
    const descriptor = bytes.subarray(at, at + sb.descriptorSize);
    const stored = view.getUint16(at + DESCRIPTOR_CHECKSUM_AT, true);
    if (descriptorChecksum(sb.uuidBytes, firstGroup + i, descriptor) !== stored) continue;
    view.setUint16(at + DESCRIPTOR_CHECKSUM_AT, descriptorChecksum(uuid, firstGroup + i, descriptor), true);
  }
  const before = await partition.read(byteOffset, sb.blockSize);
  return equalBytes(before, bytes) ? undefined : { byteOffset, byteLength: sb.blockSize, bytes };
}

/** ext4_group_desc_csum() in Linux fs/ext4/super.c, for uninit_bg. */
function descriptorChecksum(uuid: Uint8Array, group: number, descriptor: Uint8Array): number {
  const number = new Uint8Array(4);
  new DataView(number.buffer).setUint32(0, group, true);
  const head = crc16(crc16(crc16(0xffff, uuid), number), descriptor.subarray(0, DESCRIPTOR_CHECKSUM_AT));
  return descriptor.byteLength > 32 ? crc16(head, descriptor.subarray(DESCRIPTOR_CHECKSUM_AT + 2)) : head;
}
