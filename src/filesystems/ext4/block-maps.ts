/**
 * From inodes to the blocks they map, for many inodes at once. What stands in the inode is decoded on the spot; tree
 * and indirect blocks are gathered and read level by level in the order of the card.
 * Source of the indirect map: Linux fs/ext4/indirect.c (12 direct, one indirect, one double, one triple).
 */
import { type BlockSource } from '../../device/block-source.ts';
import { CorruptDataError } from '../../errors.ts';
import { RO_COMPAT } from './features.ts';
import { decodeExtentNode, verifyExtentBlock, type ExtentNodeSink } from './extent-node.ts';
import { type RangeCollector } from './range-collector.ts';
import { readRuns, sortRuns } from './read-runs.ts';
import { RunTableBuilder, sortRunTable, type RunTable } from './run-table.ts';
import { type Superblock } from './superblock.ts';

/** Bytes of i_block. */
export const MAP_ROOT_BYTES = 60;
const DIRECT_BLOCKS = 12;
/** Logical block numbers have 32 bits. */
const LOGICAL_END = 2 ** 32;

/** Map blocks that are still to be read, as columns. */
interface PendingNodes {
  readonly owner: number[];
  readonly block: number[];
  /** Extent tree: depth; indirect map: 1 for a block that names data blocks. */
  readonly level: number[];
  readonly logicalStart: number[];
  readonly logicalEnd: number[];
  /** Seed of the checksum of a tree block; -1 says that it is an indirect block. */
  readonly seed: number[];
}

const INDIRECT = -1;
/** What a terabyte of 4 KiB blocks needs with indirect maps, eight times. */
const MAX_PENDING_NODES = 2_000_000;

/** Maps of inodes, added one by one and then resolved together. Throws CorruptDataError for every impossible map. */
export class BlockMapReader {
  readonly #sb: Superblock;
  readonly #mapBlocks: RangeCollector;
  readonly #onMapBlock: ((owner: number, byteOffset: number) => void) | undefined;
  readonly #direct = new RunTableBuilder();
  readonly #deferred = new RunTableBuilder();
  #pending = noNodes();
  #owner = 0;
  #seed = INDIRECT;
  #target = this.#direct;

  readonly #sink: ExtentNodeSink = {
    extent: (logicalBlock, block, blockCount, isUnwritten) => this.#add(logicalBlock, block, blockCount, isUnwritten),
    child: (logicalStart, logicalEnd, block, depth) => this.#defer(block, depth, logicalStart, logicalEnd),
  };

  /** Tree and indirect blocks are added to `mapBlocks`, in bytes; `onMapBlock` is told of each and its owner. */
  constructor(sb: Superblock, mapBlocks: RangeCollector, onMapBlock?: (owner: number, byteOffset: number) => void) {
    this.#sb = sb;
    this.#mapBlocks = mapBlocks;
    this.#onMapBlock = onMapBlock;
  }

  /** Adds an inode by the 60 bytes of its extent tree's root. `seed` is the inode's checksum seed. */
  addExtentTree(owner: number, root: Uint8Array, seed: number): void {
    this.#owner = owner;
    this.#seed = seed;
    // Rows of one owner stand together: all in the first table, or all in the second.
    this.#target = root[6] === 0 && root[7] === 0 ? this.#direct : this.#deferred;
    decodeExtentNode(root.subarray(0, MAP_ROOT_BYTES), undefined, 0, LOGICAL_END, this.#sink);
  }

  /** Adds an inode by the 60 bytes of its direct and indirect block numbers. */
  addIndirectMap(owner: number, root: Uint8Array): void {
    const view = new DataView(root.buffer, root.byteOffset, MAP_ROOT_BYTES);
    this.#owner = owner;
    this.#seed = INDIRECT;
    const pointers = this.#sb.blockSize / 4;
    const isDeep = [12, 13, 14].some((slot) => view.getUint32(slot * 4, true) !== 0);
    this.#target = isDeep ? this.#deferred : this.#direct;
    this.#addPointers(view, DIRECT_BLOCKS, 1, 0);
    let logical = DIRECT_BLOCKS;
    for (let level = 1; level <= 3; level++) {
      const block = view.getUint32((DIRECT_BLOCKS + level - 1) * 4, true);
      const end = logical + pointers ** level;
      if (block !== 0) this.#defer(block, level, logical, end);
      logical = end;
    }
  }

  /**
   * Reads all map blocks. Rows of one owner stand together, ascending by logical block. `forgives`: what contradicts the
   * format is left out.
   */
  async resolve(source: BlockSource, signal?: AbortSignal, forgives = false): Promise<readonly RunTable[]> {
    this.#target = this.#deferred;
    const { blockSize } = this.#sb;
    while (this.#pending.block.length > 0) {
      const nodes = this.#pending;
      this.#pending = noNodes();
      const runs = sortRuns(
        nodes.block.map((block) => block * blockSize),
        () => blockSize,
      );
      for (let i = 0; i < runs.count; i++) {
        if (i > 0 && runs.starts[i] === runs.starts[i - 1] && !forgives) {
          throw new CorruptDataError('two maps share a block');
        }
        this.#mapBlocks.add(runs.starts[i]!, runs.ends[i]!);
        this.#onMapBlock?.(nodes.owner[runs.index[i]!]!, runs.starts[i]!);
      }
      const take = (run: number, bytes: Uint8Array): void => {
        if (!forgives) this.#decodeNode(nodes, runs.index[run]!, bytes);
        else if (runs.starts[run] !== runs.starts[run - 1]) this.#decodeDoubtful(nodes, runs.index[run]!, bytes);
      };
      await readRuns(source, runs, take, signal);
    }
    return [this.#direct.build(), sortRunTable(this.#deferred.build())];
  }

  #decodeDoubtful(nodes: PendingNodes, i: number, bytes: Uint8Array): void {
    try {
      this.#decodeNode(nodes, i, bytes);
    } catch (error) {
      if (!(error instanceof CorruptDataError)) throw error;
    }
  }

  #decodeNode(nodes: PendingNodes, i: number, bytes: Uint8Array): void {
    this.#owner = nodes.owner[i]!;
    this.#seed = nodes.seed[i]!;
    const logicalStart = nodes.logicalStart[i]!;
    if (this.#seed !== INDIRECT) {
      if ((this.#sb.features.roCompat & RO_COMPAT.metadataChecksum) !== 0) verifyExtentBlock(bytes, this.#seed);
      decodeExtentNode(bytes, nodes.level[i], logicalStart, nodes.logicalEnd[i]!, this.#sink);
      return;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#addPointers(view, this.#sb.blockSize / 4, nodes.level[i]!, logicalStart);
  }

  /** Level 1: the pointers name data; above, blocks of the level below. */
  #addPointers(view: DataView, count: number, level: number, logicalStart: number): void {
    const step = (this.#sb.blockSize / 4) ** (level - 1);
    for (let i = 0; i < count; i++) {
      const block = view.getUint32(i * 4, true);
      if (block === 0) continue;
      const logical = logicalStart + i * step;
      if (level === 1) this.#add(logical, block, 1, false);
      else this.#defer(block, level - 1, logical, logical + step);
    }
  }

  #add(logicalBlock: number, block: number, blockCount: number, isUnwritten: boolean): void {
    this.#needInside(block, blockCount);
    this.#target.add(this.#owner, logicalBlock, block, blockCount, isUnwritten);
  }

  #defer(block: number, level: number, logicalStart: number, logicalEnd: number): void {
    this.#needInside(block, 1);
    const nodes = this.#pending;
    if (nodes.block.length >= MAX_PENDING_NODES) throw new CorruptDataError('its files have too many map blocks');
    nodes.owner.push(this.#owner);
    nodes.block.push(block);
    nodes.level.push(level);
    nodes.logicalStart.push(logicalStart);
    nodes.logicalEnd.push(logicalEnd);
    nodes.seed.push(this.#seed);
  }

  #needInside(block: number, blockCount: number): void {
    if (block > this.#sb.firstDataBlock && block + blockCount <= this.#sb.blockCount) return;
    throw new CorruptDataError('an inode maps blocks outside of the file system');
  }
}

function noNodes(): PendingNodes {
  return { owner: [], block: [], level: [], logicalStart: [], logicalEnd: [], seed: [] };
}
