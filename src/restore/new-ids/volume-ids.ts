/** What one partition gets: a new ID for its file system, and new references in its files. */
import { type BlockSource } from '../../device/block-source.ts';
import { CorruptDataError } from '../../errors.ts';
import { extVersion } from '../../filesystems/ext4/features.ts';
import { readGroupDescriptors } from '../../filesystems/ext4/group-descriptors.ts';
import { readSuperblock } from '../../filesystems/ext4/superblock.ts';
import { decodeFatBootSector } from '../../filesystems/fat/boot-sector.ts';
import { isCleanVolume } from '../../filesystems/fat/fat-map.ts';
import { readFatTable } from '../../filesystems/fat/fat-table.ts';
import { probeSignatures, UNREADABLE } from '../../filesystems/signatures.ts';
import { decodeSwapHeader, holdsSuspendedSystem } from '../../filesystems/swap.ts';
import { type Edit } from '../edits.ts';
import { ext4UuidEdits, gainsChecksumSeed, whyNotClean, whyUuidStays } from './ext4-ids.ts';
import { ext4FileTree } from './ext4-tree-reader.ts';
import { fatFileTree } from './fat-tree-reader.ts';
import { type IdMap } from './id-map.ts';
import { rewriteReferences, type References } from './references.ts';
import { fatSerialEdits, swapUuidEdits } from './small-ids.ts';

/** All offsets are relative to the partition. */
export interface VolumeIds {
  /** `ext4`, `FAT`, ... for the plan. */
  readonly type: string;
  /** Why the ID stays as it is. */
  readonly kept?: string;
  readonly change?: {
    readonly what: string;
    readonly before: string;
    readonly after: string;
    readonly edits: readonly Edit[];
  };
  readonly notes: readonly string[];
  /** To be called when the IDs of all partitions are known; undefined where files cannot be read. */
  readonly rewrite?: (where: string) => Promise<References | NotTouched>;
}

/** A reason why the whole plan must not be made: what is in this partition may not be touched, or cannot be believed. */
export interface NotTouched {
  readonly reason: string;
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ['luks', 'LUKS'],
  ['lvm2', 'LVM'],
  ['md', 'Linux RAID'],
  ['ntfs', 'NTFS'],
  ['exfat', 'exFAT'],
]);

/** Throws E_STOPPED, and errors of the source. */
export async function planVolumeIds(
  partition: BlockSource,
  ids: IdMap,
  signal: AbortSignal | undefined,
): Promise<VolumeIds | NotTouched> {
  const types = [...new Set((await probeSignatures(partition)).map(({ name }) => name))];
  if (types.includes(UNREADABLE)) return { reason: 'has sectors that cannot be read' };
  if (types.length !== 1) {
    const kept = types.length === 0 ? 'nothing known is in it' : `it looks like ${types.join(' and like ')}`;
    return { type: 'unknown', kept, notes: [] };
  }
  const type = types[0]!;
  try {
    if (/^ext[234]$/.test(type)) return await planExt4(partition, ids, signal);
    if (type === 'vfat') return await planFat(partition, ids, signal);
    if (type === 'swap') return await planSwap(partition, ids);
  } catch (error) {
    return asDamage(error);
  }
  const name = NAMES.get(type) ?? type;
  return { type: name, kept: `the IDs of ${name} are not changed`, notes: [] };
}

/** Throws what is no damage. */
function asDamage(error: unknown): NotTouched {
  if (error instanceof CorruptDataError) return { reason: `is damaged: ${error.message}` };
  throw error;
}

async function planExt4(
  partition: BlockSource,
  ids: IdMap,
  signal: AbortSignal | undefined,
): Promise<VolumeIds | NotTouched> {
  const sb = await readSuperblock(partition);
  const groups = await readGroupDescriptors(partition, sb, signal);
  const reason = await whyNotClean(partition, sb, groups, signal);
  if (reason !== undefined) return { reason };
  const type = extVersion(sb.features);
  const rewrite = async (where: string): Promise<References | NotTouched> => {
    return rewriteReferences(ext4FileTree(partition, sb, groups), ids, where).catch(asDamage);
  };
  const stays = whyUuidStays(sb) ?? (sb.uuid === '' ? 'it has no UUID' : undefined);
  if (stays !== undefined) return { type, kept: stays, notes: [], rewrite };
  const after = ids.renew('UUID', sb.uuid);
  const edits = await ext4UuidEdits(partition, sb, after, signal);
  if (edits === undefined) return { reason: 'has too many descriptors: use tune2fs -U random on the new card' };
  const notes = gainsChecksumSeed(sb)
    ? ['it gets the feature metadata_csum_seed, as by tune2fs -O: Linux 4.4 and GRUB 2.12 or newer can read it']
    : [];
  return { type, change: { what: `${type} UUID`, before: sb.uuid, after, edits }, notes, rewrite };
}

async function planFat(
  partition: BlockSource,
  ids: IdMap,
  signal: AbortSignal | undefined,
): Promise<VolumeIds | NotTouched> {
  const geometry = decodeFatBootSector(await partition.read(0, 512));
  if (geometry.byteLength > partition.byteLength) return { reason: 'is larger than its partition' };
  const table = await readFatTable(partition, geometry, signal);
  if (!isCleanVolume(geometry, table))
    return { reason: 'was not shut down cleanly: run fsck.vfat -a on the card first' };
  if (table.fatsDiffer) return { reason: 'has two FATs that differ: run fsck.vfat -a on the card first' };
  const { entries } = table;
  if (entries === undefined) return { reason: 'is too large to be looked through' };
  const rewrite = async (where: string): Promise<References | NotTouched> => {
    return rewriteReferences(fatFileTree(partition, geometry, entries), ids, where).catch(asDamage);
  };
  if (geometry.uuid === '') return { type: 'FAT', kept: 'it has no serial number', notes: [], rewrite };
  const after = ids.renew('FAT serial', geometry.uuid);
  const edits = await fatSerialEdits(partition, geometry, after);
  return { type: 'FAT', change: { what: 'FAT serial', before: geometry.uuid, after, edits }, notes: [], rewrite };
}

async function planSwap(partition: BlockSource, ids: IdMap): Promise<VolumeIds> {
  const firstPages = await partition.read(0, Math.min(65536, partition.byteLength));
  const header = decodeSwapHeader(firstPages, partition.byteLength);
  if (holdsSuspendedSystem(firstPages)) return { type: 'swap', kept: 'it holds a suspended system', notes: [] };
  if (header === undefined || header.uuid === '') return { type: 'swap', kept: 'it has no UUID', notes: [] };
  const after = ids.renew('UUID', header.uuid);
  return {
    type: 'swap',
    change: { what: 'swap UUID', before: header.uuid, after, edits: swapUuidEdits(after) },
    notes: [],
  };
}
