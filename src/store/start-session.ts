import { randomBytes } from 'node:crypto';
import { toHex } from '../bytes/hex.ts';
import { NotFoundError } from '../errors.ts';
import { adoptDeadSessions } from './adopt-packs.ts';
import { ChunkWriter } from './chunk-writer.ts';
import { CODEC } from './frame.ts';
import { voidDamage } from './distrust.ts';
import { openIndexFile, type OpenIndex } from './index-file.ts';
import type { MachineIdentity } from './machine-identity.ts';
import { contentName, hashInName, INDEX_FOLDER } from './names.ts';
import { healConfig } from './store-config.ts';
import { StoreLock } from './store-lock.ts';
import type { StoreState } from './store-state.ts';
import { makeWriteSession, type WriteSession } from './write-session.ts';

export interface SessionOptions {
  /** What the session does, for whoever finds its lock; `backup` by default. */
  readonly kind?: string | undefined;
  /** Name of this computer. */
  readonly host: string;
  /** Program and version. */
  readonly tool: string;
  /** From `readMachineIdentity`. */
  readonly machine: MachineIdentity;
  /** Milliseconds, for intervals only. */
  readonly now: () => number;
  /** When it aborts, `put`, `flush` and `commitSnapshot` throw E_STOPPED; `close` still saves what was put. */
  readonly signal?: AbortSignal | undefined;
}

export async function startWriteSession(state: StoreState, options: SessionOptions): Promise<WriteSession> {
  const { storage, config } = state;
  const { storeId } = config;
  const lock = await StoreLock.take({
    storage,
    storeId,
    id: randomBytes(16).toString('hex'),
    kind: options.kind ?? 'backup',
    host: options.host,
    tool: options.tool,
    machine: options.machine,
  });
  try {
    lock.startRenewing();
    await healConfig(storage, config);
    // Anew, now that the lock keeps others from taking away what it lists.
    state.everLoaded.clear();
    const index = await state.reloadForWriting();
    let adoptedBytes = 0;
    const writeIndex = async (bytes: Uint8Array): Promise<void> => {
      // Not trusted again: who wrote these packs may have done so before they were damaged.
      await writeIndexFile(state, bytes, lock.id);
      adoptedBytes += bytes.byteLength;
    };
    await adoptDeadSessions({ storage, storeId, lock, index, onDamage: state.onDamage, writeIndex });
    const writer = new ChunkWriter({
      storage,
      storeId,
      owner: lock.id,
      packBytes: config.packBytes,
      frameBytes: config.frameBytes,
      codec: config.codec === CODEC.raw ? CODEC.raw : CODEC.lz4,
      now: options.now,
      explain: async (error) => lock.explain(error),
      writeIndex: async (bytes) => trustPacksOf(state, await writeIndexFile(state, bytes, lock.id)),
    });
    writer.counts.storedBytes += adoptedBytes;
    return makeWriteSession({
      storage,
      storeId,
      lock,
      writer,
      signal: options.signal,
      hasStored: (id) => state.has(id),
      groundStands: async () => groundStands(state),
    });
  } catch (error) {
    await lock.release().catch(() => undefined);
    throw error;
  }
}

/** Makes an index file durable and loads it from there, so that what the session relies on is what was stored. */
async function writeIndexFile(state: StoreState, bytes: Uint8Array, owner: string): Promise<OpenIndex> {
  const { storage, config } = state;
  const name = `${INDEX_FOLDER}/${await contentName(bytes)}`;
  await storage.create(name, bytes, owner);
  const entry = { name, byteLength: bytes.byteLength, modifiedMs: 0 };
  const open = await openIndexFile(storage, entry, config.storeId);
  await state.addIndexFile(open);
  return open;
}

/** What was known of damage in packs is over when they were just written, with the content of their names. */
async function trustPacksOf(state: StoreState, { head }: OpenIndex): Promise<void> {
  const healed = await state.trustPacks(head.packs.map(({ id }) => toHex(id)));
  if (healed.length > 0) await voidDamage(state.storage, state.config.storeId, new Set(healed));
}

/** True if every index file that was relied on still stands and no new one condemns a pack. */
async function groundStands(state: StoreState): Promise<boolean> {
  const { storage, config, everLoaded: known } = state;
  const listed = new Map((await storage.list(INDEX_FOLDER)).map((entry) => [entry.name, entry]));
  if (![...known].every((name) => listed.has(name))) return false;
  for (const [name, entry] of listed) {
    if (known.has(name) || hashInName(name) === undefined) continue;
    try {
      const { head } = await openIndexFile(storage, entry, config.storeId);
      if (head.supersedes.length > 0 || head.packs.some((pack) => pack.condemnedMs > 0)) return false;
    } catch (error) {
      if (error instanceof NotFoundError) return false;
      throw error;
    }
  }
  return true;
}
