/**
 * Which files of a file system are what they were in an earlier version, told from inode records and block maps alone.
 * Every rule here was found by experiment: what changes a file's bytes without changing its record must not be carried.
 */
import { FINGERPRINT_BYTES } from '../filesystems/inode-facts.ts';
import type { InodeFacts } from '../filesystems/inode-facts.ts';
import type { FileExtents } from '../filesystems/file-extents.ts';
import type { LiveMap } from '../filesystems/filesystem.ts';
import { equalBytes } from '../bytes/hex.ts';

/** A clock that is saved each hour and set back after a power cut goes back by less than this. */
const CLOCK_STEP_SECONDS = 2 * 3600;
/** Changes shortly before the file system was left may have been followed by others at the very same time. */
const RACE_SECONDS = 120;
const DAY_SECONDS = 24 * 3600;

/** A clean ext file system, scanned with `compares`. */
export type ComparableMap = LiveMap & Required<Pick<LiveMap, 'inodes' | 'identity' | 'stamp' | 'mountTime'>>;

export interface SameFiles {
  /** For each file 1 if its contents are those of the base. */
  readonly isSame: Uint8Array;
  /** Files that the base has too, under this inode and generation, and that differ. */
  readonly changedInPlace: readonly number[];
}

/** Why nothing can be carried over, in words that fit behind "all of it was read: ". */
export interface NotComparable {
  readonly reason: string;
}

/** `nowSeconds`: times behind it are the work of a wrong clock. */
export function compareFiles(base: ComparableMap, now: ComparableMap, nowSeconds: number): SameFiles | NotComparable {
  if (base.identity !== now.identity) return { reason: 'the file system was checked, resized or made anew' };
  const newestInBase = newestTime(base.inodes, nowSeconds);
  const known = new FileIndex(base.inodes);
  const [baseRows, nowRows] = [firstRows(base.files, base.inodes.count), firstRows(now.files, now.inodes.count)];
  const isSame = new Uint8Array(now.inodes.count);
  const changedInPlace: number[] = [];
  let oldestChange = Number.POSITIVE_INFINITY;
  for (let file = 0; file < now.inodes.count; file++) {
    const before = known.find(now.inodes.inode[file]!);
    const changeTime = now.inodes.changeTime[file]!;
    const isSameInode = before >= 0 && base.inodes.generation[before] === now.inodes.generation[file];
    if (isSameInode && changeTime < base.inodes.changeTime[before]!) return { reason: DIFFERENT_HISTORY };
    const isEqual =
      isSameInode &&
      equalFingerprints(base.inodes, before, now.inodes, file) &&
      equalRows(base.files, baseRows, before, now.files, nowRows, file);
    if (isEqual) {
      isSame[file] = 1;
      continue;
    }
    if (isSameInode) changedInPlace.push(file);
    // Moved by a defragmenter: read again, but no sign of another history.
    if (isSameInode && changeTime === base.inodes.changeTime[before]) continue;
    if (changeTime < newestInBase - CLOCK_STEP_SECONDS) return { reason: DIFFERENT_HISTORY };
    oldestChange = Math.min(oldestChange, changeTime);
  }
  dropRacy(now, isSame, Math.min(raceStart(base, now, newestInBase), oldestChange));
  return { isSame, changedInPlace };
}

const DIFFERENT_HISTORY = 'files on the card are older than in that version, so that it does not descend from it';

/** From then on a file may have been changed without a trace. */
function raceStart(base: ComparableMap, now: ComparableMap, newestInBase: number): number {
  const start = Math.min(base.stamp.writeTime, newestInBase);
  return Math.abs(now.mountTime - start) < DAY_SECONDS ? Math.min(start, now.mountTime) : start;
}

/** Takes back what was changed too near to when the base was made, before the file system was, or leaves no trace. */
function dropRacy({ inodes, stamp }: ComparableMap, isSame: Uint8Array, raceStartSeconds: number): void {
  const limit = raceStartSeconds - RACE_SECONDS;
  for (let file = 0; file < inodes.count; file++) {
    const changeTime = inodes.changeTime[file]!;
    const isRacy = changeTime >= limit || inodes.modifyTime[file]! >= limit || changeTime < stamp.mkfsTime;
    if (isRacy || inodes.isUntold[file] === 1) isSame[file] = 0;
  }
}

function newestTime({ changeTime }: InodeFacts, notAfter: number): number {
  let newest = 0;
  for (const time of changeTime) if (time > newest && time <= notAfter) newest = time;
  return newest;
}

/** Files by inode number. */
class FileIndex {
  readonly #order: Uint32Array;
  readonly #inode: Uint32Array;

  constructor({ inode }: InodeFacts) {
    this.#inode = inode;
    this.#order = new Uint32Array(inode.length).map((_, i) => i).sort((a, b) => inode[a]! - inode[b]!);
  }

  /** -1 when there is none. */
  find(inode: number): number {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#inode[this.#order[middle]!]! < inode) low = middle + 1;
      else high = middle;
    }
    const file = this.#order[low];
    return file !== undefined && this.#inode[file] === inode ? file : -1;
  }
}

/** First row of each file, and the end of the last. */
function firstRows(files: FileExtents, fileCount: number): Uint32Array {
  const first = new Uint32Array(fileCount + 1).fill(files.count);
  for (let row = files.count - 1; row >= 0; row--) first[files.file[row]!] = row;
  return first;
}

function equalFingerprints(a: InodeFacts, i: number, b: InodeFacts, k: number): boolean {
  const of = ({ fingerprint }: InodeFacts, row: number): Uint8Array =>
    fingerprint.subarray(row * FINGERPRINT_BYTES, (row + 1) * FINGERPRINT_BYTES);
  const own = of(a, i);
  return own.byteLength === FINGERPRINT_BYTES && equalBytes(own, of(b, k));
}

function equalRows(
  a: FileExtents,
  aFirst: Uint32Array,
  i: number,
  b: FileExtents,
  bFirst: Uint32Array,
  k: number,
): boolean {
  const count = aFirst[i + 1]! - aFirst[i]!;
  if (bFirst[k + 1]! - bFirst[k]! !== count) return false;
  for (let n = 0; n < count; n++) {
    const x = aFirst[i]! + n;
    const y = bFirst[k]! + n;
    const isEqual =
      a.logicalOffset[x] === b.logicalOffset[y] &&
      a.byteOffset[x] === b.byteOffset[y] &&
      a.byteLength[x] === b.byteLength[y];
    if (!isEqual) return false;
  }
  return true;
}
