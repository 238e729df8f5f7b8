/**
 * Where every chunk lies, from all index files: in memory 8 bytes of each ID and the number of its record, on disk the
 * rest. A lookup that finds its prefix reads the record's page (cached) and compares the whole ID there.
 */
import { CorruptDataError } from '../errors.ts';
import { toHex } from '../bytes/hex.ts';
import {
  decodePage,
  FRAME_ROW_BYTES,
  INDEX_RECORD_BYTES,
  pagePlace,
  readPages,
  readRecord,
  type OpenIndex,
} from './index-file.ts';
import { MAX_CHUNK_BYTES } from './limits.ts';
import { LruCache } from './lru-cache.ts';
import { packName } from './names.ts';
import { PrefixTable } from './prefix-table.ts';
import type { Storage } from './storage.ts';

/** Pages kept decoded, in bytes. All of an index of 760 000 chunks: IDs are looked up in no order. */
const PAGE_CACHE_BYTES = 32 * 1024 * 1024;

/** Hashes do not agree in 64 bits; one chunk may be listed a few times. More would make lookups slow. */
const MAX_EQUAL_PREFIXES = 64;

/** A frame, as the index describes it. */
export interface FramePlace {
  /** Of all frames of all index files, by load order: a key for caches. */
  readonly ordinal: number;
  readonly packName: string;
  /** False in a condemned pack, and where `distrust` was said of it: a new version must not rely on it. */
  readonly isReliable: boolean;
  /** Of the frame's header in the pack. */
  readonly byteOffset: number;
  readonly payloadLength: number;
  readonly rawLength: number;
}

export interface ChunkPlace {
  readonly frame: FramePlace;
  /** In the frame's decompressed body. */
  readonly offsetInRaw: number;
  readonly byteLength: number;
}

export interface KnownPack {
  readonly hash: string;
  readonly byteLength: number;
  readonly kind: number;
  readonly isCondemned: boolean;
}

interface LoadedIndex {
  readonly open: OpenIndex;
  readonly storage: Storage;
  /** Number of its first record and frame among all that are loaded. */
  readonly firstRecord: number;
  readonly firstFrame: number;
  readonly endFrame: number;
}

export class ChunkIndex {
  readonly #storage: Storage;
  readonly #table: PrefixTable;
  readonly #files: LoadedIndex[] = [];
  readonly #packs: KnownPack[] = [];
  /** Offsets of distrusted frames by hash of their pack; undefined: all of the pack. */
  readonly #distrusted = new Map<string, ReadonlySet<number> | undefined>();
  readonly #pages = new LruCache<Uint8Array>(PAGE_CACHE_BYTES, (page) => page.byteLength);
  #frames = new Uint32Array(1024);
  #frameCount = 0;
  #recordCount = 0;

  constructor(storage: Storage, expectedRecords = 0) {
    this.#storage = storage;
    this.#table = new PrefixTable(expectedRecords);
  }

  /** Records of all files; a chunk that lies in two places counts twice. */
  get recordCount(): number {
    return this.#recordCount;
  }

  get packs(): readonly KnownPack[] {
    return this.#packs;
  }

  get names(): string[] {
    return this.#files.map((file) => file.open.name);
  }

  /** Bytes of typed arrays held for what is loaded. */
  get memoryBytes(): number {
    return this.#table.byteLength + this.#frames.byteLength;
  }

  /** Loads one index file, from another storage if given. On a damaged page nothing of the file is used. */
  async add(open: OpenIndex, storage: Storage = this.#storage): Promise<void> {
    const prefixes = new Uint8Array(open.head.records * 8);
    let count = 0;
    for await (const page of readPages(storage, open)) {
      for (let at = 0; at < page.byteLength; at += INDEX_RECORD_BYTES) {
        prefixes.set(page.subarray(at, at + 8), count++ * 8);
        const isEqual =
          count > MAX_EQUAL_PREFIXES && equalPrefixes(prefixes, count - 1, count - 1 - MAX_EQUAL_PREFIXES);
        if (isEqual) throw new CorruptDataError(`${open.name} has IDs that are no hashes`);
      }
    }
    const file = {
      // Copies: the views that came with the head would keep all of it in memory.
      open: { ...open, head: { ...open.head, frames: new Uint8Array(0), fences: new Uint8Array(open.head.fences) } },
      storage,
      firstRecord: this.#recordCount,
      firstFrame: this.#frameCount,
      endFrame: this.#frameCount + open.head.frames.byteLength / FRAME_ROW_BYTES,
    };
    this.#addFrames(open);
    for (const pack of open.head.packs) {
      const { byteLength, kind, condemnedMs } = pack;
      this.#packs.push({ hash: toHex(pack.id), byteLength, kind, isCondemned: condemnedMs > 0 });
    }
    this.#table.reserve(count);
    for (let i = 0; i < count; i++) this.#table.add(prefixes, i * 8, this.#recordCount + i);
    this.#recordCount += count;
    this.#files.push(file);
  }

  /** Frames of a pack are not reliable: those with headers at `frameOffsets`, or all. Replaces what was said before. */
  distrust(packHash: string, frameOffsets?: ReadonlySet<number>): void {
    this.#distrusted.set(packHash, frameOffsets);
  }

  /** The pack was just written; true if it was distrusted before. */
  trust(packHash: string): boolean {
    return this.#distrusted.delete(packHash);
  }

  /** True if an entry begins like this ID: false is certain and needs no reading. */
  mayHave(id: Uint8Array): boolean {
    return this.#table.find(id, () => true);
  }

  /** Whether a chunk has a reliable place; undefined where that cannot be told without reading. Throws as `locate`. */
  hasCached(id: Uint8Array): boolean | undefined {
    let answer: boolean | undefined = false;
    this.#table.find(id, (record) => {
      const file = this.#fileOf(record);
      const inPage = (record - file.firstRecord) % file.open.head.pageRecords;
      const page = this.#pages.peek(record - inPage);
      if (page === undefined) answer = undefined;
      else if (this.#placeIn(file, page, inPage, id)?.frame.isReliable === true) answer = true;
      return answer !== false;
    });
    return answer;
  }

  /** All places of a chunk, the reliable ones first. */
  async locate(id: Uint8Array): Promise<ChunkPlace[]> {
    const candidates: number[] = [];
    this.#table.find(id, (record) => {
      candidates.push(record);
      return false;
    });
    const places: ChunkPlace[] = [];
    for (const record of candidates) {
      const place = await this.#readPlace(record, id);
      if (place !== undefined) places.push(place);
    }
    return places.length < 2 ? places : places.sort((a, b) => Number(b.frame.isReliable) - Number(a.frame.isReliable));
  }

  async #readPlace(record: number, id: Uint8Array): Promise<ChunkPlace | undefined> {
    const file = this.#fileOf(record);
    const inPage = (record - file.firstRecord) % file.open.head.pageRecords;
    const page = await this.#pages.get(record - inPage, async () => {
      const pageNumber = (record - inPage - file.firstRecord) / file.open.head.pageRecords;
      const { byteOffset, byteLength } = pagePlace(file.open, pageNumber);
      return decodePage(await file.storage.read(file.open.name, byteOffset, byteLength), file.open, pageNumber);
    });
    return this.#placeIn(file, page, inPage, id);
  }

  /** What the record at this place of a page says if it is that of `id`. */
  #placeIn(file: LoadedIndex, page: Uint8Array, inPage: number, id: Uint8Array): ChunkPlace | undefined {
    const found = readRecord(page, inPage, id);
    if (found === undefined) return undefined;
    const { offsetInRaw, byteLength } = found;
    const frame = this.#frame(file, found.frame);
    if (byteLength === 0 || byteLength > MAX_CHUNK_BYTES || offsetInRaw + byteLength > frame.rawLength) {
      throw new CorruptDataError(`${file.open.name} gives a chunk a place that cannot be`);
    }
    return { frame, offsetInRaw, byteLength };
  }

  #frame(file: LoadedIndex, row: number): FramePlace {
    const ordinal = file.firstFrame + row;
    if (ordinal >= file.endFrame) {
      throw new CorruptDataError(`${file.open.name} refers to a frame that it does not list`);
    }
    const at = ordinal * 4;
    const pack = this.#packs[this.#frames[at]!]!;
    const byteOffset = this.#frames[at + 1]!;
    return {
      ordinal,
      packName: packName(pack.hash),
      isReliable: !pack.isCondemned && !this.#isDistrusted(pack.hash, byteOffset),
      byteOffset,
      payloadLength: this.#frames[at + 2]!,
      rawLength: this.#frames[at + 3]!,
    };
  }

  #isDistrusted(packHash: string, frameOffset: number): boolean {
    return this.#distrusted.has(packHash) && this.#distrusted.get(packHash)?.has(frameOffset) !== false;
  }

  #addFrames(open: OpenIndex): void {
    const rows = open.head.frames;
    const count = rows.byteLength / FRAME_ROW_BYTES;
    if ((this.#frameCount + count) * 4 > this.#frames.length) {
      const grown = new Uint32Array(Math.max(Math.ceil(this.#frames.length * 1.5), (this.#frameCount + count) * 4));
      grown.set(this.#frames.subarray(0, this.#frameCount * 4));
      this.#frames = grown;
    }
    const view = new DataView(rows.buffer, rows.byteOffset, rows.byteLength);
    for (let i = 0; i < count * 4; i++) {
      const value = view.getUint32(i * 4, true);
      this.#frames[this.#frameCount * 4 + i] = i % 4 === 0 ? value + this.#packs.length : value;
    }
    this.#frameCount += count;
  }

  #fileOf(record: number): LoadedIndex {
    let low = 0;
    let high = this.#files.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#files[middle]!.firstRecord <= record) low = middle;
      else high = middle - 1;
    }
    return this.#files[low]!;
  }
}

function equalPrefixes(prefixes: Uint8Array, a: number, b: number): boolean {
  for (let i = 0; i < 8; i++) if (prefixes[a * 8 + i] !== prefixes[b * 8 + i]) return false;
  return true;
}
