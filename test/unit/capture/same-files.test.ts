import { describe, expect, it } from 'vitest';
import { compareFiles, type ComparableMap } from '../../../src/capture/same-files.ts';
import { FileExtentsBuilder } from '../../../src/filesystems/file-extents.ts';
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
  readonly record?: number;
  readonly isUntold?: boolean;
  readonly runs?: readonly (readonly [logical: number, place: number, length: number])[];
}

function mapOf(
  files: readonly File[],
  more: Partial<ComparableMap> & { readonly writeTime?: number } = {},
): ComparableMap {
  const extents = new FileExtentsBuilder();
  const facts = new InodeFactsBuilder(true);
  for (const { inode, generation = 7, changeTime = LONG_AGO, modifyTime = changeTime, record = 1, ...rest } of files) {
    extents.nextFile();
    for (const [logical, place, length] of rest.runs ?? [[0, inode * 65_536, 4096]])
      extents.add(logical, place, length);
    const fingerprint = new Uint8Array(16).fill(record);
    facts.add({ inode, generation, changeTime, modifyTime, fingerprint, isUntold: rest.isUntold === true });
  }
  const { writeTime = LEFT, ...others } = more;
  const stamp = { mkfsTime: LONG_AGO - 1000, writeTime };
  const inodes = facts.pick([...files.keys()], new Set());
  return { identity: 'a', mountTime: LATER, stamp, inodes, files: extents.build(), ...others } as ComparableMap;
}

/** The file that was changed last before the base was left. */
const LAST: File = { inode: 90, changeTime: LEFT - 5 };

function sameOf(before: File, after: File, more: readonly File[] = [], now: Parameters<typeof mapOf>[1] = {}): unknown {
  const result = compareFiles(mapOf([before, LAST]), mapOf([after, LAST, ...more], now), LATER + 100);
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
    ['it was moved', { inode: 20, runs: [[0, 4_000_000, 4096]] }],
    ['a part of it was moved within it', { inode: 20, runs: [[4096, 20 * 65_536, 4096]] }],
    ['it has more', { inode: 20, runs: [[0, 20 * 65_536, 8192]] }],
    ['it lies in more places', { inode: 20, runs: [[0, 20 * 65_536, 4096], [8192, 5_000_000, 4096]] }], // prettier-ignore
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

  it('none, when it is another file system', () => {
    expect(sameOf(file, file, [], { identity: 'b' })).toBe('the file system was checked, resized or made anew');
  });

  it('nothing of a base that comes from the future is', () => {
    const result = compareFiles(mapOf([file, LAST]), mapOf([file, LAST]), LONG_AGO - 5000);
    expect('isSame' in result && [...result.isSame]).toEqual([0, 0]);
  });
});
