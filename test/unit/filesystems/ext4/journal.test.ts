import { describe, expect, it } from 'vitest';
import { crc32cRaw } from '../../../../src/bytes/crc32c.ts';
import { memorySource } from '../../../../src/device/block-source.ts';
import { CorruptDataError } from '../../../../src/errors.ts';
import { crc16 } from '../../../../src/filesystems/ext4/crc16.ts';
import { crc32Be } from '../../../../src/filesystems/ext4/crc32-be.ts';
import { readJournalLog } from '../../../../src/filesystems/ext4/journal-log.ts';
import { overlayJournal } from '../../../../src/filesystems/ext4/journal-overlay.ts';
import { decodeJournalSuperblock } from '../../../../src/filesystems/ext4/journal-superblock.ts';
import { type Journal } from '../../../../src/filesystems/ext4/journal.ts';

const BLOCK = 1024;
const LOG_BLOCKS = 16;
const MAGIC = 0xc03b3998;

/** A partition of 64 blocks whose journal is its blocks 40 to 55; `incompat` 0 or 1 (revoke). */
function card(start: number, incompat = 1): { bytes: Uint8Array; put: (at: number, words: readonly number[]) => void } {
  const bytes = new Uint8Array(64 * BLOCK);
  const view = new DataView(bytes.buffer);
  const put = (at: number, words: readonly number[]): void => {
    for (const [i, word] of words.entries()) view.setUint32((40 + at) * BLOCK + i * 4, word);
  };
  put(0, [MAGIC, 4, 0, BLOCK, LOG_BLOCKS, 1, 10, start, 0, 0, incompat, 0]);
  return { bytes, put };
}

function journalOf(bytes: Uint8Array): Journal {
  const superblock = decodeJournalSuperblock(bytes.subarray(40 * BLOCK, 41 * BLOCK));
  return { superblock, blocks: Float64Array.from({ length: LOG_BLOCKS }, (_, i) => 40 + i) };
}

const SAME_UUID = 2;
const LAST = 8;
const ESCAPED = 1;
const descriptor = (sequence: number, ...tags: readonly (readonly [block: number, flags: number])[]): number[] =>
  [MAGIC, 1, sequence].concat(
    tags.flatMap(([block, flags], i) => [block, flags | SAME_UUID | (i === tags.length - 1 ? LAST : 0)]),
  );
const commit = (sequence: number): number[] => [MAGIC, 2, sequence];
const revoke = (sequence: number, ...blocks: readonly number[]): number[] =>
  [MAGIC, 5, sequence, 16 + blocks.length * 4].concat(blocks);

async function replay(bytes: Uint8Array): ReturnType<typeof readJournalLog> {
  return readJournalLog(memorySource(bytes), journalOf(bytes), 64);
}

describe('the log of a journal', () => {
  it('is replayed over its end, with escapes, to its last commit', async () => {
    const { bytes, put } = card(14);
    put(14, descriptor(10, [7, 0], [8, ESCAPED]));
    put(15, [0x11111111]);
    put(1, [0, 0x22222222]);
    put(2, commit(10));
    put(3, descriptor(11, [7, 0]));
    put(4, [0x33333333]);
    put(5, commit(11));
    put(6, descriptor(12, [9, 0]));
    put(7, [0x44444444]);
    const journal = journalOf(bytes);
    const log = await replay(bytes);
    expect(new Set(log.replaced.keys())).toEqual(new Set([7, 8]));
    expect(log.named).toEqual(new Set([7, 8, 9]));
    expect(log).toMatchObject({ usedBlocks: 9, endsCleanly: false });
    const after = overlayJournal(memorySource(bytes), journal, log);
    const view = new DataView((await after.read(6 * BLOCK, 4 * BLOCK)).buffer);
    expect([0, 1, 2, 3].map((i) => view.getUint32(i * BLOCK))).toEqual([0, 0x33333333, MAGIC, 0]);
    expect(view.getUint32(2 * BLOCK + 4)).toBe(0x22222222);
    expect([...(await after.read(7 * BLOCK + 1, 2))]).toEqual([0x33, 0x33]);
    expect([...(await after.read(7 * BLOCK - 1, 2))]).toEqual([0, 0x33]);
  });

  it('does not replay what a later or the same transaction revokes', async () => {
    const { bytes, put } = card(1);
    put(1, descriptor(10, [7, 0], [8, 0]));
    put(4, commit(10));
    put(5, revoke(11, 7, 9));
    put(6, descriptor(11, [9, 0]));
    put(8, commit(11));
    put(9, descriptor(12, [7, 0]));
    put(11, commit(12));
    const log = await replay(bytes);
    expect(log.replaced).toEqual(
      new Map([
        [7, { journalBlock: 10, isEscaped: false }],
        [8, { journalBlock: 3, isEscaped: false }],
      ]),
    );
    expect(log.endsCleanly).toBe(true);
  });

  it('ends at stale blocks and never turns in circles', async () => {
    const stale = card(1);
    stale.put(1, commit(10));
    stale.put(2, commit(9));
    expect(await replay(stale.bytes)).toMatchObject({ usedBlocks: 1, endsCleanly: true });
    const full = card(1);
    for (let i = 1; i < LOG_BLOCKS; i++) full.put(i, revoke(10, 7));
    expect(await replay(full.bytes)).toMatchObject({ usedBlocks: LOG_BLOCKS - 1, endsCleanly: false });
  });

  it('is not believed with fast commits, blocks behind the end, or a wrong checksum', async () => {
    await expect(replay(card(1, 0x20).bytes)).rejects.toThrow();
    const far = card(1);
    far.put(1, descriptor(10, [64, 0]));
    far.put(3, commit(10));
    await expect(replay(far.bytes)).rejects.toThrow('behind the end');

    const { bytes, put } = card(1, 0x11);
    new DataView(bytes.buffer).setUint8(40 * BLOCK + 0x50, 4);
    const seal = (): void => {
      const head = bytes.slice(40 * BLOCK, 41 * BLOCK).fill(0, 0xfc, 0x100);
      put(
        0,
        [...new Uint32Array(0xfc / 4)].map((_, i) => new DataView(head.buffer).getUint32(i * 4)),
      );
      new DataView(bytes.buffer).setUint32(40 * BLOCK + 0xfc, crc32cRaw(0xffffffff, head));
    };
    seal();
    put(1, commit(10));
    await expect(replay(bytes)).rejects.toThrow('checksum');
  });

  it('has a superblock that is checked', () => {
    const { bytes } = card(1);
    const decodeWith = (at: number, value: number): unknown => {
      const copy = bytes.slice(40 * BLOCK, 41 * BLOCK);
      new DataView(copy.buffer).setUint32(at, value);
      return decodeJournalSuperblock(copy);
    };
    for (const [at, value] of [
      [0, 1],
      [4, 2],
      [0x10, 0],
      [0x14, 0],
      [0x1c, 16],
      [0x24, 2],
      [0x28, 0x40],
      [0x28, 0x18],
      [0x2c, 1],
    ] as const) {
      expect(() => decodeWith(at, value)).toThrow(CorruptDataError);
    }
  });
});

describe('checksums of old journals and descriptors', () => {
  it('agree with known values', () => {
    const digits = new TextEncoder().encode('123456789');
    // CRC-32/MPEG-2 and CRC-16/MODBUS of the catalogue of parametrised CRC algorithms.
    expect(crc32Be(0xffffffff, digits)).toBe(0x0376e6e7);
    expect(crc16(0xffff, digits)).toBe(0x4b37);
  });
});
