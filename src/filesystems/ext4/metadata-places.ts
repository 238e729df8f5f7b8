/** The structures of an ext file system whose place follows from superblock and descriptors, whatever bitmaps say. */
import { extentPairs, subtractExtents, totalBytes, unionExtents, type ExtentList } from '../../bytes/extent-list.ts';
import { CorruptDataError } from '../../errors.ts';
import { inodeTableBlocks, type GroupDescriptors } from './group-descriptors.ts';
import { groupHeadBlocks } from './group-layout.ts';
import { RangeCollector } from './range-collector.ts';
import { type Superblock } from './superblock.ts';

/** Boot sectors: no file system of this family touches them. */
const BOOT_BYTES = 1024;

export interface MetadataPlaces {
  /** Everything but the inode tables, in bytes. */
  readonly fixed: ExtentList;
  readonly inodeTables: ExtentList;
}

/** Throws CorruptDataError when two of the structures overlap: then none of them can be believed. */
export function placeMetadata(sb: Superblock, groups: GroupDescriptors): MetadataPlaces {
  const fixed = new RangeCollector();
  const tables = new RangeCollector();
  const own = new RangeCollector();
  const tableBlocks = inodeTableBlocks(sb);
  const { blockSize } = sb;
  fixed.add(0, Math.max(BOOT_BYTES, blockSize));
  if (sb.mmpBlock !== 0) {
    if (sb.mmpBlock >= sb.blockCount) throw new CorruptDataError('the ext superblock names a block behind the end');
    fixed.add(sb.mmpBlock * blockSize, (sb.mmpBlock + 1) * blockSize);
  }
  for (let group = 0; group < sb.groupCount; group++) {
    for (const [start, end] of groupHeadBlocks(sb, group)) {
      fixed.add(start * blockSize, Math.min(end, sb.blockCount) * blockSize);
    }
    for (const block of [groups.blockBitmap[group]!, groups.inodeBitmap[group]!]) {
      fixed.add(block * blockSize, (block + 1) * blockSize);
      own.add(block * blockSize, (block + 1) * blockSize);
    }
    const table = groups.inodeTable[group]!;
    tables.add(table * blockSize, (table + tableBlocks) * blockSize);
    own.add(table * blockSize, (table + tableBlocks) * blockSize);
  }
  if (totalBytes(own.build()) !== (tableBlocks + 2) * blockSize * sb.groupCount) {
    throw new CorruptDataError('bitmaps and inode tables of block groups overlap');
  }
  const inodeTables = tables.build();
  return { fixed: withClusterRests(sb, fixed.build(), inodeTables), inodeTables };
}

/**
 * The allocator gives out whole clusters: what a structure leaves of its clusters is used as well, which only bitmaps say
 * that were written. Inode tables keep their own blocks.
 */
function withClusterRests(sb: Superblock, fixed: ExtentList, inodeTables: ExtentList): ExtentList {
  if (sb.blocksPerCluster === 1) return fixed;
  const clusterBytes = sb.blocksPerCluster * sb.blockSize;
  const clusters = new RangeCollector();
  for (const [start, end] of extentPairs(unionExtents(fixed, inodeTables))) {
    const clusterEnd = Math.ceil(end / clusterBytes) * clusterBytes;
    clusters.add(Math.floor(start / clusterBytes) * clusterBytes, Math.min(clusterEnd, sb.blockCount * sb.blockSize));
  }
  return unionExtents(fixed, subtractExtents(clusters.build(), inodeTables));
}
