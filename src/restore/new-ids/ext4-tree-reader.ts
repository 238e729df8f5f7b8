/**
 * Folders and files of an ext file system. Sources: struct ext4_dir_entry_2 and ext4_xattr_ibody_header in Linux
 * fs/ext4/ext4.h and xattr.h; content in the inode: fs/ext4/inline.c.
 */
import { crc32cRaw } from '../../bytes/crc32c.ts';
import { type BlockSource } from '../../device/block-source.ts';
import { CorruptDataError } from '../../errors.ts';
import { BlockMapReader } from '../../filesystems/ext4/block-maps.ts';
import { RO_COMPAT } from '../../filesystems/ext4/features.ts';
import { type GroupDescriptors } from '../../filesystems/ext4/group-descriptors.ts';
import {
  FILE_TYPE,
  INODE,
  INODE_FLAG,
  inodeChecksumSeed,
  inodeFileType,
  inodeFlags,
  inodeMapRoot,
  inodeSize,
  isInodeChecksumRight,
} from '../../filesystems/ext4/inode.ts';
import { RangeCollector } from '../../filesystems/ext4/range-collector.ts';
import { type Superblock } from '../../filesystems/ext4/superblock.ts';
import { type FilePiece, type FileTree, type OpenFile, type PartitionBytes } from './file-tree.ts';

const MAX_FOLDER_BYTES = 4 * 1024 * 1024;
const MAP_ROOT_AT = 0x28;
const MAP_ROOT_BYTES = 60;
const INLINE_PARENT_BYTES = 4;
const EXTRA_SIZE_AT = 0x80;
const XATTR_MAGIC = 0xea020000;
const XATTR_INDEX_SYSTEM = 7;
const CHECKSUM_LOW_AT = 0x7c;
const CHECKSUM_HIGH_AT = 0x82;
/** EXT4_ENCRYPT_FL and EXT4_COMPR_FL: the bytes are not the content. EXT4_VERITY_FL: they have a checksum of their own. */
const FLAG = { compressed: 0x4, encrypted: 0x800, verity: 0x100000 } as const;

interface Tree {
  readonly partition: BlockSource;
  readonly sb: Superblock;
  readonly groups: GroupDescriptors;
}

interface Record {
  readonly inodeNumber: number;
  readonly byteOffset: number;
  readonly table: DataView;
}

/** Nodes are inode numbers. Damage on the way throws CorruptDataError. */
export function ext4FileTree(partition: BlockSource, sb: Superblock, groups: GroupDescriptors): FileTree<number> {
  const tree: Tree = { partition, sb, groups };
  return {
    root: INODE.root,
    isCaseless: false,
    async list(folder) {
      const record = await readRecord(tree, folder);
      if (inodeFileType(record.table, 0) !== FILE_TYPE.directory) return undefined;
      const byteLength = inodeSize(record.table, 0);
      if (isUnreadable(record) || byteLength > MAX_FOLDER_BYTES) return undefined;
      if (!isInline(record)) return decodeNames(await readPieces(tree, await mapPieces(tree, record), byteLength));
      const content = await readPieces(tree, inlinePieces(tree, record, byteLength), byteLength);
      // Entries do not pass from the map into the attribute; before them stands the number of the folder above.
      const head = decodeNames(content.subarray(INLINE_PARENT_BYTES, MAP_ROOT_BYTES));
      return new Map([...head, ...decodeNames(content.subarray(MAP_ROOT_BYTES))]);
    },
    async open(file, maxBytes) {
      const record = await readRecord(tree, file);
      const type = inodeFileType(record.table, 0);
      if (type === FILE_TYPE.symlink) return 'it is a symbolic link';
      if (type !== FILE_TYPE.regular) return undefined;
      if (isUnreadable(record)) return 'it is encrypted or compressed';
      const byteLength = inodeSize(record.table, 0);
      if (byteLength > maxBytes) return 'it is too large';
      const pieces = isInline(record) ? inlinePieces(tree, record, byteLength) : await mapPieces(tree, record);
      const open: OpenFile = { content: await readPieces(tree, pieces, byteLength), pieces };
      if (isInline(record)) return { ...open, finish: (edits) => [sealRecord(tree, record, edits)] };
      if (inodeFlags(record.table, 0) & FLAG.verity) return { ...open, isSealed: 'it is sealed (fs-verity)' };
      return sb.features.roCompat & RO_COMPAT.sharedBlocks ? { ...open, isSealed: 'its blocks are shared' } : open;
    },
  };
}

function isInline({ table }: Record): boolean {
  return (inodeFlags(table, 0) & INODE_FLAG.inlineData) !== 0;
}

function isUnreadable({ table }: Record): boolean {
  return (inodeFlags(table, 0) & (FLAG.encrypted | FLAG.compressed)) !== 0;
}

async function readRecord({ partition, sb, groups }: Tree, inodeNumber: number): Promise<Record> {
  if (inodeNumber < 1 || inodeNumber > sb.inodeCount) {
    throw new CorruptDataError('a directory names an inode that cannot be');
  }
  const group = Math.floor((inodeNumber - 1) / sb.inodesPerGroup);
  const place = ((inodeNumber - 1) % sb.inodesPerGroup) * sb.inodeSize;
  const byteOffset = groups.inodeTable[group]! * sb.blockSize + place;
  const bytes = await partition.read(byteOffset, sb.inodeSize);
  const table = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if ((sb.features.roCompat & RO_COMPAT.metadataChecksum) !== 0) {
    const isRight = isInodeChecksumRight(sb, table, 0, inodeChecksumSeed(sb, inodeNumber, table, 0));
    if (!isRight) throw new CorruptDataError(`the checksum of inode ${inodeNumber} is wrong`);
  }
  return { inodeNumber, byteOffset, table };
}

async function mapPieces({ partition, sb }: Tree, { inodeNumber, table }: Record): Promise<FilePiece[]> {
  const byteLength = inodeSize(table, 0);
  const maps = new BlockMapReader(sb, new RangeCollector());
  if ((inodeFlags(table, 0) & INODE_FLAG.extents) === 0) maps.addIndirectMap(0, inodeMapRoot(table, 0));
  else maps.addExtentTree(0, inodeMapRoot(table, 0), inodeChecksumSeed(sb, inodeNumber, table, 0));
  const pieces: FilePiece[] = [];
  for (const runs of await maps.resolve(partition)) {
    for (let i = 0; i < runs.count; i++) {
      const fileOffset = runs.logicalBlock[i]! * sb.blockSize;
      const length = Math.min(runs.blockCount[i]! * sb.blockSize, byteLength - fileOffset);
      if (length <= 0 || runs.isUnwritten[i] === 1) continue;
      pieces.push({ fileOffset, byteOffset: runs.block[i]! * sb.blockSize, byteLength: length });
    }
  }
  return pieces;
}

/** The first 60 bytes stand where the map would be, the rest in the attribute `system.data`. */
function inlinePieces({ sb }: Tree, { table, byteOffset }: Record, byteLength: number): FilePiece[] {
  const head = Math.min(MAP_ROOT_BYTES, byteLength);
  const pieces = [{ fileOffset: 0, byteOffset: byteOffset + MAP_ROOT_AT, byteLength: head }];
  if (byteLength === head) return pieces;
  const header = sb.inodeSize > 128 ? 128 + table.getUint16(EXTRA_SIZE_AT, true) : sb.inodeSize;
  if (header + 4 > sb.inodeSize || table.getUint32(header, true) !== XATTR_MAGIC) {
    throw new CorruptDataError('the content of an inode is cut short');
  }
  const first = header + 4;
  for (let at = first; at + 20 <= sb.inodeSize && table.getUint32(at, true) !== 0;) {
    const nameLength = table.getUint8(at);
    if (at + 16 + nameLength > sb.inodeSize) break;
    const name = String.fromCharCode(...new Uint8Array(table.buffer, table.byteOffset + at + 16, nameLength));
    const valueAt = first + table.getUint16(at + 2, true);
    const valueLength = table.getUint32(at + 8, true);
    if (table.getUint8(at + 1) === XATTR_INDEX_SYSTEM && name === 'data') {
      if (valueAt + valueLength > sb.inodeSize || valueLength < byteLength - head) break;
      return [...pieces, { fileOffset: head, byteOffset: byteOffset + valueAt, byteLength: byteLength - head }];
    }
    at += 16 + Math.ceil(nameLength / 4) * 4;
  }
  throw new CorruptDataError('the content of an inode is cut short');
}

/** The whole record with changed bytes and its checksum anew (ext4_inode_csum() in Linux fs/ext4/inode.c). */
function sealRecord({ sb }: Tree, record: Record, edits: readonly PartitionBytes[]): PartitionBytes {
  const bytes = new Uint8Array(record.table.buffer, record.table.byteOffset, sb.inodeSize).slice();
  for (const edit of edits) bytes.set(edit.bytes, edit.byteOffset - record.byteOffset);
  if ((sb.features.roCompat & RO_COMPAT.metadataChecksum) !== 0) {
    const table = new DataView(bytes.buffer);
    const hasHigh = sb.inodeSize > 128 && table.getUint16(EXTRA_SIZE_AT, true) >= 4;
    table.setUint16(CHECKSUM_LOW_AT, 0, true);
    if (hasHigh) table.setUint16(CHECKSUM_HIGH_AT, 0, true);
    const checksum = crc32cRaw(inodeChecksumSeed(sb, record.inodeNumber, table, 0), bytes);
    table.setUint16(CHECKSUM_LOW_AT, checksum & 0xffff, true);
    if (hasHigh) table.setUint16(CHECKSUM_HIGH_AT, checksum >>> 16, true);
  }
  return { byteOffset: record.byteOffset, bytes };
}

async function readPieces({ partition }: Tree, pieces: readonly FilePiece[], byteLength: number): Promise<Uint8Array> {
  const content = new Uint8Array(byteLength);
  for (const { fileOffset, byteOffset, byteLength: length } of pieces) {
    content.set(await partition.read(byteOffset, length), fileOffset);
  }
  return content;
}

/** An htree directory reads as a linear one: its index hides in entries without an inode. */
function decodeNames(directory: Uint8Array): Map<string, number> {
  const view = new DataView(directory.buffer, directory.byteOffset, directory.byteLength);
  const names = new Map<string, number>();
  for (let at = 0; at + 8 <= directory.byteLength;) {
    const inodeNumber = view.getUint32(at, true);
    const recordLength = view.getUint16(at + 4, true);
    const nameEnd = at + 8 + directory[at + 6]!;
    if (recordLength < 8) break;
    const name = new TextDecoder().decode(directory.subarray(at + 8, nameEnd));
    if (inodeNumber !== 0 && name !== '.' && name !== '..') names.set(name, inodeNumber);
    at += recordLength;
  }
  return names;
}
