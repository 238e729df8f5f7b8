/**
 * The first block of a jbd2 journal. All fields are big-endian. Source: struct journal_superblock_s and
 * JBD2_FEATURE_* in Linux include/linux/jbd2.h, journal_load_superblock() in fs/jbd2/journal.c.
 */
import { ByteView } from '../../bytes/byte-view.ts';
import { crc32cRaw } from '../../bytes/crc32c.ts';
import { CorruptDataError } from '../../errors.ts';

export const JOURNAL_MAGIC = 0xc03b3998;

export const JOURNAL_COMPAT = { checksum: 0x1 } as const;
export const JOURNAL_INCOMPAT = {
  revoke: 0x1,
  bits64: 0x2,
  asyncCommit: 0x4,
  checksumV2: 0x8,
  checksumV3: 0x10,
  fastCommit: 0x20,
} as const;

const KNOWN_COMPAT = JOURNAL_COMPAT.checksum;
const KNOWN_INCOMPAT = 0x3f;
const BLOCK_TYPE_V1 = 3;
const BLOCK_TYPE_V2 = 4;
const SUPERBLOCK_BYTES = 1024;
const CHECKSUM_AT = 0xfc;
const CHECKSUM_TYPE_CRC32C = 4;
/** JBD2_DEFAULT_FAST_COMMIT_BLOCKS: a count of zero means this. */
const DEFAULT_FAST_COMMIT_BLOCKS = 256;

export interface JournalSuperblock {
  /** Bytes. */
  readonly blockSize: number;
  /** Blocks of the journal, with its superblock. */
  readonly blockCount: number;
  /** First block of the log. */
  readonly firstBlock: number;
  /** Block after the last of the log; fast commits lie behind it. */
  readonly endBlock: number;
  /** Sequence number of the first transaction that the log may hold. */
  readonly sequence: number;
  /** Block of the log at which it begins; zero for an empty one. */
  readonly startBlock: number;
  readonly errorNumber: number;
  readonly compat: number;
  readonly incompat: number;
  readonly uuidBytes: Uint8Array;
}

/** Throws CorruptDataError for what is no journal, of unknown features, or with a wrong checksum. */
export function decodeJournalSuperblock(block: Uint8Array): JournalSuperblock {
  const view = new ByteView(block, 'journal superblock');
  const type = view.u32be(0x04);
  need(view.u32be(0x00) === JOURNAL_MAGIC && (type === BLOCK_TYPE_V1 || type === BLOCK_TYPE_V2), 'is damaged');
  const isV1 = type === BLOCK_TYPE_V1;
  const compat = isV1 ? 0 : view.u32be(0x24);
  const incompat = isV1 ? 0 : view.u32be(0x28);
  const roCompat = isV1 ? 0 : view.u32be(0x2c);
  const isKnown = (compat & ~KNOWN_COMPAT) === 0 && (incompat & ~KNOWN_INCOMPAT) === 0 && roCompat === 0;
  need(isKnown, 'has unknown features');
  const hasV2 = (incompat & JOURNAL_INCOMPAT.checksumV2) !== 0;
  const hasV3 = (incompat & JOURNAL_INCOMPAT.checksumV3) !== 0;
  need(!(hasV2 && hasV3), 'has two kinds of checksums');
  if (hasV2 || hasV3) verifyChecksum(view);
  const blockCount = view.u32be(0x10);
  const firstBlock = view.u32be(0x14);
  const startBlock = view.u32be(0x1c);
  const hasFastCommit = (incompat & JOURNAL_INCOMPAT.fastCommit) !== 0;
  const fastCommitBlocks = hasFastCommit ? view.u32be(0x54) || DEFAULT_FAST_COMMIT_BLOCKS : 0;
  const endBlock = blockCount - fastCommitBlocks;
  need(firstBlock >= 1 && firstBlock < endBlock && startBlock < endBlock, 'is damaged');
  need(startBlock === 0 || startBlock >= firstBlock, 'is damaged');
  return {
    blockSize: view.u32be(0x0c),
    blockCount,
    firstBlock,
    endBlock,
    sequence: view.u32be(0x18),
    startBlock,
    errorNumber: view.u32be(0x20) | 0,
    compat,
    incompat,
    uuidBytes: new Uint8Array(view.slice(0x30, 16)),
  };
}

/** crc32c from ~0 over the 1024 bytes, the checksum itself as zero (jbd2_superblock_csum). */
function verifyChecksum(view: ByteView): void {
  need(view.u8(0x50) === CHECKSUM_TYPE_CRC32C, 'has a checksum of an unknown type');
  const bytes = new Uint8Array(view.slice(0, SUPERBLOCK_BYTES));
  bytes.fill(0, CHECKSUM_AT, CHECKSUM_AT + 4);
  need(crc32cRaw(0xffffffff, bytes) === view.u32be(CHECKSUM_AT), 'has a wrong checksum');
}

function need(condition: boolean, otherwise: string): void {
  if (!condition) throw new CorruptDataError(`the journal ${otherwise}`);
}
