/** Reads back from the medium what was written or found equal, after all writing: a card that aliases shows only then. */
import { isMediumError } from '../device/block-source.ts';
import type { BlockSource } from '../device/block-source.ts';
import { CardkeepError, systemErrorCode, throwIfAborted } from '../errors.ts';
import type { Store } from '../store/store.ts';
import type { ProofLog } from './proof-log.ts';

/** A target whose bytes can be read from the medium, past the page cache. */
export interface UncachedTarget extends BlockSource {
  readUncached(byteOffset: number, byteLength: number, into?: Uint8Array): Promise<Uint8Array>;
}

export interface ReadBackOptions {
  readonly onRead?: ((doneBytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One read covers ranges that lie close together; no range is longer. */
const WINDOW_BYTES = 4 * 1024 * 1024;
/** Reading over a gap of this size is cheaper than a second read. */
const BRIDGED_BYTES = 64 * 1024;

interface Window {
  readonly first: number;
  /** First index behind it. */
  readonly last: number;
  readonly start: number;
  readonly end: number;
}

/** Throws E_VERIFY_FAILED (damaged) with the place when the target does not give back what `proofs` says. */
export async function readBack(
  target: UncachedTarget,
  proofs: ProofLog,
  store: Pick<Store, 'hasher'>,
  options: ReadBackOptions,
): Promise<void> {
  let doneBytes = 0;
  const buffers = [new Uint8Array(WINDOW_BYTES), new Uint8Array(WINDOW_BYTES)];
  const begin = (index: number, turn: number): { window: Window; reading: Promise<void> } | undefined => {
    if (index >= proofs.count) return undefined;
    const window = windowFrom(proofs, index);
    const reading = readWindow(target, proofs, window, buffers[turn % 2]!);
    reading.catch(() => undefined);
    return { window, reading };
  };
  let current = begin(0, 0);
  for (let turn = 1; current !== undefined; turn++) {
    throwIfAborted(options.signal);
    const { window, reading } = current;
    await reading;
    const next = begin(window.last, turn);
    try {
      for (let i = window.first; i < window.last; i++) {
        const bytes = buffers[(turn - 1) % 2]!.subarray(proofs.start(i) - window.start, proofs.end(i) - window.start);
        if (!proofs.matches(i, store.hasher.hash(bytes))) throw otherBytes(proofs.start(i), proofs.end(i));
        doneBytes += bytes.byteLength;
      }
    } catch (error) {
      await next?.reading.catch(() => undefined);
      throw error;
    }
    options.onRead?.(doneBytes);
    current = next;
  }
}

function windowFrom(proofs: ProofLog, first: number): Window {
  const start = proofs.start(first);
  let end = proofs.end(first);
  let last = first + 1;
  while (last < proofs.count) {
    const gap = proofs.start(last) - end;
    if (gap < 0 || gap > BRIDGED_BYTES || proofs.end(last) - start > WINDOW_BYTES) break;
    end = proofs.end(last++);
  }
  return { first, last, start, end };
}

async function readWindow(target: UncachedTarget, proofs: ProofLog, window: Window, into: Uint8Array): Promise<void> {
  const { first, last, start, end } = window;
  if (last > first + 1) {
    try {
      await target.readUncached(start, end - start, into);
      return;
    } catch (error) {
      // The bad spot may lie in a gap that nobody needs.
      if (!isMediumError(error)) throw error;
    }
  }
  for (let i = first; i < last; i++) {
    const [from, to] = [proofs.start(i), proofs.end(i)];
    try {
      await target.readUncached(from, to - from, into.subarray(from - start));
    } catch (error) {
      if (!isMediumError(error)) throw error;
      throw unreadable(from, to, error);
    }
  }
}

function otherBytes(start: number, end: number): CardkeepError {
  const message = `the target gives back other bytes than were written, between byte ${start} and ${end}`;
  const hint = 'the card is failing or smaller than it says: use another one';
  return new CardkeepError('damaged', 'E_VERIFY_FAILED', message, { hint });
}

function unreadable(start: number, end: number, cause: unknown): CardkeepError {
  const message = `the target cannot be read back between byte ${start} and ${end} (${systemErrorCode(cause)})`;
  const hint = 'the card or its reader is failing: try another reader, or another card';
  return new CardkeepError('damaged', 'E_VERIFY_FAILED', message, { hint, cause });
}
