/**
 * A store in a folder. Files are written under a temporary name in their own folder, fsynced, renamed, and the folder
 * is fsynced where the platform can. A failed fsync is never tried again: after it the kernel may have dropped the
 * dirty pages, and a second one would report success.
 */
import { randomBytes } from 'node:crypto';
import { open, readdir, rename, stat, statfs, unlink, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { CardkeepError, CorruptDataError, NotFoundError, systemErrorCode } from '../errors.ts';
import { ignoreNotPermitted, makeFolder, syncFolder, type FileOwner } from './local-folders.ts';
import { LocalHandles } from './local-handles.ts';
import { temporaryName, type Storage, type StorageEntry, type StorageWriter } from './storage.ts';

export interface LocalStorageOptions {
  /** Makes the folder (and those above it) when it is not there. */
  readonly create?: boolean;
  /** Whose the made files and folders shall be: the calling user under sudo. */
  readonly owner?: FileOwner | undefined;
}

interface Place {
  readonly root: string;
  readonly owner: FileOwner | undefined;
  readonly handles: LocalHandles;
}

/** A store holds whole disks with their keys and passwords: nobody else may read it. */
const FILE_MODE = 0o600;

/** Opens the folder at `folderPath`. Throws NotFoundError if it is not there and `create` is not set. */
export async function openLocalStorage(folderPath: string, options: LocalStorageOptions = {}): Promise<Storage> {
  const place: Place = { root: path.resolve(folderPath), owner: options.owner, handles: new LocalHandles() };
  if (options.create) await makeFolder(place.root, place.owner);
  await requireFolder(place.root);
  return {
    description: place.root,
    create: async (name, bytes, owner) => createFile(place, name, bytes, owner ?? 'none'),
    createExclusive: async (name, bytes) => createExclusive(place, name, bytes),
    beginWrite: async (folder, owner) => beginWrite(place, folder, owner),
    read: async (name, byteOffset, byteLength) => readExactly(place, name, byteOffset, byteLength),
    list: async (folder) => listFolder(place, folder),
    remove: async (name) => removeFile(place, name),
    now: async () => storeTime(place),
    freeBytes: async () => {
      const { bavail, bsize } = await statfs(place.root);
      return bavail * bsize;
    },
    close: async () => place.handles.close(),
  };
}

async function requireFolder(root: string): Promise<void> {
  let isFolder: boolean;
  try {
    isFolder = (await stat(root)).isDirectory();
  } catch (cause) {
    if (!['ENOENT', 'ENOTDIR'].includes(systemErrorCode(cause) ?? '')) throw cause;
    throw new NotFoundError(`${root} does not exist`, { cause });
  }
  if (!isFolder) throw new CardkeepError('usage', 'E_NOT_A_FOLDER', `${root} is not a folder`);
}

async function createFile(place: Place, name: string, bytes: Uint8Array, owner: string): Promise<void> {
  if (await holdsBytes(place, name, bytes)) {
    // It may be left from a run that crashed before its own fsync.
    await syncFile(fullPath(place, name));
    await syncFolder(path.dirname(fullPath(place, name)));
    return;
  }
  const writer = await beginWrite(place, folderOf(name), owner);
  try {
    await writer.append(bytes);
    await writer.finish(name);
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

async function holdsBytes(place: Place, name: string, bytes: Uint8Array): Promise<boolean> {
  try {
    const { size } = await stat(fullPath(place, name));
    if (size !== bytes.byteLength) return false;
    return Buffer.compare(await readExactly(place, name, 0, size), bytes) === 0;
  } catch {
    // Whatever is there cannot be read back, so it is replaced.
    return false;
  }
}

/** Written in place: rename cannot refuse an existing name, and not every file system has links. */
async function createExclusive(place: Place, name: string, bytes: Uint8Array): Promise<boolean> {
  const full = fullPath(place, name);
  let handle: FileHandle;
  try {
    handle = await openNew(place, full);
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    await writeAll(handle, bytes);
    await handle.sync();
    await handle.close();
  } catch (error) {
    await handle.close().catch(() => undefined);
    await unlink(full).catch(() => undefined);
    throw error;
  }
  await syncFolder(path.dirname(full));
  return true;
}

async function beginWrite(place: Place, folder: string, owner: string): Promise<StorageWriter> {
  const temporary = fullPath(place, `${folder}/${temporaryName(owner, randomBytes(8).toString('hex'))}`);
  const handle = await openNew(place, temporary);
  let isOpen = true;
  return {
    append: async (bytes) => writeAll(handle, bytes),
    async finish(name) {
      await handle.sync();
      isOpen = false;
      await handle.close();
      const full = fullPath(place, name);
      await makeFolder(path.dirname(full), place.owner);
      await place.handles.forget(full);
      await renameTemporary(temporary, full);
      await syncFolder(path.dirname(full));
    },
    async discard() {
      if (isOpen) await handle.close().catch(() => undefined);
      isOpen = false;
      await unlink(temporary).catch(() => undefined);
    },
  };
}

/** Another session, that took this one for dead, may have removed the temporary file. */
async function renameTemporary(temporary: string, full: string): Promise<void> {
  try {
    await rename(temporary, full);
  } catch (cause) {
    if (systemErrorCode(cause) !== 'ENOENT') throw cause;
    throw new NotFoundError(`${path.basename(temporary)} is not in the store any more`, { cause });
  }
}

/** Opens a file that must not exist yet, making its folder when that is missing. */
async function openNew(place: Place, full: string): Promise<FileHandle> {
  let handle: FileHandle;
  try {
    handle = await open(full, 'wx', FILE_MODE);
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
    await makeFolder(path.dirname(full), place.owner);
    handle = await open(full, 'wx', FILE_MODE);
  }
  if (place.owner !== undefined) await handle.chown(place.owner.uid, place.owner.gid).catch(ignoreNotPermitted);
  return handle;
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let done = 0;
  while (done < bytes.byteLength) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.byteLength - done);
    if (bytesWritten === 0) throw new CardkeepError('failed', 'E_WRITE', 'the store takes no more bytes');
    done += bytesWritten;
  }
}

async function syncFile(full: string): Promise<void> {
  const handle = await open(full, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function readExactly(place: Place, name: string, byteOffset: number, byteLength: number): Promise<Uint8Array> {
  // Not from Buffer's pool: a small piece that is kept would keep 8 KiB.
  const bytes = new Uint8Array(byteLength);
  const full = fullPath(place, name);
  try {
    return await place.handles.with(full, async (handle) => {
      let done = 0;
      while (done < byteLength) {
        const { bytesRead } = await handle.read(bytes, done, byteLength - done, byteOffset + done);
        if (bytesRead === 0) throw new CorruptDataError(`${name} is cut short`, { byteOffset: byteOffset + done });
        done += bytesRead;
      }
      return bytes;
    });
  } catch (cause) {
    // A medium that cannot give its bytes back has lost them, as far as a store goes.
    if (systemErrorCode(cause) === 'EIO') throw new CorruptDataError(`${name} cannot be read (EIO)`, { cause });
    if (systemErrorCode(cause) !== 'ENOENT') throw cause;
    throw new NotFoundError(`${name} is not in the store`, { cause });
  }
}

async function listFolder(place: Place, folder: string): Promise<StorageEntry[]> {
  const full = fullPath(place, folder);
  let names: string[];
  try {
    const entries = await readdir(full, { withFileTypes: true });
    names = entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
  const prefix = folder === '' ? '' : `${folder}/`;
  const entries: StorageEntry[] = [];
  for (const name of names) {
    try {
      const { size, mtimeMs } = await stat(path.join(full, name));
      entries.push({ name: prefix + name, byteLength: size, modifiedMs: Math.floor(mtimeMs) });
    } catch (error) {
      // Removed by another process since the folder was read.
      if (systemErrorCode(error) !== 'ENOENT') throw error;
    }
  }
  return entries;
}

async function removeFile(place: Place, name: string): Promise<void> {
  const full = fullPath(place, name);
  await place.handles.forget(full);
  try {
    await unlink(full);
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
  }
}

/** The clock of the file system that holds the store, which on a network share is not ours. */
async function storeTime(place: Place): Promise<number> {
  const full = fullPath(place, 'locks/clock');
  await makeFolder(path.dirname(full), place.owner);
  const handle = await open(full, 'w', FILE_MODE);
  try {
    await handle.write(new Uint8Array([0]));
    return Math.floor((await handle.stat()).mtimeMs);
  } finally {
    await handle.close();
    await unlink(full).catch(() => undefined);
  }
}

function folderOf(name: string): string {
  return name.includes('/') ? name.slice(0, name.lastIndexOf('/')) : '';
}

function fullPath(place: Place, name: string): string {
  return path.join(place.root, ...name.split('/'));
}
