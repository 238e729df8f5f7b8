/** The journal of an ext file system that lies within it: where its blocks are, and what its superblock says. */
import { type BlockSource } from '../../device/block-source.ts';
import { CorruptDataError } from '../../errors.ts';
import { BlockMapReader, MAP_ROOT_BYTES } from './block-maps.ts';
import { RO_COMPAT } from './features.ts';
import { type GroupDescriptors } from './group-descriptors.ts';
import { INODE, INODE_FLAG, inodeChecksumSeed, inodeFlags, inodeMapRoot, isInodeChecksumRight } from './inode.ts';
import { decodeJournalSuperblock, type JournalSuperblock } from './journal-superblock.ts';
import { RangeCollector } from './range-collector.ts';
import { type Superblock } from './superblock.ts';

export interface Journal {
  readonly superblock: JournalSuperblock;
  /** Block number on the partition of each block of the journal. */
  readonly blocks: Float64Array;
}

/** Undefined when there is none, or when it is on another device. Throws CorruptDataError for one that cannot be. */
export async function readJournal(
  source: BlockSource,
  sb: Superblock,
  groups: GroupDescriptors,
  signal?: AbortSignal,
): Promise<Journal | undefined> {
  if (sb.journalInode === 0) return undefined;
  if (sb.journalInode !== INODE.journal) throw new CorruptDataError('its journal is a file with a name');
  const runs = await readJournalRuns(source, sb, groups, signal);
  const first = runs[0];
  if (first === undefined || first.logicalBlock !== 0) throw new CorruptDataError('the journal has no first block');
  const superblock = decodeJournalSuperblock(await source.read(first.block * sb.blockSize, sb.blockSize));
  if (superblock.blockSize !== sb.blockSize) throw new CorruptDataError('the journal has blocks of another size');
  const blocks = new Float64Array(Math.min(superblock.blockCount, sb.blockCount));
  let reached = 0;
  for (const run of runs) {
    if (run.logicalBlock !== reached || run.isUnwritten) break;
    for (let i = 0; i < run.blockCount && reached < blocks.length; i++) blocks[reached++] = run.block + i;
  }
  if (reached < superblock.blockCount) throw new CorruptDataError('the journal is shorter than it says');
  return { superblock, blocks };
}

interface JournalRun {
  readonly logicalBlock: number;
  readonly block: number;
  readonly blockCount: number;
  readonly isUnwritten: boolean;
}

async function readJournalRuns(
  source: BlockSource,
  sb: Superblock,
  groups: GroupDescriptors,
  signal: AbortSignal | undefined,
): Promise<JournalRun[]> {
  const index = sb.journalInode - 1;
  const group = Math.floor(index / sb.inodesPerGroup);
  const recordAt = groups.inodeTable[group]! * sb.blockSize + (index % sb.inodesPerGroup) * sb.inodeSize;
  const record = await source.read(recordAt, sb.inodeSize);
  const table = new DataView(record.buffer, record.byteOffset, record.byteLength);
  const seed = inodeChecksumSeed(sb, sb.journalInode, table, 0);
  const hasChecksums = (sb.features.roCompat & RO_COMPAT.metadataChecksum) !== 0;
  if (hasChecksums && !isInodeChecksumRight(sb, table, 0, seed)) {
    throw new CorruptDataError("the checksum of the journal's inode is wrong");
  }
  const maps = new BlockMapReader(sb, new RangeCollector());
  const root = inodeMapRoot(table, 0).subarray(0, MAP_ROOT_BYTES);
  if ((inodeFlags(table, 0) & INODE_FLAG.extents) !== 0) maps.addExtentTree(0, root, seed);
  else maps.addIndirectMap(0, root);
  const runs: JournalRun[] = [];
  for (const part of await maps.resolve(source, signal)) {
    for (let i = 0; i < part.count; i++) {
      runs.push({
        logicalBlock: part.logicalBlock[i]!,
        block: part.block[i]!,
        blockCount: part.blockCount[i]!,
        isUnwritten: part.isUnwritten[i] === 1,
      });
    }
  }
  return runs;
}
