import { toHex } from '../bytes/hex.ts';
import { createContentHasher, type ContentHasher } from '../codec/chunk-id.ts';
import type { EncodedFrame } from './chunk-frame.ts';
import { encodeHeader, FILE_KIND } from './envelope.ts';
import { encodeFrameHeader, encodeItemFrame, FRAME_HEADER_BYTES, FRAME_KIND, itemFrameLength } from './frame.ts';
import type { FrameKind } from './frame.ts';
import { PACK_FOLDER, packName } from './names.ts';
import { encodeFooter, encodeTrailer, FOOTER_BYTES, trailerLength, type TrailerFrame } from './pack-trailer.ts';
import type { Storage, StorageWriter } from './storage.ts';

/** Bytes gathered before they are written: one such buffer fills while the other is being written. */
const WRITE_BYTES = 1024 * 1024;

/** Buffers of finished packs for the next ones: garbage of this size would wait long for its collection. */
export type WriteBuffers = Uint8Array[];

/** A pack whose trailer must stay within the limits of a frame is closed before it has more chunks than this. */
const MAX_PACK_CHUNKS = 200_000;

/** A pack that is complete, under its final name and durable. */
export interface FinishedPack {
  readonly hash: string;
  readonly kind: number;
  readonly byteLength: number;
  readonly frames: readonly TrailerFrame[];
}

/** Streams frames into one pack, hashing what it writes. Calls must not overlap. */
export class PackWriter {
  readonly #writer: StorageWriter;
  readonly #hasher: ContentHasher;
  readonly #kind: FrameKind;
  readonly #frames: TrailerFrame[] = [];
  #chunkCount = 0;
  readonly #buffers: WriteBuffers;
  #filling: Uint8Array;
  #spare: Uint8Array | undefined;
  #filled = 0;
  #written = 0;
  #writing: Promise<void> = Promise.resolve();

  private constructor(writer: StorageWriter, hasher: ContentHasher, kind: FrameKind, buffers: WriteBuffers) {
    this.#buffers = buffers;
    this.#filling = takeBuffer(buffers);
    this.#writer = writer;
    this.#hasher = hasher;
    this.#kind = kind;
  }

  /** `owner` is the session's lock ID. */
  static async begin(
    storage: Storage,
    storeId: Uint8Array,
    kind: typeof FRAME_KIND.chunks | typeof FRAME_KIND.nodes,
    owner: string,
    buffers: WriteBuffers,
  ): Promise<PackWriter> {
    const hasher = await createContentHasher();
    const pack = new PackWriter(await storage.beginWrite(PACK_FOLDER, owner), hasher, kind, buffers);
    await pack.#append(encodeHeader(FILE_KIND.pack, storeId));
    return pack;
  }

  /** The pack's length if it were finished now. */
  get byteLength(): number {
    const trailer = itemFrameLength(trailerLength(this.#frames.length, this.#chunkCount));
    return this.#written + this.#filled + trailer + FOOTER_BYTES;
  }

  /** True if the frame may go into this pack, which then is at most `packBytes` long unless it is the only one. */
  hasRoom(payloadLength: number, chunkCount: number, packBytes: number): boolean {
    if (this.#frames.length === 0) return true;
    const grown = this.byteLength + FRAME_HEADER_BYTES + payloadLength + trailerLength(1, chunkCount);
    return grown <= packBytes && this.#chunkCount + chunkCount <= MAX_PACK_CHUNKS;
  }

  /** Returns where the frame begins in the pack. */
  async appendFrame(frame: EncodedFrame, ids: Uint8Array, lengths: Uint32Array): Promise<number> {
    const byteOffset = this.#written + this.#filled;
    const { codec, table, body, payloadCrc } = frame;
    const payloadLength = table.byteLength + body.byteLength;
    const number = this.#frames.length;
    await this.#append(encodeFrameHeader({ codec, kind: this.#kind, number, payloadLength, payloadCrc }));
    await this.#append(table);
    await this.#append(body);
    this.#frames.push({ byteOffset, payloadLength, ids, lengths });
    this.#chunkCount += lengths.length;
    return byteOffset;
  }

  /** Writes trailer and footer and makes the pack durable under its name. */
  async finish(): Promise<FinishedPack> {
    const trailerOffset = this.#written + this.#filled;
    const trailer = encodeItemFrame(FRAME_KIND.trailer, this.#frames.length, encodeTrailer(this.#frames));
    await this.#append(trailer);
    await this.#append(encodeFooter(trailerOffset, trailer.byteLength));
    await this.#writeOut();
    await this.#writing;
    this.#buffers.push(this.#filling);
    if (this.#spare !== undefined) this.#buffers.push(this.#spare);
    this.#filling = this.#spare = new Uint8Array(0);
    const hash = toHex(this.#hasher.digest());
    await this.#writer.finish(packName(hash));
    return { hash, kind: this.#kind, byteLength: this.#written, frames: this.#frames };
  }

  async discard(): Promise<void> {
    await this.#writing.catch(() => undefined);
    await this.#writer.discard();
  }

  async #append(bytes: Uint8Array): Promise<void> {
    let done = 0;
    while (done < bytes.byteLength) {
      const part = bytes.subarray(done, done + WRITE_BYTES - this.#filled);
      this.#filling.set(part, this.#filled);
      this.#filled += part.byteLength;
      done += part.byteLength;
      if (this.#filled === WRITE_BYTES) await this.#writeOut();
    }
  }

  /** Hands the full buffer to the storage and goes on with the other one, once that has been written. */
  async #writeOut(): Promise<void> {
    await this.#writing;
    const full = this.#filling;
    const bytes = full.subarray(0, this.#filled);
    this.#hasher.update(bytes);
    this.#writing = this.#writer.append(bytes);
    // Seen by the next call, which awaits it: without this an early failure would count as unhandled.
    this.#writing.catch(() => undefined);
    this.#written += this.#filled;
    this.#filled = 0;
    this.#filling = this.#spare ?? takeBuffer(this.#buffers);
    this.#spare = full;
  }
}

function takeBuffer(buffers: WriteBuffers): Uint8Array {
  return buffers.pop() ?? new Uint8Array(WRITE_BYTES);
}
