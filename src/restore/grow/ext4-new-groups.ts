/**
 * Descriptors, bitmaps and inode tables of the groups that a growing file system gets. Where descriptors have checksums,
 * they say that the inode table was never initialised, and the kernel makes zeros of it after the first mount; else zeros
 * are written. Bitmaps are always written, though the flag BLOCK_UNINIT could spare those of blocks: it saves two blocks a
 * group, and is fatal on a group that holds structures of others. Source: ext4_setup_next_flex_gd() in Linux
 * fs/ext4/resize.c.
 */
import { hasGroupChecksums } from '../../filesystems/ext4/bitmaps.ts';
import { GROUP_FLAG, inodeTableBlocks } from '../../filesystems/ext4/group-descriptors.ts';
import { type Superblock } from '../../filesystems/ext4/superblock.ts';
import { type Edit } from '../edits.ts';
import { checksumInDescriptor, createBitmapMaker, setBits, type BitmapMaker } from './ext4-block-bitmap.ts';
import { putDescriptor } from './ext4-descriptor-table.ts';
import { placedIn, placeNewGroups, type GroupPlaces } from './ext4-group-places.ts';

/**
 * Adds the edits of groups `[firstGroup, sb.groupCount)` and puts their descriptors into `table`. False when a group has
 * no room for its own structures.
 */
export function addNewGroups(
  sb: Superblock,
  firstGroup: number,
  groupsPerFlex: number,
  table: Uint8Array,
  edits: Edit[],
): boolean {
  const inodeBitmap = emptyInodeBitmap(sb);
  const inodeBitmapChecksum = checksumInDescriptor(sb, inodeBitmap, sb.inodesPerGroup);
  const output: Output = { maker: createBitmapMaker(sb), inodeBitmap, inodeBitmapChecksum, table, edits };
  for (const places of placeNewGroups(sb, firstGroup, groupsPerFlex)) {
    if (places === undefined) return false;
    for (let group = places.firstGroup; group < places.endGroup; group++) {
      addGroup(sb, places, group, output);
    }
  }
  return true;
}

interface Output {
  readonly maker: BitmapMaker;
  readonly inodeBitmap: Uint8Array;
  readonly inodeBitmapChecksum: number;
  readonly table: Uint8Array;
  readonly edits: Edit[];
}

function addGroup(sb: Superblock, places: GroupPlaces, group: number, output: Output): void {
  const { table, edits } = output;
  const i = group - places.firstGroup;
  const blockBitmapAt = places.blockBitmap[i]!;
  const inodeBitmapAt = places.inodeBitmap[i]!;
  const inodeTableAt = places.inodeTable[i]!;
  const bitmap = output.maker(group, placedIn(sb, places, group));
  edits.push(blockEdit(sb, blockBitmapAt, bitmap.bytes), blockEdit(sb, inodeBitmapAt, output.inodeBitmap));
  const isZeroedLater = hasGroupChecksums(sb);
  if (!isZeroedLater) {
    const byteLength = inodeTableBlocks(sb) * sb.blockSize;
    edits.push({ byteOffset: inodeTableAt * sb.blockSize, byteLength, bytes: undefined });
  }
  putDescriptor(table, sb, group, {
    blockBitmap: blockBitmapAt,
    inodeBitmap: inodeBitmapAt,
    inodeTable: inodeTableAt,
    freeClusters: bitmap.freeClusters,
    freeInodes: sb.inodesPerGroup,
    unusedInodes: isZeroedLater ? sb.inodesPerGroup : 0,
    flags: isZeroedLater ? GROUP_FLAG.inodeUninit : 0,
    blockBitmapChecksum: bitmap.checksum,
    inodeBitmapChecksum: output.inodeBitmapChecksum,
  });
}

/** No inode is used; what the group does not have counts as used, to the end of the block. */
function emptyInodeBitmap(sb: Superblock): Uint8Array {
  const bytes = new Uint8Array(sb.blockSize);
  setBits(bytes, sb.inodesPerGroup, sb.blockSize * 8);
  return bytes;
}

function blockEdit(sb: Superblock, block: number, bytes: Uint8Array): Edit {
  return { byteOffset: block * sb.blockSize, byteLength: sb.blockSize, bytes };
}
