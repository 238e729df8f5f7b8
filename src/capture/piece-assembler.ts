/**
 * Puts pieces together from the batches of the device reader. Most pieces lie whole in one batch and are handed on
 * without a copy; those that lie in several places wait in a bounded buffer, and what does not fit is fetched at once.
 */
import type { BlockSource } from '../device/block-source.ts';
import type { Piece, Segment } from './capture-plan.ts';
import type { ReadBatch } from './device-reader.ts';

/** Bytes of pieces that may wait for their remaining segments. Fragmented cards need a few MiB of it. */
const WAITING_BYTES = 64 * 1024 * 1024;

/** A piece with all its bytes; `bytes` may be reused as soon as the consumer has returned. */
export interface WholePiece {
  readonly piece: Piece;
  /** `piece.byteLength` bytes; those in no segment are zero. */
  readonly bytes: Uint8Array;
}

interface Waiting {
  readonly bytes: Uint8Array;
  missing: number;
}

export class PieceAssembler {
  readonly #source: BlockSource;
  readonly #waiting = new Map<Piece, Waiting>();
  #waitingBytes = 0;
  /** Bytes read beyond those of the batches. */
  extraReadBytes = 0;

  constructor(source: BlockSource) {
    this.#source = source;
  }

  /** The pieces that this batch completes, one by one. `onWaiting` is told of each piece in several places
   * before anything of it is yielded. */
  async *take(batch: ReadBatch, onWaiting: (piece: Piece) => void): AsyncGenerator<WholePiece> {
    for (const segment of batch.segments) {
      const { piece } = segment;
      if (piece.done) continue;
      const at = segment.byteOffset - batch.byteOffset;
      const bytes = batch.bytes.subarray(at, at + segment.byteLength);
      if (segment.byteLength === piece.byteLength) {
        piece.done = true;
        yield { piece, bytes };
        continue;
      }
      const waiting = this.#waiting.get(piece) ?? this.#startWaiting(piece, onWaiting);
      waiting.bytes.set(bytes, segment.pieceOffset);
      waiting.missing--;
      if (waiting.missing > 0 && this.#waitingBytes > WAITING_BYTES) await this.#fetchRest(waiting, segment);
      if (waiting.missing > 0) continue;
      this.#waiting.delete(piece);
      this.#waitingBytes -= piece.byteLength;
      piece.done = true;
      yield { piece, bytes: waiting.bytes };
    }
  }

  #startWaiting(piece: Piece, onWaiting: (piece: Piece) => void): Waiting {
    const waiting = { bytes: new Uint8Array(piece.byteLength), missing: piece.segments.length };
    this.#waiting.set(piece, waiting);
    this.#waitingBytes += piece.byteLength;
    if (piece.segments.length > 1) onWaiting(piece);
    return waiting;
  }

  /** Reads the segments that lie behind `segment` on the device; those before it have come. */
  async #fetchRest(waiting: Waiting, segment: Segment): Promise<void> {
    for (const other of segment.piece.segments) {
      if (other.byteOffset <= segment.byteOffset) continue;
      const target = waiting.bytes.subarray(other.pieceOffset, other.pieceOffset + other.byteLength);
      await this.#source.read(other.byteOffset, other.byteLength, target);
      this.extraReadBytes += other.byteLength;
      waiting.missing--;
    }
  }
}
