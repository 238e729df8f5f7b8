/**
 * `config-N`: what a store is. Written once and never changed; a change makes N+1, and the highest valid one counts.
 * Each has an equal `.copy`, because without the key in it nothing can be found any more.
 */
import { equalBytes } from '../bytes/hex.ts';
import { createChunkHasher } from '../codec/chunk-id.ts';
import { CardkeepError, CorruptDataError, NotFoundError } from '../errors.ts';
import { FILE_KIND } from './envelope.ts';
import { CODEC } from './frame.ts';
import { DEFAULT_FRAME_BYTES, DEFAULT_PACK_BYTES, MAX_FRAME_BYTES, MAX_PACK_BYTES } from './limits.ts';
import { decodeMessageFile, encodeMessageFile, readSmallFile } from './message-file.ts';
import { decodeConfig, encodeConfig, type StoreConfig } from './messages.ts';
import { configName, configNumberInName, hashInName, PACK_FOLDERS, SNAPSHOT_FOLDER } from './names.ts';
import type { Storage, StorageEntry } from './storage.ts';

/** Features of the format that this code knows, beyond format 1. */
const KNOWN_FEATURES: ReadonlySet<string> = new Set();

const ID_KEY_CHECK = new TextEncoder().encode('cardkeep id key check');

export interface NewConfigOptions {
  /** 48 random bytes: store ID and ID key. */
  readonly random: Uint8Array;
  readonly packBytes?: number | undefined;
  readonly frameBytes?: number | undefined;
  readonly codec?: number | undefined;
}

export async function newConfig(options: NewConfigOptions): Promise<StoreConfig> {
  const { random } = options;
  if (random.byteLength !== 48) throw new RangeError('a new store takes 48 random bytes');
  const idKey = random.slice(16);
  const config = {
    storeId: random.slice(0, 16),
    mustRead: [],
    mustWrite: [],
    mustCheck: [],
    idKey,
    idKeyCheck: (await createChunkHasher(idKey)).hash(ID_KEY_CHECK),
    packBytes: options.packBytes ?? DEFAULT_PACK_BYTES,
    frameBytes: options.frameBytes ?? DEFAULT_FRAME_BYTES,
    codec: options.codec ?? CODEC.lz4,
  };
  checkSizes(config, 'the new config');
  return config;
}

/** The copy goes first: a config that is there has its copy. */
export async function writeConfig(storage: Storage, number: number, config: StoreConfig): Promise<void> {
  const bytes = encodeMessageFile(FILE_KIND.config, config.storeId, encodeConfig(config));
  await storage.create(`${configName(number)}.copy`, bytes, 'config');
  await storage.create(configName(number), bytes, 'config');
}

/** Writes anew whatever of the newest config's two files is missing or damaged. */
export async function healConfig(storage: Storage, config: StoreConfig): Promise<void> {
  const numbers = (await storage.list('')).map((entry) => configNumberInName(entry.name) ?? 0);
  for (let number = Math.max(1, ...numbers); number > 0; number--) {
    if (!(await holdsConfig(storage, number, config))) continue;
    await writeConfig(storage, number, config);
    return;
  }
}

async function holdsConfig(storage: Storage, number: number, config: StoreConfig): Promise<boolean> {
  const expected = encodeMessageFile(FILE_KIND.config, config.storeId, encodeConfig(config));
  for (const name of [configName(number), `${configName(number)}.copy`]) {
    const bytes = await storage.read(name, 0, expected.byteLength).catch(() => new Uint8Array(0));
    if (equalBytes(bytes, expected)) return true;
  }
  return false;
}

/** True if the folder holds a store: a config, valid or not, or what only a store without one leaves. */
export async function isStore(storage: Storage): Promise<boolean> {
  const hasConfig = (await storage.list('')).some((entry) => configNumberInName(entry.name) !== undefined);
  return hasConfig || holdsVersionsOrPacks(storage);
}

async function holdsVersionsOrPacks(storage: Storage): Promise<boolean> {
  for (const folder of [SNAPSHOT_FOLDER, ...PACK_FOLDERS]) {
    if ((await storage.list(folder)).some(({ name }) => hashInName(name) !== undefined)) return true;
  }
  return false;
}

/**
 * The highest valid config. Throws E_NO_STORE where there is no store, CorruptDataError when one has lost its config
 * files or none is valid. With `onDamage`,
 * tells of each damaged file that another one stood in for.
 */
export async function readConfig(storage: Storage, onDamage?: (error: CorruptDataError) => void): Promise<StoreConfig> {
  const entries = (await storage.list('')).filter((entry) => configNumberInName(entry.name) !== undefined);
  if (entries.length === 0) {
    if (await holdsVersionsOrPacks(storage)) {
      throw new CorruptDataError(`there is a store in ${storage.description}, but its config-1 is missing`, {
        hint: 'put config-1 or config-1.copy back from any copy of the store; nothing else is lost, so delete nothing',
      });
    }
    throw new CardkeepError('not-found', 'E_NO_STORE', `there is no store in ${storage.description}`, {
      hint: `make one: cardkeep init ${storage.description}`,
    });
  }
  // Highest number first, `config-N` before `config-N.copy`.
  const order = (entry: StorageEntry): number =>
    (configNumberInName(entry.name) ?? 0) * 2 + (entry.name.endsWith('.copy') ? 0 : 1);
  entries.sort((a, b) => order(b) - order(a));
  const damage: CorruptDataError[] = [];
  for (const entry of entries) {
    try {
      const config = await readConfigFile(storage, entry);
      for (const error of damage) onDamage?.(error);
      return config;
    } catch (error) {
      if (error instanceof CorruptDataError) damage.push(error);
      else if (!(error instanceof NotFoundError)) throw error;
    }
  }
  throw new CorruptDataError(`no config file of the store in ${storage.description} can be read`, {
    cause: damage[0],
    hint: 'config-1 and config-1.copy are equal: bring one back from another copy of the store',
  });
}

/** Reads and checks one config file. */
export async function readConfigFile(storage: Storage, entry: StorageEntry): Promise<StoreConfig> {
  const bytes = await readSmallFile(storage, entry);
  const message = decodeMessageFile(bytes, FILE_KIND.config, undefined, entry.name);
  const config = decodeConfig(message, entry.name);
  decodeMessageFile(bytes, FILE_KIND.config, config.storeId, entry.name);
  requireFeatures(config.mustRead, 'read');
  if (config.idKey.byteLength !== 32) throw new CorruptDataError(`${entry.name} has no key for chunk IDs`);
  const check = (await createChunkHasher(config.idKey)).hash(ID_KEY_CHECK);
  if (!equalBytes(check, config.idKeyCheck)) throw new CorruptDataError(`${entry.name} has a damaged key`);
  checkSizes(config, entry.name);
  return config;
}

/** Throws E_NEWER_FORMAT when a store needs a feature that this code does not know. */
export function requireFeatures(features: readonly string[], verb: 'read' | 'write' | 'check'): void {
  const unknown = features.filter((feature) => !KNOWN_FEATURES.has(feature));
  if (unknown.length === 0) return;
  const names = unknown.map((name) => JSON.stringify(name.slice(0, 40))).join(', ');
  throw new CardkeepError('failed', 'E_NEWER_FORMAT', `to ${verb} this store one has to know ${names}`, {
    hint: 'use a newer cardkeep',
  });
}

function checkSizes(config: StoreConfig, what: string): void {
  const { packBytes, frameBytes } = config;
  if (
    frameBytes < 4096 ||
    frameBytes > MAX_FRAME_BYTES / 2 ||
    packBytes < frameBytes ||
    packBytes > MAX_PACK_BYTES / 2
  ) {
    throw new CorruptDataError(`${what} asks for frames or packs of an impossible size`);
  }
}
