/**
 * The store's own check: every file against its checksums, its name and the other files. What snapshots refer to is
 * checked above, by those who understand snapshots.
 */
import { CardkeepError, throwIfAborted } from '../errors.ts';
import { equalBytes } from '../bytes/hex.ts';
import { checkIndexes, type PackFacts } from './check-indexes.ts';
import { checkPacks } from './check-packs.ts';
import { problem, type CheckOptions, type CheckTotals, type StoreProblem } from './check-problem.ts';
import { FILE_KIND, type FileKind } from './envelope.ts';
import { decodeMessageFile, readSmallFile } from './message-file.ts';
import { decodeRecord } from './messages.ts';
import { configName, configNumberInName, contentName, hashInName, RECORD_FOLDER, SNAPSHOT_FOLDER } from './names.ts';
import { readConfigFile, requireFeatures } from './store-config.ts';
import { DamageList, recordDamage } from './record-damage.ts';
import type { StoreState } from './store-state.ts';
import type { StorageEntry } from './storage.ts';

/** Yields problems as it finds them; the generator's return value tells what was looked at. */
export async function* checkStoreFiles(
  state: StoreState,
  options: CheckOptions,
): AsyncGenerator<StoreProblem, CheckTotals> {
  const { storage, config, hasher } = state;
  requireFeatures(config.mustCheck, 'check');
  yield* checkConfigs(state);
  let snapshots = 0;
  for (const entry of await storage.list(SNAPSHOT_FOLDER)) {
    throwIfAborted(options.signal);
    if (hashInName(entry.name) === undefined) continue;
    snapshots++;
    yield* checkNamedFile(state, entry, FILE_KIND.snapshot);
  }
  for (const entry of await storage.list(RECORD_FOLDER)) {
    throwIfAborted(options.signal);
    if (hashInName(entry.name) !== undefined) yield* checkNamedFile(state, entry, FILE_KIND.record);
  }
  const facts: PackFacts = new Map();
  yield* checkIndexes(storage, config.storeId, facts, options);
  const totals = { packs: 0, chunks: 0, unindexedPacks: 0, readBytes: 0 };
  const damage = new DamageList();
  for await (const found of checkPacks({ storage, storeId: config.storeId, hasher, facts, options }, totals)) {
    damage.add(found);
    yield found;
  }
  const isDamageRecorded = options.recordsDamage === true && (await recordDamage(state, damage));
  return { snapshots, ...totals, isDamageRecorded };
}

async function* checkConfigs({ storage, config }: StoreState): AsyncGenerator<StoreProblem> {
  const entries = (await storage.list('')).filter(({ name }) => configNumberInName(name) !== undefined);
  const newest = Math.max(...entries.map(({ name }) => configNumberInName(name)!));
  for (const name of [configName(newest), `${configName(newest)}.copy`]) {
    if (entries.some((entry) => entry.name === name)) continue;
    yield problem('missing', name, `${name} is not in the store: the next backup writes it again`);
  }
  for (const entry of entries) {
    try {
      const { storeId } = await readConfigFile(storage, entry);
      if (!equalBytes(storeId, config.storeId))
        yield problem('damaged', entry.name, `${entry.name} is of another store`);
    } catch (error) {
      yield problem('damaged', entry.name, messageOf(error));
    }
  }
}

async function* checkNamedFile(state: StoreState, entry: StorageEntry, kind: FileKind): AsyncGenerator<StoreProblem> {
  const { name } = entry;
  try {
    const bytes = await readSmallFile(state.storage, entry);
    if ((await contentName(bytes)) !== hashInName(name)) {
      yield problem('damaged', name, `${name} does not have the content that its name says`);
      return;
    }
    const message = decodeMessageFile(bytes, kind, state.config.storeId, name);
    if (kind === FILE_KIND.record) decodeRecord(message, name);
  } catch (error) {
    yield problem('damaged', name, messageOf(error));
  }
}

/** The message of an error that tells of the store; others (EIO of the medium included) go on up. */
function messageOf(error: unknown): string {
  if (error instanceof CardkeepError) return error.message;
  throw error;
}
