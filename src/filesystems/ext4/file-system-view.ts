/**
 * What an ext file system says about its blocks: the block bitmaps as one witness, the inodes in use as the other.
 * Reads all metadata but directories; holds columns, so that half a million files cost some tens of megabytes.
 */
import { type ExtentList, unionExtents } from '../../bytes/extent-list.ts';
import { type BlockSource } from '../../device/block-source.ts';
import { CorruptDataError } from '../../errors.ts';
import {
  forEachClearRun,
  groupClusterCount,
  readGroupBitmaps,
  type BitmapRules,
  type GroupBitmaps,
} from './bitmaps.ts';
import { InodeFactsBuilder } from '../inode-facts.ts';
import { BlockMapReader } from './block-maps.ts';
import { RO_COMPAT } from './features.ts';
import { isExtentRoot } from './extent-node.ts';
import { inodeRecordOffset, type GroupDescriptors } from './group-descriptors.ts';
import { groupEndBlock, groupFirstBlock } from './group-layout.ts';
import { inodeMapKind, inodeRole, ROLE } from './inode-roles.ts';
import { readInodeTables, type TableRules } from './inode-tables.ts';
import { inodeChecksumSeed, inodeMapRoot, inodeXattrBlock, isInodeChecksumRight } from './inode.ts';
import { hasFineTimes, inodeChangeTime, inodeGeneration, inodeModifyTime } from './inode-witness.ts';
import { placeMetadata } from './metadata-places.ts';
import { RangeCollector } from './range-collector.ts';
import { type RunTable } from './run-table.ts';
import { type Superblock } from './superblock.ts';
import { swapCandidate, type SwapCandidate } from './swap-files.ts';

export interface FileSystemView {
  /** Bytes that the block bitmaps call free. */
  readonly bitmapFree: ExtentList;
  /** Superblocks, descriptors, bitmaps, used inode-table blocks, tree, indirect and xattr blocks. */
  readonly structures: ExtentList;
  /** Inode-table blocks that hold no inode in use. */
  readonly unusedTables: ExtentList;
  /** Role of each owner of `runs`. */
  readonly roles: Uint8Array;
  readonly runs: readonly RunTable[];
  readonly swapCandidates: readonly SwapCandidate[];
  /** A row for each owner of `runs`. */
  readonly facts: InodeFactsBuilder;
}

/** Bitmaps of so many bytes are held at a time, twice: for blocks and for inodes. */
const BATCH_BYTES = 4 * 1024 * 1024;
/** Free space beyond so many runs is kept: bounded memory for bitmaps made to have a run in every other bit. */
const MAX_FREE_RUNS = 2_000_000;

export interface ViewRules extends BitmapRules, TableRules {
  /** Such a record may be garbage of an earlier file system: it claims blocks only if it makes sense. */
  readonly forgivesUnusedRecords: boolean;
  /** Leave out what contradicts the format: for blocks of different ages. What is left claims too little. */
  readonly forgivesContradictions?: boolean;
}

/** Throws CorruptDataError as soon as anything contradicts the format. */
export async function readFileSystemView(
  source: BlockSource,
  sb: Superblock,
  groups: GroupDescriptors,
  rules: ViewRules,
  signal?: AbortSignal,
): Promise<FileSystemView> {
  const places = placeMetadata(sb, groups);
  const collector = new ViewCollector(sb, groups, rules);
  const free = new RangeCollector();
  const batch = groupsPerBatch(sb);
  for (let first = 0; first < groups.count; first += batch) {
    const end = Math.min(groups.count, first + batch);
    const bitmaps = await readGroupBitmaps(source, sb, groups, first, end, rules, signal);
    addFreeBytes(sb, bitmaps, free);
    await readInodeTables(source, sb, groups, bitmaps, rules, collector, signal);
  }
  const runs = await collector.maps.resolve(source, signal, rules.forgivesContradictions === true);
  return {
    bitmapFree: free.build(),
    structures: unionExtents(places.fixed, collector.structures.build()),
    unusedTables: collector.unusedTables.build(),
    roles: Uint8Array.from(collector.roles),
    runs,
    swapCandidates: collector.swapCandidates,
    facts: collector.facts,
  };
}

/** The bytes that the block bitmaps call free, and nothing else. */
export async function readBitmapFree(
  source: BlockSource,
  sb: Superblock,
  groups: GroupDescriptors,
  rules: BitmapRules,
  signal?: AbortSignal,
): Promise<ExtentList> {
  const free = new RangeCollector();
  const batch = groupsPerBatch(sb);
  for (let first = 0; first < groups.count; first += batch) {
    const end = Math.min(groups.count, first + batch);
    addFreeBytes(sb, await readGroupBitmaps(source, sb, groups, first, end, rules, signal), free);
  }
  return free.build();
}

function groupsPerBatch(sb: Superblock): number {
  return Math.max(1, Math.floor(BATCH_BYTES / sb.blockSize));
}

function addFreeBytes(sb: Superblock, bitmaps: GroupBitmaps, free: RangeCollector): void {
  const { blockSize, blocksPerCluster } = sb;
  for (let group = bitmaps.firstGroup; group < bitmaps.endGroup; group++) {
    const at = (group - bitmaps.firstGroup) * blockSize;
    const first = groupFirstBlock(sb, group);
    const end = groupEndBlock(sb, group);
    const bits = bitmaps.blocks.subarray(at, at + blockSize);
    forEachClearRun(bits, groupClusterCount(sb, group), (startBit, endBit) => {
      const runEnd = Math.min(end, first + endBit * blocksPerCluster);
      if (free.count < MAX_FREE_RUNS) free.add((first + startBit * blocksPerCluster) * blockSize, runEnd * blockSize);
    });
  }
}

class ViewCollector {
  readonly structures = new RangeCollector();
  readonly unusedTables = new RangeCollector();
  readonly roles: number[] = [];
  readonly swapCandidates: SwapCandidate[] = [];
  readonly facts: InodeFactsBuilder = new InodeFactsBuilder();
  readonly maps: BlockMapReader;
  readonly #sb: Superblock;
  readonly #groups: GroupDescriptors;
  readonly #hasChecksums: boolean;
  readonly #rules: ViewRules;

  constructor(sb: Superblock, groups: GroupDescriptors, rules: ViewRules) {
    this.#sb = sb;
    this.#groups = groups;
    this.#rules = rules;
    this.#hasChecksums = (sb.features.roCompat & RO_COMPAT.metadataChecksum) !== 0;
    this.maps = new BlockMapReader(sb, this.structures, (owner, place) => this.facts.addMapBlock(owner, place));
  }

  tableBytes(start: number, end: number, isUsed: boolean): void {
    (isUsed ? this.structures : this.unusedTables).add(start, end);
  }

  inode(inodeNumber: number, table: DataView, at: number, isDoubtful: boolean): void {
    try {
      this.#addInode(inodeNumber, table, at);
    } catch (error) {
      if (!(error instanceof CorruptDataError)) throw error;
      if (this.#rules.forgivesContradictions === true) return;
      if (isDoubtful && this.#rules.forgivesUnusedRecords) return;
      throw new CorruptDataError(`inode ${inodeNumber} is damaged: ${error.message}`, { cause: error });
    }
  }

  #addInode(inodeNumber: number, table: DataView, at: number): void {
    const sb = this.#sb;
    const seed = this.#hasChecksums ? inodeChecksumSeed(sb, inodeNumber, table, at) : 0;
    if (this.#hasChecksums && !isInodeChecksumRight(sb, table, at, seed)) {
      throw new CorruptDataError('its checksum is wrong');
    }
    const xattrBlock = inodeXattrBlock(sb, table, at);
    if (xattrBlock !== 0) this.#addStructure(xattrBlock);
    const kind = inodeMapKind(sb, inodeNumber, table, at);
    if (kind === 'none') return;
    const root = inodeMapRoot(table, at);
    if (kind === 'one-block') {
      const block = table.getUint32(at + 0x28, true);
      if (block > sb.firstDataBlock && block < sb.blockCount) this.#addStructure(block);
      return;
    }
    if (isEmptyRoot(root, kind)) return;
    const owner = this.roles.length;
    const role = inodeRole(sb, inodeNumber, table, at);
    this.roles.push(role);
    this.facts.add({
      inode: inodeNumber,
      generation: inodeGeneration(table, at),
      changeTime: inodeChangeTime(sb, table, at),
      modifyTime: inodeModifyTime(sb, table, at),
      recordOffset: inodeRecordOffset(sb, this.#groups, inodeNumber),
      isUntold: !hasFineTimes(sb, table, at),
    });
    const candidate = role === ROLE.file ? swapCandidate(owner, table, at) : undefined;
    if (candidate !== undefined) this.swapCandidates.push(candidate);
    if (kind === 'extents') this.maps.addExtentTree(owner, root, seed);
    else this.maps.addIndirectMap(owner, root);
  }

  #addStructure(block: number): void {
    const { blockSize, blockCount, firstDataBlock } = this.#sb;
    if (block <= firstDataBlock || block >= blockCount) throw new CorruptDataError('it names a block outside');
    this.structures.add(block * blockSize, (block + 1) * blockSize);
  }
}

/** True for a map of no blocks: all zero, or an extent tree of depth 0 without entries (bytes 2, 3, 6 and 7). */
function isEmptyRoot(root: Uint8Array, kind: 'extents' | 'indirect'): boolean {
  if (kind === 'indirect' || !isExtentRoot(root)) return root.every((byte) => byte === 0);
  return (root[2]! | root[3]! | root[6]! | root[7]!) === 0;
}
