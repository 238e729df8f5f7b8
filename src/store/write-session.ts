/** One writer at work: its lock, its chunks, and the order in which things become durable. */
import type { ChunkId } from '../codec/chunk-id.ts';
import { throwIfAborted } from '../errors.ts';
import type { ChunkKind, ChunkWriter, WriteCounts } from './chunk-writer.ts';
import { FILE_KIND } from './envelope.ts';
import { encodeMessageFile } from './message-file.ts';
import { contentName, SNAPSHOT_FOLDER } from './names.ts';
import { lockLost, type StoreLock } from './store-lock.ts';
import type { Storage } from './storage.ts';

export interface WriteSession extends AsyncDisposable {
  /** True for a chunk that is in the store's index (not condemned) or that this session has put, flushed or not. */
  has(id: ChunkId): boolean | Promise<boolean>;
  /**
   * Stores a chunk that `has` said is not there; one that this session put already is ignored. `bytes` (1 byte to
   * 16 MiB) are copied before the call returns; await the promise before the next call, it holds the caller back.
   */
  put(kind: ChunkKind, id: ChunkId, bytes: Uint8Array): Promise<void>;
  /** Packs are durable, then the index. No `put` may run meanwhile. Afterwards `readChunk` finds what was put. */
  flush(): Promise<void>;
  /** Flushes, then writes the snapshot, alone and last. Returns its ID (hex). Throws E_LOCK_LOST. */
  commitSnapshot(message: Uint8Array): Promise<string>;
  readonly counts: Readonly<WriteCounts>;
  /** Without a commit: what was put stays, indexed, so that the next run finds it. Releases the lock. Never throws. */
  close(): Promise<void>;
}

export interface SessionParts {
  readonly storage: Storage;
  readonly storeId: Uint8Array;
  readonly lock: StoreLock;
  readonly writer: ChunkWriter;
  readonly signal: AbortSignal | undefined;
  /** In the store's index, and not condemned. */
  readonly hasStored: (id: ChunkId) => boolean | Promise<boolean>;
  /** False when an index file that this session relied on is gone or a pack was condemned since. */
  readonly groundStands: () => Promise<boolean>;
}

export function makeWriteSession(parts: SessionParts): WriteSession {
  const { writer, signal } = parts;
  let isClosed = false;
  const close = async (): Promise<void> => {
    if (isClosed) return;
    isClosed = true;
    await closeQuietly(parts);
  };
  return {
    counts: writer.counts,
    has(id) {
      return writer.has(id) || parts.hasStored(id);
    },
    put(kind, id, bytes) {
      if (signal?.aborted) return rejectAborted(signal);
      return writer.put(kind, id, bytes);
    },
    async flush() {
      throwIfAborted(signal);
      await writer.flush();
    },
    async commitSnapshot(message) {
      throwIfAborted(signal);
      await writer.flush();
      return commit(parts, message);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function rejectAborted(signal: AbortSignal): Promise<void> {
  throwIfAborted(signal);
}

/** Checks the lock before the snapshot is written and after: a pruner may have come in between. */
async function commit(parts: SessionParts, message: Uint8Array): Promise<string> {
  const { storage, storeId, lock, groundStands, signal } = parts;
  const bytes = encodeMessageFile(FILE_KIND.snapshot, storeId, message);
  const id = await contentName(bytes);
  const name = `${SNAPSHOT_FOLDER}/${id}`;
  await requireGround(lock, groundStands);
  throwIfAborted(signal);
  await storage.create(name, bytes, lock.id);
  try {
    await requireGround(lock, groundStands);
  } catch (error) {
    await storage.remove(name);
    throw error;
  }
  parts.writer.counts.storedBytes += bytes.byteLength;
  return id;
}

async function requireGround(lock: StoreLock, groundStands: () => Promise<boolean>): Promise<void> {
  const wasHeld = await lock.wasHeld();
  if (!wasHeld && !(await groundStands())) throw lockLost();
}

async function closeQuietly({ writer, lock }: SessionParts): Promise<void> {
  try {
    await writer.flush();
  } catch {
    // What is not durable by now cannot be saved; what is, the next session finds by the packs' trailers.
    await writer.giveUp().catch(() => undefined);
  }
  await lock.release().catch(() => undefined);
}
