/** What a restore will do to a target, known and checked before the first byte is written. */
import {
  clipExtents,
  extentsFrom,
  intersectExtents,
  subtractExtents,
  totalBytes,
  unionExtents,
} from '../bytes/extent-list.ts';
import type { ExtentList } from '../bytes/extent-list.ts';
import { CardkeepError } from '../errors.ts';
import { isFileSystemAt } from '../filesystems/signatures.ts';
import { readDiskLayout } from '../layout/disk-layout.ts';
import type { SnapshotSource } from '../snapshot/snapshot-source.ts';
import type { Volume } from '../snapshot/snapshot.ts';

export interface RestorePlan {
  readonly volumeBytes: number;
  readonly targetBytes: number;
  readonly dataBytes: number;
  /** Bytes written as zeros: zero state, and free bytes where probers look. */
  readonly zeroBytes: number;
  /** Bytes left as they are on the target. */
  readonly leftBytes: number;
  /** Cleared before anything else and written last, so that a broken restore never looks like a good card. */
  readonly tables: ExtentList;
  /** Free bytes in these are written as zeros: a stale md, ZFS, LVM or GPT signature there misleads blkid and others. */
  readonly proberZones: ExtentList;
  /** True when the target is known to read as zeros where nothing was written (a file made just now). */
  readonly targetIsZero: boolean;
}

export interface RestoreTargetFacts {
  readonly byteLength: number;
  readonly sectorSize: number;
  readonly isZero: boolean;
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
  signal?: AbortSignal,
): Promise<RestorePlan> {
  if (target.byteLength < volume.byteLength) {
    const missing = volume.byteLength - target.byteLength;
    throw new CardkeepError(
      'refused',
      'E_TARGET_TOO_SMALL',
      `the target has ${target.byteLength} bytes, this version needs ${volume.byteLength} bytes: ${missing} ${missing === 1 ? 'byte' : 'bytes'} too few`,
      { hint: `use a card or file of at least ${volume.byteLength} bytes` },
    );
  }
  requireSectors(volume, target);
  const proberZones = proberZonesOf(volume, target.byteLength);
  const tables = await tablesOf(source, target, signal);
  let dataBytes = 0;
  let zeroBytes = 0;
  let used = extentsFrom([]);
  for await (const run of source.map.runs(0, volume.byteLength)) {
    if (run.state === 'data') dataBytes += run.byteLength;
    else zeroBytes += run.byteLength;
    const inZones = clipExtents(proberZones, run.byteOffset, run.byteOffset + run.byteLength);
    if (inZones.count > 0) used = unionExtents(used, inZones);
  }
  zeroBytes += totalBytes(subtractExtents(proberZones, used));
  return {
    volumeBytes: volume.byteLength,
    targetBytes: target.byteLength,
    dataBytes,
    zeroBytes,
    leftBytes: target.byteLength - dataBytes - zeroBytes,
    tables,
    proberZones,
    targetIsZero: target.isZero,
  };
}

/**
 * A partition table counts in sectors: on a device with others every partition would be somewhere else, and a card that
 * compares equal byte for byte could not be read. A file has no sectors of its own.
 */
function requireSectors({ table, sectorSize }: Volume, target: RestoreTargetFacts): void {
  if (target.isZero || table === 'none' || sectorSize === target.sectorSize) return;
  throw new CardkeepError(
    'refused',
    'E_TARGET_SECTORS',
    `the target has sectors of ${target.sectorSize} bytes, the partition table of this version counts in ${sectorSize}`,
    { hint: `use a card or reader with sectors of ${sectorSize} bytes, or restore to an image file` },
  );
}

/** The first 4 and the last 2 MiB of the volume, of the target and of each partition. */
function proberZonesOf(volume: Volume, targetBytes: number): ExtentList {
  const ranges: [start: number, end: number][] = [
    [0, volume.byteLength],
    [0, targetBytes],
    ...volume.partitions.map(({ byteOffset, byteLength }): [number, number] => [byteOffset, byteOffset + byteLength]),
  ];
  const zones: [number, number][] = ranges.flatMap(([start, end]) => [
    [start, Math.min(start + PROBED_HEAD_BYTES, end)],
    [Math.max(end - PROBED_END_BYTES, start), end],
  ]);
  return clipExtents(extentsFrom(zones), 0, targetBytes);
}

async function tablesOf(source: SnapshotSource, target: RestoreTargetFacts, signal?: AbortSignal): Promise<ExtentList> {
  const layout = await readDiskLayout(source, {
    isFileSystemAt: async (byteOffset) => isFileSystemAt(source, byteOffset),
    signal,
  });
  const backupBytes = target.sectorSize === 4096 ? GPT_BACKUP_SECTORS_4096 * 4096 : GPT_BACKUP_SECTORS_512 * 512;
  const ends = extentsFrom([
    [0, Math.min(MEBIBYTE, target.byteLength)],
    [Math.max(0, target.byteLength - backupBytes), target.byteLength],
  ]);
  const all = unionExtents(unionExtents(ends, layout.tableExtents), layout.ebrExtents);
  return intersectExtents(sectorAligned(all, target.sectorSize), extentsFrom([[0, target.byteLength]]));
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
