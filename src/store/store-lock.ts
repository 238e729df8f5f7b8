/**
 * Leases in `locks/`: a file that is renewed every three minutes and counts for fifteen. Ages are differences between
 * times of the store's own clock, so a wrong clock here or on another computer harms nothing.
 */
import { CardkeepError, CorruptDataError, NotFoundError } from '../errors.ts';
import { FILE_KIND } from './envelope.ts';
import { isProcessGone, type MachineIdentity } from './machine-identity.ts';
import { decodeMessageFile, encodeMessageFile, readSmallFile } from './message-file.ts';
import { decodeLock, encodeLock, type LockMessage } from './messages.ts';
import { EXCLUSIVE_LOCK, LOCK_FOLDER, lockIdInName } from './names.ts';
import type { Storage, StorageEntry } from './storage.ts';

export const LEASE_MS: number = 15 * 60 * 1000;
export const RENEW_MS: number = 3 * 60 * 1000;

export interface LockOptions {
  readonly storage: Storage;
  readonly storeId: Uint8Array;
  /** 32 hex digits, random. */
  readonly id: string;
  readonly kind: string;
  readonly host: string;
  readonly tool: string;
  readonly machine: MachineIdentity;
}

/** Another session's lock. */
export interface OtherLock {
  readonly id: string;
  readonly name: string;
  readonly isAlive: boolean;
  /** Store time; for a lock that cannot be read, that of its file. */
  readonly startedMs: number;
}

export class StoreLock {
  readonly id: string;
  readonly #options: LockOptions;
  #message: LockMessage;
  /** Of the lock file, when it was last seen. */
  #renewedMs: number;
  #hasLapsed = false;
  #timer: NodeJS.Timeout | undefined;

  private constructor(options: LockOptions, message: LockMessage) {
    this.id = options.id;
    this.#options = options;
    this.#message = message;
    this.#renewedMs = message.startedMs;
  }

  /** Takes a shared lock: writes it, then looks for an exclusive one and gives way to it (E_STORE_LOCKED). */
  static async take(options: LockOptions): Promise<StoreLock> {
    const { storage, storeId, kind, host, tool, machine } = options;
    const message = { kind, host, tool, ...machine, renewals: 0, startedMs: await storage.now() };
    const lock = new StoreLock(options, message);
    const bytes = encodeMessageFile(FILE_KIND.lock, storeId, encodeLock(message));
    if (!(await storage.createExclusive(lock.#name, bytes))) throw new RangeError('a lock ID must be random');
    try {
      await lock.#giveWay();
    } catch (error) {
      await lock.release();
      throw error;
    }
    return lock;
  }

  /** Renews every three minutes until `release`; does not keep the process alive. */
  startRenewing(): void {
    // A renewal that fails shows when the lock is next asked for.
    this.#timer = setInterval(() => void this.renew().catch(() => undefined), RENEW_MS);
    this.#timer.unref();
  }

  /** All other locks but the exclusive one. */
  async others(): Promise<OtherLock[]> {
    const others: OtherLock[] = [];
    for (const entry of await this.#options.storage.list(LOCK_FOLDER)) {
      const id = lockIdInName(entry.name);
      if (id === undefined || id === this.id) continue;
      const { isAlive, message } = await this.#examine(entry);
      others.push({ id, name: entry.name, isAlive, startedMs: message?.startedMs ?? entry.modifiedMs });
    }
    return others;
  }

  /** Writes the lock anew. Throws E_LOCK_LOST when it was taken away. */
  async renew(): Promise<void> {
    await this.#requireStands();
    const { storage, storeId, id } = this.#options;
    this.#message = { ...this.#message, renewals: this.#message.renewals + 1 };
    await storage.create(this.#name, encodeMessageFile(FILE_KIND.lock, storeId, encodeLock(this.#message)), id);
  }

  /**
   * Throws E_LOCK_LOST when the lock was taken away. Otherwise renews it and tells whether it was valid all the time:
   * after a lapse (the computer slept) others may have acted as if this session were dead.
   */
  async wasHeld(): Promise<boolean> {
    await this.renew();
    await this.#requireStands();
    return !this.#hasLapsed;
  }

  /** E_LOCK_LOST instead of the error when the lock was taken away: others have removed this session's files, too. */
  async explain(error: unknown): Promise<unknown> {
    try {
      await this.#requireStands();
      return error;
    } catch (reason) {
      return reason instanceof CardkeepError ? lockLost(error) : error;
    }
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    await this.#options.storage.remove(this.#name);
  }

  get #name(): string {
    return `${LOCK_FOLDER}/${this.id}`;
  }

  async #requireStands(): Promise<void> {
    const own = (await this.#options.storage.list(LOCK_FOLDER)).find((entry) => entry.name === this.#name);
    if (own === undefined) throw lockLost();
    if (own.modifiedMs - this.#renewedMs >= LEASE_MS) this.#hasLapsed = true;
    this.#renewedMs = own.modifiedMs;
  }

  async #giveWay(): Promise<void> {
    const { storage } = this.#options;
    const entry = (await storage.list(LOCK_FOLDER)).find(({ name }) => name === EXCLUSIVE_LOCK);
    if (entry === undefined) return;
    const { isAlive, message } = await this.#examine(entry);
    if (!isAlive) return storage.remove(EXCLUSIVE_LOCK);
    const holder = message === undefined ? '' : ` (${message.kind} on ${message.host}, process ${message.processId})`;
    throw new CardkeepError('locked', 'E_STORE_LOCKED', `the store is in use by one who needs it alone${holder}`, {
      hint: 'wait for it to end; a lock whose owner died ends by itself after 15 minutes',
    });
  }

  async #examine(entry: StorageEntry): Promise<{ isAlive: boolean; message: LockMessage | undefined }> {
    const { storage, storeId, machine } = this.#options;
    const ageMs = this.#renewedMs - entry.modifiedMs;
    let message: LockMessage | undefined;
    try {
      const bytes = await readSmallFile(storage, entry);
      message = decodeLock(decodeMessageFile(bytes, FILE_KIND.lock, storeId, entry.name), entry.name);
    } catch (error) {
      if (error instanceof NotFoundError) return { isAlive: false, message: undefined };
      // Not written to its end: by its age, like any other.
      if (!(error instanceof CorruptDataError)) throw error;
    }
    if (ageMs > LEASE_MS) return { isAlive: false, message };
    return { isAlive: message === undefined || !(await isProcessGone(message, machine)), message };
  }
}

/** The session's claim is gone: what it relies on may be gone, too. */
export function lockLost(cause?: unknown): CardkeepError {
  return new CardkeepError('failed', 'E_LOCK_LOST', 'the store took this backup for dead (was the computer asleep?)', {
    hint: 'run the backup again: what is stored already is found again',
    cause,
  });
}
