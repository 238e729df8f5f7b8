/**
 * What can go wrong, as few kinds with stable codes. The kind decides the exit code of the command line; the code
 * (`E_TARGET_MOUNTED`) is what users quote and scripts match; the hint is the cure, ready to paste where it is a command.
 */
export type ErrorKind = 'failed' | 'usage' | 'damaged' | 'refused' | 'locked' | 'not-found' | 'stopped';

export interface ErrorDetails {
  /** One line that says what to do about it. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

export class CardkeepError extends Error {
  override readonly name: string = 'CardkeepError';
  readonly kind: ErrorKind;
  /** Stable, upper case, starts with `E_`. */
  readonly code: string;
  readonly hint: string | undefined;

  constructor(kind: ErrorKind, code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = kind;
    this.code = code;
    this.hint = details.hint;
  }
}

/** Bytes that do not mean what their format says: wrong magic, checksum, length or range. */
export class CorruptDataError extends CardkeepError {
  override readonly name: string = 'CorruptDataError';
  /** Where in the decoded structure, in bytes, if known. */
  readonly byteOffset: number | undefined;

  constructor(what: string, details: ErrorDetails & { byteOffset?: number | undefined } = {}) {
    super('damaged', 'E_DAMAGED', what, details);
    this.byteOffset = details.byteOffset;
  }
}

/** A named thing that is not there: a file of the store, a snapshot, a card, a path. */
export class NotFoundError extends CardkeepError {
  override readonly name: string = 'NotFoundError';

  constructor(what: string, details: ErrorDetails = {}) {
    super('not-found', 'E_NOT_FOUND', what, details);
  }
}

/** Throws E_STOPPED when the user (or the caller) asked to stop. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new CardkeepError('stopped', 'E_STOPPED', 'stopped', { cause: signal.reason });
}

/** The `code` of a system error (`ENOENT`, `EIO`), or undefined. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
