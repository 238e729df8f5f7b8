/** What an inode's blocks are to a backup, and whether it has any. */
import { COMPAT } from './features.ts';
import { isExtentRoot } from './extent-node.ts';
import {
  FILE_TYPE,
  INODE,
  INODE_FLAG,
  inodeFileType,
  inodeFlags,
  inodeMapRoot,
  inodeSectors,
  inodeSize,
  inodeXattrBlock,
} from './inode.ts';
import { type Superblock } from './superblock.ts';

/** Contents of a file; structure of the file system; blocks that the card cannot store; the journal; a directory. */
export const ROLE = { file: 0, metadata: 1, badBlocks: 2, journal: 3, directory: 4 } as const;

export function inodeRole(sb: Superblock, inodeNumber: number, table: DataView, at: number): number {
  if (inodeNumber === INODE.badBlocks) return ROLE.badBlocks;
  if (inodeNumber === sb.journalInode) return ROLE.journal;
  if (inodeNumber <= INODE.lastReserved) return ROLE.metadata;
  if (inodeNumber === sb.projectQuotaInode || inodeNumber === sb.orphanFileInode) return ROLE.metadata;
  if ((inodeFlags(table, at) & INODE_FLAG.eaInode) !== 0) return ROLE.metadata;
  const type = inodeFileType(table, at);
  if (type === FILE_TYPE.directory) return ROLE.directory;
  return type === FILE_TYPE.regular ? ROLE.file : ROLE.metadata;
}

/**
 * How the 60 bytes of i_block are to be read: `one-block` is a link that is short by its size but has a block by its
 * count, so that both must be believed.
 */
export function inodeMapKind(
  sb: Superblock,
  inodeNumber: number,
  table: DataView,
  at: number,
): 'extents' | 'indirect' | 'one-block' | 'none' {
  const flags = inodeFlags(table, at);
  if ((flags & INODE_FLAG.inlineData) !== 0) return 'none';
  const type = inodeFileType(table, at);
  const hasExtents = (flags & INODE_FLAG.extents) !== 0;
  if (type === FILE_TYPE.symlink) return symlinkMapKind(sb, table, at, hasExtents);
  if (type === FILE_TYPE.regular || type === FILE_TYPE.directory) return hasExtents ? 'extents' : 'indirect';
  // Devices, pipes and sockets keep other things there. Reserved inodes may have no type at all.
  if (type !== 0) return 'none';
  if (hasExtents) return isExtentRoot(inodeMapRoot(table, at)) ? 'extents' : 'none';
  if (inodeNumber === INODE.resize && (sb.features.compat & COMPAT.resizeInode) === 0) return 'none';
  return inodeNumber <= INODE.lastReserved ? 'indirect' : 'none';
}

/**
 * A short target stands in the inode. The kernel tells by the count of blocks, with ea_inode by the size
 * (ext4_inode_is_fast_symlink() in Linux fs/ext4/inode.c), e2fsck by the size.
 */
function symlinkMapKind(
  sb: Superblock,
  table: DataView,
  at: number,
  hasExtents: boolean,
): 'extents' | 'indirect' | 'one-block' | 'none' {
  if (hasExtents) return isExtentRoot(inodeMapRoot(table, at)) ? 'extents' : 'none';
  const xattrSectors = inodeXattrBlock(sb, table, at) === 0 ? 0 : (sb.blockSize * sb.blocksPerCluster) / 512;
  if (inodeSectors(table, at) <= xattrSectors) return 'none';
  return inodeSize(table, at) < 60 ? 'one-block' : 'indirect';
}
