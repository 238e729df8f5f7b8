import { EMPTY_EXTENTS, extentsFrom, subtractExtents, unionExtents, type ExtentList } from '../../bytes/extent-list.ts';
import { type BlockSource } from '../../device/block-source.ts';
import { CorruptDataError } from '../../errors.ts';
import { type FileSystemReport, type KeepWhole, type LiveMap, type ReadOptions } from '../filesystem.ts';
import { hasGroupChecksums, type BitmapRules } from './bitmaps.ts';
import { sortClaims, type BlockClaims } from './block-claims.ts';
import { extVersion, findUnknownFeature, INCOMPAT, RO_COMPAT } from './features.ts';
import { readFileSystemView, type FileSystemView } from './file-system-view.ts';
import { readGroupDescriptors } from './group-descriptors.ts';
import { primaryDescriptorBlocks } from './group-layout.ts';
import { readJournal, type Journal } from './journal.ts';
import { RangeCollector } from './range-collector.ts';
import { readSuperblock, SUPERBLOCK_BYTES, SUPERBLOCK_OFFSET, type Superblock } from './superblock.ts';
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
    return sb === undefined ? { keepWhole: error.message, type: 'ext4' } : keepWhole(sb, error.message);
  }
}

function keepWhole(sb: Superblock, reason: string): KeepWhole {
  return { keepWhole: reason, type: extVersion(sb.features), label: sb.label, uuid: sb.uuid };
}

function reasonToKeepWhole(sb: Superblock): string | undefined {
  const unknown = findUnknownFeature(sb.features);
  if (unknown !== undefined) return `it has a feature that is not known (${unknown})`;
  if ((sb.features.incompat & INCOMPAT.journalDevice) !== 0) return 'it is the journal of another file system';
  if (sb.hasErrors) return 'the file system is marked as having errors';
  return undefined;
}

async function readMap(partition: BlockSource, sb: Superblock, options: ReadOptions): Promise<FileSystemReport> {
  const groups = await readGroupDescriptors(partition, sb, options.signal);
  const journal = await readJournal(partition, sb, groups, options.signal);
  if (journal !== undefined && journal.superblock.errorNumber !== 0)
    return keepWhole(sb, 'its journal records an error');
  const needsRecovery = (sb.features.incompat & INCOMPAT.recover) !== 0 || (journal?.superblock.startBlock ?? 0) !== 0;
  if (needsRecovery) {
    return keepWhole(sb, 'the file system was not shut down cleanly: its journal needs recovery');
  }
  const isClean = sb.isValidState && (sb.features.roCompat & RO_COMPAT.orphanPresent) === 0;
  const rules: BitmapRules = {
    trustsUninit: isClean && hasGroupChecksums(sb),
    verifiesChecksums: true,
    verifiesCounts: isClean,
  };
  const view = await readFileSystemView(partition, sb, groups, rules, options.signal);
  const swapFiles = await findSwapFiles(partition, sb, view.runs, view.swapCandidates, options);
  return buildMap(sb, journal, view, sortClaims(view, sb.blockSize, swapFiles), isClean);
}

function buildMap(
  sb: Superblock,
  journal: Journal | undefined,
  view: FileSystemView,
  claims: BlockClaims,
  isClean: boolean,
): LiveMap {
  // Without a clean end, records that look unused may hold files that e2fsck brings back.
  const tables = isClean ? EMPTY_EXTENTS : view.unusedTables;
  const journalHead = journal === undefined ? EMPTY_EXTENTS : journalSuperblockBytes(sb, journal);
  const metadata = unionExtents(unionExtents(claims.metadata, tables), journalHead);
  const live = unionExtents(metadata, claims.fileBytes);
  const emptied = unionExtents(isClean ? view.unusedTables : EMPTY_EXTENTS, journalBody(sb, journal));
  const zero = subtractExtents(unionExtents(emptied, claims.swapBody), live);
  const unused = unionExtents(unionExtents(view.bitmapFree, claims.unwritten), claims.badBlocks);
  const claimed = unionExtents(unionExtents(live, zero), claims.journal);
  return {
    type: extVersion(sb.features),
    label: sb.label,
    uuid: sb.uuid,
    byteLength: sb.blockCount * sb.blockSize,
    blockSize: sb.blockSize,
    free: subtractExtents(unused, claimed),
    zero,
    metadata,
    files: claims.files,
    clean: isClean,
    ...(isClean ? {} : { note: 'was not shut down cleanly' }),
    stamp: {
      mkfsTime: sb.mkfsTime,
      writeTime: sb.writeTime,
      kilobytesWritten: sb.kilobytesWritten,
      mountCount: sb.mountCount,
      journalSequence: journal?.superblock.sequence ?? 0,
      lastCheckTime: sb.lastCheckTime,
      freeBlocks: sb.freeBlocks,
      freeInodes: sb.freeInodes,
    },
    witness: unionExtents(superblockBytes(sb), journalHead),
  };
}

function superblockBytes(sb: Superblock): ExtentList {
  const descriptors = [...primaryDescriptorBlocks(sb)].map((block): [number, number] => [
    block * sb.blockSize,
    (block + 1) * sb.blockSize,
  ]);
  return extentsFrom([[SUPERBLOCK_OFFSET, SUPERBLOCK_OFFSET + SUPERBLOCK_BYTES], ...descriptors]);
}

function journalSuperblockBytes(sb: Superblock, journal: Journal): ExtentList {
  const start = journal.blocks[0]! * sb.blockSize;
  return extentsFrom([[start, start + sb.blockSize]]);
}

/** All of a clean journal but its superblock: stale blocks of another timeline could be replayed one day. */
function journalBody(sb: Superblock, journal: Journal | undefined): ExtentList {
  if (journal === undefined) return EMPTY_EXTENTS;
  const body = new RangeCollector();
  for (let i = 1; i < journal.blocks.length; i++) {
    body.add(journal.blocks[i]! * sb.blockSize, (journal.blocks[i]! + 1) * sb.blockSize);
  }
  return body.build();
}
