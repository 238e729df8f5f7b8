/** From claims to the live map that the capture gets: data beats zero beats free. */
import {
  EMPTY_EXTENTS,
  extentsFrom,
  intersectExtents,
  subtractExtents,
  unionExtents,
  type ExtentList,
} from '../../bytes/extent-list.ts';
import { type FileSystemStamp, type LiveMap } from '../filesystem.ts';
import { type BlockClaims } from './block-claims.ts';
import { extVersion, INCOMPAT, RO_COMPAT } from './features.ts';
import { primaryDescriptorBlocks, reservedHeadBlocks } from './group-layout.ts';
import { type Journal } from './journal.ts';
import { RangeCollector } from './range-collector.ts';
import { SUPERBLOCK_BYTES, SUPERBLOCK_OFFSET, type Superblock } from './superblock.ts';

/** One witness: what bitmaps and inodes say together. */
export interface Witness {
  readonly bitmapFree: ExtentList;
  readonly unusedTables: ExtentList;
  readonly claims: BlockClaims;
}

/** The map of a file system whose structures can be believed as they stand. */
export function mapSettled(sb: Superblock, journal: Journal | undefined, witness: Witness, isClean: boolean): LiveMap {
  const { claims, unusedTables } = witness;
  const head = journal === undefined ? EMPTY_EXTENTS : journalBytes(sb, journal, 0, 1);
  const body = journal === undefined ? EMPTY_EXTENTS : journalBytes(sb, journal, 1, journal.blocks.length);
  // Without a clean end, records that look unused may hold files that e2fsck brings back.
  const keptTables = isClean ? EMPTY_EXTENTS : unusedTables;
  // What such blocks hold is nobody's content: they are told apart from files, and read each time.
  const contested = isClean ? intersectExtents(claims.fileBytes, ownedByOthers(witness)) : EMPTY_EXTENTS;
  const metadata = unionAll([claims.metadata, contested, keptTables, head]);
  const live = unionExtents(metadata, claims.fileBytes);
  const zero = subtractExtents(unionAll([isClean ? unusedTables : EMPTY_EXTENTS, body, claims.swapBody]), live);
  const unused = unionAll([witness.bitmapFree, claims.unwritten, claims.badBlocks]);
  const free = subtractExtents(unused, unionAll([live, zero, claims.journal]));
  return { ...describe(sb, journal, isClean), free, zero, metadata, files: claims.files };
}

/** Bytes that change without a trace in the record of a file or directory that claims them, too. */
export function ownedByOthers({ bitmapFree, unusedTables, claims }: Witness): ExtentList {
  const { journal, swapBody, unwritten, badBlocks } = claims;
  return unionAll([bitmapFree, unusedTables, journal, swapBody, unwritten, badBlocks]);
}

/**
 * The map of a file system whose journal needs recovery. `after` is what recovery will make of it, `before` what stands
 * on the card; a byte is free only if it is so in both and the log does not name it. What the inodes say is missing
 * in `before` when they contradict each other there.
 */
export function mapUnsettled(
  sb: Superblock,
  journal: Journal,
  after: Witness,
  before: Pick<Witness, 'bitmapFree'> & Partial<Witness>,
  log: { readonly named: ExtentList; readonly used: ExtentList; readonly unused: ExtentList },
): LiveMap {
  const old = before.claims;
  const oldMetadata = old === undefined ? EMPTY_EXTENTS : old.metadata;
  const metadata = unionAll([after.claims.metadata, after.unusedTables, oldMetadata, log.used]);
  const oldFiles = old === undefined ? EMPTY_EXTENTS : old.fileBytes;
  const live = unionAll([metadata, after.claims.fileBytes, oldFiles, log.named]);
  const zero = subtractExtents(unionExtents(log.unused, after.claims.swapBody), live);
  const unwritten = old === undefined ? EMPTY_EXTENTS : intersectExtents(after.claims.unwritten, old.unwritten);
  const bitmapFree = intersectExtents(after.bitmapFree, before.bitmapFree);
  const unused = unionAll([bitmapFree, unwritten]);
  const free = subtractExtents(unused, unionAll([live, zero, after.claims.journal]));
  return { ...describe(sb, journal, false), free, zero, metadata, files: after.claims.files };
}

/** Bytes of blocks `[first, end)` of the journal. */
export function journalBytes(sb: Superblock, journal: Journal, first: number, end: number): ExtentList {
  const bytes = new RangeCollector();
  for (let i = first; i < end; i++) {
    bytes.add(journal.blocks[i]! * sb.blockSize, (journal.blocks[i]! + 1) * sb.blockSize);
  }
  return bytes.build();
}

function describe(
  sb: Superblock,
  journal: Journal | undefined,
  isClean: boolean,
): Omit<LiveMap, 'free' | 'zero' | 'metadata' | 'files'> {
  const head = journal === undefined ? EMPTY_EXTENTS : journalBytes(sb, journal, 0, 1);
  return {
    type: extVersion(sb.features),
    label: sb.label,
    uuid: sb.uuid,
    byteLength: sb.blockCount * sb.blockSize,
    blockSize: sb.blockSize,
    clean: isClean,
    ...(isClean ? {} : { note: 'was not shut down cleanly' }),
    identity: identityOf(sb),
    reserved: reservedBytes(sb),
    mountTime: sb.mountTime,
    stamp: stampOf(sb, journal),
    witness: unionExtents(superblockBytes(sb), head),
  };
}

export function stampOf(sb: Superblock, journal: Journal | undefined): FileSystemStamp {
  return {
    mkfsTime: sb.mkfsTime,
    writeTime: sb.writeTime,
    kilobytesWritten: sb.kilobytesWritten,
    mountCount: sb.mountCount,
    journalSequence: journal?.superblock.sequence ?? 0,
    lastCheckTime: sb.lastCheckTime,
    freeBlocks: sb.freeBlocks,
    freeInodes: sb.freeInodes,
  };
}

/** A mount sets and clears only the two feature bits that are masked; e2fsck sets the time of its check. */
export function identityOf(sb: Superblock): string {
  const { compat, incompat, roCompat } = sb.features;
  const features = [compat, incompat & ~INCOMPAT.recover, roCompat & ~RO_COMPAT.orphanPresent];
  const { uuid, mkfsTime, lastCheckTime, blockSize, blockCount, inodeSize, inodesPerGroup, checksumSeed } = sb;
  return [
    uuid,
    mkfsTime,
    lastCheckTime,
    blockSize,
    blockCount,
    inodeSize,
    inodesPerGroup,
    checksumSeed,
    ...features.map((bits) => bits >>> 0),
  ].join(' ');
}

function reservedBytes(sb: Superblock): ExtentList {
  const bytes = new RangeCollector();
  for (let group = 0; group < sb.groupCount; group++) {
    const [start, end] = reservedHeadBlocks(sb, group) ?? [0, 0];
    bytes.add(start * sb.blockSize, Math.min(end, sb.blockCount) * sb.blockSize);
  }
  return bytes.build();
}

function superblockBytes(sb: Superblock): ExtentList {
  const descriptors = [...primaryDescriptorBlocks(sb)].map((block): [number, number] => [
    block * sb.blockSize,
    (block + 1) * sb.blockSize,
  ]);
  return extentsFrom([[SUPERBLOCK_OFFSET, SUPERBLOCK_OFFSET + SUPERBLOCK_BYTES], ...descriptors]);
}

function unionAll(lists: readonly ExtentList[]): ExtentList {
  let all = EMPTY_EXTENTS;
  for (const list of lists) all = all.count === 0 ? list : unionExtents(all, list);
  return all;
}
