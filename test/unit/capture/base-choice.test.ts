/** Which version a card descends from. */
import { describe, expect, it } from 'vitest';
import { chooseBase } from '../../../src/capture/base-choice.ts';
import type { StoredSnapshot } from '../../../src/snapshot/catalog.ts';
import type { Volume } from '../../../src/snapshot/snapshot.ts';

function volume(mountCount: number, clean = true): Volume {
  return {
    byteLength: 1e9,
    sectorSize: 512,
    levels: 1,
    mapRoot: '',
    device: { path: '', model: '', serial: '', bus: '' },
    table: 'mbr',
    signature: '00000001',
    partitions: [
      {
        number: 1,
        byteOffset: 1_048_576,
        byteLength: 9e8,
        type: '0x83',
        name: '',
        fileSystem: 'ext4',
        label: '',
        uuid: 'u',
        liveBytes: 0,
        clean,
        note: '',
        stamp: {
          mkfsTime: 1,
          writeTime: 100 + mountCount,
          kilobytesWritten: BigInt(mountCount * 10),
          mountCount,
          journalSequence: mountCount,
          lastCheckTime: 1,
          freeBlocks: 5,
          freeInodes: 5,
        },
      },
    ],
  };
}

function version(number: number, mountCount: number, clean = true): StoredSnapshot {
  return {
    id: `${number}`.repeat(64),
    cardId: 'c'.repeat(32),
    card: 'octopi',
    number,
    parent: '',
    base: '',
    startedMs: number,
    finishedMs: number,
    utcOffsetMinutes: 0,
    host: '',
    tool: '',
    note: '',
    tags: [],
    mode: 'full',
    modeReason: '',
    volume: volume(mountCount, clean),
    counts: { live: 0, read: 0, carried: 0, proved: 0, newBytes: 0, newChunks: 0, stored: 0 },
    attachments: [],
    proof: { readShare: 1000, oldestReadSnapshot: '' },
  };
}

function chosen(versions: readonly StoredSnapshot[], now: Volume, ancestors?: readonly number[]): number | string {
  const choice = chooseBase(versions, now, ({ number }) => ancestors?.includes(number) ?? true);
  return 'reason' in choice ? choice.reason : choice.snapshot.number;
}

describe('the base of a quick backup', () => {
  it('is the newest version whose counters are not above those of the card', () => {
    expect(chosen([version(1, 3), version(2, 5), version(3, 9)], volume(7))).toBe(2);
    expect(chosen([version(1, 3), version(2, 5)], volume(5))).toBe(2);
    expect(chosen([version(1, 8)], volume(7))).toBe('the card holds an older state than the last version');
  });

  it('is an older one that is exactly what the card holds', () => {
    expect(chosen([version(1, 3), version(2, 3), version(3, 5)], volume(3))).toBe(2);
  });

  it('does not lie before a version that was not shut down cleanly', () => {
    expect(chosen([version(1, 3), version(2, 5, false)], volume(7))).toBe(
      'the card was not shut down cleanly before the last version',
    );
    expect(chosen([version(1, 3), version(2, 5, false), version(3, 6)], volume(7))).toBe(3);
  });

  it('is no version that a restore went back behind, and those part all the same', () => {
    expect(chosen([version(1, 3), version(2, 5)], volume(7), [1])).toBe(1);
    expect(chosen([version(1, 3), version(2, 5, false)], volume(7), [1])).toBe('an older version was restored since');
  });
});
