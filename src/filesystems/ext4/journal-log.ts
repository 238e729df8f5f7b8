/**
 * What a journal that needs recovery would write, found without writing: a walk over its log as the kernel does it
 * (do_one_pass() in Linux fs/jbd2/recovery.c), but stricter: any wrong checksum throws CorruptDataError.
 */
import { type BlockSource } from '../../device/block-source.ts';
import { CorruptDataError, throwIfAborted } from '../../errors.ts';
import { crc32Be } from './crc32-be.ts';
import {
  decodeDescriptor,
  decodeLogHeader,
  decodeRevoke,
  isTagChecksumRight,
  LOG_BLOCK,
  verifyCommit,
  type LogTag,
} from './journal-blocks.ts';
import { JOURNAL_COMPAT, JOURNAL_INCOMPAT } from './journal-superblock.ts';
import { type Journal } from './journal.ts';

export interface JournalLog {
  /** By block number on the partition: the block of the journal that holds its content after recovery. */
  readonly replaced: ReadonlyMap<number, LoggedBlock>;
  /** Block numbers on the partition that any tag names, whether replayed or not. */
  readonly named: ReadonlySet<number>;
  /** Blocks of the journal that the log uses, from `startBlock`, around the end, to the one before `headBlock`. */
  readonly usedBlocks: number;
  /** False when the log ends within a transaction. */
  readonly endsCleanly: boolean;
}

export interface LoggedBlock {
  readonly journalBlock: number;
  readonly isEscaped: boolean;
}

interface Transaction {
  readonly sequence: number;
  readonly tags: { readonly tag: LogTag; readonly journalBlock: number }[];
  readonly revoked: number[];
  checksum: number;
}

export async function readJournalLog(
  source: BlockSource,
  journal: Journal,
  blockCount: number,
  signal?: AbortSignal,
): Promise<JournalLog> {
  const { superblock } = journal;
  if ((superblock.incompat & JOURNAL_INCOMPAT.fastCommit) !== 0) {
    throw new CorruptDataError('its journal may hold fast commits');
  }
  const walk = new LogWalk(source, journal, blockCount);
  let endsCleanly = true;
  if (superblock.startBlock !== 0) endsCleanly = await walk.run(signal);
  return { replaced: walk.replaced(), named: walk.named, usedBlocks: walk.usedBlocks, endsCleanly };
}

class LogWalk {
  readonly named = new Set<number>();
  usedBlocks = 0;
  readonly #source: BlockSource;
  readonly #journal: Journal;
  readonly #blockCount: number;
  readonly #window: Uint8Array;
  #windowStart = 0;
  #windowBlocks = 0;
  #transactions = 0;
  /** In the order of the log; a later one wins. */
  readonly #logged: { block: number; transaction: number; logged: LoggedBlock }[] = [];
  /** Block number to the last transaction that revokes it. */
  readonly #revoked = new Map<number, number>();

  constructor(source: BlockSource, journal: Journal, blockCount: number) {
    this.#source = source;
    this.#journal = journal;
    this.#blockCount = blockCount;
    this.#window = new Uint8Array(Math.max(journal.superblock.blockSize, 1024 * 1024));
  }

  replaced(): Map<number, LoggedBlock> {
    const replaced = new Map<number, LoggedBlock>();
    for (const { block, transaction, logged } of this.#logged) {
      const revokedBy = this.#revoked.get(block);
      if (revokedBy === undefined || transaction > revokedBy) replaced.set(block, logged);
    }
    return replaced;
  }

  /** Walks to the first block that does not continue the log; false when it does not follow a commit. */
  async run(signal: AbortSignal | undefined): Promise<boolean> {
    const { superblock } = this.#journal;
    let { sequence } = superblock;
    let open: Transaction | undefined;
    for (;;) {
      throwIfAborted(signal);
      if (this.usedBlocks >= superblock.endBlock - superblock.firstBlock) return open === undefined;
      const block = await this.#read(this.#position(this.usedBlocks));
      const header = decodeLogHeader(block);
      if (header === undefined || header.sequence !== sequence) return open === undefined;
      open ??= { sequence, tags: [], revoked: [], checksum: 0xffffffff };
      this.usedBlocks++;
      if (header.type === LOG_BLOCK.descriptor) {
        await this.#takeDescriptor(new Uint8Array(block), open);
      } else if (header.type === LOG_BLOCK.revoke) {
        for (const number of decodeRevoke(block, superblock)) open.revoked.push(number);
      } else if (header.type === LOG_BLOCK.commit) {
        verifyCommit(block, superblock, open.checksum);
        await this.#commit(open);
        open = undefined;
        sequence = (sequence + 1) >>> 0;
      } else {
        return false;
      }
    }
  }

  async #takeDescriptor(block: Uint8Array, open: Transaction): Promise<void> {
    const { superblock } = this.#journal;
    const tags = decodeDescriptor(block, superblock);
    const hasV1 = (superblock.compat & JOURNAL_COMPAT.checksum) !== 0;
    if (hasV1) open.checksum = crc32Be(open.checksum, block);
    for (const tag of tags) {
      const journalBlock = this.#position(this.usedBlocks++);
      open.tags.push({ tag, journalBlock });
      this.named.add(tag.block);
      if (hasV1) open.checksum = crc32Be(open.checksum, await this.#read(journalBlock));
    }
  }

  async #commit(transaction: Transaction): Promise<void> {
    const { superblock } = this.#journal;
    const number = this.#transactions++;
    for (const { tag, journalBlock } of transaction.tags) {
      if (tag.block >= this.#blockCount) throw new CorruptDataError('the journal names a block behind the end');
      if (!isTagChecksumRight(tag, await this.#read(journalBlock), transaction.sequence, superblock)) {
        throw new CorruptDataError('a block in its journal is damaged');
      }
      const logged = { journalBlock, isEscaped: tag.isEscaped };
      this.#logged.push({ block: tag.block, transaction: number, logged });
    }
    for (const block of transaction.revoked) this.#revoked.set(block, number);
  }

  /** The journal's block number of the n-th block of the log. */
  #position(index: number): number {
    const { startBlock, firstBlock, endBlock } = this.#journal.superblock;
    const length = endBlock - firstBlock;
    return firstBlock + ((startBlock - firstBlock + index) % length);
  }

  /** One block of the journal; the bytes are good until the next call. Neighbours on the card are read with it. */
  async #read(journalBlock: number): Promise<Uint8Array> {
    const { blocks, superblock } = this.#journal;
    const { blockSize } = superblock;
    if (journalBlock < this.#windowStart || journalBlock >= this.#windowStart + this.#windowBlocks) {
      const room = this.#window.byteLength / blockSize;
      const first = blocks[journalBlock]!;
      let count = 1;
      while (count < room && blocks[journalBlock + count] === first + count) count++;
      await this.#source.read(first * blockSize, count * blockSize, this.#window);
      this.#windowStart = journalBlock;
      this.#windowBlocks = count;
    }
    const at = (journalBlock - this.#windowStart) * blockSize;
    return this.#window.subarray(at, at + blockSize);
  }
}
