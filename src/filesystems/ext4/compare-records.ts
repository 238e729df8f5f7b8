/**
 * Holds the inode records and map blocks of an ext file system against those of an earlier state of it, as bytes: a
 * table block that is what it was says of all its inodes that they are what they were.
 */
import { ascendingOrder } from '../../bytes/columns.ts';
import {
  extentPairs,
  ExtentListBuilder,
  extentsFrom,
  intersectExtents,
  subtractExtents,
  type ExtentList,
} from '../../bytes/extent-list.ts';
import type { BlockSource } from '../../device/block-source.ts';
import { throwIfAborted } from '../../errors.ts';
import type { InodeFacts } from '../inode-facts.ts';
import {
  inodeRecordOffset,
  inodeTableBlocks,
  readGroupDescriptors,
  type GroupDescriptors,
} from './group-descriptors.ts';
import { isInodeInUse } from './inode.ts';
import { inodeChangeTime, inodeGeneration, isSameRecord } from './inode-witness.ts';
import { identityOf } from './live-map.ts';
import { readSuperblock, type Superblock } from './superblock.ts';

/** Where an earlier state keeps its records. */
export interface EarlierRecords {
  /** `LiveMap.identity` of that state. */
  readonly identity: string;
  /** Seconds since 1970. */
  readonly writeTime: number;
  readonly sb: Superblock;
  readonly groups: GroupDescriptors;
  /** Bytes of all inode tables. */
  readonly tables: ExtentList;
}

/** By file: what its record was. */
export interface RecordComparison {
  /** 1 where record and map blocks are what they were. */
  readonly isEqual: Uint8Array;
  /** 1 where the inode was in use for the same file. */
  readonly isSameInode: Uint8Array;
  /** Seconds since 1970, where it is the same inode. */
  readonly changeTimeBefore: Float64Array;
  /** The newest change of anything in the earlier state that is not in the future. Seconds since 1970. */
  readonly newestBefore: number;
}

const READ_BYTES = 1024 * 1024;

export async function openEarlierRecords(earlier: BlockSource, signal?: AbortSignal): Promise<EarlierRecords> {
  const sb = await readSuperblock(earlier);
  const groups = await readGroupDescriptors(earlier, sb, signal);
  const tableBytes = inodeTableBlocks(sb) * sb.blockSize;
  const tables = Array.from({ length: groups.count }, (_, group): [number, number] => {
    const start = groups.inodeTable[group]! * sb.blockSize;
    return [start, start + tableBytes];
  });
  return { identity: identityOf(sb), writeTime: sb.writeTime, sb, groups, tables: extentsFrom(tables) };
}

/**
 * `facts` of the present state, whose bytes `now` gives; `held`: bytes of the tables that are not zero in `earlier`.
 * `notAfterSeconds`: later times are the work of a wrong clock.
 */
export async function compareRecords(
  records: EarlierRecords,
  earlier: BlockSource,
  held: ExtentList,
  now: BlockSource,
  facts: InodeFacts,
  options: { readonly notAfterSeconds: number; readonly signal?: AbortSignal | undefined },
): Promise<RecordComparison> {
  const comparison = new TableComparison(records, facts, options.notAfterSeconds);
  for (const [start, end] of parts(comparison.wanted)) {
    throwIfAborted(options.signal);
    const before = await earlier.read(start, end - start);
    comparison.lookBack(before);
    comparison.take(start, before, await now.read(start, end - start));
  }
  for (const [start, end] of parts(subtractExtents(intersectExtents(held, records.tables), comparison.wanted))) {
    throwIfAborted(options.signal);
    comparison.lookBack(await earlier.read(start, end - start));
  }
  await dropMovedFiles(comparison.result.isEqual, facts, earlier, now, records.sb.blockSize, options.signal);
  return { ...comparison.result, newestBefore: comparison.newestBefore };
}

function* parts(extents: ExtentList): Generator<[start: number, end: number]> {
  for (const [start, end] of extentPairs(extents)) {
    for (let at = start; at < end; at += READ_BYTES) yield [at, Math.min(end, at + READ_BYTES)];
  }
}

class TableComparison {
  /** Table blocks with records of the files. */
  readonly wanted: ExtentList;
  readonly result: Omit<RecordComparison, 'newestBefore'>;
  newestBefore = 0;
  readonly #sb: Superblock;
  readonly #facts: InodeFacts;
  readonly #notAfter: number;
  /** Files by the place of their records. */
  readonly #order: Uint32Array;
  #next = 0;

  constructor({ sb, groups }: EarlierRecords, facts: InodeFacts, notAfterSeconds: number) {
    this.#sb = sb;
    this.#facts = facts;
    this.#notAfter = notAfterSeconds;
    const { count, recordOffset, inode } = facts;
    this.result = {
      isEqual: new Uint8Array(count),
      isSameInode: new Uint8Array(count),
      changeTimeBefore: new Float64Array(count),
    };
    const order = ascendingOrder(recordOffset);
    // A table that lies elsewhere now: nothing is known of its records.
    this.#order = order.filter((file) => inodeRecordOffset(sb, groups, inode[file]!) === recordOffset[file]!);
    const wanted = new ExtentListBuilder();
    for (const file of this.#order) {
      const start = Math.floor(recordOffset[file]! / sb.blockSize) * sb.blockSize;
      wanted.add(start, start + sb.blockSize);
    }
    this.wanted = wanted.build();
  }

  /** Table blocks as they were. */
  lookBack(before: Uint8Array): void {
    const { inodeSize, inodeCount } = this.#sb;
    const table = new DataView(before.buffer, before.byteOffset, before.byteLength);
    for (let at = 0; at < before.byteLength; at += inodeSize) {
      if (!isInodeInUse(table, at, inodeCount)) continue;
      const time = inodeChangeTime(this.#sb, table, at);
      if (time > this.newestBefore && time <= this.#notAfter) this.newestBefore = time;
    }
  }

  /** The table blocks from `start` on, then and now; blocks come in ascending order. */
  take(start: number, before: Uint8Array, now: Uint8Array): void {
    const { inodeSize, inodeCount } = this.#sb;
    const { recordOffset, generation } = this.#facts;
    const { isEqual, isSameInode, changeTimeBefore } = this.result;
    const table = new DataView(before.buffer, before.byteOffset, before.byteLength);
    const tableNow = new DataView(now.buffer, now.byteOffset, now.byteLength);
    for (; this.#next < this.#order.length; this.#next++) {
      const file = this.#order[this.#next]!;
      const at = recordOffset[file]! - start;
      if (at >= before.byteLength) return;
      const isSame = isInodeInUse(table, at, inodeCount) && inodeGeneration(table, at) === generation[file];
      if (!isSame) continue;
      isSameInode[file] = 1;
      changeTimeBefore[file] = inodeChangeTime(this.#sb, table, at);
      isEqual[file] = isSameRecord(table, tableNow, at, inodeSize) ? 1 : 0;
    }
  }
}

/** A file whose record is what it was lies where it lay only if its map blocks say so, too. */
async function dropMovedFiles(
  isEqual: Uint8Array,
  { mapBlocks }: InodeFacts,
  earlier: BlockSource,
  now: BlockSource,
  blockSize: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { file, byteOffset } = mapBlocks;
  const order = ascendingOrder(byteOffset);
  for (const i of order) {
    if (isEqual[file[i]!] === 0) continue;
    throwIfAborted(signal);
    const [before, after] = [await earlier.read(byteOffset[i]!, blockSize), await now.read(byteOffset[i]!, blockSize)];
    if (Buffer.compare(before, after) !== 0) isEqual[file[i]!] = 0;
  }
}
