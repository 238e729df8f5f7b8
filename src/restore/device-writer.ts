/**
 * Writes ranges to a target in large writes: chunks of the next buffers are fetched and decoded while earlier ones are
 * written. A digest of each write is kept, so that verifying reads the target once and the store not at all.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BlockTarget } from '../device/block-source.ts';
import { throwIfAborted } from '../errors.ts';
import { readRun } from '../snapshot/snapshot-source.ts';
import type { Store } from '../store/store.ts';
import type { WantedRange } from './wanted-ranges.ts';

const WRITE_BYTES = 4 * 1024 * 1024;
/** Being filled, waiting for its chunks, being written: three buffers of 4 MiB. */
const BUFFERS = 3;
/**
 * Ranges whose chunks are being fetched. Where each block is in a chunk of its own, three buffers have thousands, and
 * each fetch may hold a frame of 256 KiB, packed and unpacked.
 */
const MOST_FILLS = 512;

/** One write that was made, for the read-back. */
export interface WrittenRange {
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly digest: Uint8Array;
}

export interface WriteOptions {
  /** The target reads as zero where nothing is written: ranges of zeros are skipped. */
  readonly skipZeros: boolean;
  /** Keep a digest of each write, to be read back. */
  readonly keepDigests: boolean;
  /** Flush after so many bytes. */
  readonly flushBytes: number;
  readonly onWritten?: ((range: { byteLength: number; isZero: boolean }) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const NOT_YET = new Uint8Array();

interface OpenBuffer {
  readonly memory: Uint8Array;
  readonly byteOffset: number;
  used: number;
  readonly fills: Promise<void>[];
}

/** Writes all ranges; on return they are on the medium. Gives the writes that were made if digests are kept. */
export async function writeRanges(
  target: BlockTarget,
  store: Pick<Store, 'readChunk' | 'hasher'>,
  ranges: AsyncIterable<WantedRange>,
  options: WriteOptions,
): Promise<WrittenRange[]> {
  const writer = new RangeWriter(target, store, options);
  try {
    for await (const range of ranges) {
      throwIfAborted(options.signal);
      const isZero = range.run === undefined;
      if (!(isZero && options.skipZeros)) await writer.add(range);
      options.onWritten?.({ byteLength: range.byteLength, isZero });
    }
    await writer.finish();
  } catch (error) {
    await writer.settle();
    throw error;
  }
  return writer.written;
}

class RangeWriter {
  readonly written: WrittenRange[] = [];
  readonly #target: BlockTarget;
  readonly #store: Pick<Store, 'readChunk' | 'hasher'>;
  readonly #free: Uint8Array[] = [];
  readonly #underWay: Promise<void>[] = [];
  readonly #filling: Promise<void>[] = [];
  readonly #options: WriteOptions;
  #current: OpenBuffer | undefined;
  #unflushed = 0;

  constructor(target: BlockTarget, store: Pick<Store, 'readChunk' | 'hasher'>, options: WriteOptions) {
    this.#options = options;
    this.#target = target;
    this.#store = store;
    for (let i = 0; i < BUFFERS; i++) this.#free.push(new Uint8Array(WRITE_BYTES));
  }

  async add(range: WantedRange): Promise<void> {
    for (let done = 0; done < range.byteLength;) {
      const buffer = await this.#bufferFor(range.byteOffset + done);
      const length = Math.min(range.byteLength - done, WRITE_BYTES - buffer.used);
      const part = buffer.memory.subarray(buffer.used, buffer.used + length);
      buffer.used += length;
      if (range.run === undefined) {
        part.fill(0);
      } else {
        const { run } = range;
        const chunkOffset = run.chunkOffset + done;
        if (this.#filling.length >= MOST_FILLS) await this.#filling.shift();
        const fill = this.#fill(part, { ...run, byteOffset: range.byteOffset + done, byteLength: length, chunkOffset });
        fill.catch(() => undefined);
        buffer.fills.push(fill);
        this.#filling.push(fill);
      }
      done += length;
    }
  }

  async finish(): Promise<void> {
    this.#dispatch();
    await Promise.all(this.#underWay);
    await this.#target.flush();
  }

  /** Waits for what is under way, whatever becomes of it. */
  async settle(): Promise<void> {
    await Promise.allSettled([...this.#underWay, ...(this.#current?.fills ?? [])]);
  }

  async #fill(part: Uint8Array, run: NonNullable<WantedRange['run']>): Promise<void> {
    part.set(await readRun(this.#store, run));
  }

  /** The buffer in which the byte at `byteOffset` comes next; begins a new one where the last cannot go on. */
  async #bufferFor(byteOffset: number): Promise<OpenBuffer> {
    const current = this.#current;
    if (current !== undefined) {
      if (current.byteOffset + current.used === byteOffset && current.used < WRITE_BYTES) return current;
      this.#dispatch();
    }
    let memory = this.#free.pop();
    while (memory === undefined) {
      await this.#underWay.shift();
      // External buffers of the decompressor are only freed when the event loop turns.
      await nextTurn();
      memory = this.#free.pop();
    }
    this.#current = { memory, byteOffset, used: 0, fills: [] };
    return this.#current;
  }

  #dispatch(): void {
    if (this.#current === undefined) return;
    const write = this.#write(this.#current);
    write.catch(() => undefined);
    this.#underWay.push(write);
    this.#current = undefined;
  }

  async #write({ memory, byteOffset, used, fills }: OpenBuffer): Promise<void> {
    const place = this.#options.keepDigests
      ? this.written.push({ byteOffset, byteLength: used, digest: NOT_YET }) - 1
      : -1;
    await Promise.all(fills);
    const bytes = memory.subarray(0, used);
    if (place >= 0) this.written[place] = { byteOffset, byteLength: used, digest: this.#store.hasher.hash(bytes) };
    await this.#target.write(byteOffset, bytes);
    this.#unflushed += used;
    if (this.#unflushed >= this.#options.flushBytes) {
      this.#unflushed = 0;
      await this.#target.flush();
    }
    this.#free.push(memory);
  }
}
