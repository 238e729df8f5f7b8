import { describe, expect, it } from 'vitest';
import { judgeFiles, type ComparableMap, type NotComparable, type SameFiles } from '../../../src/capture/same-files.ts';
import type { RecordComparison } from '../../../src/filesystems/ext4/compare-records.ts';
import { InodeFactsBuilder } from '../../../src/filesystems/inode-facts.ts';

/** Seconds since 1970. */
const LEFT = 1_700_000_000;
const LATER = LEFT + 86_400 * 3;
const LONG_AGO = LEFT - 86_400 * 100;

interface File {
  readonly inode: number;
  readonly generation?: number;
  readonly changeTime?: number;
  readonly modifyTime?: number;
  /** Stands for the bytes of its record and map blocks. */
  readonly record?: number;
  readonly isUntold?: boolean;
}

function mapOf(files: readonly File[], more: Partial<ComparableMap> = {}): ComparableMap {
  const facts = new InodeFactsBuilder();
  for (const { inode, generation = 7, changeTime = LONG_AGO, modifyTime = changeTime, isUntold = false } of files) {
    facts.add({ inode, generation, changeTime, modifyTime, recordOffset: inode * 256, isUntold });
  }
  const stamp = { mkfsTime: LONG_AGO - 1000 };
  return { mountTime: LATER, stamp, inodes: facts.pick([...files.keys()], new Set()), ...more } as ComparableMap;
}

function recordsOf(before: readonly File[], after: readonly File[]): RecordComparison {
  const found = after.map(({ inode, generation = 7 }) =>
    before.find((file) => file.inode === inode && (file.generation ?? 7) === generation),
  );
  return {
    isSameInode: Uint8Array.from(found, (file) => (file === undefined ? 0 : 1)),
    isEqual: Uint8Array.from(found, (file, i) => (file !== undefined && file.record === after[i]!.record ? 1 : 0)),
    changeTimeBefore: Float64Array.from(found, (file) => file?.changeTime ?? LONG_AGO),
    newestBefore: Math.max(...before.map(({ changeTime = LONG_AGO }) => changeTime).filter((time) => time <= LATER)),
  };
}

function judge(
  before: readonly File[],
  after: readonly File[],
  now: Partial<ComparableMap> = {},
): SameFiles | NotComparable {
  return judgeFiles(recordsOf(before, after), mapOf(after, now), LEFT);
}

/** The file that was changed last before the base was left. */
const LAST: File = { inode: 90, changeTime: LEFT - 5 };

function sameOf(before: File, after: File, more: readonly File[] = [], now: Partial<ComparableMap> = {}): unknown {
  const result = judge([before, LAST], [after, LAST, ...more], now);
  return 'reason' in result ? result.reason : result.isSame[0];
}

describe('a file is taken for the same', () => {
  const file: File = { inode: 20 };

  it('when its record and its places are', () => {
    expect(sameOf(file, file)).toBe(1);
  });

  it.each<readonly [string, File]>([
    ['its record is another', { inode: 20, record: 2, changeTime: LATER }],
    ['its record is another and its time the same', { inode: 20, record: 2 }],
    ['its inode was used again', { inode: 20, generation: 8, changeTime: LATER }],
    ['it is new', { inode: 21, changeTime: LATER }],
    ['it was moved', { inode: 20, record: 2, changeTime: LONG_AGO }],
    ['it leaves no trace', { inode: 20, isUntold: true }],
  ])('not when %s', (_, after) => {
    expect(sameOf(file, after)).toBe(0);
  });

  it.each<readonly [string, number, 0 | 1]>([
    ['long before the last use', LEFT - 1000, 1],
    ['two minutes before it', LEFT - 124, 0],
    ['at its end', LEFT, 0],
    ['in the future', LATER * 2, 0],
    ['before the file system was made', LONG_AGO - 2000, 0],
  ])('changed %s: %i', (_, changeTime, expected) => {
    expect(sameOf({ inode: 20, changeTime }, { inode: 20, changeTime })).toBe(expected);
  });

  it('not when only its time of modification is near', () => {
    const touched: File = { inode: 20, modifyTime: LEFT };
    expect(sameOf(touched, touched)).toBe(0);
  });

  it('not when it was changed after something that a clock set back dates before it', () => {
    const changed: File = { inode: 20, changeTime: LEFT - 3000 };
    expect(sameOf(changed, changed)).toBe(1);
    expect(sameOf(changed, changed, [{ inode: 21, changeTime: LEFT - 3500 }])).toBe(0);
    expect(sameOf(changed, changed, [], { mountTime: LEFT - 3500 })).toBe(0);
  });

  it.each<readonly [string, File, readonly File[]]>([
    ['a file is older than it was', { inode: 20, changeTime: LONG_AGO - 1 }, []],
    ['a new file is older than the last use by hours', { inode: 20 }, [{ inode: 21, changeTime: LEFT - 9000 }]],
  ])('none, when %s', (_, after, more) => {
    expect(sameOf(file, after, more)).toMatch(/^files on the card are older/u);
  });
});
