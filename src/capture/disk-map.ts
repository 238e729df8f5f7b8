/**
 * The whole device as regions, each with what its file system allows to leave out. Joins the partition table
 * (layout/) with the live maps (filesystems/); the rule throughout is "unknown means keep".
 */
import {
  EMPTY_EXTENTS,
  clipExtents,
  extentsFrom,
  shiftExtents,
  subtractExtents,
  totalBytes,
} from '../bytes/extent-list.ts';
import type { ExtentList } from '../bytes/extent-list.ts';
import { sliceSource } from '../device/block-source.ts';
import type { BlockSource } from '../device/block-source.ts';
import { throwIfAborted } from '../errors.ts';
import { readFileSystem } from '../filesystems/detect.ts';
import { NO_FILES } from '../filesystems/file-extents.ts';
import type { FileExtents } from '../filesystems/file-extents.ts';
import { isKeepWhole } from '../filesystems/filesystem.ts';
import type { FileSystemReport, ReadOptions } from '../filesystems/filesystem.ts';
import { isFileSystemAt, probeSignatures } from '../filesystems/signatures.ts';
import { readDiskLayout } from '../layout/disk-layout.ts';
import type { DiskLayout, PartitionEntry } from '../layout/disk-layout.ts';

/** A part of the device that is cut into pieces by one set of rules. Regions cover the device, ascending. */
export interface Region {
  readonly byteOffset: number;
  readonly byteLength: number;
  /** Index in `DiskMap.partitions`; undefined for gaps and for what lies behind the last partition. */
  readonly partition: number | undefined;
  /** Absolute byte offsets on the device, as are `zero` and `metadata`. */
  readonly free: ExtentList;
  readonly zero: ExtentList;
  readonly metadata: ExtentList;
  /** Offsets relative to `byteOffset`. */
  readonly files: FileExtents;
  readonly directories?: Directories | undefined;
}

/** Directories whose blocks can be told from other metadata. */
export interface Directories {
  /** Offsets relative to those of the region. */
  readonly extents: FileExtents;
  /** The number of the first one among the files of the region: it comes behind the last file. */
  readonly firstFile: number;
  readonly count: number;
}

export interface MappedPartition {
  /** Number 0: a file system that fills the device without a table. */
  readonly entry: PartitionEntry;
  readonly report: FileSystemReport;
}

export interface DiskMap {
  readonly layout: DiskLayout;
  readonly partitions: readonly MappedPartition[];
  readonly regions: readonly Region[];
  /** Bytes behind the last partition that are taken as free. */
  readonly tailFreeBytes: number;
  /** Why nothing at all is left out, if so. */
  readonly keepWhole: string | undefined;
}

export interface DiskMapOptions extends Omit<ReadOptions, 'provenUnused'> {
  /** Leave nothing out but blocks of zeros. */
  readonly raw?: boolean;
  /** `ReadOptions.provenUnused` of a partition. */
  readonly provenUnusedIn?: (entry: PartitionEntry) => ReadOptions['provenUnused'];
}

/** Kept behind the last partition whatever else holds: boot loaders and forgotten data stand at either end. */
const TAIL_HEAD_BYTES = 16 * 1024 * 1024;
const TAIL_END_BYTES = 1024 * 1024;

export async function readDiskMap(source: BlockSource, options: DiskMapOptions): Promise<DiskMap> {
  const layout = await readDiskLayout(source, {
    isFileSystemAt: async (byteOffset) => isFileSystemAt(source, byteOffset),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const wholeReason = await reasonToKeepAll(source, layout);
  if (wholeReason !== undefined) {
    const partitions = layout.partitions.map((entry) => ({ entry, report: { keepWhole: wholeReason } }));
    const regions = regionsOf(source, layout, partitions, EMPTY_EXTENTS);
    return { layout, partitions, regions, tailFreeBytes: 0, keepWhole: wholeReason };
  }
  let partitions = await readPartitions(source, layout, options);
  if (options.raw === true) partitions = partitions.map(keptAsAskedFor);
  const tailFree = await freeTailOf(source, layout, partitions);
  const regions = regionsOf(source, layout, partitions, tailFree);
  return { layout, partitions, regions, tailFreeBytes: totalBytes(tailFree), keepWhole: undefined };
}

function keptAsAskedFor({ entry, report }: MappedPartition): MappedPartition {
  const { type, label, uuid } = report;
  return {
    entry,
    report: {
      keepWhole: 'it was asked for',
      ...(type === undefined ? {} : { type }),
      ...(label === undefined ? {} : { label }),
      ...(uuid === undefined ? {} : { uuid }),
    },
  };
}

/** A region of which every non-zero block is kept. */
function keptRegion(byteOffset: number, byteLength: number, partition?: number): Region {
  return {
    byteOffset,
    byteLength,
    partition,
    free: EMPTY_EXTENTS,
    zero: EMPTY_EXTENTS,
    metadata: EMPTY_EXTENTS,
    files: NO_FILES,
  };
}

/** A table and a signature of the whole device contradict each other: no byte can be proven free. */
async function reasonToKeepAll(source: BlockSource, layout: DiskLayout): Promise<string | undefined> {
  if (layout.keepWhole !== undefined) return layout.keepWhole;
  if (layout.table === 'none') return undefined;
  const [signature] = await probeSignatures(source);
  return signature === undefined
    ? undefined
    : `it holds a partition table and a signature of ${signature.name} as well`;
}

async function readPartitions(
  source: BlockSource,
  layout: DiskLayout,
  options: DiskMapOptions,
): Promise<MappedPartition[]> {
  const entries =
    layout.table === 'none'
      ? [{ number: 0, byteOffset: 0, byteLength: source.byteLength, type: '', name: '' }]
      : layout.partitions;
  const mapped: MappedPartition[] = [];
  for (const entry of entries) {
    throwIfAborted(options.signal);
    const report = await readPartition(source, entry, entries, options);
    mapped.push({ entry, report });
  }
  return mapped;
}

async function readPartition(
  source: BlockSource,
  entry: PartitionEntry,
  entries: readonly PartitionEntry[],
  options: DiskMapOptions,
): Promise<FileSystemReport> {
  const end = entry.byteOffset + entry.byteLength;
  if (end > source.byteLength) return { keepWhole: 'it passes the end of the device' };
  const overlaps = entries.some(
    (other) => other !== entry && other.byteOffset < end && entry.byteOffset < other.byteOffset + other.byteLength,
  );
  if (overlaps) return { keepWhole: 'it overlaps another partition' };
  const { raw: _, provenUnusedIn, ...rest } = options;
  const provenUnused = provenUnusedIn?.(entry);
  const slice = sliceSource(source, entry.byteOffset, entry.byteLength);
  return readFileSystem(slice, provenUnused === undefined ? rest : { ...rest, provenUnused });
}

function regionsOf(
  source: BlockSource,
  layout: DiskLayout,
  partitions: readonly MappedPartition[],
  tailFree: ExtentList,
): Region[] {
  const regions: Region[] = [];
  let end = 0;
  for (const [index, { entry, report }] of partitions.entries()) {
    const start = Math.max(end, Math.min(entry.byteOffset, source.byteLength));
    const partitionEnd = Math.min(entry.byteOffset + entry.byteLength, source.byteLength);
    if (start > end) regions.push(keptRegion(end, start - end));
    end = start;
    if (partitionEnd <= start) continue;
    regions.push(
      start === entry.byteOffset && partitionEnd === entry.byteOffset + entry.byteLength
        ? partitionRegion(entry, report, index, layout.tableExtents)
        : keptRegion(start, partitionEnd - start, index),
    );
    end = partitionEnd;
  }
  if (end < source.byteLength) regions.push({ ...keptRegion(end, source.byteLength - end), free: tailFree });
  return regions;
}

/**
 * What may be left out behind the last partition: all but its ends, if every partition is known and in its place and
 * the tail bears no mark of its own. A short tail is kept: leaving it out would gain nothing.
 */
async function freeTailOf(
  source: BlockSource,
  layout: DiskLayout,
  partitions: readonly MappedPartition[],
): Promise<ExtentList> {
  const areKnown = partitions.length > 0 && partitions.every(({ report }) => !isKeepWhole(report));
  if (!areKnown || layout.hasOverlap || layout.hasPartitionPastEnd) return EMPTY_EXTENTS;
  const start = Math.max(...partitions.map(({ entry }) => entry.byteOffset + entry.byteLength));
  const from = start + TAIL_HEAD_BYTES;
  const to = source.byteLength - TAIL_END_BYTES;
  if (to - from < TAIL_HEAD_BYTES) return EMPTY_EXTENTS;
  const marks = await probeSignatures(sliceSource(source, start, source.byteLength - start));
  if (marks.length > 0) return EMPTY_EXTENTS;
  return subtractExtents(extentsFrom([[from, to]]), layout.tableExtents);
}

function partitionRegion(
  entry: PartitionEntry,
  report: FileSystemReport,
  partition: number,
  table: ExtentList,
): Region {
  const { byteOffset, byteLength } = entry;
  if (isKeepWhole(report)) return keptRegion(byteOffset, byteLength, partition);
  const inside = (list: ExtentList): ExtentList =>
    shiftExtents(clipExtents(list, 0, Math.min(report.byteLength, byteLength)), byteOffset);
  const metadata = inside(report.metadata);
  const zero = subtractExtents(subtractExtents(inside(report.zero), metadata), table);
  const free = subtractExtents(subtractExtents(subtractExtents(inside(report.free), metadata), zero), table);
  const { files, directories: extents, inodes } = report;
  const directories =
    extents === undefined || inodes === undefined
      ? undefined
      : { extents, firstFile: inodes.fileCount, count: inodes.count - inodes.fileCount };
  return { byteOffset, byteLength, partition, free, zero, metadata, files, directories };
}
