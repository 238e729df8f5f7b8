import { throwIfAborted } from '../../errors.ts';
import { type BlockSource } from '../../device/block-source.ts';
import { FileExtentsBuilder, type FileExtents } from '../file-extents.ts';
import { decodeFatLabel, type FatGeometry } from './boot-sector.ts';
import { createClusterSet, type ClusterSet } from './cluster-set.ts';
import { decodeFatDirectory, type FatEntry } from './directory.ts';
import { nextCluster, type FatEntries } from './fat-table.ts';

/** What the directories say. Clusters that entries name but the FAT does not are added to the live ones. */
export interface FatTree {
  readonly files: FileExtents;
  readonly directories: ClusterSet;
  /** Of the label entry in the root directory; empty without one. */
  readonly label: string;
  /** Entries whose first cluster does not exist. */
  readonly strayEntries: number;
  /** False when a limit was reached: files may be missing. */
  readonly isWhole: boolean;
}

/** A directory has at most 65536 entries (Linux: FAT_MAX_DIR_SIZE); what follows is not read by any driver. */
const MAX_DIRECTORY_BYTES = 2 * 1024 * 1024;
/** All directories together, so that a hostile volume does not take minutes: 500 000 files need about 50 MB. */
const MAX_TREE_BYTES = 256 * 1024 * 1024;
/** Rows cost 28 bytes each. */
const MAX_RUNS = 2_000_000;
const READ_BYTES = 256 * 1024;

interface Walk {
  readonly source: BlockSource;
  readonly geometry: FatGeometry;
  readonly entries: FatEntries;
  readonly used: ClusterSet;
  /** Clusters that belong to a file or directory already: circles and cross links end here. */
  readonly claimed: ClusterSet;
  readonly directories: ClusterSet;
  readonly files: FileExtentsBuilder;
  readonly queue: number[];
  readonly buffer: Uint8Array;
  label: string;
  strayEntries: number;
  runs: number;
  treeBytes: number;
}

/** Walks all directories from the root. `used` gains the clusters that entries and chains name. */
export async function walkFatTree(
  source: BlockSource,
  geometry: FatGeometry,
  entries: FatEntries,
  used: ClusterSet,
  signal: AbortSignal | undefined,
): Promise<FatTree> {
  const walk: Walk = {
    source,
    geometry,
    entries,
    used,
    claimed: createClusterSet(geometry.clusterCount),
    directories: createClusterSet(geometry.clusterCount),
    files: new FileExtentsBuilder(),
    queue: [],
    buffer: new Uint8Array(Math.max(READ_BYTES, geometry.clusterBytes)),
    label: '',
    strayEntries: 0,
    runs: 0,
    treeBytes: 0,
  };
  let isWhole = true;
  if (geometry.rootCluster > 0) claimDirectory(walk, geometry.rootCluster);
  else await readRun(walk, geometry.rootOffset, geometry.rootBytes, true);
  for (let i = 0; i < walk.queue.length; i++) {
    throwIfAborted(signal);
    if (walk.treeBytes > MAX_TREE_BYTES || walk.runs > MAX_RUNS) {
      isWhole = false;
      break;
    }
    await readDirectory(walk, walk.queue[i]!, i === 0 && geometry.rootCluster > 0);
  }
  const { directories, label, strayEntries } = walk;
  return { files: walk.files.build(), directories, label, strayEntries, isWhole };
}

/** Runs of clusters that stand side by side, from `first` to the end of the chain or to a cluster that has an owner. */
function* chainRuns(walk: Walk, first: number): Generator<[cluster: number, clusters: number]> {
  const { entries, geometry, claimed, used } = walk;
  let start = first;
  let end = first;
  for (let cluster = first; cluster !== 0 && claimed.add(cluster); cluster = nextCluster(entries, geometry, cluster)) {
    used.add(cluster);
    if (cluster !== end) {
      if (end > start) yield [start, end - start];
      start = cluster;
    }
    end = cluster + 1;
  }
  if (end > start) yield [start, end - start];
}

function claimDirectory(walk: Walk, first: number): void {
  if (!walk.claimed.has(first)) walk.queue.push(first);
}

async function readDirectory(walk: Walk, first: number, isRoot: boolean): Promise<void> {
  const { geometry } = walk;
  let left = MAX_DIRECTORY_BYTES;
  for (const [cluster, clusters] of chainRuns(walk, first)) {
    for (let i = 0; i < clusters; i++) walk.directories.add(cluster + i);
    const byteLength = Math.min(clusters * geometry.clusterBytes, left);
    left -= byteLength;
    await readRun(walk, clusterOffset(geometry, cluster), byteLength, isRoot);
  }
}

/** Reads the entries in `[byteOffset, byteOffset + byteLength)`. */
async function readRun(walk: Walk, byteOffset: number, byteLength: number, isRoot: boolean): Promise<void> {
  for (let at = 0; at < byteLength; at += walk.buffer.byteLength) {
    const length = Math.min(walk.buffer.byteLength, byteLength - at);
    walk.treeBytes += length;
    const bytes = await walk.source.read(byteOffset + at, length, walk.buffer);
    for (const entry of decodeFatDirectory(bytes, walk.geometry.type)) addEntry(walk, entry, isRoot);
  }
}

function addEntry(walk: Walk, entry: FatEntry, isRoot: boolean): void {
  const { geometry } = walk;
  const first = entry.firstCluster;
  if (entry.kind === 'label' && first === 0) {
    if (isRoot && walk.label === '') walk.label = decodeFatLabel(labelBytes(entry.name));
    return;
  }
  if (first === 0) return;
  if (first < 2 || first > geometry.clusterCount + 1) {
    walk.strayEntries++;
    return;
  }
  // Kept even if the FAT calls it free: the entry may have reached the card before the FAT did.
  walk.used.add(first);
  if (entry.kind === 'directory') claimDirectory(walk, first);
  else addFile(walk, first);
}

function addFile(walk: Walk, first: number): void {
  const { geometry, files } = walk;
  if (walk.claimed.has(first) || walk.runs > MAX_RUNS) return;
  files.nextFile();
  let logicalOffset = 0;
  for (const [cluster, clusters] of chainRuns(walk, first)) {
    const byteLength = clusters * geometry.clusterBytes;
    if (walk.runs++ > MAX_RUNS) return;
    files.add(logicalOffset, clusterOffset(geometry, cluster), byteLength);
    logicalOffset += byteLength;
  }
}

function clusterOffset(geometry: FatGeometry, cluster: number): number {
  return geometry.dataOffset + (cluster - 2) * geometry.clusterBytes;
}

/** A first byte of 05 stands for E5, which means "deleted" there (fatgen103 page 24). */
function labelBytes(name: Uint8Array): Uint8Array {
  return name[0] === 0x05 ? Uint8Array.of(0xe5, ...name.subarray(1)) : name;
}
