/** Why a source or target could not be opened, in words with a cure. */
import type { Stats } from 'node:fs';
import { CardkeepError, systemErrorCode } from '../errors.ts';

export type DeviceRole = 'source' | 'target';

/** What the error needs to know to name the cure. */
export interface OpenAttempt {
  readonly path: string;
  readonly role: DeviceRole;
  readonly platform: NodeJS.Platform;
  /** The user's command, for the line to paste; undefined: said in words. */
  readonly commandLine?: string | undefined;
}

/** `ENOMEDIUM` of Linux, which Node has no name for. */
const LINUX_ENOMEDIUM = -123;

/** The error of `stat`, `open` or the first access as the user should see it. */
export function openError(error: unknown, attempt: OpenAttempt): unknown {
  if (error instanceof CardkeepError) return error;
  const { path, role } = attempt;
  switch (systemErrorCode(error) ?? '') {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ENAMETOOLONG':
    case 'ELOOP':
      return notThere(attempt, error);
    case 'EACCES':
    case 'EPERM':
      return noAccess(attempt, error);
    case 'EBUSY':
    case 'ETXTBSY':
      return busy(attempt, error);
    case 'EROFS':
      return path.startsWith('/dev/') ? readOnlyTarget(path, error) : readOnlyFolder(path, error);
    case 'EISDIR':
      return notADisk(path, 'a folder');
    case 'ENXIO':
    case 'ENODEV':
    case 'ENOMEDIUM':
      return noMedium(path, error);
    case 'EFBIG':
    case 'ENOSPC':
      return new CardkeepError(
        'failed',
        'E_TARGET_TOO_LARGE',
        `the disk that holds ${path} cannot take a file that large`,
        {
          cause: error,
          hint: 'choose a folder on another disk; FAT32 holds no file of 4 GiB or more',
        },
      );
    default:
      if (isNoMedium(error)) return noMedium(path, error);
      return new CardkeepError(
        'failed',
        role === 'source' ? 'E_NO_SOURCE' : 'E_NO_TARGET',
        `cannot open ${path}${suffix(systemErrorCode(error))}`,
        { cause: error },
      );
  }
}

/** Nothing that holds a disk: a folder, a pipe, a terminal. */
export function notADisk(path: string, what: string): CardkeepError {
  return new CardkeepError('failed', 'E_NOT_A_DISK', `${path} is ${what}, not a disk or a disk image`, {
    hint: 'name a device such as /dev/sdb, or an image file; "cardkeep devices" lists the cards',
  });
}

/** What a thing is that is neither a file nor a block device. */
export function nameOfKind(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a pipe';
  if (stats.isSocket()) return 'a socket';
  if (stats.isCharacterDevice()) return 'a character device';
  return 'something else';
}

export function noMedium(path: string, cause?: unknown): CardkeepError {
  return new CardkeepError('failed', 'E_NO_MEDIUM', `there is no card in ${path}`, {
    cause,
    hint: 'put the card in, wait a few seconds, and try again',
  });
}

export function readOnlyTarget(path: string, cause?: unknown): CardkeepError {
  return new CardkeepError('refused', 'E_TARGET_READ_ONLY', `${path} is write-protected`, {
    cause,
    hint: 'slide the lock switch of the card or its adapter, or use another card',
  });
}

function readOnlyFolder(path: string, cause: unknown): CardkeepError {
  return new CardkeepError('refused', 'E_TARGET_READ_ONLY', `${path} lies on a file system that is mounted read-only`, {
    cause,
    hint: 'name a file in another folder',
  });
}

function notThere({ path, role }: OpenAttempt, cause: unknown): CardkeepError {
  return new CardkeepError('not-found', role === 'source' ? 'E_NO_SOURCE' : 'E_NO_TARGET', `there is no ${path}`, {
    cause,
    hint: '"cardkeep devices" lists the cards that are there',
  });
}

function noAccess({ path, role, platform, commandLine }: OpenAttempt, cause: unknown): CardkeepError {
  const verb = role === 'source' ? 'read' : 'write';
  if (platform === 'darwin' && systemErrorCode(cause) === 'EPERM') {
    return new CardkeepError('failed', 'E_NEED_DISK_ACCESS', `macOS does not let this program ${verb} ${path}`, {
      cause,
      hint: 'System Settings > Privacy & Security > Full Disk Access: allow your terminal, then start it again',
    });
  }
  const sudo = commandLine === undefined ? 'run the same command with sudo in front' : `sudo ${commandLine}`;
  const isOwnFile = role === 'target' && !path.startsWith('/dev/');
  const onUnix = isOwnFile ? `name a file in a folder of yours, or: ${sudo}` : sudo;
  const hint = platform === 'win32' ? 'run it in a terminal that was started with "Run as administrator"' : onUnix;
  return new CardkeepError('failed', 'E_NEED_ROOT', `no permission to ${verb} ${path}`, { cause, hint });
}

function busy({ path, role, platform }: OpenAttempt, cause: unknown): CardkeepError {
  const hint =
    platform === 'darwin'
      ? `unmount it: diskutil unmountDisk ${path.replace('/dev/rdisk', '/dev/disk')}`
      : `unmount its partitions, and close what else uses it: lsblk ${path}`;
  const code = role === 'source' ? 'E_SOURCE_BUSY' : 'E_TARGET_BUSY';
  return new CardkeepError('refused', code, `${path} is in use`, { cause, hint });
}

function isNoMedium(error: unknown): boolean {
  return error instanceof Error && 'errno' in error && error.errno === LINUX_ENOMEDIUM;
}

function suffix(code: string | undefined): string {
  return code === undefined ? '' : ` (${code})`;
}
