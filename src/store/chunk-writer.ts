/**
 * From single chunks to durable packs and index files. Chunks of one kind fill a frame; full frames are compressed,
 * four at a time, and go into packs; packs are listed in an index file every 64 packs or five minutes, and at `flush`.
 */
import { beginFrame, addToFrame, frameHasRoom, type FrameBuilder } from './frame-builder.ts';
import { FRAME_KIND, type Codec } from './frame.ts';
import { MAX_CHUNK_BYTES } from './limits.ts';
import { PackLane } from './pack-lane.ts';
import type { FinishedPack } from './pack-writer.ts';
import { PendingChunks } from './pending-chunks.ts';
import { encodePackIndexes } from './pack-index.ts';
import type { Storage } from './storage.ts';

/** Frames between being full and being in their pack: enough for the thread pool's four threads. */
const FRAMES_IN_FLIGHT = 4;
const PACKS_PER_INDEX = 64;
const INDEX_INTERVAL_MS = 5 * 60 * 1000;

export type ChunkKind = 'data' | 'metadata' | 'node';

export interface ChunkWriterOptions {
  readonly storage: Storage;
  readonly storeId: Uint8Array;
  readonly owner: string;
  readonly packBytes: number;
  readonly frameBytes: number;
  readonly codec: Codec;
  readonly now: () => number;
  /** Turns an error of the storage into what lies behind it. Never rejects. */
  readonly explain: (error: unknown) => Promise<unknown>;
  /** Stores an index file and loads it. */
  readonly writeIndex: (bytes: Uint8Array) => Promise<void>;
}

export interface WriteCounts {
  /** Without map nodes, as is `newBytes`. */
  newChunks: number;
  /** Plain bytes of new chunks. */
  newBytes: number;
  /** Bytes of packs and indexes. */
  storedBytes: number;
}

interface SessionPack extends FinishedPack {
  /** The session's numbers of its frames. */
  readonly frameNumbers: readonly number[];
}

export class ChunkWriter {
  readonly counts: WriteCounts = { newChunks: 0, newBytes: 0, storedBytes: 0 };
  readonly #options: ChunkWriterOptions;
  readonly #dataLane: PackLane;
  readonly #nodeLane: PackLane;
  readonly #open = new Map<ChunkKind, FrameBuilder>();
  readonly #freeBuffers: Uint8Array[] = [];
  readonly #writeBuffers: Uint8Array[] = [];
  #pending = new PendingChunks();
  #unindexed: SessionPack[] = [];
  #indexing: Promise<void> = Promise.resolve();
  #lastIndexMs: number;
  #frameNumber = 0;
  #inFlight = 0;
  #waiting: (() => void)[] = [];

  constructor(options: ChunkWriterOptions) {
    this.#options = options;
    this.#lastIndexMs = options.now();
    this.#dataLane = this.#makeLane(FRAME_KIND.chunks);
    this.#nodeLane = this.#makeLane(FRAME_KIND.nodes);
  }

  /** True for a chunk that was put and that no loaded index file lists yet. */
  has(id: Uint8Array): boolean {
    return this.#pending.has(id);
  }

  /** Copies `bytes` before it returns; the promise is there to be awaited, as it slows a caller that is too fast. */
  put(kind: ChunkKind, id: Uint8Array, bytes: Uint8Array): Promise<void> {
    try {
      this.#add(kind, id, bytes);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#room();
  }

  /** Barriers 1 and 2: packs are durable, then the index files that list them. */
  async flush(): Promise<void> {
    for (const kind of this.#open.keys()) this.#seal(kind);
    await Promise.all([this.#dataLane.finishPack(), this.#nodeLane.finishPack()]);
    await this.#writeIndex();
  }

  /** Gives up what is not yet in a durable pack; lists the packs that are. */
  async giveUp(): Promise<void> {
    await this.#dataLane.discard();
    await this.#nodeLane.discard();
    await this.#writeIndex();
  }

  #add(kind: ChunkKind, id: Uint8Array, bytes: Uint8Array): void {
    this.#dataLane.throwIfFailed();
    this.#nodeLane.throwIfFailed();
    if (id.byteLength !== 32) throw new RangeError('a chunk ID has 32 bytes');
    if (bytes.byteLength === 0 || bytes.byteLength > MAX_CHUNK_BYTES) {
      throw new RangeError(`a chunk has 1 to ${MAX_CHUNK_BYTES} bytes, not ${bytes.byteLength}`);
    }
    if (this.#pending.has(id)) return;
    let frame = this.#open.get(kind);
    if (frame !== undefined && !frameHasRoom(frame, bytes.byteLength)) {
      this.#seal(kind);
      frame = undefined;
    }
    if (frame === undefined) {
      frame = beginFrame(this.#frameNumber++, this.#takeBuffer(bytes.byteLength));
      this.#open.set(kind, frame);
    }
    addToFrame(frame, id, bytes);
    this.#pending.add(id, frame.number);
    if (kind !== 'node') {
      this.counts.newChunks++;
      this.counts.newBytes += bytes.byteLength;
    }
    if (frame.used === frame.buffer.byteLength) this.#seal(kind);
  }

  #seal(kind: ChunkKind): void {
    const frame = this.#open.get(kind);
    if (frame === undefined) return;
    this.#open.delete(kind);
    this.#inFlight++;
    (kind === 'node' ? this.#nodeLane : this.#dataLane).push(frame);
  }

  #room(): Promise<void> {
    if (this.#inFlight < FRAMES_IN_FLIGHT) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #frameDone(frame: FrameBuilder): void {
    this.#inFlight--;
    const { buffer } = frame;
    if (buffer.byteLength === this.#options.frameBytes) this.#freeBuffers.push(buffer);
    if (this.#inFlight < FRAMES_IN_FLIGHT) for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #takeBuffer(chunkBytes: number): Uint8Array {
    const { frameBytes } = this.#options;
    if (chunkBytes > frameBytes) return new Uint8Array(chunkBytes);
    return this.#freeBuffers.pop() ?? new Uint8Array(frameBytes);
  }

  #makeLane(kind: typeof FRAME_KIND.chunks | typeof FRAME_KIND.nodes): PackLane {
    return new PackLane({
      ...this.#options,
      kind,
      buffers: this.#writeBuffers,
      onPack: async (pack, frames) => this.#packDone(pack, frames),
      onFrameDone: (frame) => this.#frameDone(frame),
    });
  }

  async #packDone(pack: FinishedPack, frameNumbers: readonly number[]): Promise<void> {
    this.counts.storedBytes += pack.byteLength;
    this.#unindexed.push({ ...pack, frameNumbers });
    const isDue = this.#options.now() - this.#lastIndexMs >= INDEX_INTERVAL_MS;
    if (isDue || this.#unindexed.length >= PACKS_PER_INDEX) await this.#writeIndex();
  }

  /** One at a time: both lanes and `flush` may ask for it. */
  async #writeIndex(): Promise<void> {
    const before = this.#indexing;
    this.#indexing = before.catch(() => undefined).then(async () => this.#writeIndexNow());
    await this.#indexing;
  }

  async #writeIndexNow(): Promise<void> {
    const packs = [...this.#unindexed];
    if (packs.length === 0) return;
    for (const bytes of encodePackIndexes(this.#options.storeId, packs)) {
      await this.#options.writeIndex(bytes);
      this.counts.storedBytes += bytes.byteLength;
    }
    this.#unindexed = this.#unindexed.slice(packs.length);
    this.#lastIndexMs = this.#options.now();
    const indexed = new Set(packs.flatMap((pack) => pack.frameNumbers));
    this.#pending = this.#pending.filtered((frame) => !indexed.has(frame));
  }
}
