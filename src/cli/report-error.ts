/** An error as the user sees it: a stable code, one line, one line of cure; and the exit code of its kind. */
import { CardkeepError, systemErrorCode } from '../errors.ts';
import type { ErrorKind } from '../errors.ts';
import { CURES, sudoCure } from './cures.ts';
import { humanBytes, visibleText } from './human-format.ts';
import { writeJson, writeNotice } from './output.ts';

export const EXIT_DONE = 0;
export const EXIT_USAGE = 2;
export const EXIT_DAMAGED = 4;

const EXIT_CODES: Readonly<Record<ErrorKind, number>> = {
  failed: 1,
  usage: 2,
  damaged: 4,
  refused: 5,
  locked: 6,
  'not-found': 7,
  stopped: 130,
};

export interface ReportOptions {
  readonly json: boolean;
  readonly verbose: boolean;
  /** The user's command, ready to be pasted behind `sudo`. */
  readonly commandLine: string;
}

/** Writes the error where it belongs and returns the exit code. */
export function reportError(thrown: unknown, options: ReportOptions): number {
  const error = asCardkeepError(thrown, options);
  if (options.json) {
    writeJson({ error: { code: error.code, message: error.message, hint: error.hint ?? null } });
  } else {
    const lines = [`cardkeep: ${error.code}: ${error.message}`];
    if (error.hint !== undefined) lines.push(`  ${error.hint}`);
    writeNotice(lines.map((line) => visibleText(withSizes(line))));
  }
  if (options.verbose) writeNotice(stackLines(thrown));
  return EXIT_CODES[error.kind];
}

/** `15.9 GB (15931539456 bytes)`: what a person reads, and what it is exactly. */
function withSizes(text: string): string {
  return text.replaceAll(
    /\b(\d{4,15}) bytes\b/gu,
    (exact, digits: string) => `${humanBytes(Number(digits))} (${exact})`,
  );
}

function asCardkeepError(thrown: unknown, options: ReportOptions): CardkeepError {
  const error = inWords(thrown, options);
  // The devices keep the system's own code, by which a bad sector is told from a missing file.
  const code = error.code.startsWith('E_') ? error.code : (SYSTEM_CODES.get(error.code) ?? 'E_SYSTEM');
  const hint = error.hint ?? CURES[code];
  if (code === error.code && hint === error.hint) return error;
  return new CardkeepError(error.kind, code, error.message, { hint, cause: error });
}

const SYSTEM_CODES: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'E_NO_PERMISSION'],
  ['EDQUOT', 'E_NO_SPACE'],
  ['EIO', 'E_IO'],
  ['ENODEV', 'E_DEVICE_GONE'],
  ['ENOMEDIUM', 'E_DEVICE_GONE'],
  ['ENOSPC', 'E_NO_SPACE'],
  ['ENXIO', 'E_DEVICE_GONE'],
  ['EPERM', 'E_NO_PERMISSION'],
  ['EREMOTEIO', 'E_IO'],
  ['EROFS', 'E_READ_ONLY'],
]);

function inWords(thrown: unknown, options: ReportOptions): CardkeepError {
  if (thrown instanceof CardkeepError) return thrown;
  if (thrown instanceof Error && thrown.name === 'AbortError') {
    return new CardkeepError('stopped', 'E_STOPPED', 'stopped', { cause: thrown });
  }
  const code = systemErrorCode(thrown);
  if (thrown instanceof Error && code !== undefined && 'syscall' in thrown) return systemError(thrown, code, options);
  const message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return new CardkeepError('failed', 'E_INTERNAL', `a bug in cardkeep: ${message.replaceAll('\n', ' ')}`, {
    hint: options.verbose ? 'please report it, with the lines below' : 'please report it, with what --verbose prints',
  });
}

/** Runs `work`; when it is stopped, says what that means for what was begun. */
export async function withStopHint<T>(hint: string | (() => string), work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isStop = error instanceof Error && (error.name === 'AbortError' || isStopped(error));
    if (isStop) {
      const said = typeof hint === 'string' ? hint : hint();
      throw new CardkeepError('stopped', 'E_STOPPED', 'stopped', { hint: said, cause: error });
    }
    throw error;
  }
}

function isStopped(error: Error): boolean {
  return error instanceof CardkeepError && error.kind === 'stopped';
}

/** Errors of the operating system that reach this far: the place is named, the cure is the plain one. */
function systemError(error: Error, code: string, options: ReportOptions): CardkeepError {
  const path = 'path' in error && typeof error.path === 'string' ? error.path : undefined;
  const at = path === undefined ? '' : `${path}: `;
  const make = (kind: ErrorKind, name: string, message: string, hint?: string): CardkeepError =>
    new CardkeepError(kind, name, at + message, { hint, cause: error });
  switch (code) {
    case 'ENOENT':
      return make('not-found', 'E_NOT_FOUND', 'no such file or folder', 'is the name right, and its disk mounted?');
    case 'EACCES':
    case 'EPERM':
      return make('failed', 'E_NO_PERMISSION', 'permission denied', sudoCure(options));
    case 'ENOSPC':
    case 'EDQUOT':
      return make('failed', 'E_NO_SPACE', 'the disk is full');
    case 'EROFS':
      return make('failed', 'E_READ_ONLY', 'the file system is read-only');
    case 'EBUSY':
      return make('refused', 'E_BUSY', 'it is in use', 'unmount it, or end the program that has it open');
    case 'EIO':
      return make('failed', 'E_IO', 'the device reports an I/O error');
    case 'ENODEV':
    case 'ENXIO':
    case 'ENOMEDIUM':
      return make('failed', 'E_DEVICE_GONE', 'the device is gone', 'put it in again and run the same command');
    default:
      // It names the path itself.
      return new CardkeepError('failed', 'E_SYSTEM', error.message.replaceAll('\n', ' '), { cause: error });
  }
}

function stackLines(thrown: unknown): string[] {
  if (!(thrown instanceof Error)) return [];
  const cause = thrown.cause instanceof Error ? [`caused by ${thrown.cause.stack ?? thrown.cause.message}`] : [];
  return [thrown.stack ?? thrown.message, ...cause].map((text) => visibleStack(text));
}

function visibleStack(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${visibleText(line)}`)
    .join('\n');
}
