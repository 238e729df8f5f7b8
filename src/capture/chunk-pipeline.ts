/**
 * plan -> read -> zero test -> hash -> store what is new -> map
 *
 * Hashing runs on this thread (4 GB/s), compression and writing behind `put` on others; memory is bounded by the
 * reader's three buffers, the assembler's 64 MiB at worst and the store's frames.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { equalBytes } from '../bytes/hex.ts';
import type { ChunkId } from '../codec/chunk-id.ts';
import type { BlockSource } from '../device/block-source.ts';
import { MapWriter } from '../snapshot/map-writer.ts';
import type { MapRoot } from '../snapshot/map-writer.ts';
import type { Store, WriteSession } from '../store/store.ts';
import type { CapturePlan, FilePiece, Piece, Segment } from './capture-plan.ts';
import type { CarryPlan } from './carry-plan.ts';
import { readSegments } from './device-reader.ts';
import { PieceAssembler } from './piece-assembler.ts';
import type { WholePiece } from './piece-assembler.ts';
import { UnreadRuns } from './unread-runs.ts';

/** Unit of the zero test; a chunk begins and ends with a block that is not all zero. */
const ZERO_BLOCK_BYTES = 4096;
const ZERO_BLOCK: Uint8Array = new Uint8Array(ZERO_BLOCK_BYTES);

export interface CaptureProgress {
  readonly readBytes: number;
  readonly totalBytes: number;
  readonly newBytes: number;
}

export interface CaptureResult {
  readonly map: MapRoot;
  readonly readBytes: number;
  /** Bytes in the data state. */
  readonly liveBytes: number;
  /** The same by partition, by index in the disk map. */
  readonly liveBytesOfPartition: ReadonlyMap<number, number>;
}

export interface CaptureOptions {
  /** What need not be read. */
  readonly carry?: CarryPlan | undefined;
  /** Told of each piece of a file that was read. */
  readonly onFilePiece?: ((piece: FilePiece, bytes: Uint8Array) => void) | undefined;
  readonly onProgress?: ((progress: CaptureProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Reads all that the plan names, stores what the store has not, and writes the map. */
export async function captureVolume(
  source: BlockSource,
  plan: CapturePlan,
  store: Store,
  session: WriteSession,
  options: CaptureOptions,
): Promise<CaptureResult> {
  const { carry } = options;
  const pipeline = new ChunkPipeline(store, session, options);
  const assembler = new PieceAssembler(source);
  const { map } = pipeline;
  const unread = new UnreadRuns(plan, carry, map, (partition, byteLength) => pipeline.countLive(partition, byteLength));
  const totalBytes = plan.readBytes - (carry?.unreadBytes ?? 0);
  let batchBytes = 0;
  const hold = (piece: Piece): void => {
    for (const segment of piece.segments) map.hold(segment.byteOffset, segment.byteLength);
  };
  for await (const batch of readSegments(source, plan.segments(carry?.isCarried), options.signal)) {
    await unread.addBefore(batch.byteOffset + batch.bytes.byteLength, batch.byteOffset);
    for await (const whole of assembler.take(batch, hold)) await pipeline.store(whole);
    batchBytes += batch.bytes.byteLength;
    options.onProgress?.({
      readBytes: batchBytes + assembler.extraReadBytes,
      totalBytes: Math.max(totalBytes, batchBytes),
      newBytes: session.counts.newBytes,
    });
    // The bindings' buffers are only freed when the event loop turns.
    await nextTurn();
  }
  await unread.addBefore(source.byteLength, source.byteLength);
  return {
    map: await map.finish(source.byteLength),
    readBytes: batchBytes + assembler.extraReadBytes,
    liveBytes: pipeline.liveBytes,
    liveBytesOfPartition: pipeline.liveBytesOfPartition,
  };
}

/** A file whose record has not changed holds other bytes than it did: something wrote below the file system. */
export class ProofFailedError extends Error {
  /** Of the first place of the piece. */
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly piece: FilePiece;

  constructor({ byteOffset, byteLength }: Segment, piece: FilePiece) {
    super(`the bytes at ${byteOffset} have changed without a trace`);
    this.byteOffset = byteOffset;
    this.byteLength = byteLength;
    this.piece = piece;
  }
}

class ChunkPipeline {
  readonly map: MapWriter;
  readonly liveBytesOfPartition: Map<number, number> = new Map();
  liveBytes = 0;
  readonly #hasher: Store['hasher'];
  readonly #session: WriteSession;
  readonly #options: CaptureOptions;

  constructor(store: Store, session: WriteSession, options: CaptureOptions) {
    this.map = new MapWriter(store, session);
    this.#hasher = store.hasher;
    this.#session = session;
    this.#options = options;
  }

  /** Stores the piece from its first to its last block that is not zero, and enters all its places into the map. */
  async store({ piece, bytes }: WholePiece): Promise<void> {
    const waited = piece.segments.length > 1;
    if (piece.filePiece !== undefined) this.#options.onFilePiece?.(piece.filePiece, bytes);
    const isZero = zeroBlocks(bytes);
    const first = isZero.indexOf(0);
    if (first < 0) {
      this.#requireExpected(piece, undefined);
      for (const { byteOffset, byteLength } of piece.segments) this.map.addZero(byteOffset, byteLength);
    } else {
      const start = first * ZERO_BLOCK_BYTES;
      const end = Math.min((isZero.lastIndexOf(0) + 1) * ZERO_BLOCK_BYTES, bytes.byteLength);
      const chunk = bytes.subarray(start, end);
      const id = this.#hasher.hash(chunk);
      this.#requireExpected(piece, id);
      if (!(await this.#session.has(id))) await this.#session.put(piece.kind, id, chunk);
      this.#addRuns(piece, isZero, id, start);
    }
    if (waited) for (const { byteOffset, byteLength } of piece.segments) this.map.release(byteOffset, byteLength);
  }

  #addRuns(piece: Piece, isZero: Uint8Array, id: Uint8Array, chunkStart: number): void {
    let live = 0;
    for (const { byteOffset, byteLength, pieceOffset } of piece.segments) {
      const end = pieceOffset + byteLength;
      for (let at = pieceOffset; at < end;) {
        const zero = isZero[Math.floor(at / ZERO_BLOCK_BYTES)];
        let to = at;
        while (to < end && isZero[Math.floor(to / ZERO_BLOCK_BYTES)] === zero) {
          to = (Math.floor(to / ZERO_BLOCK_BYTES) + 1) * ZERO_BLOCK_BYTES;
        }
        to = Math.min(to, end);
        const place = byteOffset + (at - pieceOffset);
        if (zero === 1) this.map.addZero(place, to - at);
        else this.map.addData(place, to - at, id, at - chunkStart);
        if (zero === 0) live += to - at;
        at = to;
      }
    }
    this.countLive(piece.partition, live);
  }

  countLive(partition: number | undefined, byteLength: number): void {
    this.liveBytes += byteLength;
    if (partition === undefined) return;
    this.liveBytesOfPartition.set(partition, (this.liveBytesOfPartition.get(partition) ?? 0) + byteLength);
  }

  /** Throws ProofFailedError where a piece that was taken for unchanged is not. */
  #requireExpected({ filePiece, segments }: Piece, id: ChunkId | undefined): void {
    if (filePiece === undefined) return;
    const expected = this.#options.carry?.expected(filePiece);
    if (expected === undefined) return;
    const isEqual = id === undefined || expected.id === undefined ? id === expected.id : equalBytes(id, expected.id);
    if (!isEqual) throw new ProofFailedError(firstOf(segments), filePiece);
  }
}

/** The one that lies first on the device. */
function firstOf(segments: readonly Segment[]): Segment {
  return segments.reduce((first, other) => (other.byteOffset < first.byteOffset ? other : first));
}

/** For each block of 4 KiB (the last may be shorter): 1 if all its bytes are zero. */
function zeroBlocks(bytes: Uint8Array): Uint8Array {
  const flags = new Uint8Array(Math.ceil(bytes.byteLength / ZERO_BLOCK_BYTES));
  for (let i = 0; i < flags.length; i++) {
    const start = i * ZERO_BLOCK_BYTES;
    const end = Math.min(start + ZERO_BLOCK_BYTES, bytes.byteLength);
    // The first and last byte decide nearly always, without a call.
    if (bytes[start] !== 0 || bytes[end - 1] !== 0) continue;
    const block = bytes.subarray(start, end);
    flags[i] = Buffer.compare(block, ZERO_BLOCK.subarray(0, end - start)) === 0 ? 1 : 0;
  }
  return flags;
}
