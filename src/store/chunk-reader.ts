/** Chunks out of packs: frames are read whole, decoded once for all who want them, and each chunk is hashed again. */
import { equalBytes, toHex } from '../bytes/hex.ts';
import type { ChunkHasher, ChunkId } from '../codec/chunk-id.ts';
import { CorruptDataError } from '../errors.ts';
import type { ChunkIndex, FramePlace } from './chunk-index.ts';
import {
  checkPayload,
  decodeFrameBody,
  decodeFrameHeader,
  decodeFrameTable,
  FRAME_HEADER_BYTES,
  FRAME_KIND,
} from './frame.ts';
import { LruCache } from './lru-cache.ts';
import type { Storage } from './storage.ts';

/** Decoded frames kept, in bytes: about a hundred frames, enough for a window of reads that jump a little. */
export const FRAME_CACHE_BYTES: number = 24 * 1024 * 1024;

export class ChunkReader {
  readonly #storage: Storage;
  readonly #hasher: ChunkHasher;
  #frames = newCache();
  #cachedFor: ChunkIndex | undefined;

  constructor(storage: Storage, hasher: ChunkHasher) {
    this.#storage = storage;
    this.#hasher = hasher;
  }

  /**
   * The chunk's bytes, a view of memory that is shared: not to be changed. Tries all places where the chunk lies.
   * Undefined when the index has none. Throws CorruptDataError when no place gives the right bytes, and NotFoundError
   * when a pack is gone.
   */
  async read(index: ChunkIndex, id: ChunkId): Promise<Uint8Array | undefined> {
    if (this.#cachedFor !== index) {
      this.#frames = newCache();
      this.#cachedFor = index;
    }
    let damage: unknown;
    for (const { frame, offsetInRaw, byteLength } of await index.locate(id)) {
      try {
        const body = await this.#frames.get(frame.ordinal, async () => this.#readFrameTwice(frame));
        const bytes = body.subarray(offsetInRaw, offsetInRaw + byteLength);
        if (equalBytes(this.#hasher.hash(bytes), id)) return bytes;
        damage = new CorruptDataError(`chunk ${shortId(id)} in ${frame.packName} does not have the bytes of its ID`);
      } catch (error) {
        damage = error;
      }
    }
    if (damage !== undefined) throw damage;
    return undefined;
  }

  /** A second read may pass a fault of the bus or the cache; a damaged medium gives the same bytes again. */
  async #readFrameTwice(frame: FramePlace): Promise<Uint8Array> {
    try {
      return await readFrame(this.#storage, frame);
    } catch (error) {
      if (!(error instanceof CorruptDataError)) throw error;
      return readFrame(this.#storage, frame);
    }
  }
}

function newCache(): LruCache<Uint8Array> {
  return new LruCache<Uint8Array>(FRAME_CACHE_BYTES, (body) => body.byteLength);
}

/** The decoded body of a frame. Lengths are those of the index, which was checked; the header has to agree. */
async function readFrame(storage: Storage, frame: FramePlace): Promise<Uint8Array> {
  const what = `the frame at ${frame.byteOffset} of ${frame.packName}`;
  const bytes = await storage.read(frame.packName, frame.byteOffset, FRAME_HEADER_BYTES + frame.payloadLength);
  const header = decodeFrameHeader(bytes, what);
  const isChunkFrame = header.kind === FRAME_KIND.chunks || header.kind === FRAME_KIND.nodes;
  if (!isChunkFrame || header.payloadLength !== frame.payloadLength) {
    throw new CorruptDataError(`${what} is not the one that the index describes`);
  }
  const payload = bytes.subarray(FRAME_HEADER_BYTES);
  checkPayload(header, payload, what);
  const table = decodeFrameTable(payload, header.kind, what);
  if (table.rawLength !== frame.rawLength) {
    throw new CorruptDataError(`${what} is not the one that the index describes`);
  }
  return decodeFrameBody(header.codec, table, payload, what);
}

/** Enough of an ID for a message. */
export function shortId(id: Uint8Array): string {
  return toHex(id.subarray(0, 6));
}
