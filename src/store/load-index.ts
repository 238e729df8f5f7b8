import { CorruptDataError, NotFoundError } from '../errors.ts';
import { toHex } from '../bytes/hex.ts';
import { ChunkIndex } from './chunk-index.ts';
import { openIndexFile, type OpenIndex } from './index-file.ts';
import { memoryStorage } from './memory-storage.ts';
import { hashInName, INDEX_FOLDER, PACK_FOLDERS } from './names.ts';
import { encodePackIndexes } from './pack-index.ts';
import { readPackContent } from './pack-trailer.ts';
import type { FinishedPack } from './pack-writer.ts';
import type { Storage, StorageEntry } from './storage.ts';

export type OnDamage = (error: CorruptDataError) => void;

/**
 * Loads all index files that no other one supersedes. A damaged one is left out and told to `onDamage`; if it
 * supersedes others, those are used again. A file that vanishes meanwhile (merged) makes all of it start once more.
 */
export async function loadChunkIndex(storage: Storage, storeId: Uint8Array, onDamage: OnDamage): Promise<ChunkIndex> {
  try {
    return await loadOnce(storage, storeId, onDamage);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    return loadOnce(storage, storeId, onDamage);
  }
}

async function loadOnce(storage: Storage, storeId: Uint8Array, onDamage: OnDamage): Promise<ChunkIndex> {
  const usable = new Map<string, OpenIndex>();
  let records = 0;
  for (const entry of await storage.list(INDEX_FOLDER)) {
    if (hashInName(entry.name) === undefined) continue;
    const open = await catchDamage(openIndexFile(storage, entry, storeId), onDamage);
    if (open === undefined) continue;
    usable.set(entry.name, open);
    records += open.head.records;
  }
  const index = new ChunkIndex(storage, records);
  let waiting = [...usable.values()];
  while (waiting.length > 0) {
    const superseded = new Set([...usable.values()].flatMap(supersededNames));
    const next = waiting.find((open) => !superseded.has(open.name));
    if (next === undefined) break;
    waiting = waiting.filter((open) => open !== next);
    const added = await catchDamage(
      index.add(next).then(() => true),
      onDamage,
    );
    if (added === undefined) usable.delete(next.name);
  }
  return index;
}

function supersededNames(open: OpenIndex): string[] {
  return open.head.supersedes.map((id) => `${INDEX_FOLDER}/${toHex(id)}`);
}

/** Pack files that the index does not list. */
export async function listUnindexedPacks(storage: Storage, index: ChunkIndex): Promise<StorageEntry[]> {
  const known = new Set(index.packs.map((pack) => pack.hash));
  const unindexed: StorageEntry[] = [];
  for (const folder of PACK_FOLDERS) {
    for (const entry of await storage.list(folder)) {
      const hash = hashInName(entry.name);
      if (hash !== undefined && !known.has(hash)) unindexed.push(entry);
    }
  }
  return unindexed;
}

/** Reads what packs say about themselves; those that are not complete are told to `onDamage` and left out. */
export async function readFinishedPacks(
  storage: Storage,
  storeId: Uint8Array,
  entries: readonly StorageEntry[],
  onDamage: OnDamage,
): Promise<FinishedPack[]> {
  const packs: FinishedPack[] = [];
  for (const { name, byteLength } of entries) {
    const content = await catchDamage(readPackContent(storage, name, byteLength, storeId), onDamage);
    if (content === undefined) continue;
    packs.push({ hash: hashInName(name)!, kind: content.frameKind ?? 0, byteLength, frames: content.frames });
  }
  return packs;
}

/** Lets the index find what lies in packs that no index file lists, until it is loaded anew. Returns how many. */
export async function rescueUnindexedPacks(
  storage: Storage,
  storeId: Uint8Array,
  index: ChunkIndex,
  onDamage: OnDamage,
): Promise<number> {
  const entries = await listUnindexedPacks(storage, index);
  const packs = await readFinishedPacks(storage, storeId, entries, onDamage);
  for (const bytes of encodePackIndexes(storeId, packs)) {
    const overlay = memoryStorage();
    const entry = { name: 'rescued', byteLength: bytes.byteLength, modifiedMs: 0 };
    await overlay.create(entry.name, bytes);
    await index.add(await openIndexFile(overlay, entry, storeId), overlay);
  }
  return packs.length;
}

async function catchDamage<T>(result: Promise<T>, onDamage: OnDamage): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if (!(error instanceof CorruptDataError)) throw error;
    onDamage(error);
    return undefined;
  }
}
