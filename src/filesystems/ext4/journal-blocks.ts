/**
 * Blocks of the log of a jbd2 journal: descriptors with their tags, revokes, commits. All big-endian. Source: Linux
 * include/linux/jbd2.h and fs/jbd2/recovery.c (do_one_pass, scan_revoke_records, the *_csum_verify functions).
 */
import { crc32cRaw } from '../../bytes/crc32c.ts';
import { CorruptDataError } from '../../errors.ts';
import { JOURNAL_COMPAT, JOURNAL_INCOMPAT, JOURNAL_MAGIC, type JournalSuperblock } from './journal-superblock.ts';

export const LOG_BLOCK = { descriptor: 1, commit: 2, revoke: 5 } as const;

const HEADER_BYTES = 12;
const TAG_FLAG = { escaped: 1, sameUuid: 2, last: 8 } as const;
const COMMIT_CHECKSUM_AT = 16;
/** h_chksum_type of a version 1 checksum. */
const CHECKSUM_TYPE_CRC32 = 1;

export interface LogBlockHeader {
  readonly type: number;
  readonly sequence: number;
}

/** A block of the file system whose new content is in the log. */
export interface LogTag {
  /** Block number on the partition. */
  readonly block: number;
  /** The log's copy has zeros where the journal's magic number stood. */
  readonly isEscaped: boolean;
  /** Version 3: 32 bits, version 2: 16 bits. */
  readonly checksum: number;
}

/** Undefined when the block is no block of the log's own. */
export function decodeLogHeader(block: Uint8Array): LogBlockHeader | undefined {
  const view = viewOf(block);
  if (view.getUint32(0) !== JOURNAL_MAGIC) return undefined;
  return { type: view.getUint32(4), sequence: view.getUint32(8) };
}

/** The tags of a descriptor block, in the order of the data blocks that follow it. */
export function decodeDescriptor(block: Uint8Array, journal: JournalSuperblock): LogTag[] {
  verifyTail(block, journal);
  const view = viewOf(block);
  const is64 = (journal.incompat & JOURNAL_INCOMPAT.bits64) !== 0;
  const hasV3 = (journal.incompat & JOURNAL_INCOMPAT.checksumV3) !== 0;
  const hasV2 = (journal.incompat & JOURNAL_INCOMPAT.checksumV2) !== 0;
  const tagBytes = hasV3 ? 16 : 8 + (hasV2 ? 2 : 0) + (is64 ? 4 : 0);
  const end = block.byteLength - (hasV2 || hasV3 ? 4 : 0);
  const tags: LogTag[] = [];
  for (let at = HEADER_BYTES; at + tagBytes <= end;) {
    const flags = hasV3 ? view.getUint32(at + 4) : view.getUint16(at + 6);
    const high = is64 ? view.getUint32(at + 8) : 0;
    tags.push({
      block: view.getUint32(at) + high * 2 ** 32,
      isEscaped: (flags & TAG_FLAG.escaped) !== 0,
      checksum: hasV3 ? view.getUint32(at + 12) : view.getUint16(at + 4),
    });
    at += tagBytes + ((flags & TAG_FLAG.sameUuid) === 0 ? 16 : 0);
    if ((flags & TAG_FLAG.last) !== 0) break;
  }
  return tags;
}

/** Block numbers that must not be replayed from this or an earlier transaction. */
export function decodeRevoke(block: Uint8Array, journal: JournalSuperblock): number[] {
  verifyTail(block, journal);
  const view = viewOf(block);
  const entryBytes = (journal.incompat & JOURNAL_INCOMPAT.bits64) !== 0 ? 8 : 4;
  const end = view.getUint32(HEADER_BYTES);
  if (end > block.byteLength - (hasTail(journal) ? 4 : 0)) throw new CorruptDataError('the journal is damaged');
  const revoked: number[] = [];
  for (let at = HEADER_BYTES + 4; at + entryBytes <= end; at += entryBytes) {
    revoked.push(entryBytes === 8 ? Number(view.getBigUint64(at)) : view.getUint32(at));
  }
  return revoked;
}

/** True when the log's copy of a block is what its tag says; without checksums of version 2 or 3 always. */
export function isTagChecksumRight(
  tag: LogTag,
  data: Uint8Array,
  sequence: number,
  journal: JournalSuperblock,
): boolean {
  if (!hasTail(journal)) return true;
  const number = new Uint8Array(4);
  viewOf(number).setUint32(0, sequence);
  const computed = crc32cRaw(crc32cRaw(journalSeed(journal), number), data);
  const hasV3 = (journal.incompat & JOURNAL_INCOMPAT.checksumV3) !== 0;
  return hasV3 ? computed === tag.checksum : (computed & 0xffff) === tag.checksum;
}

/**
 * Verifies a commit block. `transactionChecksum` is the CRC-32 of the transaction's descriptors and data, for journals
 * with checksums of version 1.
 */
export function verifyCommit(block: Uint8Array, journal: JournalSuperblock, transactionChecksum: number): void {
  const view = viewOf(block);
  const stored = view.getUint32(COMMIT_CHECKSUM_AT);
  if (hasTail(journal)) {
    const bytes = new Uint8Array(block);
    bytes.fill(0, COMMIT_CHECKSUM_AT, COMMIT_CHECKSUM_AT + 4);
    if (crc32cRaw(journalSeed(journal), bytes) !== stored) throw wrongChecksum();
  } else if ((journal.compat & JOURNAL_COMPAT.checksum) !== 0) {
    const [type, size] = [block[12], block[13]];
    const isAbsent = type === 0 && size === 0 && stored === 0;
    const isRight = type === CHECKSUM_TYPE_CRC32 && size === 4 && stored === transactionChecksum;
    if (!isAbsent && !isRight) throw wrongChecksum();
  }
}

/** Descriptor and revoke blocks end with a crc32c of themselves. */
function verifyTail(block: Uint8Array, journal: JournalSuperblock): void {
  if (!hasTail(journal)) return;
  const at = block.byteLength - 4;
  const head = crc32cRaw(journalSeed(journal), block.subarray(0, at));
  if (crc32cRaw(head, new Uint8Array(4)) !== viewOf(block).getUint32(at)) throw wrongChecksum();
}

function hasTail(journal: JournalSuperblock): boolean {
  return (journal.incompat & (JOURNAL_INCOMPAT.checksumV2 | JOURNAL_INCOMPAT.checksumV3)) !== 0;
}

function journalSeed(journal: JournalSuperblock): number {
  return crc32cRaw(0xffffffff, journal.uuidBytes);
}

function wrongChecksum(): CorruptDataError {
  return new CorruptDataError('a checksum in its journal is wrong');
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
