/**
 * Which files of a file system are what they were in an earlier version, told from inode records and block maps alone.
 * Every rule here was found by experiment: what changes a file's bytes without changing its record must not be carried.
 */
import type { RecordComparison } from '../filesystems/ext4/compare-records.ts';
import type { LiveMap } from '../filesystems/filesystem.ts';

/** A clock that is saved each hour and set back after a power cut goes back by less than this. */
const CLOCK_STEP_SECONDS = 2 * 3600;
/** Changes shortly before the file system was left may have been followed by others at the very same time. */
const RACE_SECONDS = 120;
const DAY_SECONDS = 24 * 3600;

/** A clean ext file system. */
export type ComparableMap = LiveMap & Required<Pick<LiveMap, 'inodes' | 'identity' | 'stamp' | 'mountTime'>>;

export interface SameFiles {
  /** For each file and directory 1 if its contents are those of the base. */
  readonly isSame: Uint8Array;
  /** Files that the base has too, under this inode and generation, and that differ. */
  readonly changedInPlace: readonly number[];
}

/** Why nothing can be carried over, in words that fit behind "all of it was read: ". */
export interface NotComparable {
  readonly reason: string;
}

/** `writeTimeBefore`: when the base was last written to, in seconds since 1970. */
export function judgeFiles(
  records: RecordComparison,
  now: ComparableMap,
  writeTimeBefore: number,
): SameFiles | NotComparable {
  const { newestBefore } = records;
  const isSame = new Uint8Array(records.isEqual);
  const changedInPlace: number[] = [];
  let oldestChange = Number.POSITIVE_INFINITY;
  for (let file = 0; file < now.inodes.count; file++) {
    const changeTime = now.inodes.changeTime[file]!;
    const isSameInode = records.isSameInode[file] === 1;
    if (isSameInode && changeTime < records.changeTimeBefore[file]!) return { reason: DIFFERENT_HISTORY };
    if (isSame[file] === 1) continue;
    if (isSameInode && file < now.inodes.fileCount) changedInPlace.push(file);
    // Moved by a defragmenter: read again, but no sign of another history.
    if (isSameInode && changeTime === records.changeTimeBefore[file]) continue;
    if (changeTime < newestBefore - CLOCK_STEP_SECONDS) return { reason: DIFFERENT_HISTORY };
    oldestChange = Math.min(oldestChange, changeTime);
  }
  const raceStart = Math.min(raceStartOf(now, writeTimeBefore, newestBefore), oldestChange);
  dropRacy(now, isSame, raceStart);
  return { isSame, changedInPlace };
}

const DIFFERENT_HISTORY = 'files on the card are older than in that version, so that it does not descend from it';

/** From then on a file may have been changed without a trace. */
function raceStartOf(now: ComparableMap, writeTimeBefore: number, newestBefore: number): number {
  const start = Math.min(writeTimeBefore, newestBefore);
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
