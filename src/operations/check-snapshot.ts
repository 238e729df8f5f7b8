/**
 * Proves that a version can be restored: every chunk is read, decompressed and hashed, and the file systems are read
 * from the version like from a card. What they use must all be there.
 */
import { clipExtents, ExtentListBuilder, subtractExtents, totalBytes } from '../bytes/extent-list.ts';
import type { ExtentList } from '../bytes/extent-list.ts';
import { readDiskMap } from '../capture/disk-map.ts';
import { planCapture } from '../capture/capture-plan.ts';
import { CardkeepError, throwIfAborted } from '../errors.ts';
import { isKeepWhole } from '../filesystems/filesystem.ts';
import type { StoredSnapshot } from '../snapshot/catalog.ts';
import type { MapRun } from '../snapshot/map-reader.ts';
import { openSnapshotSource, readRun } from '../snapshot/snapshot-source.ts';
import type { SnapshotSource } from '../snapshot/snapshot-source.ts';
import type { Store } from '../store/store.ts';
import type { OperationOptions } from './progress.ts';

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

const READS_IN_FLIGHT = 8;
/** Enough to see what is wrong; a store that lost a pack would list thousands. */
const MOST_PROBLEMS = 100;

export async function checkSnapshot(
  store: Store,
  snapshot: StoredSnapshot,
  options: OperationOptions,
): Promise<SnapshotCheck> {
  const source = openSnapshotSource(store, snapshot.volume);
  const problems: SnapshotProblem[] = [];
  const note = (kind: SnapshotProblem['kind'], error: unknown, place: string): void => {
    if (!(error instanceof CardkeepError) || (error.kind !== 'damaged' && error.kind !== 'not-found')) throw error;
    if (problems.length < MOST_PROBLEMS) problems.push({ kind, what: `${place}: ${error.message}` });
  };
  let readBytes = 0;
  let dataRuns = 0;
  const kept = new ExtentListBuilder();
  const readOne = async (run: MapRun): Promise<void> => {
    try {
      // Not in one expression: it would read the sum before the wait and add to what it was then.
      const { byteLength } = await readRun(store, run);
      readBytes += byteLength;
    } catch (error) {
      note('chunk', error, `bytes ${run.byteOffset} to ${run.byteOffset + run.byteLength}`);
    }
  };
  const underWay: Promise<void>[] = [];
  try {
    for await (const run of source.map.runs(0, snapshot.volume.byteLength)) {
      throwIfAborted(options.signal);
      kept.add(run.byteOffset, run.byteOffset + run.byteLength);
      if (run.state !== 'data') continue;
      dataRuns++;
      const reading = readOne(run);
      // A failure is reported when its turn comes; until then it must not count as unhandled.
      reading.catch(() => undefined);
      underWay.push(reading);
      if (underWay.length >= READS_IN_FLIGHT) await underWay.shift();
      options.onProgress?.({ phase: 'check', doneBytes: readBytes, totalBytes: snapshot.counts.live });
    }
    await Promise.all(underWay);
  } catch (error) {
    note('map', error, 'the map');
  } finally {
    // The caller may close the store as soon as this has failed.
    await Promise.allSettled(underWay);
  }
  const fileSystems: string[] = [];
  try {
    fileSystems.push(...(await checkFileSystems(source, snapshot, kept.build(), problems)));
  } catch (error) {
    note('file-system', error, 'the file systems');
  }
  return { ok: problems.length === 0, readBytes, dataRuns, fileSystems, problems };
}

/** Reads tables and file systems of the version; every byte that they need must be data or zero in the map. */
async function checkFileSystems(
  source: SnapshotSource,
  snapshot: StoredSnapshot,
  kept: ExtentList,
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
    if (isKeepWhole(report)) {
      lines.push(`${name}: kept whole`);
      continue;
    }
    lines.push(
      `${name}: ${here.count === 0 ? 'consistent' : 'not consistent'}${report.clean ? '' : ', was not shut down cleanly'}`,
    );
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
