/**
 * What a session that died left behind: complete packs that no index lists are listed now, so that a broken backup
 * resumes by running it again; its temporary files and its lock are removed.
 */
import type { ChunkIndex } from './chunk-index.ts';
import { listUnindexedPacks, readFinishedPacks, type OnDamage } from './load-index.ts';
import { ALL_FOLDERS } from './names.ts';
import { encodePackIndexes } from './pack-index.ts';
import { LEASE_MS, type StoreLock } from './store-lock.ts';
import { temporaryOwner, type Storage } from './storage.ts';

/** Trailers held at once while their index is made. */
const PACKS_AT_ONCE = 64;

/** File times are as coarse as 2 s on FAT. */
const TIME_MARGIN_MS = 5000;

export interface AdoptOptions {
  readonly storage: Storage;
  readonly storeId: Uint8Array;
  readonly lock: StoreLock;
  readonly index: ChunkIndex;
  readonly onDamage: OnDamage;
  /** Stores an index file and loads it. */
  readonly writeIndex: (bytes: Uint8Array) => Promise<void>;
}

/**
 * In this order, so that a crash on the way leaves the dead locks, and the next session does it again. Packs that are
 * younger than the oldest living session may be that session's and are left to it.
 */
export async function adoptDeadSessions(options: AdoptOptions): Promise<void> {
  const { storage, lock } = options;
  const others = await lock.others();
  const living = others.filter((other) => other.isAlive);
  await removeTemporaryFiles(
    options,
    new Set([lock.id, ...living.map(({ id }) => id)]),
    new Set(others.map(({ id }) => id)),
  );
  await adoptPacks(options, Math.min(...living.map(({ startedMs }) => startedMs)));
  for (const other of others) if (!other.isAlive) await storage.remove(other.name);
}

/** `youngestMs`: packs from then on are left alone; Infinity when no other session lives. */
async function adoptPacks(options: AdoptOptions, youngestMs: number): Promise<void> {
  const { storage, storeId, index, onDamage, writeIndex } = options;
  const entries = (await listUnindexedPacks(storage, index)).filter((entry) => {
    return entry.modifiedMs < youngestMs - TIME_MARGIN_MS;
  });
  for (let first = 0; first < entries.length; first += PACKS_AT_ONCE) {
    const packs = await readFinishedPacks(storage, storeId, entries.slice(first, first + PACKS_AT_ONCE), onDamage);
    for (const bytes of encodePackIndexes(storeId, packs)) await writeIndex(bytes);
  }
}

/**
 * Those of sessions known to be dead go at once. Those of nobody (an `init` that was killed, a lock that is gone) go
 * when they are older than a lease: somebody may just be about to rename one.
 */
async function removeTemporaryFiles(
  { storage }: AdoptOptions,
  living: ReadonlySet<string>,
  known: ReadonlySet<string>,
): Promise<void> {
  const nowMs = await storage.now();
  for (const folder of ALL_FOLDERS) {
    for (const { name, modifiedMs } of await storage.list(folder)) {
      const owner = temporaryOwner(name);
      if (owner === undefined || living.has(owner)) continue;
      if (known.has(owner) || nowMs - modifiedMs > LEASE_MS) await storage.remove(name);
    }
  }
}
