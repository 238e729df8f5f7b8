/**
 * Swap files: their pages mean nothing after a restart, so that they need not be stored, unless a suspended system lies
 * in them. The kernel writes to them below the file system, even where their extents are unwritten.
 */
import { ByteView } from '../../bytes/byte-view.ts';
import { type BlockSource } from '../../device/block-source.ts';
import { throwIfAborted } from '../../errors.ts';
import { type ReadOptions } from '../filesystem.ts';
import { decodeSwapHeader, hasSwapMark, holdsSuspendedSystem } from '../swap.ts';
import { inodeOwnerId, inodePermissions, inodeSize } from './inode.ts';
import { type RunTable } from './run-table.ts';
import { type Superblock } from './superblock.ts';

/** A regular file whose size and owner allow it to be one. */
export interface SwapCandidate {
  readonly owner: number;
  /** i_size. */
  readonly byteLength: number;
  /** Nobody but its owner may read it. */
  readonly isPrivate: boolean;
}

/** Which bytes of a swap file are zero after a restore; none when all of it is precious, then unwritten extents too. */
export interface SwapFile {
  readonly bodyStart: number;
  readonly bodyEnd: number;
}

const PRECIOUS: SwapFile = { bodyStart: 0, bodyEnd: 0 };

/** The kernel refuses less than ten pages (mkswap(8)). */
const MIN_SWAP_BYTES = 40 * 1024;
/** Smaller ones are not looked for, except where what they hold would be taken for unwritten. */
const MIN_WRITTEN_SWAP_BYTES = 1024 * 1024;
/** The largest page: the signature ends the first one. */
const HEADER_BYTES = 64 * 1024;

/** By the inode alone; undefined when it cannot be a swap file. */
export function swapCandidate(owner: number, table: DataView, at: number): SwapCandidate | undefined {
  const byteLength = inodeSize(table, at);
  if (inodeOwnerId(table, at) !== 0 || byteLength < MIN_SWAP_BYTES) return undefined;
  return { owner, byteLength, isPrivate: (inodePermissions(table, at) & 0o077) === 0 };
}

/** Reads the first pages of the candidates without holes. The key is the owner in `runs`. */
export async function findSwapFiles(
  source: BlockSource,
  sb: Superblock,
  runs: readonly RunTable[],
  candidates: readonly SwapCandidate[],
  options: ReadOptions,
): Promise<ReadonlyMap<number, SwapFile>> {
  const found = new Map<number, SwapFile>();
  for (const candidate of candidates) {
    const rows = runs.map((table) => ownerRows(table, candidate.owner)).find(({ count }) => count > 0);
    if (rows === undefined || !isWorthReading(candidate, rows, sb.blockSize)) continue;
    throwIfAborted(options.signal);
    const firstPages = await readHead(source, rows, sb.blockSize, Math.min(HEADER_BYTES, candidate.byteLength));
    const swap = recogniseSwap(firstPages, candidate.byteLength, options.keepSwap === true);
    if (swap !== undefined) found.set(candidate.owner, swap);
  }
  return found;
}

function recogniseSwap(firstPages: Uint8Array, byteLength: number, keepsAll: boolean): SwapFile | undefined {
  if (holdsSuspendedSystem(firstPages)) return PRECIOUS;
  const header = decodeSwapHeader(firstPages, byteLength);
  if (header === undefined) return hasSwapMark(firstPages) ? PRECIOUS : undefined;
  const badPages = new ByteView(firstPages, 'swap header').u32le(1032);
  if (keepsAll || badPages !== 0) return PRECIOUS;
  return { bodyStart: header.pageBytes, bodyEnd: header.pageBytes * header.pageCount };
}

/** Rows of one owner stand together and owners ascend. */
function ownerRows(table: RunTable, owner: number): RunTable {
  let low = 0;
  let high = table.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (table.owner[middle]! < owner) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < table.count && table.owner[end] === owner) end++;
  return {
    count: end - low,
    owner: table.owner.subarray(low, end),
    logicalBlock: table.logicalBlock.subarray(low, end),
    block: table.block.subarray(low, end),
    blockCount: table.blockCount.subarray(low, end),
    isUnwritten: table.isUnwritten.subarray(low, end),
  };
}

/** Swap files have no holes. */
function isWorthReading(candidate: SwapCandidate, rows: RunTable, blockSize: number): boolean {
  let reached = 0;
  let hasUnwritten = false;
  for (let i = 0; i < rows.count && rows.logicalBlock[i] === reached; i++) {
    reached += rows.blockCount[i]!;
    hasUnwritten ||= rows.isUnwritten[i] === 1;
  }
  if (reached * blockSize < candidate.byteLength) return false;
  return hasUnwritten || (candidate.isPrivate && candidate.byteLength >= MIN_WRITTEN_SWAP_BYTES);
}

async function readHead(
  source: BlockSource,
  rows: RunTable,
  blockSize: number,
  byteLength: number,
): Promise<Uint8Array> {
  const head = new Uint8Array(byteLength);
  for (let i = 0; i < rows.count; i++) {
    const at = rows.logicalBlock[i]! * blockSize;
    if (at >= byteLength) break;
    const length = Math.min(byteLength - at, rows.blockCount[i]! * blockSize);
    head.set(await source.read(rows.block[i]! * blockSize, length), at);
  }
  return head;
}
