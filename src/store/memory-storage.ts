/** A store in memory: for tests, and for whoever wants a store that leaves nothing behind. */
import { randomBytes } from 'node:crypto';
import { equalBytes } from '../bytes/hex.ts';
import { CorruptDataError, NotFoundError } from '../errors.ts';
import { temporaryName, type Storage, type StorageEntry, type StorageWriter } from './storage.ts';

interface MemoryFile {
  bytes: Uint8Array;
  modifiedMs: number;
}

export interface MemoryStorageOptions {
  readonly description?: string;
  /** The store's clock in milliseconds; by default one that moves on by 1 with each use. */
  readonly now?: () => number;
}

export function memoryStorage(options: MemoryStorageOptions = {}): Storage {
  const files = new Map<string, MemoryFile>();
  let ticks = 0;
  const now = options.now ?? (() => ++ticks);

  return {
    description: options.description ?? 'memory',
    async create(name, bytes) {
      const existing = files.get(name);
      if (existing !== undefined && equalBytes(existing.bytes, bytes)) return;
      files.set(name, { bytes: new Uint8Array(bytes), modifiedMs: now() });
    },
    async createExclusive(name, bytes) {
      if (files.has(name)) return false;
      files.set(name, { bytes: new Uint8Array(bytes), modifiedMs: now() });
      return true;
    },
    async beginWrite(folder, owner) {
      return memoryWriter(files, `${folder}/${temporaryName(owner, randomBytes(8).toString('hex'))}`, now);
    },
    async read(name, byteOffset, byteLength) {
      const file = files.get(name);
      if (file === undefined) throw new NotFoundError(`${name} is not in the store`);
      if (byteOffset + byteLength > file.bytes.byteLength) {
        throw new CorruptDataError(`${name} is cut short`, { byteOffset: file.bytes.byteLength });
      }
      return file.bytes.slice(byteOffset, byteOffset + byteLength);
    },
    async list(folder) {
      return listMemory(files, folder);
    },
    async remove(name) {
      files.delete(name);
    },
    async now() {
      return now();
    },
    async close() {},
  };
}

function memoryWriter(files: Map<string, MemoryFile>, temporary: string, now: () => number): StorageWriter {
  const parts: Uint8Array[] = [];
  files.set(temporary, { bytes: new Uint8Array(0), modifiedMs: now() });
  return {
    async append(bytes) {
      parts.push(new Uint8Array(bytes));
    },
    async finish(name) {
      if (!files.delete(temporary)) throw new NotFoundError(`${temporary} is not in the store`);
      files.set(name, { bytes: new Uint8Array(Buffer.concat(parts)), modifiedMs: now() });
    },
    async discard() {
      files.delete(temporary);
    },
  };
}

function listMemory(files: ReadonlyMap<string, MemoryFile>, folder: string): StorageEntry[] {
  const prefix = folder === '' ? '' : `${folder}/`;
  const entries: StorageEntry[] = [];
  for (const [name, file] of files) {
    if (!name.startsWith(prefix) || name.indexOf('/', prefix.length) >= 0) continue;
    entries.push({ name, byteLength: file.bytes.byteLength, modifiedMs: file.modifiedMs });
  }
  return entries;
}
