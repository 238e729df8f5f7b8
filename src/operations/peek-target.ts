/** What stands on a restore's target before it is overwritten: its partitions, quickly, and a mark to know it again. */
import { createHash } from 'node:crypto';
import { isMediumError, sliceSource } from '../device/block-source.ts';
import type { BlockSource } from '../device/block-source.ts';
import { CorruptDataError } from '../errors.ts';
import { readSuperblock } from '../filesystems/ext4/superblock.ts';
import { decodeFatBootSector } from '../filesystems/fat/boot-sector.ts';
import { isFileSystemAt, probeSignatures } from '../filesystems/signatures.ts';
import { readDiskLayout } from '../layout/disk-layout.ts';
import type { PartitionEntry } from '../layout/disk-layout.ts';

export interface PeekedPartition {
  /** 0: a file system that fills the device without a table. */
  readonly number: number;
  /** As far as its signature tells; empty when there is none, or more than one. */
  readonly fileSystem: string;
  readonly label: string;
  readonly byteLength: number;
}

/** Enough to see a table, its backup and a boot sector. */
const MARK_BYTES = 1024 * 1024;
const BOOT_SECTOR_BYTES = 512;
/** Enough for a boot sector or the superblock of ext2/3/4. */
const MARKED_HEAD_BYTES = 4096;
const MARKED_PARTITIONS = 16;

/** Never throws for what it finds: the target may hold anything. */
export async function peekPartitions(source: BlockSource): Promise<PeekedPartition[]> {
  try {
    const layout = await readDiskLayout(source, {
      isFileSystemAt: async (byteOffset) => isFileSystemAt(source, byteOffset),
    });
    const whole = { number: 0, byteOffset: 0, byteLength: source.byteLength };
    const entries = layout.partitions.length === 0 ? [whole] : layout.partitions;
    const found: PeekedPartition[] = [];
    for (const entry of entries) found.push(await peekPartition(source, entry));
    return found.filter(({ number, fileSystem }) => number !== 0 || fileSystem !== '');
  } catch {
    return [];
  }
}

async function peekPartition(
  source: BlockSource,
  entry: Pick<PartitionEntry, 'number' | 'byteOffset' | 'byteLength'>,
): Promise<PeekedPartition> {
  const { number, byteOffset, byteLength } = entry;
  const nothing = { number, fileSystem: '', label: '', byteLength };
  if (byteOffset + byteLength > source.byteLength) return nothing;
  const slice = sliceSource(source, byteOffset, byteLength);
  const names = new Set((await probeSignatures(slice)).map(({ name }) => name));
  const [fileSystem = ''] = names;
  if (names.size !== 1) return nothing;
  try {
    if (fileSystem.startsWith('ext')) return { ...nothing, fileSystem, label: (await readSuperblock(slice)).label };
    if (fileSystem !== 'vfat') return { ...nothing, fileSystem };
    const { type, bootLabel } = decodeFatBootSector(await slice.read(0, BOOT_SECTOR_BYTES));
    return { ...nothing, fileSystem: type, label: bootLabel };
  } catch (error) {
    if (error instanceof CorruptDataError) return { ...nothing, fileSystem };
    throw error;
  }
}

/**
 * A hash of size, first and last MiB and the beginnings of the partitions: another card in the same reader has another
 * one, also one made from the same image, because a file system tells in its superblock when it was mounted last.
 */
export async function markOf(source: BlockSource): Promise<string> {
  const hash = createHash('sha256').update(String(source.byteLength));
  const length = Math.min(MARK_BYTES, source.byteLength);
  const ends: [byteOffset: number, byteLength: number][] = [
    [0, length],
    [source.byteLength - length, length],
  ];
  for (const [byteOffset, byteLength] of [...ends, ...(await partitionHeads(source))]) {
    try {
      hash.update(await source.read(byteOffset, byteLength));
    } catch (error) {
      // Writing may well mend it.
      if (!isMediumError(error)) throw error;
      hash.update('unreadable');
    }
  }
  return hash.digest('hex');
}

async function partitionHeads(source: BlockSource): Promise<[byteOffset: number, byteLength: number][]> {
  try {
    const { partitions } = await readDiskLayout(source);
    return partitions
      .slice(0, MARKED_PARTITIONS)
      .map(({ byteOffset, byteLength }): [number, number] => [byteOffset, Math.min(MARKED_HEAD_BYTES, byteLength)])
      .filter(([byteOffset, byteLength]) => byteOffset + byteLength <= source.byteLength);
  } catch {
    return [];
  }
}
