/**
 * Which earlier version a card descends from, by what the versions say of themselves: the same partitions, and counters
 * of the file systems that only grow. Without a version to descend from all of a card is read.
 */
import type { FileSystemStamp } from '../filesystems/filesystem.ts';
import type { StoredSnapshot } from '../snapshot/catalog.ts';
import type { SnapshotPartition, Volume } from '../snapshot/snapshot.ts';

export interface Base {
  readonly snapshot: StoredSnapshot;
  /** Indices of the partitions whose file systems may descend from those of the version. */
  readonly partitions: readonly number[];
  /** By index, why other ext file systems of the card are read as a whole. */
  readonly reasons: ReadonlyMap<number, string>;
}

/** Why all is read, in words that fit behind "all of it was read: ". */
export interface NoBase {
  readonly reason: string;
}

/**
 * `versions` of the card, ascending. The newest one wins, unless an older one is exactly what the card holds. A version
 * of a file system that was not shut down cleanly parts those before it from what comes after: what was written last
 * before the power went may have left no trace. Versions that are no ancestors part, too, but are never the base.
 */
export function chooseBase(
  versions: readonly StoredSnapshot[],
  now: Volume,
  isAncestor: (snapshot: StoredSnapshot) => boolean = () => true,
): Base | NoBase {
  const candidates = now.partitions.flatMap((partition, i) => (isComparable(partition) ? [i] : []));
  if (candidates.length === 0) return { reason: reasonOf(now) };
  const isParted = new Set<number>();
  let hasOtherSerial = false;
  let best: Base | undefined;
  let reason = 'no version of this card that is left can be compared';
  for (const snapshot of versions.toReversed()) {
    hasOtherSerial ||= isOtherSerial(snapshot, now);
    const difference = isAncestor(snapshot) ? differenceOf(snapshot, now, hasOtherSerial) : RESTORED_SINCE;
    if (difference !== undefined) {
      if (snapshot === versions.at(-1)) reason = difference;
      // Nothing is known of the state that a raw version is of.
      const isKnown = (i: number): boolean => snapshot.mode !== 'raw' && isComparable(snapshot.volume.partitions[i]);
      for (const i of candidates) if (!isKnown(i)) isParted.add(i);
      continue;
    }
    const pairs = candidates.map((i) => ({ i, before: snapshot.volume.partitions[i]!, after: now.partitions[i]! }));
    if (pairs.every(({ before, after }) => isComparable(before) && isEqualStamp(before.stamp, after.stamp))) {
      return { snapshot, partitions: candidates, reasons: reasonsOf(snapshot, now, candidates) };
    }
    const partitions = pairs
      .filter(({ i, before, after }) => !isParted.has(i) && mayDescend(before, after))
      .map(({ i }) => i);
    if (partitions.length > (best?.partitions.length ?? 0)) {
      best = { snapshot, partitions, reasons: reasonsOf(snapshot, now, partitions) };
    } else if (snapshot === versions.at(-1)) reason = whyNot(pairs[0]!.before, pairs[0]!.after);
    for (const { i, before } of pairs) if (!isComparable(before)) isParted.add(i);
  }
  return best ?? { reason };
}

const RESTORED_SINCE = 'an older version was restored since';

function reasonsOf({ volume }: StoredSnapshot, now: Volume, compared: readonly number[]): Map<number, string> {
  const reasons = new Map<number, string>();
  for (const [i, after] of now.partitions.entries()) {
    if (compared.includes(i) || !after.fileSystem.startsWith('ext')) continue;
    if (after.clean === false) reasons.set(i, 'it was not shut down cleanly');
    else reasons.set(i, isComparable(after) ? whyNot(volume.partitions[i]!, after) : 'it is kept whole');
  }
  return reasons;
}

type Comparable = SnapshotPartition & { readonly stamp: FileSystemStamp };

function isComparable(partition: SnapshotPartition | undefined): partition is Comparable {
  return partition?.clean === true && partition.stamp !== undefined;
}

function reasonOf({ partitions }: Volume): string {
  const isUnclean = partitions.some(({ clean }) => clean === false);
  return isUnclean ? 'the card was not shut down cleanly' : 'it holds no ext file system that can be compared';
}

function isOtherSerial({ volume }: StoredSnapshot, now: Volume): boolean {
  const serials = [volume.device.serial, now.device.serial];
  return serials.every((serial) => serial !== '') && serials[0] !== serials[1];
}

/**
 * Undefined when the version is of a device with the same size, table and partitions. `needsSerial`: where newer versions
 * are of another device, one without a serial number may be so, too.
 */
function differenceOf({ mode, volume, number }: StoredSnapshot, now: Volume, needsSerial: boolean): string | undefined {
  if (mode === 'raw') return `version ${number} was made with --raw`;
  if (needsSerial && volume.device.serial !== now.device.serial) {
    return `the card or its reader has another serial number than at version ${number}`;
  }
  const placesOf = ({ partitions }: Volume): string =>
    partitions.map(({ byteOffset, byteLength, type, uuid }) => [byteOffset, byteLength, type, uuid].join(' ')).join();
  const isSame =
    volume.byteLength === now.byteLength &&
    volume.sectorSize === now.sectorSize &&
    volume.table === now.table &&
    volume.signature === now.signature &&
    placesOf(volume) === placesOf(now);
  return isSame ? undefined : `its partitions are not those of version ${number}`;
}

function isEqualStamp(a: FileSystemStamp, b: FileSystemStamp | undefined): boolean {
  return (
    b !== undefined &&
    Object.keys(a).every((key) => a[key as keyof FileSystemStamp] === b[key as keyof FileSystemStamp])
  );
}

/** Mounts and kilobytes written only grow, through skipped checks, remounts and recovery; a full e2fsck sets its time. */
export function mayDescend(before: SnapshotPartition, after: SnapshotPartition): boolean {
  if (!isComparable(before) || !isComparable(after)) return false;
  const [a, b] = [before.stamp, after.stamp];
  return (
    a.mkfsTime === b.mkfsTime &&
    a.lastCheckTime === b.lastCheckTime &&
    a.mountCount <= b.mountCount &&
    a.kilobytesWritten <= b.kilobytesWritten
  );
}

function whyNot(before: SnapshotPartition, after: SnapshotPartition): string {
  if (before.clean === false) return 'the card was not shut down cleanly before the last version';
  if (!isComparable(before) || !isComparable(after)) return 'the last version kept its file system whole';
  if (before.stamp.mkfsTime !== after.stamp.mkfsTime) return 'its file system was made anew';
  if (before.stamp.lastCheckTime !== after.stamp.lastCheckTime) return 'its file system was checked since';
  return 'the card holds an older state than the last version';
}
