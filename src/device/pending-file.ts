/** A file that is whole or not there: written under another name in its folder, then renamed. */
import { randomBytes } from 'node:crypto';
import { chown, open, realpath, rename, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { platform } from 'node:os';
import path from 'node:path';
import { CardkeepError, systemErrorCode } from '../errors.ts';
import { ioError, writeSectors } from './device-io.ts';
import { openError } from './open-errors.ts';

export interface FileOwner {
  readonly uid: number;
  readonly gid: number;
}

/** File systems without owners say one of these. */
const NO_OWNERS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

export class PendingFile {
  readonly #handle: FileHandle;
  readonly #place: string;
  readonly #temporary: string;
  #position = 0;
  #isOver = false;

  private constructor(handle: FileHandle, place: string, temporary: string) {
    this.#handle = handle;
    this.#place = place;
    this.#temporary = temporary;
  }

  /** Throws the errors of openTarget. A link stays a link: what it points to is replaced. */
  static async create(filePath: string, owner?: FileOwner): Promise<PendingFile> {
    try {
      const place = await realpath(filePath).catch(() => filePath);
      const temporary = path.join(path.dirname(place), `.cardkeep-${randomBytes(8).toString('hex')}.tmp`);
      const handle = await open(temporary, 'wx', 0o666);
      const file = new PendingFile(handle, place, temporary);
      if (owner !== undefined) await file.#giveTo(owner);
      return file;
    } catch (error) {
      throw openError(error, { path: filePath, role: 'target', platform: platform() });
    }
  }

  /** Bytes from the start to the end of what was written last. */
  get byteLength(): number {
    return this.#position;
  }

  /** At the end of what was written last. */
  async append(bytes: Uint8Array): Promise<void> {
    await this.writeAt(this.#position, bytes);
  }

  /** What is left out between two places is a hole. */
  async writeAt(byteOffset: number, bytes: Uint8Array): Promise<void> {
    await writeSectors({ handle: this.#handle, path: this.#place, grain: 1 }, byteOffset, bytes);
    this.#position = byteOffset + bytes.byteLength;
  }

  /** All that was written is on the disk; the name is still another one. Throws E_TARGET_TOO_LARGE. */
  async finish(byteLength: number = this.#position): Promise<void> {
    try {
      await this.#handle.truncate(byteLength);
      await this.#handle.sync();
    } catch (error) {
      throw systemErrorCode(error) === 'EFBIG'
        ? openError(error, { path: this.#place, role: 'target', platform: platform() })
        : ioError(error, 'flush', 0, this.#place);
    }
    await this.#handle.close();
  }

  /** After `finish`: it takes its name, in place of what had it. */
  async commit(): Promise<void> {
    await rename(this.#temporary, this.#place);
    this.#isOver = true;
    if (platform() === 'win32') return;
    const folder = await open(path.dirname(this.#place), 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  /** Nothing of it stays, unless it was committed. */
  async discard(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    await this.#handle.close().catch(() => undefined);
    await unlink(this.#temporary).catch(() => undefined);
  }

  async #giveTo(owner: FileOwner): Promise<void> {
    try {
      await chown(this.#temporary, owner.uid, owner.gid);
    } catch (error) {
      if (NO_OWNERS.has(systemErrorCode(error) ?? '')) return;
      await this.discard();
      throw error;
    }
  }
}

/** Throws E_TARGET_EXISTS (refused). */
export function targetExists(filePath: string): CardkeepError {
  return new CardkeepError('refused', 'E_TARGET_EXISTS', `there is a file ${filePath} already`, {
    hint: 'name another file, or replace it with --force',
  });
}
