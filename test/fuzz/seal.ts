/** Makes checksums of a damaged ext image right again: an enemy can compute them as well. */
import { crc32cRaw } from '../../src/bytes/crc32c.ts';
import { crc16 } from '../../src/filesystems/ext4/crc16.ts';

interface Shape {
  readonly bytes: Buffer;
  readonly blockSize: number;
  readonly descriptorSize: number;
  readonly groupCount: number;
  readonly inodesPerGroup: number;
  readonly inodeSize: number;
  readonly clustersPerGroup: number;
  readonly seed: number;
  readonly descriptorsAt: number;
}

/** False when the superblock cannot be understood or there is nothing to seal. */
export function sealExt(bytes: Buffer): boolean {
  const roCompat = bytes.readUInt32LE(1024 + 0x64);
  const hasMetadataChecksum = (roCompat & 0x400) !== 0;
  const hasGroupChecksum = (roCompat & 0x10) !== 0;
  const shape = shapeOf(bytes);
  if (shape === undefined || !(hasMetadataChecksum || hasGroupChecksum)) return false;
  for (let group = 0; group < shape.groupCount; group++) {
    const at = shape.descriptorsAt + group * shape.descriptorSize;
    if (at + shape.descriptorSize > bytes.byteLength) break;
    if (hasMetadataChecksum) {
      sealBitmaps(shape, at);
      sealInodes(shape, group, at);
      sealDescriptor(shape, group, at);
    } else sealDescriptor16(shape, group, at);
  }
  if (hasMetadataChecksum) bytes.writeUInt32LE(crc32cRaw(0xffffffff, bytes.subarray(1024, 2044)), 2044);
  return true;
}

function shapeOf(bytes: Buffer): Shape | undefined {
  const u32 = (at: number): number => bytes.readUInt32LE(1024 + at);
  const blockSize = 1024 << Math.min(u32(0x18), 6);
  const incompat = u32(0x60);
  const isMetaBg = (incompat & 0x10) !== 0;
  const is64 = (incompat & 0x80) !== 0;
  const blocksPerGroup = u32(0x20);
  const groupCount = Math.ceil((u32(0x04) - u32(0x14)) / blocksPerGroup);
  const descriptorSize = is64 ? bytes.readUInt16LE(1024 + 0xfe) : 32;
  const inodeSize = bytes.readUInt16LE(1024 + 0x58);
  const inodesPerGroup = u32(0x28);
  if (bytes.readUInt16LE(1024 + 0x38) !== 0xef53 || isMetaBg || !(groupCount > 0 && groupCount < 100)) return undefined;
  if (inodeSize < 128 || inodeSize > blockSize || inodesPerGroup > 8192 || descriptorSize < 32) return undefined;
  const uuid = bytes.subarray(1024 + 0x68, 1024 + 0x78);
  return {
    bytes,
    blockSize,
    descriptorSize,
    groupCount,
    inodesPerGroup,
    inodeSize,
    clustersPerGroup: u32(0x24),
    seed: (incompat & 0x2000) === 0 ? crc32cRaw(0xffffffff, uuid) : u32(0x270),
    descriptorsAt: blockSize === 1024 ? 2048 : blockSize,
  };
}

function placeOf({ bytes, blockSize }: Shape, at: number, field: number, byteLength: number): number | undefined {
  const place = bytes.readUInt32LE(at + field) * blockSize;
  return place > 0 && place + byteLength <= bytes.byteLength ? place : undefined;
}

function sealBitmaps(shape: Shape, at: number): void {
  const { bytes, seed, descriptorSize } = shape;
  for (const [field, low, high, bits] of [
    [0x00, 0x18, 0x38, shape.clustersPerGroup],
    [0x04, 0x1a, 0x3a, shape.inodesPerGroup],
  ] as const) {
    const place = placeOf(shape, at, field, shape.blockSize);
    if (place === undefined || bits > shape.blockSize * 8) continue;
    const sum = crc32cRaw(seed, bytes.subarray(place, place + bits / 8));
    bytes.writeUInt16LE(sum & 0xffff, at + low);
    if (descriptorSize >= 64) bytes.writeUInt16LE(sum >>> 16, at + high);
  }
}

function sealInodes(shape: Shape, group: number, at: number): void {
  const { bytes, inodeSize, inodesPerGroup } = shape;
  const table = placeOf(shape, at, 0x08, inodesPerGroup * inodeSize);
  if (table === undefined) return;
  const key = Buffer.alloc(8);
  for (let i = 0; i < inodesPerGroup; i++) {
    const record = bytes.subarray(table + i * inodeSize, table + (i + 1) * inodeSize);
    if (record.readUInt16LE(0) === 0 && record.readUInt16LE(0x1a) === 0) continue;
    key.writeUInt32LE(group * inodesPerGroup + i + 1, 0);
    key.writeUInt32LE(record.readUInt32LE(0x64), 4);
    const hasHigh = inodeSize > 128 && record.readUInt16LE(0x80) >= 4;
    record.writeUInt16LE(0, 0x7c);
    if (hasHigh) record.writeUInt16LE(0, 0x82);
    const sum = crc32cRaw(crc32cRaw(shape.seed, key), record);
    record.writeUInt16LE(sum & 0xffff, 0x7c);
    if (hasHigh) record.writeUInt16LE(sum >>> 16, 0x82);
  }
}

function sealDescriptor({ bytes, seed, descriptorSize }: Shape, group: number, at: number): void {
  const number = Buffer.alloc(4);
  number.writeUInt32LE(group);
  bytes.writeUInt16LE(0, at + 0x1e);
  const sum = crc32cRaw(crc32cRaw(seed, number), bytes.subarray(at, at + descriptorSize));
  bytes.writeUInt16LE(sum & 0xffff, at + 0x1e);
}

function sealDescriptor16({ bytes, descriptorSize }: Shape, group: number, at: number): void {
  const number = Buffer.alloc(4);
  number.writeUInt32LE(group);
  const uuid = bytes.subarray(1024 + 0x68, 1024 + 0x78);
  let sum = crc16(crc16(crc16(0xffff, uuid), number), bytes.subarray(at, at + 0x1e));
  if (descriptorSize > 32) sum = crc16(sum, bytes.subarray(at + 0x20, at + descriptorSize));
  bytes.writeUInt16LE(sum, at + 0x1e);
}
