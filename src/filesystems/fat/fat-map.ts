import { EMPTY_EXTENTS, extentsFrom, unionExtents, type ExtentList } from '../../bytes/extent-list.ts';
import { type BlockSource } from '../../device/block-source.ts';
import { CorruptDataError } from '../../errors.ts';
import { NO_FILES, type FileExtents } from '../file-extents.ts';
import { type FileSystemReport, type KeepWhole, type ReadOptions } from '../filesystem.ts';
import { decodeFatBootSector, decodeFatLabel, type FatGeometry } from './boot-sector.ts';
import { clusterExtents, type ClusterSet } from './cluster-set.ts';
import { decodeFatDirectory } from './directory.ts';
import { readFatTable, type FatTable } from './fat-table.ts';
import { walkFatTree } from './fat-tree.ts';

/**
 * The live map of a FAT12, FAT16 or FAT32 volume. Everything lives but the clusters that all FATs call free (or all
 * call bad) and that nothing names. A volume that was not shut down cleanly gets the same treatment, because clusters
 * that directory entries and chains name count as used whether or not the FAT knows them.
 * Numbers that contradict each other give `keepWhole`; errors of the source are thrown.
 */
export async function readFatMap(partition: BlockSource, options: ReadOptions): Promise<FileSystemReport> {
  if (partition.byteLength < 512) return { keepWhole: 'the FAT volume is cut short', type: 'vfat' };
  let geometry: FatGeometry;
  try {
    geometry = decodeFatBootSector(await partition.read(0, 512));
  } catch (error) {
    if (error instanceof CorruptDataError) return { keepWhole: error.message, type: 'vfat' };
    throw error;
  }
  if (geometry.byteLength > partition.byteLength) {
    return keepWhole(geometry, 'the FAT volume is larger than its partition');
  }
  const table = await readFatTable(partition, geometry, options.signal);
  return mapTable(partition, geometry, table, options);
}

async function mapTable(
  partition: BlockSource,
  geometry: FatGeometry,
  table: FatTable,
  options: ReadOptions,
): Promise<FileSystemReport> {
  const { used } = table;
  markSideSectors(geometry, used);
  const isClean = isCleanVolume(geometry, table);
  const notes: string[] = [];
  if (!isClean) notes.push('was not shut down cleanly');
  if (table.fatsDiffer) notes.push('the FATs differ');
  let files: FileExtents = NO_FILES;
  let directories: ExtentList = EMPTY_EXTENTS;
  let label: string;
  if (table.entries === undefined) {
    if (!isClean) return keepWhole(geometry, 'was not shut down cleanly, and is too large to be checked');
    used.add(geometry.rootCluster);
    label = await firstLabel(partition, geometry);
  } else {
    const tree = await walkFatTree(partition, geometry, table.entries, used, options.signal);
    if (!tree.isWhole && !isClean)
      return keepWhole(geometry, 'was not shut down cleanly, and has too many directories');
    if (tree.strayEntries > 0) notes.push(`${tree.strayEntries} directory entries name clusters that do not exist`);
    files = tree.files;
    directories = clusterExtents(tree.directories, geometry, 1, true);
    label = tree.label;
  }
  return {
    type: geometry.type,
    label: label || geometry.bootLabel,
    uuid: geometry.uuid,
    byteLength: geometry.byteLength,
    blockSize: geometry.clusterBytes,
    free: clusterExtents(used, geometry, 0, true),
    zero: EMPTY_EXTENTS,
    metadata: unionExtents(fixedMetadata(geometry), directories),
    files,
    clean: isClean,
    ...(notes.length > 0 ? { note: notes.join('; ') } : {}),
  };
}

/** fsck.vfat reads and mends these sectors where a damaged boot sector says that they are, among the clusters too. */
function markSideSectors(
  { sideSectorOffsets, dataOffset, clusterBytes, clusterCount }: FatGeometry,
  used: ClusterSet,
): void {
  for (const byteOffset of sideSectorOffsets) {
    const cluster = Math.floor((byteOffset - dataOffset) / clusterBytes) + 2;
    if (cluster >= 2 && cluster <= clusterCount + 1) used.add(cluster);
  }
}

/** Reserved sectors, FATs, fixed root directory, and the sectors behind the last cluster. */
function fixedMetadata(geometry: FatGeometry): ExtentList {
  const { dataOffset, clusterCount, clusterBytes, byteLength } = geometry;
  return extentsFrom([
    [0, dataOffset],
    [dataOffset + clusterCount * clusterBytes, byteLength],
  ]);
}

/**
 * Linux keeps its mark in the boot sector, Windows in entry 1 of the FAT: bits that are set while all is well
 * (fatgen103 page 18: 8000 and 4000, or 08000000 and 04000000).
 */
export function isCleanVolume(geometry: FatGeometry, table: FatTable): boolean {
  if ((geometry.stateFlags & 0x03) !== 0) return false;
  const bits = { fat12: 0, fat16: 0xc000, fat32: 0x0c000000 }[geometry.type];
  return ((table.secondEntries[geometry.activeFat] ?? 0) & bits) === bits;
}

/** The label entry, looked for in the first cluster of the root directory only. */
async function firstLabel(partition: BlockSource, geometry: FatGeometry): Promise<string> {
  const offset = geometry.dataOffset + (geometry.rootCluster - 2) * geometry.clusterBytes;
  const entries = decodeFatDirectory(await partition.read(offset, geometry.clusterBytes), geometry.type);
  const entry = entries.find((candidate) => candidate.kind === 'label');
  return entry === undefined ? '' : decodeFatLabel(entry.name);
}

function keepWhole({ type, bootLabel, uuid }: FatGeometry, reason: string): KeepWhole {
  return { keepWhole: reason, type, label: bootLabel, uuid };
}
