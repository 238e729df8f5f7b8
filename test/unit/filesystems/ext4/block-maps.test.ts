import { describe, expect, it } from 'vitest';
import { memorySource } from '../../../../src/device/block-source.ts';
import { CorruptDataError } from '../../../../src/errors.ts';
import { extentPairs } from '../../../../src/bytes/extent-list.ts';
import { BlockMapReader } from '../../../../src/filesystems/ext4/block-maps.ts';
import { RangeCollector } from '../../../../src/filesystems/ext4/range-collector.ts';
import { type Superblock } from '../../../../src/filesystems/ext4/superblock.ts';

const BLOCK_SIZE = 1024;
const BLOCK_COUNT = 4096;
const sb = {
  blockSize: BLOCK_SIZE,
  blockCount: BLOCK_COUNT,
  firstDataBlock: 1,
  features: { compat: 0, roCompat: 0, incompat: 0 },
} as Superblock;

/** A device of block numbers: `set(block, index, value)` writes a pointer. */
function device(): { bytes: Uint8Array; set: (block: number, index: number, value: number) => void } {
  const bytes = new Uint8Array(BLOCK_COUNT * BLOCK_SIZE);
  const view = new DataView(bytes.buffer);
  return { bytes, set: (block, index, value) => view.setUint32(block * BLOCK_SIZE + index * 4, value, true) };
}

function root(pointers: Readonly<Record<number, number>>): Uint8Array {
  const bytes = new Uint8Array(60);
  for (const [slot, block] of Object.entries(pointers)) {
    new DataView(bytes.buffer).setUint32(Number(slot) * 4, block, true);
  }
  return bytes;
}

async function rowsOf(reader: BlockMapReader, bytes: Uint8Array): Promise<number[][]> {
  const rows: number[][] = [];
  for (const table of await reader.resolve(memorySource(bytes))) {
    for (let i = 0; i < table.count; i++) {
      rows.push([table.owner[i]!, table.logicalBlock[i]!, table.block[i]!, table.blockCount[i]!]);
    }
  }
  return rows;
}

describe('indirect maps', () => {
  it('have direct, indirect, double and triple indirect blocks', async () => {
    const { bytes, set } = device();
    set(100, 0, 200);
    set(100, 1, 201);
    set(100, 255, 300);
    set(101, 3, 102);
    set(102, 7, 400);
    set(103, 1, 104);
    set(104, 2, 105);
    set(105, 9, 500);
    const maps = new RangeCollector();
    const reader = new BlockMapReader(sb, maps);
    reader.addIndirectMap(4, root({ 0: 50, 1: 51, 11: 60, 12: 100, 13: 101, 14: 103 }));
    expect(await rowsOf(reader, bytes)).toEqual([
      [4, 0, 50, 2],
      [4, 11, 60, 1],
      [4, 12, 200, 2],
      [4, 12 + 255, 300, 1],
      [4, 12 + 256 + 3 * 256 + 7, 400, 1],
      [4, 12 + 256 + 65536 + 65536 + 2 * 256 + 9, 500, 1],
    ]);
    expect(extentPairs(maps.build())).toEqual([[100 * BLOCK_SIZE, 106 * BLOCK_SIZE]]);
  });

  it('keep the rows of each owner together, in order', async () => {
    const { bytes, set } = device();
    for (let i = 0; i < 256; i++) {
      set(100, i, 1000 + i * 2);
      set(99, i, 2000 + i * 2);
    }
    const reader = new BlockMapReader(sb, new RangeCollector());
    reader.addIndirectMap(0, root({ 12: 100, 0: 7 }));
    reader.addIndirectMap(1, root({ 0: 8 }));
    reader.addIndirectMap(2, root({ 12: 99 }));
    const owners = (await rowsOf(reader, bytes)).map(([owner]) => owner);
    expect(owners).toEqual([1, ...Array.from({ length: 257 }, () => 0), ...Array.from({ length: 256 }, () => 2)]);
  });

  it('that share or repeat a block are refused, and end', async () => {
    const { bytes, set } = device();
    for (let i = 0; i < 256; i++) set(100, i, 100);
    const reader = new BlockMapReader(sb, new RangeCollector());
    reader.addIndirectMap(0, root({ 14: 100 }));
    await expect(reader.resolve(memorySource(bytes))).rejects.toThrow(CorruptDataError);
    const two = new BlockMapReader(sb, new RangeCollector());
    two.addIndirectMap(0, root({ 12: 100 }));
    two.addIndirectMap(1, root({ 12: 100 }));
    await expect(two.resolve(memorySource(bytes))).rejects.toThrow('share');
  });

  it('that lead out of the file system are refused', async () => {
    const { bytes, set } = device();
    for (const slot of [0, 12, 13, 14]) {
      for (const block of [1, BLOCK_COUNT, 0xffffffff]) {
        const reader = new BlockMapReader(sb, new RangeCollector());
        expect(() => reader.addIndirectMap(0, root({ [slot]: block }))).toThrow(CorruptDataError);
      }
    }
    set(100, 5, BLOCK_COUNT);
    const reader = new BlockMapReader(sb, new RangeCollector());
    reader.addIndirectMap(0, root({ 12: 100 }));
    await expect(reader.resolve(memorySource(bytes))).rejects.toThrow('outside');
  });
});

describe('extent trees', () => {
  it('whose only block holds nothing but itself are refused', async () => {
    const { bytes } = device();
    const tree = (at: number, depth: number, entries: number): void => {
      const view = new DataView(bytes.buffer, at);
      view.setUint32(0, (entries << 16) | 0xf30a, true);
      view.setUint16(4, 84, true);
      view.setUint16(6, depth, true);
      for (let i = 0; i < entries; i++) {
        view.setUint32(12 + i * 12, i * 1000, true);
        view.setUint32(16 + i * 12, 100, true);
      }
    };
    tree(100 * BLOCK_SIZE, 4, 84);
    tree(50 * BLOCK_SIZE, 5, 1);
    const reader = new BlockMapReader(sb, new RangeCollector());
    reader.addExtentTree(0, bytes.slice(50 * BLOCK_SIZE, 50 * BLOCK_SIZE + 60), 0);
    await expect(reader.resolve(memorySource(bytes))).rejects.toThrow(CorruptDataError);
  });
});
