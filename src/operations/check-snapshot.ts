/**
 * Proves that a version can be restored: every chunk is read, decompressed and hashed, and the file systems are read
 * from the version like from a card. What they use must all be there.
 */
import { clipExtents, ExtentListBuilder, subtractExtents, totalBytes } from '../bytes/extent-list.ts';
import type { ExtentList } from '../bytes/extent-list.ts';
import { readDiskMap } from '../capture/disk-map.ts';
import { planCapture } from '../capture/capture-plan.ts';
import { isKeepWhole } from '../filesystems/filesystem.ts';
import type { StoredSnapshot } from '../snapshot/catalog.ts';
import { openSnapshotSource } from '../snapshot/snapshot-source.ts';
import type { SnapshotSource } from '../snapshot/snapshot-source.ts';
import type { Store } from '../store/store.ts';
import type { OperationOptions } from './progress.ts';
import { damageMessage, readBack } from './read-back.ts';
import type { ReadBack } from './read-back.ts';

export interface SnapshotProblem {
  readonly kind: 'chunk' | 'map' | 'file-system';
  readonly what: string;
}

export interface SnapshotCheck {
  readonly ok: boolean;
  readonly readBytes: number;
  /** Distinct runs of data that were read. */
  readonly dataRuns: number;
  /** One line a file system: "p2 ext4 rootfs: consistent". */
  readonly fileSystems: readonly string[];
  readonly problems: readonly SnapshotProblem[];
}

export async function checkSnapshot(
  store: Store,
  snapshot: StoredSnapshot,
  options: OperationOptions,
): Promise<SnapshotCheck> {
  const source = openSnapshotSource(store, snapshot.volume);
  const content = await readBack(store, source, snapshot.counts.live, options);
  const { readBytes, dataRuns, mapProblem } = content;
  const problems = content.problems.map((what): SnapshotProblem => ({ kind: 'chunk', what }));
  if (mapProblem !== undefined) problems.push({ kind: 'map', what: `the map: ${mapProblem}` });
  const fileSystems: string[] = [];
  try {
    fileSystems.push(...(await checkFileSystems(source, snapshot, content, problems)));
  } catch (error) {
    const message = damageMessage(error);
    const isTold = problems.some(({ what }) => what.includes(message));
    if (!isTold) problems.push({ kind: 'file-system', what: `the file systems cannot be read: ${message}` });
    fileSystems.push('the file systems cannot be read');
  }
  return { ok: problems.length === 0, readBytes, dataRuns, fileSystems, problems };
}

/** Reads tables and file systems of the version; every byte that they need must be data or zero in the map. */
async function checkFileSystems(
  source: SnapshotSource,
  snapshot: StoredSnapshot,
  { kept, damaged }: ReadBack,
  problems: SnapshotProblem[],
): Promise<string[]> {
  const disk = await readDiskMap(source, {});
  const needed = new ExtentListBuilder();
  for (const segment of planCapture(disk).segments())
    needed.add(segment.byteOffset, segment.byteOffset + segment.byteLength);
  let lost = subtractExtents(needed.build(), kept);
  const lines: string[] = [];
  for (const { entry, report } of disk.partitions) {
    const place = entry.number === 0 ? 'the card' : `p${entry.number}`;
    const name = [place, report.type ?? 'unknown', report.label ?? ''].filter((part) => part !== '').join(' ');
    const end = Math.min(entry.byteOffset + entry.byteLength, source.byteLength);
    const here = clipExtents(lost, entry.byteOffset, end);
    lost = subtractExtents(lost, here);
    if (here.count > 0) problems.push(notInVersion(name, here));
    const damagedBytes = totalBytes(clipExtents(damaged, entry.byteOffset, end));
    const words = `${damagedBytes} bytes of it are damaged`;
    if (isKeepWhole(report)) {
      lines.push(`${name}: kept whole${damagedBytes > 0 ? `, ${words}` : ''}`);
      continue;
    }
    const state = here.count === 0 ? 'consistent' : 'not consistent';
    lines.push(`${name}: ${damagedBytes > 0 ? words : state}${report.clean ? '' : ', was not shut down cleanly'}`);
  }
  if (lost.count > 0) problems.push(notInVersion('outside of the partitions', lost));
  if (disk.partitions.length !== snapshot.volume.partitions.length) {
    problems.push({ kind: 'file-system', what: 'its partition table is not the one that was backed up' });
  }
  return lines;
}

function notInVersion(place: string, lost: ExtentList): SnapshotProblem {
  return { kind: 'file-system', what: `${place}: ${totalBytes(lost)} bytes that must be kept are not in this version` };
}
