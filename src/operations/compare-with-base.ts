/** Holds a card against the version that it descends from: which files need not be read. */
import type { Base, NoBase } from '../capture/base-choice.ts';
import type { DiskMap, MappedPartition } from '../capture/disk-map.ts';
import { extentPairs, ExtentListBuilder, type ExtentList } from '../bytes/extent-list.ts';
import { judgeFiles, type SameFiles } from '../capture/same-files.ts';
import type { ComparableMap } from '../capture/same-files.ts';
import { sliceSource, type BlockSource } from '../device/block-source.ts';
import { compareRecords, openEarlierRecords } from '../filesystems/ext4/compare-records.ts';
import { readSmallFile } from '../filesystems/ext4/read-small-file.ts';
import type { Superblock } from '../filesystems/ext4/superblock.ts';
import { isKeepWhole, type FileSystemReport } from '../filesystems/filesystem.ts';
import type { MapReader } from '../snapshot/map-reader.ts';
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

interface CompareOptions {
  /** Since 1970, of this computer: later times are the work of a wrong clock. */
  readonly nowSeconds: number;
  readonly signal?: AbortSignal | undefined;
}

/** Throws CorruptDataError when the base cannot be read. */
export async function compareWithBase(
  source: BlockSource,
  disk: DiskMap,
  base: Base,
  baseSource: SnapshotSource,
  options: CompareOptions,
): Promise<Comparison | NoBase> {
  const isSame: (Uint8Array | undefined)[] = disk.regions.map(() => undefined);
  const changedInPlace = new Map<number, readonly number[]>();
  const reasons = [...base.reasons].map(([index, reason]) => named(disk.partitions[index]!, reason));
  for (const index of base.partitions) {
    const partition = disk.partitions[index]!;
    const region = disk.regions.findIndex((candidate) => candidate.partition === index);
    const { byteOffset, byteLength } = partition.entry;
    const places = {
      before: sliceSource(baseSource, byteOffset, byteLength),
      now: sliceSource(source, byteOffset, byteLength),
    };
    const now = comparable(partition.report);
    if (region < 0 || now === undefined) {
      reasons.push(named(partition, 'it cannot be compared with the last version'));
      continue;
    }
    if (await isAnotherSystem(places.before, places.now)) {
      return { reason: 'its host name or machine ID is another: is it another card?' };
    }
    const held = async (within: ExtentList): Promise<ExtentList> => dataIn(baseSource.map, within, byteOffset);
    const result = await compareFileSystem(places, held, now, options);
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

async function compareFileSystem(
  { before, now: present }: { readonly before: BlockSource; readonly now: BlockSource },
  held: (within: ExtentList) => Promise<ExtentList>,
  now: ComparableMap,
  { nowSeconds, signal }: CompareOptions,
): Promise<SameFiles | NoBase> {
  const earlier = await openEarlierRecords(before, signal);
  if (earlier.identity !== now.identity) return { reason: 'the file system was checked, resized or made anew' };
  const tables = await held(earlier.tables);
  const records = await compareRecords(earlier, before, tables, present, now.inodes, {
    notAfterSeconds: nowSeconds,
    signal,
  });
  const judged = judgeFiles(records, now, earlier.writeTime);
  // Such tools put names into a directory without telling its inode.
  if (!('reason' in judged) && isWrittenByTool(earlier.sb, now)) judged.isSame.fill(0, now.inodes.fileCount);
  return judged;
}

/** True where it was written to since, but not mounted. */
function isWrittenByTool(before: Superblock, { mountTime, stamp }: ComparableMap): boolean {
  const isMounted = before.mountTime !== mountTime || before.mountCount !== stamp.mountCount;
  return !isMounted && before.writeTime !== stamp.writeTime;
}

/** What of `within` the map calls data; both relative to `shift`. */
async function dataIn(map: MapReader, within: ExtentList, shift: number): Promise<ExtentList> {
  const data = new ExtentListBuilder();
  for (const [start, end] of extentPairs(within)) {
    for await (const run of map.runs(start + shift, end + shift)) {
      if (run.state === 'data') data.add(run.byteOffset - shift, run.byteOffset - shift + run.byteLength);
    }
  }
  return data.build();
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
