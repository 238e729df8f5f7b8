/** Holds a card against the version that it descends from: which files need not be read. */
import type { Base, NoBase } from '../capture/base-choice.ts';
import type { DiskMap, MappedPartition } from '../capture/disk-map.ts';
import { compareFiles } from '../capture/same-files.ts';
import type { ComparableMap } from '../capture/same-files.ts';
import { sliceSource, type BlockSource } from '../device/block-source.ts';
import { readFileSystem } from '../filesystems/detect.ts';
import { readSmallFile } from '../filesystems/ext4/read-small-file.ts';
import { isKeepWhole, type FileSystemReport, type ReadOptions } from '../filesystems/filesystem.ts';
import type { SnapshotSource } from '../snapshot/snapshot-source.ts';

export interface Comparison {
  /** By region of the disk map: for each file 1 if its contents are those of the base. */
  readonly isSame: readonly (Uint8Array | undefined)[];
  /** By index of the partition: files that the base has too and that differ. */
  readonly changedInPlace: ReadonlyMap<number, readonly number[]>;
  /** Why partitions that might have been compared are read as a whole. */
  readonly reasons: readonly string[];
}

/** Files by which two cards with the same IDs are told apart: each system makes its own at its first start. */
const OWN_FILES: readonly (readonly string[])[] = [
  ['etc', 'machine-id'],
  ['etc', 'hostname'],
];
const MAX_OWN_FILE_BYTES = 256;

/** `nowSeconds` since 1970, of this computer. Throws CorruptDataError when the base cannot be read. */
export async function compareWithBase(
  source: BlockSource,
  disk: DiskMap,
  base: Base,
  baseSource: SnapshotSource,
  options: ReadOptions & { readonly nowSeconds: number },
): Promise<Comparison | NoBase> {
  const isSame: (Uint8Array | undefined)[] = disk.regions.map(() => undefined);
  const changedInPlace = new Map<number, readonly number[]>();
  const reasons = [...base.reasons].map(([index, reason]) => named(disk.partitions[index]!, reason));
  for (const index of base.partitions) {
    const partition = disk.partitions[index]!;
    const region = disk.regions.findIndex((candidate) => candidate.partition === index);
    const { byteOffset, byteLength } = partition.entry;
    const before = sliceSource(baseSource, byteOffset, byteLength);
    const now = comparable(partition.report);
    const earlier = comparable(await readFileSystem(before, { ...options, compares: true }));
    if (region < 0 || now === undefined || earlier === undefined) {
      reasons.push(named(partition, 'it cannot be compared with the last version'));
      continue;
    }
    if (await isAnotherSystem(before, sliceSource(source, byteOffset, byteLength))) {
      return { reason: 'its host name or machine ID is another: is it another card?' };
    }
    const result = compareFiles(earlier, now, options.nowSeconds);
    if ('reason' in result) {
      reasons.push(named(partition, result.reason));
      continue;
    }
    isSame[region] = result.isSame;
    changedInPlace.set(index, result.changedInPlace);
  }
  if (changedInPlace.size === 0) return { reason: reasons[0] ?? 'nothing of it can be compared' };
  return { isSame, changedInPlace, reasons };
}

function comparable(report: FileSystemReport): ComparableMap | undefined {
  if (isKeepWhole(report) || !report.clean) return undefined;
  const { inodes, identity, stamp, mountTime } = report;
  if (inodes === undefined || identity === undefined || stamp === undefined || mountTime === undefined)
    return undefined;
  return { ...report, inodes, identity, stamp, mountTime };
}

function named({ entry }: MappedPartition, reason: string): string {
  return entry.number === 0 ? reason : `p${entry.number}: ${reason}`;
}

async function isAnotherSystem(before: BlockSource, now: BlockSource): Promise<boolean> {
  for (const path of OWN_FILES) {
    const [a, b] = [
      await readSmallFile(before, path, MAX_OWN_FILE_BYTES),
      await readSmallFile(now, path, MAX_OWN_FILE_BYTES),
    ];
    if (a !== undefined && b !== undefined && Buffer.compare(a, b) !== 0) return true;
  }
  return false;
}
