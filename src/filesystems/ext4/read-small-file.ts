/**
 * The content of one small file by its path, without listing the tree: for `/etc/hostname`, which names a card better
 * than its label. Follows no symbolic links. Sources: struct ext4_dir_entry_2 in Linux fs/ext4/ext4.h; an htree
 * directory reads as a linear one, because its index hides in entries without an inode (fs/ext4/namei.c).
 */
import { type BlockSource } from '../../device/block-source.ts';
import { CardkeepError, CorruptDataError } from '../../errors.ts';
import { BlockMapReader } from './block-maps.ts';
import { readGroupDescriptors, type GroupDescriptors } from './group-descriptors.ts';
import {
  FILE_TYPE,
  INODE,
  inodeChecksumSeed,
  inodeFileType,
  inodeFlags,
  INODE_FLAG,
  inodeMapRoot,
  inodeSize,
} from './inode.ts';
import { RangeCollector } from './range-collector.ts';
import { readSuperblock, type Superblock } from './superblock.ts';

/** A folder on the way is read up to this; /etc holds a few hundred names. */
const MAX_FOLDER_BYTES = 4 * 1024 * 1024;

interface Tree {
  readonly source: BlockSource;
  readonly sb: Superblock;
  readonly groups: GroupDescriptors;
}

interface InodeRecord {
  readonly number: number;
  readonly table: DataView;
}

/** Undefined when there is no such regular file of at most `maxBytes`, or the file system is damaged on the way. */
export async function readSmallFile(
  partition: BlockSource,
  path: readonly string[],
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  try {
    const sb = await readSuperblock(partition);
    const tree: Tree = { source: partition, sb, groups: await readGroupDescriptors(partition, sb) };
    let inode = await readInode(tree, INODE.root);
    for (const name of path) {
      const content = await readContent(tree, inode, FILE_TYPE.directory, MAX_FOLDER_BYTES);
      const number = content === undefined ? undefined : findEntry(content, name);
      if (number === undefined) return undefined;
      inode = await readInode(tree, number);
    }
    return await readContent(tree, inode, FILE_TYPE.regular, maxBytes);
  } catch (error) {
    if (error instanceof CardkeepError && error.kind === 'damaged') return undefined;
    throw error;
  }
}

async function readInode({ source, sb, groups }: Tree, number: number): Promise<InodeRecord> {
  if (number < 1 || number > sb.inodeCount) throw new CorruptDataError('a directory names an inode that cannot be');
  const group = Math.floor((number - 1) / sb.inodesPerGroup);
  const place = ((number - 1) % sb.inodesPerGroup) * sb.inodeSize;
  const bytes = await source.read(groups.inodeTable[group]! * sb.blockSize + place, sb.inodeSize);
  return { number, table: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

/** Undefined for another type, more bytes, or content that stands in the inode itself. */
async function readContent(
  { source, sb }: Tree,
  { number, table }: InodeRecord,
  type: number,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const size = inodeSize(table, 0);
  const flags = inodeFlags(table, 0);
  if (inodeFileType(table, 0) !== type || size > maxBytes || (flags & INODE_FLAG.inlineData) !== 0) return undefined;
  const maps = new BlockMapReader(sb, new RangeCollector());
  if ((flags & INODE_FLAG.extents) === 0) maps.addIndirectMap(0, inodeMapRoot(table, 0));
  else maps.addExtentTree(0, inodeMapRoot(table, 0), inodeChecksumSeed(sb, number, table, 0));
  const content = new Uint8Array(size);
  for (const runs of await maps.resolve(source)) {
    for (let i = 0; i < runs.count; i++) {
      const start = runs.logicalBlock[i]! * sb.blockSize;
      const length = Math.min(runs.blockCount[i]! * sb.blockSize, size - start);
      if (length <= 0 || runs.isUnwritten[i] === 1) continue;
      content.set(await source.read(runs.block[i]! * sb.blockSize, length), start);
    }
  }
  return content;
}

/** The inode number that a directory gives to a name. */
function findEntry(directory: Uint8Array, name: string): number | undefined {
  const view = new DataView(directory.buffer, directory.byteOffset, directory.byteLength);
  const wanted = Buffer.from(name);
  for (let at = 0; at + 8 <= directory.byteLength;) {
    const inodeNumber = view.getUint32(at, true);
    const recordLength = view.getUint16(at + 4, true);
    const nameLength = directory[at + 6]!;
    if (recordLength < 8) return undefined;
    const stored = directory.subarray(at + 8, at + 8 + nameLength);
    if (inodeNumber !== 0 && Buffer.compare(stored, wanted) === 0) return inodeNumber;
    at += recordLength;
  }
  return undefined;
}
