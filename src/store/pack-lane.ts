/**
 * Frames of one kind on their way into packs, in the order in which they come. Compression runs beside; when a pack is
 * full it is finished (fsync, rename) beside, too, while the next one fills.
 */
import { encodeChunkFrame, type EncodedFrame } from './chunk-frame.ts';
import type { FrameBuilder } from './frame-builder.ts';
import type { Codec, FRAME_KIND } from './frame.ts';
import { PackWriter, type FinishedPack, type WriteBuffers } from './pack-writer.ts';
import type { Storage } from './storage.ts';

export interface LaneOptions {
  readonly storage: Storage;
  readonly storeId: Uint8Array;
  readonly kind: typeof FRAME_KIND.chunks | typeof FRAME_KIND.nodes;
  /** The session's lock ID, for the names of temporary files. */
  readonly owner: string;
  readonly packBytes: number;
  readonly codec: Codec;
  /** Shared by all lanes of a session. */
  readonly buffers: WriteBuffers;
  /** Called when a pack is durable; `frames` are the session's numbers of its frames. The lane waits for it. */
  readonly onPack: (pack: FinishedPack, frames: readonly number[]) => Promise<void>;
  /** Turns an error of the storage into what lies behind it. */
  readonly explain: (error: unknown) => Promise<unknown>;
  /** Called when a frame's buffer may be used again. */
  readonly onFrameDone: (frame: FrameBuilder) => void;
}

export class PackLane {
  readonly #options: LaneOptions;
  #pack: PackWriter | undefined;
  #packFrames: number[] = [];
  #tail: Promise<void> = Promise.resolve();
  #finishing: Promise<void> = Promise.resolve();
  #failure: unknown;
  #hasFailed = false;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  /** Throws what went wrong before. Nothing more is written after a failure. */
  throwIfFailed(): void {
    if (this.#hasFailed) throw this.#failure;
  }

  /** Takes a filled frame. Returns at once; failures come out of `throwIfFailed` and `finishPack`. */
  push(frame: FrameBuilder): void {
    const raw = frame.buffer.subarray(0, frame.used);
    const lengths = frame.lengths.slice(0, frame.count);
    const encoding = encodeChunkFrame(raw, lengths, this.#options.codec);
    // Awaited in its turn below; until then a failure must not count as unhandled.
    encoding.catch(() => undefined);
    this.#tail = this.#appendAfter(this.#tail, frame, encoding, lengths);
  }

  /** Returns when all frames pushed so far lie in durable packs. */
  async finishPack(): Promise<void> {
    await this.#tail;
    this.throwIfFailed();
    await this.#startFinishing();
    await this.#finishing;
    this.throwIfFailed();
  }

  /** Gives the open pack up. */
  async discard(): Promise<void> {
    this.#fail(new Error('the session was given up'));
    await this.#tail;
    await this.#finishing;
    await this.#pack?.discard();
    this.#pack = undefined;
  }

  /** Never rejects: the next frame waits for it. */
  async #appendAfter(
    before: Promise<void>,
    frame: FrameBuilder,
    encoding: Promise<EncodedFrame>,
    lengths: Uint32Array,
  ): Promise<void> {
    await before;
    try {
      const encoded = await encoding;
      if (!this.#hasFailed) await this.#append(frame, encoded, lengths);
    } catch (error) {
      this.#fail(await this.#options.explain(error));
    }
    this.#options.onFrameDone(frame);
  }

  async #append(frame: FrameBuilder, encoded: EncodedFrame, lengths: Uint32Array): Promise<void> {
    const { storage, storeId, kind, owner, packBytes, buffers } = this.#options;
    const payloadLength = encoded.table.byteLength + encoded.body.byteLength;
    if (this.#pack !== undefined && !this.#pack.hasRoom(payloadLength, frame.count, packBytes)) {
      await this.#startFinishing();
    }
    this.#pack ??= await PackWriter.begin(storage, storeId, kind, owner, buffers);
    // No more than a pack and a half may be lost in a crash: the one being finished and half of the next.
    if (this.#pack.byteLength > packBytes / 2) await this.#finishing;
    await this.#pack.appendFrame(encoded, frame.ids.slice(0, frame.count * 32), lengths);
    this.#packFrames.push(frame.number);
  }

  async #startFinishing(): Promise<void> {
    await this.#finishing;
    const pack = this.#pack;
    if (pack === undefined) return;
    const frames = this.#packFrames;
    this.#pack = undefined;
    this.#packFrames = [];
    this.#finishing = this.#finish(pack, frames);
  }

  async #finish(pack: PackWriter, frames: readonly number[]): Promise<void> {
    try {
      const finished = await pack.finish();
      await this.#options.onPack(finished, frames);
    } catch (error) {
      this.#fail(await this.#options.explain(error));
      await pack.discard();
    }
  }

  #fail(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#failure = error;
  }
}
