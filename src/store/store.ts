/**
 * A store: immutable files named by their content, chunks found by an index, snapshots written last.
 *
 *     put -> frame -> pack -> index -> snapshot        snapshot -> index -> pack -> frame -> chunk
 *
 * Readers list snapshots before they load the index: then the index knows at least what those snapshots need, because
 * writers write in the other order.
 */
import { randomBytes } from 'node:crypto';
import { createChunkHasher, type ChunkHasher, type ChunkId } from '../codec/chunk-id.ts';
import { CardkeepError } from '../errors.ts';
import { toHex } from '../bytes/hex.ts';
import { checkStoreFiles } from './check-files.ts';
import type { CheckOptions, CheckTotals, StoreProblem } from './check-problem.ts';
import type { KnownPack } from './chunk-index.ts';
import { FILE_KIND } from './envelope.ts';
import type { OnDamage } from './load-index.ts';
import type { StoreConfig, StoreRecord } from './messages.ts';
import { listNamedFiles, readNamedMessage } from './named-files.ts';
import { ALL_FOLDERS, hashInName, PACK_FOLDERS, SNAPSHOT_FOLDER } from './names.ts';
import { listRecordFiles, writeRecordFile, type StoredRecord } from './record-files.ts';
import { isStore, newConfig, readConfig, requireFeatures, writeConfig } from './store-config.ts';
import type { Storage, StorageEntry } from './storage.ts';
import { startWriteSession, type SessionOptions } from './start-session.ts';
import { StoreState } from './store-state.ts';
import type { WriteSession } from './write-session.ts';

export type { CheckOptions, CheckTotals, StoreProblem } from './check-problem.ts';
export type { SessionOptions } from './start-session.ts';
export type { WriteSession } from './write-session.ts';
export type { StoreRecord } from './messages.ts';

export interface OpenStoreOptions {
  /** Told of damage that the store could work around: a config read from its copy, an index file left out. */
  readonly onDamage?: OnDamage | undefined;
}

export interface CreateStoreOptions extends OpenStoreOptions {
  /** Random bytes; by default of the operating system. Fixed ones make fixed stores, for tests. */
  readonly random?: ((byteLength: number) => Uint8Array) | undefined;
  readonly packBytes?: number | undefined;
  readonly frameBytes?: number | undefined;
  /** Compression of new frames: 0 none, 1 LZ4. */
  readonly codec?: number | undefined;
}

export interface StoreStats {
  /** All files. */
  readonly storeBytes: number;
  readonly packs: number;
  /** A chunk that lies in two packs counts twice. */
  readonly chunks: number;
  readonly snapshots: number;
}

export interface Store extends AsyncDisposable {
  /** Hexadecimal, 16 random bytes. */
  readonly id: string;
  readonly storage: Storage;
  readonly hasher: ChunkHasher;
  readonly config: StoreConfig;
  /** IDs (hex) of all snapshots, in no order. Call it before `loadIndex`. */
  listSnapshotIds(): Promise<string[]>;
  /** The message in a snapshot, its name and checksums verified. Throws NotFoundError or CorruptDataError. */
  readSnapshot(id: string): Promise<Uint8Array>;
  /** Reads the index files; `has` and `readChunk` do it themselves when it was not called. Again: reads them anew. */
  loadIndex(): Promise<void>;
  /** False for chunks in condemned packs: they are about to be deleted. */
  has(id: ChunkId): boolean | Promise<boolean>;
  /**
   * A chunk's plain bytes, verified by its ID: a view that is not to be changed. Many calls may run at once; frames
   * are decoded once and kept in a cache of 24 MiB. Throws CorruptDataError when it is missing or damaged.
   */
  readChunk(id: ChunkId): Promise<Uint8Array>;
  /** Begins to write: takes a lock, adopts what dead sessions left. Throws E_STORE_LOCKED. */
  startSession(options: SessionOptions): Promise<WriteSession>;
  /** Returns the record's ID (hex). */
  writeRecord(record: StoreRecord): Promise<string>;
  /** All records with their IDs, in no order; damaged ones are told to `onDamage`. */
  listRecords(): Promise<StoredRecord[]>;
  stats(): Promise<StoreStats>;
  /** The packs that the index lists; loads it when that has not been done. */
  listPacks(): Promise<readonly KnownPack[]>;
  /** Yields problems as it finds them; returns what was looked at. Takes memory for index and frames, not for data. */
  check(options: CheckOptions): AsyncGenerator<StoreProblem, CheckTotals>;
  close(): Promise<void>;
}

/** Makes a store in an empty place and opens it. Throws E_STORE_EXISTS. */
export async function createStore(storage: Storage, options: CreateStoreOptions = {}): Promise<Store> {
  if (await isStore(storage)) {
    throw new CardkeepError('refused', 'E_STORE_EXISTS', `there is a store in ${storage.description} already`);
  }
  const random = (options.random ?? randomBytes)(48);
  await writeConfig(storage, 1, await newConfig({ ...options, random: new Uint8Array(random) }));
  return openStore(storage, options);
}

/** Opens a store for reading; `startSession` opens it for writing. Throws E_NO_STORE, E_NEWER_FORMAT, CorruptDataError. */
export async function openStore(storage: Storage, options: OpenStoreOptions = {}): Promise<Store> {
  const onDamage = options.onDamage ?? (() => undefined);
  const config = await readConfig(storage, onDamage);
  return makeStore(new StoreState(storage, config, await createChunkHasher(config.idKey), onDamage));
}

function makeStore(state: StoreState): Store {
  const { storage, config, hasher } = state;
  const close = async (): Promise<void> => storage.close();
  // Listed once, read one by one: without this each read would list the folder again.
  let listed = new Map<string, StorageEntry>();
  const entryOf = async (name: string): Promise<StorageEntry | undefined> => {
    if (!listed.has(name)) listed = await listNamedFiles(storage, SNAPSHOT_FOLDER);
    return listed.get(name);
  };
  return {
    id: toHex(config.storeId),
    storage,
    hasher,
    config,
    listSnapshotIds: async () => {
      listed = await listNamedFiles(storage, SNAPSHOT_FOLDER);
      return [...listed.keys()].flatMap((name) => hashInName(name) ?? []);
    },
    readSnapshot: async (id) => {
      const name = `${SNAPSHOT_FOLDER}/${id}`;
      return readNamedMessage(storage, config.storeId, name, await entryOf(name), FILE_KIND.snapshot);
    },
    loadIndex: async () => {
      await state.reload();
    },
    has: (id) => state.has(id),
    readChunk: async (id) => state.readChunk(id),
    startSession: async (options) => {
      requireFeatures(config.mustWrite, 'write');
      return startWriteSession(state, options);
    },
    writeRecord: async (record) => writeRecordFile(storage, config.storeId, record),
    listRecords: async () => listRecordFiles(storage, config.storeId, state.onDamage),
    stats: async () => readStats(state),
    check: (options) => checkStoreFiles(state, options),
    listPacks: async () => (await state.index()).packs,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function readStats(state: StoreState): Promise<StoreStats> {
  let storeBytes = 0;
  let packs = 0;
  for (const folder of ALL_FOLDERS) {
    const entries = await state.storage.list(folder);
    for (const entry of entries) storeBytes += entry.byteLength;
    if (PACK_FOLDERS.includes(folder)) packs += entries.filter(({ name }) => hashInName(name) !== undefined).length;
  }
  const snapshots = (await listNamedFiles(state.storage, SNAPSHOT_FOLDER)).size;
  return { storeBytes, packs, chunks: (await state.index()).recordCount, snapshots };
}
