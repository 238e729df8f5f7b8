/** The live map of a file system whose journal needs recovery: the card was pulled, or the power failed. */
import { EMPTY_EXTENTS, type ExtentList } from '../../bytes/extent-list.ts';
import { type BlockSource } from '../../device/block-source.ts';
import { CorruptDataError } from '../../errors.ts';
import { type LiveMap, type ReadOptions } from '../filesystem.ts';
import { sortClaims } from './block-claims.ts';
import { INCOMPAT, RO_COMPAT } from './features.ts';
import { readBitmapFree, readFileSystemView, type ViewRules } from './file-system-view.ts';
import { readGroupDescriptors, type GroupDescriptors } from './group-descriptors.ts';
import { readJournalLog, type JournalLog } from './journal-log.ts';
import { overlayJournal } from './journal-overlay.ts';
import { type Journal } from './journal.ts';
import { journalBytes, mapUnsettled, type Witness } from './live-map.ts';
import { RangeCollector } from './range-collector.ts';
import { readSuperblock, type Superblock } from './superblock.ts';
import { findSwapFiles } from './swap-files.ts';

/** Counts in descriptors are brought up to date only now and then. */
const AFTER_RECOVERY: ViewRules = {
  trustsBlockUninit: true,
  verifiesChecksums: true,
  verifiesCounts: false,
  readsAllRecords: true,
  forgivesUnusedRecords: true,
};

/** On the card, bitmaps and descriptors are of different ages. */
const BEFORE_RECOVERY: ViewRules = { ...AFTER_RECOVERY, verifiesChecksums: false };

/**
 * Decides what is live by what recovery will make of the file system, and by what stands there now; both are kept. The
 * bytes to store are those of the card: a restored card is recovered by its first mount. Throws CorruptDataError when
 * the journal or what it leads to cannot be believed.
 */
export async function readRecoveryMap(
  partition: BlockSource,
  sb: Superblock,
  groups: GroupDescriptors,
  journal: Journal,
  options: ReadOptions,
): Promise<LiveMap> {
  const log = await readJournalLog(partition, journal, sb.blockCount, options.signal);
  const recovered = overlayJournal(partition, journal, log);
  const recoveredSb = await readSuperblock(recovered);
  needSameShape(sb, recoveredSb);
  const recoveredGroups = await readGroupDescriptors(recovered, recoveredSb, options.signal);
  const after = await readWitness(recovered, recoveredSb, recoveredGroups, AFTER_RECOVERY, options);
  const before = await readOldWitness(partition, sb, groups, options);
  return mapUnsettled(sb, journal, after, before, logExtents(sb, journal, log));
}

/** What stands on the card may contradict itself; then as much of it as makes sense, or at least the bitmaps. */
async function readOldWitness(
  partition: BlockSource,
  sb: Superblock,
  groups: GroupDescriptors,
  options: ReadOptions,
): Promise<Pick<Witness, 'bitmapFree'> & Partial<Witness>> {
  try {
    return await readWitness(partition, sb, groups, BEFORE_RECOVERY, options);
  } catch (error) {
    if (!(error instanceof CorruptDataError)) throw error;
  }
  try {
    const rules = { ...BEFORE_RECOVERY, forgivesContradictions: true };
    const witness = await readWitness(partition, sb, groups, rules, options);
    // Somebody who was left out may have written there.
    return { ...witness, claims: { ...witness.claims, unwritten: EMPTY_EXTENTS } };
  } catch (error) {
    if (!(error instanceof CorruptDataError)) throw error;
    return { bitmapFree: await readBitmapFree(partition, sb, groups, BEFORE_RECOVERY, options.signal) };
  }
}

async function readWitness(
  source: BlockSource,
  sb: Superblock,
  groups: GroupDescriptors,
  rules: ViewRules,
  options: ReadOptions,
): Promise<Witness> {
  const view = await readFileSystemView(source, sb, groups, rules, options.signal);
  const swapFiles = await findSwapFiles(source, sb, view.runs, view.swapCandidates, options);
  const claims = sortClaims(view, sb.blockSize, swapFiles);
  return { bitmapFree: view.bitmapFree, unusedTables: view.unusedTables, claims };
}

/** A file system that was being resized, or that changes its features on recovery, is not understood. */
function needSameShape(before: Superblock, after: Superblock): void {
  const shapeOf = (sb: Superblock): readonly unknown[] => {
    const { features, backupGroups } = sb;
    const incompat = features.incompat & ~INCOMPAT.recover;
    const roCompat = features.roCompat & ~RO_COMPAT.orphanPresent;
    return [features.compat, incompat, roCompat].concat(
      [sb.blockSize, sb.blockCount, sb.groupCount, sb.blocksPerGroup, sb.blocksPerCluster, sb.inodesPerGroup],
      [sb.inodeSize, sb.descriptorSize, sb.reservedDescriptorBlocks, sb.firstMetaGroup, ...backupGroups],
      [sb.checksumSeed, sb.journalInode, sb.projectQuotaInode, sb.orphanFileInode, sb.mmpBlock],
    );
  };
  const [old, now] = [shapeOf(before), shapeOf(after)];
  if (old.some((value, i) => value !== now[i])) {
    throw new CorruptDataError('its shape was being changed');
  }
  if (after.hasErrors) throw new CorruptDataError('the file system is marked as having errors');
}

/** What the log uses is data; what it does not use must not hold blocks that fit by chance, so it is zero. */
function logExtents(
  sb: Superblock,
  journal: Journal,
  log: JournalLog,
): { named: ExtentList; used: ExtentList; unused: ExtentList } {
  const named = new RangeCollector();
  for (const block of log.named) named.add(block * sb.blockSize, (block + 1) * sb.blockSize);
  const { startBlock, firstBlock, endBlock } = journal.superblock;
  const total = journal.blocks.length;
  if (!log.endsCleanly) {
    return { named: named.build(), used: journalBytes(sb, journal, 0, total), unused: EMPTY_EXTENTS };
  }
  const isUsed = new Uint8Array(total);
  isUsed.fill(1, 0, firstBlock);
  for (let i = 0; i < log.usedBlocks; i++) {
    isUsed[firstBlock + ((startBlock - firstBlock + i) % (endBlock - firstBlock))] = 1;
  }
  const used = new RangeCollector();
  const unused = new RangeCollector();
  for (let i = 0; i < total; i++) {
    const start = journal.blocks[i]! * sb.blockSize;
    (isUsed[i] === 1 ? used : unused).add(start, start + sb.blockSize);
  }
  return { named: named.build(), used: used.build(), unused: unused.build() };
}
