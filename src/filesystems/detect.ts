import { CorruptDataError, throwIfAborted } from '../errors.ts';
import { isMediumError, type BlockSource } from '../device/block-source.ts';
import { readExt4Map } from './ext4/ext4-map.ts';
import { readFatMap } from './fat/fat-map.ts';
import { type FileSystemReport, type ReadOptions } from './filesystem.ts';
import { probeSignatures, UNREADABLE } from './signatures.ts';
import { readSwapMap } from './swap.ts';

type Reader = (partition: BlockSource, options: ReadOptions) => Promise<FileSystemReport>;

const READERS: ReadonlyMap<string, Reader> = new Map([
  ['ext2', readExt4Map],
  ['ext3', readExt4Map],
  ['ext4', readExt4Map],
  ['vfat', readFatMap],
  ['swap', readSwapMap],
]);

/** The reason where nothing at all was recognized. */
export const NO_KNOWN_FILE_SYSTEM = 'no known file system';

const CANNOT_BE_READ = 'some of its structures cannot be read';

/** As users write the names that are no plain words. */
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ['md', 'Linux RAID (md)'],
  ['lvm1', 'LVM'],
  ['lvm2', 'LVM2'],
  ['luks', 'LUKS'],
  ['zfs', 'ZFS'],
  ['xfs', 'XFS'],
  ['f2fs', 'F2FS'],
  ['ntfs', 'NTFS'],
  ['exfat', 'exFAT'],
  ['iso9660', 'ISO 9660'],
  ['udf', 'UDF'],
  ['vfat', 'FAT'],
]);

/**
 * Reads the live map of whatever lies in a partition. Only exactly one known mark makes a reader believe it; anything
 * else, damage and unreadable sectors give `keepWhole` with the reason. Throws only E_STOPPED and failures that are not
 * the medium's or the data's.
 */
export async function readFileSystem(partition: BlockSource, options: ReadOptions = {}): Promise<FileSystemReport> {
  throwIfAborted(options.signal);
  let type: string | undefined;
  try {
    const names = [...new Set((await probeSignatures(partition)).map((signature) => signature.name))];
    if (names.includes(UNREADABLE)) return { keepWhole: CANNOT_BE_READ };
    if (names.length === 0) return { keepWhole: NO_KNOWN_FILE_SYSTEM };
    if (names.length > 1) return { keepWhole: `ambiguous: it looks like ${names.map(spell).join(' and like ')}` };
    type = names[0]!;
    const reader = READERS.get(type);
    if (reader === undefined) return { keepWhole: `${spell(type)} is kept whole`, type };
    return await reader(partition, options);
  } catch (error) {
    const known = type === undefined ? {} : { type };
    if (error instanceof CorruptDataError) return { keepWhole: error.message, ...known };
    if (isMediumError(error)) return { keepWhole: CANNOT_BE_READ, ...known };
    throw error;
  }
}

function spell(name: string): string {
  return SPELLINGS.get(name) ?? name;
}
