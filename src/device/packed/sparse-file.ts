/** A temporary file in which zeros are holes: written from its start to its end, then read at any place. */
import { constants } from 'node:fs';
import { open, statfs, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { CardkeepError, systemErrorCode } from '../../errors.ts';
import { checkRange } from '../block-source.ts';
import type { BlockSource } from '../block-source.ts';
import { readExactly, writeSectors } from '../device-io.ts';
import { dataRuns } from './data-runs.ts';

/** Other programs on the disk need room too. */
const LEFT_FREE_BYTES = 64 * 1024 * 1024;
/** Written between two looks at the free space. */
const LOOK_EVERY_BYTES = 64 * 1024 * 1024;
const BUFFER_BYTES = 1024 * 1024;

/**
 * Nothing of it stays: its name is taken away as soon as it is open, so that it is gone however the process ends. Where
 * the system cannot do that, `close` removes it.
 */
export class SparseFile implements BlockSource, AsyncDisposable {
  readonly sectorSize = 512;
  readonly #handle: FileHandle;
  readonly #folder: string;
  /** Where the name is still there. */
  readonly #leftName: string | undefined;
  #filling = new Uint8Array(BUFFER_BYTES);
  #writing = new Uint8Array(BUFFER_BYTES);
  #filled = 0;
  #writtenLength = 0;
  #underWay: Promise<void> = Promise.resolve();
  #sinceLook = 0;
  #dataBytes = 0;

  private constructor(handle: FileHandle, folder: string, leftName: string | undefined) {
    this.#handle = handle;
    this.#folder = folder;
    this.#leftName = leftName;
  }

  static async create(folder: string): Promise<SparseFile> {
    const name = path.join(folder, `.cardkeep-${randomBytes(8).toString('hex')}.tmp`);
    const handle = await open(name, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
    const isGone = await unlink(name).then(
      () => true,
      () => false,
    );
    return new SparseFile(handle, folder, isGone ? undefined : name);
  }

  get byteLength(): number {
    return this.#writtenLength + this.#filled;
  }

  /** Bytes that take space. */
  get dataBytes(): number {
    return this.#dataBytes;
  }

  /** Adds bytes at the end. Throws E_NO_SPACE before the disk is full. */
  async append(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.byteLength;) {
      const part = bytes.subarray(done, done + BUFFER_BYTES - this.#filled);
      this.#filling.set(part, this.#filled);
      this.#filled += part.byteLength;
      done += part.byteLength;
      if (this.#filled === BUFFER_BYTES) await this.#turn();
    }
  }

  /** All that was added can be read from here on. */
  async finish(): Promise<void> {
    await this.#turn();
    await this.#underWay;
    await this.#inPlace(async () => this.#handle.truncate(this.byteLength));
  }

  async read(byteOffset: number, byteLength: number, into?: Uint8Array): Promise<Uint8Array> {
    checkRange(this, byteOffset, byteLength);
    const bytes = into === undefined ? new Uint8Array(byteLength) : into.subarray(0, byteLength);
    await readExactly({ handle: this.#handle, path: 'the temporary file', grain: 1 }, byteOffset, bytes);
    return bytes;
  }

  async close(): Promise<void> {
    await this.#underWay.catch(() => undefined);
    await this.#handle.close();
    if (this.#leftName !== undefined) await unlink(this.#leftName).catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The full buffer is written while the other one fills. */
  async #turn(): Promise<void> {
    await this.#underWay;
    const bytes = this.#filling.subarray(0, this.#filled);
    this.#underWay = this.#write(this.#writtenLength, bytes);
    this.#underWay.catch(() => undefined);
    [this.#filling, this.#writing] = [this.#writing, this.#filling];
    this.#writtenLength += this.#filled;
    this.#filled = 0;
  }

  async #write(byteOffset: number, bytes: Uint8Array): Promise<void> {
    const file = { handle: this.#handle, path: 'the temporary file', grain: 1 };
    for (const [start, end] of dataRuns(bytes)) {
      await this.#inPlace(async () => writeSectors(file, byteOffset + start, bytes.subarray(start, end)));
      this.#dataBytes += end - start;
      this.#sinceLook += end - start;
    }
    if (this.#sinceLook < LOOK_EVERY_BYTES) return;
    this.#sinceLook = 0;
    const { bavail, bsize } = await statfs(this.#folder);
    if (bavail * bsize < LEFT_FREE_BYTES) throw noSpace(this.#folder, undefined);
  }

  async #inPlace(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const isFull = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(systemErrorCode(error) ?? '');
      throw isFull ? noSpace(this.#folder, error) : error;
    }
  }
}

function noSpace(folder: string, cause: unknown): CardkeepError {
  return new CardkeepError('failed', 'E_NO_SPACE', `${folder} has no room for the unpacked image`, { cause });
}
