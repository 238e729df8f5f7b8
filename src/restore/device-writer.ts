/**
 * Writes ranges to a target in large writes, all of them or only what differs: chunks of the next buffers are fetched
 * (or what the target holds is read) while earlier ones are written. A digest of each range is kept, so that verifying
 * reads the target once and the store not at all.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isMediumError } from '../device/block-source.ts';
import type { BlockTarget } from '../device/block-source.ts';
import { CardkeepError, throwIfAborted } from '../errors.ts';
import { readRun } from '../snapshot/snapshot-source.ts';
import type { Store } from '../store/store.ts';
import { CompareGauge } from './compare-gauge.ts';
import { findDifferences } from './find-differences.ts';
import type { Differences, Piece } from './find-differences.ts';
import type { ProofLog } from './proof-log.ts';
import type { WantedRange } from './wanted-ranges.ts';

const BUFFER_BYTES = 4 * 1024 * 1024;
/** Being filled, waiting for its chunks or the target, being written: three buffers of 4 MiB. */
const BUFFERS = 3;
/**
 * Ranges whose chunks are being fetched. Where each block is in a chunk of its own, three buffers have thousands, and
 * each fetch may hold a frame of 256 KiB, packed and unpacked.
 */
const MOST_FILLS = 512;
/** Reading over a gap of this size is cheaper than a second read. */
const BRIDGED_BYTES = 64 * 1024;

/** A target that can be read past the page cache where nothing was written yet. */
export interface ComparableTarget extends BlockTarget {
  readMedium(byteOffset: number, byteLength: number, into?: Uint8Array): Promise<Uint8Array>;
}

export interface WriteOptions {
  /** The target reads as zero where nothing is written: ranges of zeros are skipped. */
  readonly skipZeros: boolean;
  /** `differing`: read first, and write only what differs; `nothing`: only count what would have to be written. */
  readonly write: 'all' | 'differing' | 'nothing';
  /** Takes a digest of each range that was written or found equal. */
  readonly proofs: ProofLog | undefined;
  /** Flush after so many bytes. */
  readonly flushBytes: number;
  /** Called once, before the first write. */
  readonly beforeFirstWrite?: (() => Promise<void>) | undefined;
  readonly onDone?: ((done: Omit<Differences, 'segments'>) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface OpenBuffer {
  readonly memory: Buffer;
  readonly byteOffset: number;
  readonly isCompared: boolean;
  used: number;
  readonly pieces: Piece[];
  readonly fills: Promise<void>[];
}

/** Writes all ranges; on return they are on the medium. Gives how many bytes were written (or would have to be). */
export async function writeRanges(
  target: ComparableTarget,
  store: Pick<Store, 'readChunk' | 'hasher'>,
  ranges: AsyncIterable<WantedRange>,
  options: WriteOptions,
): Promise<number> {
  const writer = new RangeWriter(target, store, options);
  try {
    for await (const range of ranges) {
      throwIfAborted(options.signal);
      if (options.skipZeros && range.run === undefined && range.bytes === undefined) {
        options.onDone?.({ dataBytes: 0, zeroBytes: range.byteLength, unchangedBytes: 0 });
      } else {
        await writer.add(range);
      }
    }
    await writer.finish();
  } catch (error) {
    await writer.settle();
    throw error;
  }
  return writer.writtenBytes;
}

class RangeWriter {
  writtenBytes = 0;
  readonly #target: ComparableTarget;
  readonly #store: Pick<Store, 'readChunk' | 'hasher'>;
  readonly #free: Buffer[] = [];
  readonly #underWay: Promise<void>[] = [];
  readonly #filling: Promise<void>[] = [];
  readonly #options: WriteOptions;
  readonly #gauge = new CompareGauge();
  #current: OpenBuffer | undefined;
  #isReady: Promise<void> | undefined;
  #unflushed = { byteLength: 0, start: Number.POSITIVE_INFINITY, end: 0 };

  constructor(target: ComparableTarget, store: Pick<Store, 'readChunk' | 'hasher'>, options: WriteOptions) {
    this.#options = options;
    this.#target = target;
    this.#store = store;
  }

  async add(range: WantedRange): Promise<void> {
    for (let done = 0; done < range.byteLength;) {
      const buffer = await this.#bufferFor(range.byteOffset + done, range.byteLength - done);
      const length = Math.min(range.byteLength - done, BUFFER_BYTES - buffer.used);
      const piece = { ...partOf(range, done, length), at: buffer.used };
      buffer.used += length;
      buffer.pieces.push(piece);
      if (!buffer.isCompared) await this.#startFill(buffer, piece);
      done += length;
    }
  }

  async finish(): Promise<void> {
    this.#dispatch();
    await Promise.all(this.#underWay);
    await this.#flush();
  }

  /** Waits for what is under way, whatever becomes of it. */
  async settle(): Promise<void> {
    await Promise.allSettled([...this.#underWay, ...(this.#current?.fills ?? [])]);
  }

  /** The buffer in which `byteOffset` comes next; begins a new one where the last cannot go on. */
  async #bufferFor(byteOffset: number, byteLength: number): Promise<OpenBuffer> {
    const current = this.#current;
    if (current !== undefined) {
      const gap = byteOffset - current.byteOffset - current.used;
      if (gap >= 0 && this.#fits(current, gap, byteLength)) {
        current.used += gap;
        return current;
      }
      this.#dispatch();
    }
    if (this.#underWay.length >= BUFFERS) {
      await this.#underWay.shift();
      // External buffers of the decompressor are only freed when the event loop turns.
      await nextTurn();
    }
    const memory = this.#free.pop() ?? Buffer.alloc(BUFFER_BYTES);
    const isCompared =
      this.#options.write !== 'all' && (this.#options.write === 'nothing' || this.#gauge.shouldCompare());
    this.#current = { memory, byteOffset, isCompared, used: 0, pieces: [], fills: [] };
    return this.#current;
  }

  #fits({ used, isCompared }: OpenBuffer, gap: number, byteLength: number): boolean {
    if (!isCompared) return gap === 0 && used < BUFFER_BYTES;
    // A chunk that is cut in two cannot be compared by its ID.
    const isWorthCutting = byteLength > BUFFER_BYTES / 4;
    return gap <= BRIDGED_BYTES && used + gap + (isWorthCutting ? 1 : byteLength) <= BUFFER_BYTES;
  }

  #dispatch(): void {
    if (this.#current === undefined) return;
    const work = this.#handle(this.#current);
    work.catch(() => undefined);
    this.#underWay.push(work);
    this.#current = undefined;
  }

  async #startFill(buffer: OpenBuffer, { at, byteLength, run, bytes }: Piece): Promise<void> {
    const part = buffer.memory.subarray(at, at + byteLength);
    if (run === undefined) {
      if (bytes === undefined) part.fill(0);
      else part.set(bytes);
      return;
    }
    if (this.#filling.length >= MOST_FILLS) await this.#filling.shift();
    const fill = readRun(this.#store, run).then((chunk) => part.set(chunk));
    fill.catch(() => undefined);
    buffer.fills.push(fill);
    this.#filling.push(fill);
  }

  async #handle(buffer: OpenBuffer): Promise<void> {
    const { memory, byteOffset, pieces } = buffer;
    const isRead = buffer.isCompared && (await this.#readTarget(buffer));
    if (buffer.isCompared && !isRead) for (const piece of pieces) await this.#startFill(buffer, piece);
    await Promise.all(buffer.fills);
    const found = isRead ? await findDifferences(memory, pieces, this.#store) : allOf(pieces);
    if (isRead) this.#gauge.add(found.unchangedBytes + found.dataBytes + found.zeroBytes, found.unchangedBytes);
    const { proofs } = this.#options;
    if (proofs !== undefined) {
      for (const [start, end] of allOf(pieces).segments) {
        proofs.add(byteOffset + start, end - start, this.#store.hasher.hash(memory.subarray(start, end)));
      }
    }
    for (const [start, end] of found.segments) await this.#write(byteOffset + start, memory.subarray(start, end));
    this.#options.onDone?.(found);
    this.#free.push(memory);
  }

  /** False where the medium cannot be read: writing may mend it. */
  async #readTarget({ memory, byteOffset, used }: OpenBuffer): Promise<boolean> {
    try {
      await this.#target.readMedium(byteOffset, used, memory);
      return true;
    } catch (error) {
      if (isMediumError(error)) return false;
      throw error;
    }
  }

  async #write(byteOffset: number, bytes: Uint8Array): Promise<void> {
    this.writtenBytes += bytes.byteLength;
    if (this.#options.write === 'nothing') return;
    await (this.#isReady ??= this.#options.beforeFirstWrite?.() ?? Promise.resolve());
    await this.#target.write(byteOffset, bytes);
    // Counted only now: a flush that ran meanwhile need not have met it.
    const unflushed = this.#unflushed;
    unflushed.byteLength += bytes.byteLength;
    unflushed.start = Math.min(unflushed.start, byteOffset);
    unflushed.end = Math.max(unflushed.end, byteOffset + bytes.byteLength);
    if (this.#unflushed.byteLength >= this.#options.flushBytes) await this.#flush();
  }

  /** A device may report only now that it did not take what was written: the error gets the place. */
  async #flush(): Promise<void> {
    const { start, end, byteLength } = this.#unflushed;
    if (byteLength === 0) return;
    this.#unflushed = { byteLength: 0, start: Number.POSITIVE_INFINITY, end: 0 };
    try {
      await this.#target.flush();
    } catch (error) {
      if (!(error instanceof CardkeepError)) throw error;
      const message = `${error.message}: what was written between byte ${start} and ${end} is lost`;
      throw new CardkeepError(error.kind, error.code, message, { hint: error.hint, cause: error });
    }
  }
}

function partOf(range: WantedRange, done: number, byteLength: number): WantedRange {
  const { run, bytes } = range;
  const byteOffset = range.byteOffset + done;
  return {
    byteOffset,
    byteLength,
    run: run && { ...run, byteOffset, byteLength, chunkOffset: run.chunkOffset + done },
    bytes: bytes?.subarray(done, done + byteLength),
  };
}

/** All pieces as what differs, joined where they touch. */
function allOf(pieces: readonly Piece[]): Differences {
  const segments: [start: number, end: number][] = [];
  let dataBytes = 0;
  let zeroBytes = 0;
  for (const { at, byteLength, run, bytes } of pieces) {
    const last = segments.at(-1);
    if (last?.[1] === at) last[1] = at + byteLength;
    else segments.push([at, at + byteLength]);
    if (run === undefined && bytes === undefined) zeroBytes += byteLength;
    else dataBytes += byteLength;
  }
  return { segments, dataBytes, zeroBytes, unchangedBytes: 0 };
}
