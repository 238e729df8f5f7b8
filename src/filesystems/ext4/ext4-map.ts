import { unionExtents } from '../../bytes/extent-list.ts';
import { type BlockSource } from '../../device/block-source.ts';
import { CorruptDataError } from '../../errors.ts';
import { type FileSystemReport, type KeepWhole, type ReadOptions } from '../filesystem.ts';
import { hasGroupChecksums } from './bitmaps.ts';
import { sortClaims } from './block-claims.ts';
import { runsOfOneOwner } from './shared-blocks.ts';
import { extVersion, findUnknownFeature, INCOMPAT, RO_COMPAT } from './features.ts';
import { readFileSystemView, type ViewRules } from './file-system-view.ts';
import { readGroupDescriptors } from './group-descriptors.ts';
import { readJournal } from './journal.ts';
import { mapSettled, ownedByOthers, stampOf } from './live-map.ts';
import { readRecoveryMap } from './recovery-map.ts';
import { readSuperblock, type Superblock } from './superblock.ts';
import { findSwapFiles } from './swap-files.ts';

/**
 * The live map of an ext2, ext3 or ext4 file system. A byte is free only if the block bitmap says so and no inode in
 * use refers to it. Whatever cannot be proven gives `keepWhole`; only errors of the source and E_STOPPED are thrown.
 */
export async function readExt4Map(partition: BlockSource, options: ReadOptions): Promise<FileSystemReport> {
  let sb: Superblock | undefined;
  try {
    sb = await readSuperblock(partition);
    const reason = reasonToKeepWhole(sb);
    if (reason !== undefined) return keepWhole(sb, reason);
    return await readMap(partition, sb, options);
  } catch (error) {
    if (!(error instanceof CorruptDataError)) throw error;
    if (sb === undefined) return { keepWhole: error.message, type: 'ext4' };
    const wasClean = isMarkedClean(sb) && (sb.features.incompat & INCOMPAT.recover) === 0;
    return keepWhole(sb, wasClean ? error.message : `it was not shut down cleanly, and ${error.message}`);
  }
}

function keepWhole(sb: Superblock, reason: string): KeepWhole {
  return { keepWhole: reason, type: extVersion(sb.features), label: sb.label, uuid: sb.uuid };
}

function reasonToKeepWhole(sb: Superblock): string | undefined {
  const unknown = findUnknownFeature(sb.features);
  if (unknown !== undefined) return `it has a feature that is not known (${unknown})`;
  if (sb.hasErrors) return 'the file system is marked as having errors';
  return undefined;
}

function isMarkedClean(sb: Superblock): boolean {
  return sb.isValidState && (sb.features.roCompat & RO_COMPAT.orphanPresent) === 0;
}

async function readMap(partition: BlockSource, sb: Superblock, options: ReadOptions): Promise<FileSystemReport> {
  const groups = await readGroupDescriptors(partition, sb, options.signal);
  const journal = await readJournal(partition, sb, groups, options.signal);
  if (journal !== undefined && journal.superblock.errorNumber !== 0)
    return keepWhole(sb, 'its journal records an error');
  const needsRecovery = (sb.features.incompat & INCOMPAT.recover) !== 0;
  if (needsRecovery) {
    if (journal !== undefined) return readRecoveryMap(partition, sb, groups, journal, options);
    return keepWhole(sb, 'it was not shut down cleanly, and its journal is on another device');
  }
  if (journal !== undefined && journal.superblock.startBlock !== 0) {
    return keepWhole(sb, 'the file system says that its journal is empty, and the journal that it is not');
  }
  const isClean = isMarkedClean(sb);
  // Group checksums say it without.
  const asks = isClean && !hasGroupChecksums(sb);
  const provenUnused = asks ? await options.provenUnused?.(sb.uuid, stampOf(sb, journal)) : undefined;
  const rules: ViewRules = {
    trustsBlockUninit: isClean,
    verifiesChecksums: true,
    verifiesCounts: isClean,
    readsAllRecords: !isClean || !hasGroupChecksums(sb),
    provenUnused,
    forgivesUnusedRecords: false,
  };
  const view = await readFileSystemView(partition, sb, groups, rules, options.signal);
  const swapFiles = await findSwapFiles(partition, sb, view.runs, view.swapCandidates, options);
  const claims = sortClaims(view, sb.blockSize, swapFiles);
  const { fileOwners, directoryOwners } = claims;
  const inodes = view.facts.pick([...fileOwners, ...directoryOwners], swapFiles, fileOwners.length);
  const { bitmapFree, unusedTables } = view;
  const witness = { bitmapFree, unusedTables, claims };
  const directories = runsOfOneOwner(claims.directories, unionExtents(claims.structures, ownedByOthers(witness)));
  return { ...mapSettled(sb, journal, witness, isClean), inodes, directories };
}
