import type { ChunkHasher, ChunkId } from '../codec/chunk-id.ts';
import { CorruptDataError, NotFoundError } from '../errors.ts';
import type { ChunkIndex } from './chunk-index.ts';
import { distrustDamage } from './distrust.ts';
import { ChunkReader, shortId } from './chunk-reader.ts';
import type { OpenIndex } from './index-file.ts';
import { loadChunkIndex, rescueUnindexedPacks, type OnDamage } from './load-index.ts';
import type { StoreConfig } from './messages.ts';
import type { Storage } from './storage.ts';

/** What the methods of a store share: the loaded index above all. */
export class StoreState {
  readonly storage: Storage;
  readonly config: StoreConfig;
  readonly hasher: ChunkHasher;
  readonly onDamage: OnDamage;
  readonly reader: ChunkReader;
  /** Names of all index files that were loaded since this was last cleared, for a writer that relied on them. */
  readonly everLoaded: Set<string> = new Set();
  #index: Promise<ChunkIndex> | undefined;
  /** The same, when it is there. */
  #loaded: ChunkIndex | undefined;
  #rescued: ChunkIndex | undefined;
  #isForWriting = false;

  constructor(storage: Storage, config: StoreConfig, hasher: ChunkHasher, onDamage: OnDamage) {
    this.storage = storage;
    this.config = config;
    this.hasher = hasher;
    this.onDamage = onDamage;
    this.reader = new ChunkReader(storage, hasher);
  }

  async index(): Promise<ChunkIndex> {
    return this.#index ?? this.reload();
  }

  async reload(): Promise<ChunkIndex> {
    return this.#loadWith(async () => undefined);
  }

  /** Loads the index anew; from now on `has` is false for what is damaged, as far as that is known. */
  async reloadForWriting(): Promise<ChunkIndex> {
    this.#isForWriting = true;
    return this.reload();
  }

  /** Loads an index file that was just written. */
  async addIndexFile(open: OpenIndex): Promise<void> {
    const index = await this.index();
    this.everLoaded.add(open.name);
    if (!index.names.includes(open.name)) await index.add(open);
  }

  /** Packs (hashes) that were just written; returns those of them that were distrusted until now. */
  async trustPacks(hashes: readonly string[]): Promise<string[]> {
    const index = await this.index();
    return hashes.filter((hash) => index.trust(hash));
  }

  /** At once where no page of the index has to be read. */
  has(id: ChunkId): boolean | Promise<boolean> {
    return this.#loaded?.hasCached(id) ?? this.#hasStored(id);
  }

  async #hasStored(id: ChunkId): Promise<boolean> {
    const index = await this.index();
    if (!index.mayHave(id)) return false;
    try {
      return (await index.locate(id)).some((place) => place.frame.isReliable);
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
      return (await (await this.#reloadedAfter(index, false)).locate(id)).some((place) => place.frame.isReliable);
    }
  }

  async readChunk(id: ChunkId): Promise<Uint8Array> {
    const index = await this.index();
    try {
      const bytes = await this.reader.read(index, id);
      if (bytes !== undefined) return bytes;
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
    }
    // An index or a pack may have been merged away; or an index was lost and its packs are still there.
    const reloaded = await this.#reloadedAfter(index, true);
    const bytes = await this.#readOrMissing(reloaded, id);
    if (bytes !== undefined) return bytes;
    throw new CorruptDataError(`chunk ${shortId(id)} is missing from the store`);
  }

  async #readOrMissing(index: ChunkIndex, id: ChunkId): Promise<Uint8Array | undefined> {
    try {
      return await this.reader.read(index, id);
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
      throw new CorruptDataError(`chunk ${shortId(id)} is missing: ${error.message}`, { cause: error });
    }
  }

  /** Loads the index anew, once for all who found `stale` lacking; with `rescues`, packs without an index included. */
  async #reloadedAfter(stale: ChunkIndex, rescues: boolean): Promise<ChunkIndex> {
    const current = await this.index();
    if (current !== stale || this.#rescued === stale) return current;
    return this.#loadWith(async (index) => {
      if (!rescues) return;
      await rescueUnindexedPacks(this.storage, this.config.storeId, index, this.onDamage);
      this.#rescued = index;
    });
  }

  async #loadWith(complete: (index: ChunkIndex) => Promise<void>): Promise<ChunkIndex> {
    const loading = (async (): Promise<ChunkIndex> => {
      const index = await loadChunkIndex(this.storage, this.config.storeId, this.onDamage);
      for (const name of index.names) this.everLoaded.add(name);
      if (this.#isForWriting) await distrustDamage(this.storage, this.config.storeId, index, this.onDamage);
      await complete(index);
      return index;
    })();
    this.#index = loading;
    this.#loaded = undefined;
    try {
      const index = await loading;
      if (this.#index === loading) this.#loaded = index;
      return index;
    } catch (error) {
      if (this.#index === loading) this.#index = undefined;
      throw error;
    }
  }
}
