import { extentsFrom, type ExtentList } from '../bytes/extent-list.ts';
import { type TablePartition } from './table-partition.ts';

export interface PartitionEntry {
  /** The place in the table: MBR 1 to 4, logical 5 and up, GPT place + 1. Places that are not in use keep their number. */
  readonly number: number;
  readonly byteOffset: number;
  /** As the table says: with `byteOffset` it may pass the end of the source, see `hasPartitionPastEnd`. */
  readonly byteLength: number;
  /** `0x83` or a GUID, in lower case, as `blkid` prints them. */
  readonly type: string;
  /** GPT only, else empty. Comes from the disk: may hold any character. */
  readonly name: string;
  /** GPT only: the partition's own GUID. */
  readonly uniqueId?: string;
}

export interface DiskLayout {
  readonly table: 'none' | 'mbr' | 'gpt';
  /** MBR disk signature (8 hex digits) or GPT disk GUID, as `blkid` prints PTUUID; empty without a table. */
  readonly signature: string;
  /** The unit of the table in bytes; for an image this may differ from what the source says. */
  readonly sectorSize: number;
  /** Ascending by byteOffset, without extended partitions; empty when `keepWhole` is set. */
  readonly partitions: readonly PartitionEntry[];
  /** The containers of logical partitions (one at most on a sane disk): they hold EBRs, gaps and other partitions. */
  readonly extended: readonly PartitionEntry[];
  /** What holds the tables: the MBR's sector, every EBR, and header and entries of both GPTs. */
  readonly tableExtents: ExtentList;
  /** The first sector of each EBR. */
  readonly ebrExtents: ExtentList;
  /** Two partitions share bytes: such a byte is free only if it is free in both. */
  readonly hasOverlap: boolean;
  /** A partition starts or ends behind the end of the source: a truncated image, or a table of another card. */
  readonly hasPartitionPastEnd: boolean;
  /** Why the table cannot be relied on, in one line: every non-zero block of the source must be kept. */
  readonly keepWhole?: string;
  /** What is odd, in plain words. */
  readonly notes: readonly string[];
}

/** What one reading of a table found, before the partitions are checked against the source. */
export interface FoundTable {
  readonly table: 'mbr' | 'gpt';
  readonly signature: string;
  readonly sectorSize: number;
  readonly partitions: readonly TablePartition[];
  readonly extended: readonly TablePartition[];
  readonly tableRanges: readonly (readonly [start: number, end: number])[];
  readonly ebrLbas: readonly number[];
  readonly keepWhole?: string | undefined;
  readonly notes: readonly string[];
}

/** Linux stops at 256 (DISK_MAX_PARTS); a table with more is made to cost time and memory. */
const MOST_PARTITIONS = 256;

/** Turns sectors into bytes and checks the partitions against each other and against the size of the source. */
export function placePartitions(found: FoundTable, sourceBytes: number): DiskLayout {
  const notes = [...found.notes];
  const placed: PartitionEntry[] = [];
  let keepWhole = found.keepWhole;
  let hasPartitionPastEnd = false;
  if (found.partitions.length > MOST_PARTITIONS) {
    return placePartitions({ ...found, partitions: [], keepWhole: 'there are too many partitions' }, sourceBytes);
  }
  for (const partition of found.partitions) {
    if (partition.sectorCount <= 0) keepWhole ??= `partition ${partition.number} ends before it starts`;
    if (partition.firstLba === 0) keepWhole ??= `partition ${partition.number} covers the partition table`;
    const entry = inBytes(partition, found.sectorSize);
    placed.push(entry);
    if (entry.byteOffset + entry.byteLength <= sourceBytes) continue;
    hasPartitionPastEnd = true;
    notes.push(
      `partition ${partition.number} ${entry.byteOffset < sourceBytes ? 'ends' : 'lies'} past the end of the device`,
    );
  }
  if (found.partitions.length === 0) keepWhole ??= 'the partition table is empty';
  placed.sort((a, b) => a.byteOffset - b.byteOffset || a.number - b.number);
  const overlaps = describeOverlaps(placed);
  const { table, signature, sectorSize, extended, tableRanges, ebrLbas } = found;
  return {
    table,
    signature,
    sectorSize,
    partitions: keepWhole === undefined ? placed : [],
    extended: extended.map((partition) => inBytes(partition, sectorSize)),
    tableExtents: extentsFrom(tableRanges.map(([start, end]) => [start, Math.min(end, sourceBytes)])),
    ebrExtents: extentsFrom(ebrLbas.map((lba) => [lba * sectorSize, Math.min((lba + 1) * sectorSize, sourceBytes)])),
    hasOverlap: overlaps.length > 0,
    hasPartitionPastEnd,
    ...(keepWhole === undefined ? {} : { keepWhole }),
    notes: [...notes, ...overlaps],
  };
}

/** What passes 2^53 is cut there: it lies past the end of every source. */
function inBytes(partition: TablePartition, sectorSize: number): PartitionEntry {
  const { number, type, name, uniqueId } = partition;
  const byteOffset = Math.min(partition.firstLba * sectorSize, Number.MAX_SAFE_INTEGER);
  const end = Math.min((partition.firstLba + partition.sectorCount) * sectorSize, Number.MAX_SAFE_INTEGER);
  return {
    number,
    byteOffset,
    byteLength: Math.max(0, end - byteOffset),
    type,
    name,
    ...(uniqueId === undefined ? {} : { uniqueId }),
  };
}

/** One line for each partition that starts before all those before it have ended. `placed` is sorted. */
function describeOverlaps(placed: readonly PartitionEntry[]): string[] {
  const lines: string[] = [];
  let reach = 0;
  let widest = 0;
  for (const { number, byteOffset, byteLength } of placed) {
    if (byteOffset < reach) lines.push(`partitions ${widest} and ${number} overlap`);
    if (byteOffset + byteLength <= reach) continue;
    reach = byteOffset + byteLength;
    widest = number;
  }
  return lines;
}
