/** Folders of a local store: made so that they survive a crash, and belong to the user who called. */
import { chown, mkdir, open, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { CardkeepError, systemErrorCode } from '../errors.ts';

export interface FileOwner {
  readonly uid: number;
  readonly gid: number;
}

/** A store holds whole disks with their keys and passwords: nobody else may read it. */
const FOLDER_MODE = 0o700;

/** Makes a folder and those above it, durable, for the owner alone. Throws E_NO_FOLDER. */
export async function makeFolder(folder: string, owner: FileOwner | undefined): Promise<void> {
  if (!(await makeMissing(folder, owner))) return;
  if (owner !== undefined) await chown(folder, owner.uid, owner.gid).catch(ignoreNotPermitted);
  await syncFolder(path.dirname(folder));
}

/** Level by level: Node's own recursive mkdir never returns where a folder cannot be made (/proc). False if it is there. */
async function makeMissing(folder: string, owner: FileOwner | undefined): Promise<boolean> {
  try {
    await mkdir(folder, { mode: FOLDER_MODE });
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    if (systemErrorCode(error) !== 'ENOENT') throw error;
  }
  const parent = path.dirname(folder);
  const hasParent = await stat(parent).then(
    () => true,
    () => false,
  );
  if (hasParent) throw cannotMake(folder);
  await makeFolder(parent, owner);
  return makeMissing(folder, owner);
}

function cannotMake(folder: string): CardkeepError {
  return new CardkeepError('failed', 'E_NO_FOLDER', `${folder} cannot be made there`, {
    hint: 'name a folder on a disk: cardkeep init /media/usb/cards',
  });
}

/** exFAT, SMB and the like have no owners to set. */
export function ignoreNotPermitted(error: unknown): void {
  if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(systemErrorCode(error) ?? '')) throw error;
}

/** Makes a rename durable. Windows and some network file systems cannot; a real I/O error is one. */
export async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle;
  try {
    handle = await open(folder, 'r');
  } catch (error) {
    if (['EISDIR', 'EPERM', 'EACCES', 'EINVAL'].includes(systemErrorCode(error) ?? '')) return;
    throw error;
  }
  try {
    await handle.sync();
  } catch (error) {
    if (systemErrorCode(error) === 'EIO' || systemErrorCode(error) === 'ENOSPC') throw error;
  } finally {
    await handle.close();
  }
}
