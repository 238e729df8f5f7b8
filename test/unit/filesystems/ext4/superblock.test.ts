import { describe, expect, it } from 'vitest';
import { memorySource } from '../../../../src/device/block-source.ts';
import { CorruptDataError } from '../../../../src/errors.ts';
import { findUnknownFeature, extVersion } from '../../../../src/filesystems/ext4/features.ts';
import { hasSuperblockCopy, primaryDescriptorBlocks } from '../../../../src/filesystems/ext4/group-layout.ts';
import { decodeSuperblock, readSuperblock } from '../../../../src/filesystems/ext4/superblock.ts';

/** A sound superblock of an ext2 file system of 1 KiB blocks, then changed. */
function superblock(change: (view: DataView) => void = () => undefined): Uint8Array {
  const bytes = new Uint8Array(1024);
  const view = new DataView(bytes.buffer);
  const set = (at: number, value: number): void => view.setUint32(at, value, true);
  set(0x00, 2 * 128);
  set(0x04, 10_000);
  set(0x14, 1);
  set(0x20, 8192);
  set(0x24, 8192);
  set(0x28, 128);
  view.setUint16(0x38, 0xef53, true);
  view.setUint16(0x3a, 1, true);
  set(0x4c, 1);
  view.setUint16(0x58, 128, true);
  set(0x64, 1);
  bytes.set(new TextEncoder().encode('rootfs'), 0x78);
  bytes.set([0x12, 0x34, 0x56, 0x78, 0x9a], 0x68);
  change(view);
  return bytes;
}

describe('the superblock', () => {
  it('gives geometry, label and UUID', () => {
    expect(decodeSuperblock(superblock())).toMatchObject({
      blockSize: 1024,
      blockCount: 10_000,
      firstDataBlock: 1,
      groupCount: 2,
      inodeCount: 256,
      label: 'rootfs',
      uuid: '12345678-9a00-0000-0000-000000000000',
      isValidState: true,
      hasErrors: false,
    });
  });

  it.each([
    ['magic', 0x38, 0],
    ['revision', 0x4c, 2],
    ['block size', 0x18, 7],
    ['cluster size without bigalloc', 0x1c, 1],
    ['block count', 0x04, 1],
    ['first block', 0x14, 0],
    ['blocks per group', 0x20, 8200],
    ['blocks per group of zero', 0x20, 0],
    ['inode size', 0x58, 100],
    ['inodes per group', 0x28, 0],
    ['inode count', 0x00, 255],
  ])('is refused with an impossible %s', (_, at, value) => {
    const bytes = superblock((view) => view.setUint32(at, value, true));
    expect(() => decodeSuperblock(bytes)).toThrow(CorruptDataError);
  });

  it('is refused with a wrong checksum, and when the source is too short', async () => {
    const sealed = superblock((view) => {
      view.setUint32(0x64, 0x401, true);
      view.setUint8(0x175, 1);
    });
    expect(() => decodeSuperblock(sealed)).toThrow('checksum');
    const image = new Uint8Array(4096);
    image.set(superblock(), 1024);
    await expect(readSuperblock(memorySource(image))).rejects.toThrow('larger than its partition');
    await expect(readSuperblock(memorySource(image.subarray(0, 1500)))).rejects.toThrow('cut short');
  });
});

describe('features', () => {
  it('make it ext2, ext3 or ext4', () => {
    expect(extVersion({ compat: 0x38, roCompat: 3, incompat: 2 })).toBe('ext2');
    expect(extVersion({ compat: 0x3c, roCompat: 3, incompat: 6 })).toBe('ext3');
    expect(extVersion({ compat: 0x3c, roCompat: 3, incompat: 0x42 })).toBe('ext4');
    expect(extVersion({ compat: 0x3c, roCompat: 0x400, incompat: 2 })).toBe('ext4');
  });

  it('that nobody knows are named', () => {
    expect(findUnknownFeature({ compat: 0, roCompat: 0, incompat: 0x80000000 })).toBe('FEATURE_I31');
    expect(findUnknownFeature({ compat: 0, roCompat: 0x80, incompat: 0 })).toBe('FEATURE_R7');
    expect(findUnknownFeature({ compat: 0x40, roCompat: 0, incompat: 0 })).toBe('FEATURE_C6');
    expect(findUnknownFeature({ compat: 0x3c, roCompat: 0x47b, incompat: 0x2c2 })).toBeUndefined();
  });
});

describe('copies of the superblock', () => {
  const base = decodeSuperblock(superblock());
  it('stand in groups 0, 1 and powers of 3, 5 and 7 under sparse_super', () => {
    const groups = Array.from({ length: 130 }, (_, group) => group).filter((group) => hasSuperblockCopy(base, group));
    expect(groups).toEqual([0, 1, 3, 5, 7, 9, 25, 27, 49, 81, 125]);
  });

  it('stand where sparse_super2 says', () => {
    const sb = { ...base, features: { ...base.features, compat: 0x200 }, backupGroups: [1, 77] as const };
    expect([0, 1, 3, 77, 81].filter((group) => hasSuperblockCopy(sb, group))).toEqual([0, 1, 77]);
  });

  it('are followed by the descriptors, which meta_bg puts into each meta group', () => {
    expect([...primaryDescriptorBlocks(base)]).toEqual([2]);
    const meta = { ...base, firstMetaGroup: 0, groupCount: 70 };
    expect([...primaryDescriptorBlocks(meta)]).toEqual([2, 1 + 32 * 8192, 1 + 64 * 8192]);
  });
});
