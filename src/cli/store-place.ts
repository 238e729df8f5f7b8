/** Errors of the disk that holds the store, told before work begins where that can be, and by its name. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { mountPointOf } from '../device/mount-point.ts';
import { shellWord } from '../device/shell-word.ts';
import { CardkeepError, systemErrorCode } from '../errors.ts';
import type { CliContext } from './context.ts';
import { sudoCure } from './cures.ts';

/** Throws E_READ_ONLY and E_NO_PERMISSION (failed) when nothing can be written to a folder that is there. */
export async function requireWritable(context: CliContext, folder: string): Promise<void> {
  try {
    await access(folder, constants.W_OK);
  } catch (error) {
    const problem = await placeError(context, folder, error);
    if (problem !== undefined) throw problem;
  }
}

/** Runs `work` that writes to the store; a full or read-only disk is named by its mount point. */
export async function withStorePlace<T>(context: CliContext, storePath: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw (await placeError(context, storePath, error)) ?? error;
  }
}

/** Errors that already are in words are not the disk's: undefined. */
async function placeError(context: CliContext, folder: string, cause: unknown): Promise<CardkeepError | undefined> {
  if (cause instanceof CardkeepError) return undefined;
  switch (systemErrorCode(cause) ?? '') {
    case 'EROFS': {
      const mountPoint = await mountPointOf(folder);
      const message = `the store in ${folder} cannot be written: ${mountPoint} is mounted read-only`;
      return new CardkeepError('failed', 'E_READ_ONLY', message, { cause, hint: remountCure(mountPoint) });
    }
    case 'EACCES':
    case 'EPERM': {
      const message = `no permission to write to ${folder}`;
      return new CardkeepError('failed', 'E_NO_PERMISSION', message, { cause, hint: sudoCure(context) });
    }
    case 'ENOSPC':
    case 'EDQUOT': {
      const mountPoint = await mountPointOf(folder);
      const message = `the disk that holds the store is full: ${mountPoint} (store ${folder})`;
      const hint = `make room there, then run the same command again; what fills it: du -xh ${shellWord(mountPoint)} | sort -h`;
      return new CardkeepError('failed', 'E_NO_SPACE', message, { cause, hint });
    }
    default:
      return undefined;
  }
}

function remountCure(mountPoint: string): string {
  const other = 'take another folder for the store';
  if (process.platform === 'win32') return other;
  const remount = process.platform === 'darwin' ? 'mount -uw' : 'mount -o remount,rw';
  return `${other}, or mount this one for writing: sudo ${remount} ${shellWord(mountPoint)}`;
}
