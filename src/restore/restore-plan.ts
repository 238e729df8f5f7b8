/** What a restore will do to a target, known and checked before the first byte is written. */
import { clipExtents, extentsFrom, unionExtents } from '../bytes/extent-list.ts';
import type { ExtentList } from '../bytes/extent-list.ts';
import { CardkeepError, throwIfAborted } from '../errors.ts';
import { isFileSystemAt } from '../filesystems/signatures.ts';
import { readDiskLayout } from '../layout/disk-layout.ts';
import type { DiskLayout, PartitionEntry } from '../layout/disk-layout.ts';
import type { SnapshotSource } from '../snapshot/snapshot-source.ts';
import type { Volume } from '../snapshot/snapshot.ts';
import { editedSource, requireEdits } from './edits.ts';
import type { Edit } from './edits.ts';
import { wantedRanges } from './wanted-ranges.ts';

export interface RestorePlan {
  /** Size of the restored disk: that of the version, unless edits make it another. */
  readonly volumeBytes: number;
  /** So many bytes of the version are used. */
  readonly sourceBytes: number;
  readonly targetBytes: number;
  readonly dataBytes: number;
  /** Bytes wanted as zeros: zero state, zeros of edits, and free bytes where probers look (all of them with `wipe`). */
  readonly zeroBytes: number;
  /** Bytes left as they are on the target. */
  readonly leftBytes: number;
  /** Cleared before anything else and written last, so that a broken restore never looks like a good card. */
  readonly tables: ExtentList;
  /** Free bytes in these are written as zeros: a stale md, ZFS, LVM or GPT signature there misleads blkid and others. */
  readonly zeroWhereFree: ExtentList;
  /** True when the target is known to read as zeros where nothing was written (a file made just now). */
  readonly targetIsZero: boolean;
  /** What is written in place of the version's bytes. */
  readonly edits: readonly Edit[];
}

export interface RestoreTargetFacts {
  readonly byteLength: number;
  readonly sectorSize: number;
  readonly isZero: boolean;
  /** A file has no sectors of its own. Default: `isZero`. */
  readonly isFile?: boolean | undefined;
}

export interface PlanRestoreOptions {
  /** Sorted and disjoint. */
  readonly edits?: readonly Edit[] | undefined;
  /** Size of the disk that the edits make of the version; default: that of the version. */
  readonly editedBytes?: number | undefined;
  /** Free bytes become zeros everywhere. */
  readonly wipe?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

const MEBIBYTE = 1024 * 1024;
/** libblkid looks for a second LUKS2 header up to 4 MiB behind the start (superblocks/luks.c). */
const PROBED_HEAD_BYTES = 4 * MEBIBYTE + 4096;
/** Promise RAID marks lie 3087 sectors before the end (superblocks/promise_raid.c); all others nearer. */
const PROBED_END_BYTES = 2 * MEBIBYTE;
/** A GPT's backup: header and 16 KiB of entries (UEFI 2.10, 5.3.1). */
const GPT_BACKUP_SECTORS_512 = 33;
const GPT_BACKUP_SECTORS_4096 = 5;

/** Throws E_TARGET_TOO_SMALL with the exact sizes, and E_TARGET_SECTORS (both refused). */
export async function planRestore(
  source: SnapshotSource,
  volume: Volume,
  target: RestoreTargetFacts,
  options: PlanRestoreOptions = {},
): Promise<RestorePlan> {
  const { edits = [], editedBytes: volumeBytes = volume.byteLength, signal } = options;
  requireSize(volumeBytes, target.byteLength);
  requireSectors(volume, target);
  requireEdits(edits, volumeBytes);
  const edited = editedSource(source, edits, volumeBytes);
  const isFileSystem = async (byteOffset: number): Promise<boolean> => isFileSystemAt(edited, byteOffset);
  const layout = await readDiskLayout(edited, { isFileSystemAt: isFileSystem, signal });
  const whole = extentsFrom([[0, target.byteLength]]);
  const zones = proberZonesOf([...volume.partitions, ...layout.partitions], volumeBytes, target.byteLength);
  const zeroWhereFree = options.wipe === true ? whole : zones;
  const sourceBytes = Math.min(volume.byteLength, volumeBytes);
  let dataBytes = 0;
  let zeroBytes = 0;
  for await (const range of wantedRanges({ map: source.map, sourceBytes, edits, zeroWhereFree }, whole)) {
    throwIfAborted(signal);
    if (range.run === undefined && range.bytes === undefined) zeroBytes += range.byteLength;
    else dataBytes += range.byteLength;
  }
  return {
    volumeBytes,
    sourceBytes,
    targetBytes: target.byteLength,
    dataBytes,
    zeroBytes,
    leftBytes: target.byteLength - dataBytes - zeroBytes,
    tables: tablesOf(layout, target),
    zeroWhereFree,
    targetIsZero: target.isZero,
    edits,
  };
}

function requireSize(neededBytes: number, targetBytes: number): void {
  if (targetBytes >= neededBytes) return;
  throw targetTooSmall(targetBytes, neededBytes, `use a card or file of at least ${neededBytes} bytes`);
}

/** E_TARGET_TOO_SMALL (refused) with the exact sizes. */
export function targetTooSmall(targetBytes: number, neededBytes: number, hint: string): CardkeepError {
  const missing = neededBytes - targetBytes;
  const lack = `${missing} ${missing === 1 ? 'byte' : 'bytes'} too few`;
  const message = `the target has ${targetBytes} bytes, this version needs ${neededBytes} bytes: ${lack}`;
  return new CardkeepError('refused', 'E_TARGET_TOO_SMALL', message, { hint });
}

/**
 * A partition table counts in sectors: on a device with others every partition would be somewhere else, and a card that
 * compares equal byte for byte could not be read. A file has no sectors of its own.
 */
function requireSectors({ table, sectorSize }: Volume, target: RestoreTargetFacts): void {
  if ((target.isFile ?? target.isZero) || table === 'none' || sectorSize === target.sectorSize) return;
  throw new CardkeepError(
    'refused',
    'E_TARGET_SECTORS',
    `the target has sectors of ${target.sectorSize} bytes, the partition table of this version counts in ${sectorSize}`,
    { hint: `use a card or reader with sectors of ${sectorSize} bytes, or restore to an image file` },
  );
}

/** The first 4 and the last 2 MiB of the disk, of the target and of each partition. */
function proberZonesOf(
  partitions: readonly Pick<PartitionEntry, 'byteOffset' | 'byteLength'>[],
  volumeBytes: number,
  targetBytes: number,
): ExtentList {
  const ranges: [start: number, end: number][] = [
    [0, volumeBytes],
    [0, targetBytes],
    ...partitions.map(({ byteOffset, byteLength }): [number, number] => [byteOffset, byteOffset + byteLength]),
  ];
  const zones: [number, number][] = ranges.flatMap(([start, end]) => [
    [start, Math.min(start + PROBED_HEAD_BYTES, end)],
    [Math.max(end - PROBED_END_BYTES, start), end],
  ]);
  return clipExtents(extentsFrom(zones), 0, targetBytes);
}

function tablesOf(
  { tableExtents, ebrExtents }: Pick<DiskLayout, 'tableExtents' | 'ebrExtents'>,
  { byteLength, sectorSize }: RestoreTargetFacts,
): ExtentList {
  const backupBytes = sectorSize === 4096 ? GPT_BACKUP_SECTORS_4096 * 4096 : GPT_BACKUP_SECTORS_512 * 512;
  const ends = extentsFrom([
    [0, Math.min(MEBIBYTE, byteLength)],
    [Math.max(0, byteLength - backupBytes), byteLength],
  ]);
  const all = unionExtents(unionExtents(ends, tableExtents), ebrExtents);
  return clipExtents(sectorAligned(all, sectorSize), 0, byteLength);
}

/** Grown to whole sectors, so that they can be written to a device. */
function sectorAligned(list: ExtentList, sectorSize: number): ExtentList {
  const pairs: [number, number][] = [];
  for (let i = 0; i < list.count; i++) {
    pairs.push([
      Math.floor(list.starts[i]! / sectorSize) * sectorSize,
      Math.ceil(list.ends[i]! / sectorSize) * sectorSize,
    ]);
  }
  return extentsFrom(pairs);
}
