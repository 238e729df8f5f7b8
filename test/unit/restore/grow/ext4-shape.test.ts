import { describe, expect, it } from 'vitest';
import { COMPAT, INCOMPAT, RO_COMPAT } from '../../../../src/filesystems/ext4/features.ts';
import { decodeSuperblock, type Superblock } from '../../../../src/filesystems/ext4/superblock.ts';
import {
  bytesForBlocks,
  growShape,
  leastShape,
  shapeFor,
  wholeBlocks,
} from '../../../../src/restore/grow/ext4-shape.ts';

const GIB = 1024 ** 3;

/** 4 KiB blocks, 8192 inodes of 256 bytes a group, as mke2fs makes it of 16 GiB. */
function superblock(change: Partial<Superblock> = {}): Superblock {
  const bytes = new Uint8Array(1024);
  const view = new DataView(bytes.buffer);
  const set = (at: number, value: number): void => view.setUint32(at, value, true);
  set(0x00, 128 * 8192);
  set(0x04, 128 * 32768);
  set(0x18, 2);
  set(0x1c, 2);
  set(0x20, 32768);
  set(0x24, 32768);
  set(0x28, 8192);
  view.setUint16(0x38, 0xef53, true);
  view.setUint16(0x3a, 1, true);
  set(0x4c, 1);
  view.setUint16(0x58, 256, true);
  set(0x5c, COMPAT.resizeInode);
  set(0x60, INCOMPAT.bits64 | INCOMPAT.extents);
  set(0x64, RO_COMPAT.sparseSuper);
  view.setUint16(0xfe, 64, true);
  view.setUint16(0xce, 1024, true);
  return { ...decodeSuperblock(bytes), ...change };
}

const without64 = (sb: Superblock): Superblock => ({
  ...sb,
  descriptorSize: 32,
  features: { ...sb.features, incompat: INCOMPAT.extents },
});

describe('becoming smaller', () => {
  const old = superblock({ blockSize: 1024, firstDataBlock: 1, blockCount: 8192 * 6 + 1, blocksPerGroup: 8192 });

  it('has a least size that is as large as a partition of it gives', () => {
    for (let count = 8192 * 2; count < old.blockCount; count += 1) {
      const least = leastShape(old, count).blockCount;
      expect(least).toBeGreaterThanOrEqual(count);
      const byteLength = bytesForBlocks(old, least);
      expect(shapeFor(old, wholeBlocks(old, byteLength)).sb.blockCount).toBe(least);
      expect(shapeFor(old, wholeBlocks(old, byteLength - 1)).sb.blockCount).toBeLessThan(count);
    }
  });
});

describe('growing', () => {
  it('keeps the heads of groups as long as they are', () => {
    const { sb, convertsToMetaGroups, limitedBy } = growShape(superblock(), 1024 * GIB);
    expect(sb).toMatchObject({ blockCount: 2 ** 28, groupCount: 8192, inodeCount: 8192 * 8192 });
    // 2 descriptor blocks of 1026 became 128.
    expect(sb.reservedDescriptorBlocks).toBe(898);
    expect({ convertsToMetaGroups, limitedBy }).toEqual({ convertsToMetaGroups: false, limitedBy: undefined });
  });

  it('leaves out what is no whole page, and a last group that is too small', () => {
    const whole = 16 * GIB;
    // 512 blocks of table, two of bitmaps, 50 to spare; group 128 has no copy.
    expect(growShape(superblock(), whole + 563 * 4096).sb.groupCount).toBe(128);
    expect(growShape(superblock(), whole + 564 * 4096).sb).toMatchObject({
      groupCount: 129,
      blockCount: 128 * 32768 + 564,
    });
    const small = superblock({ blockSize: 1024, firstDataBlock: 1, blockCount: 8192 * 4 + 1001, blocksPerGroup: 8192 });
    expect(growShape({ ...small, inodesPerGroup: 1024 }, (8192 * 4 + 1007) * 1024).sb.blockCount % 4).toBe(0);
  });

  it('counts the head of a last group with a copy', () => {
    const old = superblock({ groupCount: 5, blockCount: 5 * 32768, reservedDescriptorBlocks: 100 });
    const needed = 512 + 2 + 50 + 1 + 1 + 100;
    // 3^2 = 9.
    const nine = 9 * 32768;
    expect(growShape(old, (nine + needed - 1) * 4096).sb.groupCount).toBe(9);
    expect(growShape(old, (nine + needed) * 4096).sb.groupCount).toBe(10);
  });

  it('never makes it smaller', () => {
    const old = superblock({ blockCount: 128 * 32768 - 1 });
    expect(growShape(old, 16 * GIB - 4096).sb).toBe(old);
    expect(growShape(old, 1).sb).toBe(old);
  });

  it('goes on with descriptors in their groups when no reserved block is left', () => {
    const old = superblock({ reservedDescriptorBlocks: 3 });
    expect(growShape(old, 5 * 8 * GIB).convertsToMetaGroups).toBe(false);
    const { sb, convertsToMetaGroups } = growShape(old, 5 * 8 * GIB + GIB);
    expect(convertsToMetaGroups).toBe(true);
    expect(sb).toMatchObject({ firstMetaGroup: 5, reservedDescriptorBlocks: 0 });
    expect(sb.features.compat & COMPAT.resizeInode).toBe(0);
    expect(sb.features.incompat & INCOMPAT.metaBg).not.toBe(0);
  });

  it('ends where the format ends', () => {
    const narrow = growShape(without64(superblock()), 20 * 1024 * GIB);
    expect(narrow.sb.blockCount).toBe(2 ** 32 - 1);
    expect(narrow.limitedBy).toContain('64bit');
    const crowded = superblock({ inodesPerGroup: 32768, inodeCount: 128 * 32768, reservedDescriptorBlocks: 0 });
    const limited = growShape(crowded, 20 * 1024 * GIB);
    expect(limited.sb.groupCount).toBe(131071);
    expect(limited.limitedBy).toContain('2^32 inodes');
    // The resize inode goes when its blocks are used up, and its limit with it.
    expect(growShape(superblock(), 20 * 1024 * GIB)).toMatchObject({
      limitedBy: undefined,
      convertsToMetaGroups: true,
      sb: { blockCount: 5 * 2 ** 30 },
    });
  });

  it('moves the second copy of sparse_super2 to the last group', () => {
    const compat = COMPAT.resizeInode | COMPAT.sparseSuper2;
    const sparse = (change: Partial<Superblock>): Superblock => {
      const sb = superblock(change);
      return { ...sb, features: { ...sb.features, compat } };
    };
    expect(shapeFor(sparse({ backupGroups: [1, 127] }), 300 * 32768).sb.backupGroups).toEqual([1, 299]);
    expect(shapeFor(sparse({ backupGroups: [1, 0] }), 300 * 32768).sb.backupGroups).toEqual([1, 0]);
    expect(shapeFor(sparse({ groupCount: 1, blockCount: 32768 }), 2 * 32768).sb.backupGroups).toEqual([1, 0]);
    const two = sparse({ groupCount: 2, blockCount: 2 * 32768, backupGroups: [1, 0] });
    expect(shapeFor(two, 3 * 32768).sb.backupGroups).toEqual([1, 2]);
  });
});
