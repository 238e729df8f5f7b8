/**
 * A raw device or an image file as a BlockTarget: opened once, held open from the first access to the last, so that
 * nothing can take its place meanwhile.
 */
import type { FileHandle } from 'node:fs/promises';
import { CardkeepError } from '../errors.ts';
import { checkRange } from './block-source.ts';
import type { BlockTarget } from './block-source.ts';
import { ioError, readExactly, writeIntoSectors, writeSectors } from './device-io.ts';
import type { OpenFile } from './device-io.ts';
import { prepareTarget } from './create-image.ts';
import { openDevice } from './open-device.ts';
import type { OpenDeviceOptions, OpenedDevice } from './open-device.ts';
import { openUncachedReader } from './uncached-reader.ts';
import type { UncachedReader } from './uncached-reader.ts';

export interface FileDevice extends BlockTarget, AsyncDisposable {
  /** As it was given. */
  readonly path: string;
  readonly isBlockDevice: boolean;
  /** Equals `sectorSize` where the system does not tell, and for image files. */
  readonly physicalSectorSize: number;
  /** True once `readUncached` had to read through the page cache, so that it proves less. */
  readonly isReadBackCached: boolean;
  /** Reads from the medium, past the page cache; flushes first if something was written. Like `read` otherwise. */
  readUncached(byteOffset: number, byteLength: number, into?: Uint8Array): Promise<Uint8Array>;
  /** As `readUncached`, for places where nothing was written since the last flush: flushes nothing. */
  readMedium(byteOffset: number, byteLength: number, into?: Uint8Array): Promise<Uint8Array>;
  /** Image files only: a new length. What is added reads as zeros. */
  truncate?(byteLength: number): Promise<void>;
  /** May be called more than once. */
  close(): Promise<void>;
}

export type OpenSourceOptions = OpenDeviceOptions;

export interface OpenTargetOptions extends OpenDeviceOptions {
  /**
   * Makes a new image file of this many bytes that reads as zeros and takes no space yet. Throws E_TARGET_EXISTS if
   * there is a file already, unless `replace` is set. A device is opened as it is.
   */
  readonly create?: number | undefined;
  /** With `create`: an existing image file is emptied and takes the new length. */
  readonly replace?: boolean | undefined;
  /** On Linux the kernel then lets nobody else mount or claim the device as long as it is open. */
  readonly exclusive: true;
}

/**
 * Opens a device or image file for reading.
 * Throws E_NO_SOURCE (not-found), E_NOT_A_DISK, E_NEED_ROOT with the cure, E_NEED_DISK_ACCESS (macOS), E_NO_MEDIUM,
 * E_EMPTY_SOURCE; with `exclusive`, E_SOURCE_BUSY (refused).
 */
export async function openSource(path: string, options: OpenSourceOptions = {}): Promise<FileDevice> {
  const opened = await openDevice(path, 'source', options);
  if (opened.byteLength > 0) return new OpenFileDevice(opened);
  await opened.handle.close();
  throw new CardkeepError('failed', 'E_EMPTY_SOURCE', `${path} is empty`, {
    hint: 'the copy that made it failed: name another image or a device',
  });
}

/**
 * Opens a device or image file for reading and writing.
 * Throws E_NO_TARGET (not-found), E_NOT_A_DISK, E_NEED_ROOT, E_NO_MEDIUM, E_TARGET_BUSY, E_TARGET_READ_ONLY and
 * E_TARGET_EXISTS (refused), E_TARGET_TOO_LARGE.
 */
export async function openTarget(path: string, options: OpenTargetOptions): Promise<FileDevice> {
  return new OpenFileDevice(await prepareTarget(path, options));
}

/**
 * From here on a read of a device goes past the page cache: it costs less, and a backup of a card does not push out of
 * memory what the user works with. Smaller ones are metadata, which is asked for again.
 */
const DIRECT_READ_BYTES = 512 * 1024;

class OpenFileDevice implements FileDevice {
  readonly path: string;
  readonly isBlockDevice: boolean;
  readonly sectorSize: number;
  readonly physicalSectorSize: number;
  declare readonly truncate?: (byteLength: number) => Promise<void>;
  readonly #opened: OpenedDevice;
  readonly #handle: FileHandle;
  readonly #file: OpenFile;
  #byteLength: number;
  #isDirty = false;
  #isReadBackCached = false;
  /** Settles when the last read-change-write of a sector is over: two in one sector must not overlap. */
  #edges: Promise<void> = Promise.resolve();
  #uncached: Promise<UncachedReader | undefined> | undefined;
  #closed: Promise<void> | undefined;
  #flushFolder: (() => Promise<void>) | undefined;

  constructor(opened: OpenedDevice) {
    this.path = opened.path;
    this.isBlockDevice = opened.isBlockDevice;
    this.sectorSize = opened.sectorSize;
    this.physicalSectorSize = opened.physicalSectorSize;
    this.#opened = opened;
    this.#handle = opened.handle;
    this.#byteLength = opened.byteLength;
    this.#file = { handle: opened.handle, path: opened.path, grain: opened.isBlockDevice ? opened.sectorSize : 1 };
    this.#flushFolder = opened.flushFolder;
    if (!opened.isBlockDevice && opened.isWritable) this.truncate = (byteLength) => this.#truncate(byteLength);
  }

  get byteLength(): number {
    return this.#byteLength;
  }

  get isReadBackCached(): boolean {
    return this.#isReadBackCached;
  }

  async read(byteOffset: number, byteLength: number, into?: Uint8Array): Promise<Uint8Array> {
    if (this.isBlockDevice && !this.#opened.isWritable && byteLength >= DIRECT_READ_BYTES) {
      return this.readUncached(byteOffset, byteLength, into);
    }
    const bytes = this.#memoryFor(byteOffset, byteLength, into);
    await readExactly(this.#file, byteOffset, bytes);
    return bytes;
  }

  async readUncached(byteOffset: number, byteLength: number, into?: Uint8Array): Promise<Uint8Array> {
    if (this.#isDirty) await this.flush();
    return this.readMedium(byteOffset, byteLength, into);
  }

  async readMedium(byteOffset: number, byteLength: number, into?: Uint8Array): Promise<Uint8Array> {
    const bytes = this.#memoryFor(byteOffset, byteLength, into);
    this.#uncached ??= this.#openUncached();
    const reader = await this.#uncached;
    await (reader === undefined ? readExactly(this.#file, byteOffset, bytes) : reader.read(byteOffset, bytes));
    return bytes;
  }

  async write(byteOffset: number, bytes: Uint8Array): Promise<void> {
    checkRange(this, byteOffset, bytes.byteLength);
    if (!this.#opened.isWritable) {
      throw new CardkeepError('failed', 'E_READ_ONLY', `${this.path} was opened for reading only`);
    }
    this.#isDirty = true;
    const { grain } = this.#file;
    const end = byteOffset + bytes.byteLength;
    const middleStart = Math.min(Math.ceil(byteOffset / grain) * grain, end);
    const middleEnd = Math.max(Math.floor(end / grain) * grain, middleStart);
    await this.#writeEdge(byteOffset, bytes.subarray(0, middleStart - byteOffset));
    await writeSectors(this.#file, middleStart, bytes.subarray(middleStart - byteOffset, middleEnd - byteOffset));
    await this.#writeEdge(middleEnd, bytes.subarray(middleEnd - byteOffset));
  }

  async flush(): Promise<void> {
    if (!this.#opened.isWritable) return;
    // Cleared before, so that a write during the flush counts as not yet flushed; set again when the flush fails.
    this.#isDirty = false;
    try {
      await this.#handle.sync();
      await this.#flushFolder?.();
      this.#flushFolder = undefined;
    } catch (error) {
      this.#isDirty = true;
      throw ioError(error, 'flush', 0, this.path);
    }
  }

  async close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #memoryFor(byteOffset: number, byteLength: number, into: Uint8Array | undefined): Uint8Array {
    checkRange(this, byteOffset, byteLength);
    if (into === undefined) return new Uint8Array(byteLength);
    if (into.byteLength < byteLength) throw new RangeError(`${into.byteLength} bytes of memory for ${byteLength}`);
    return into.subarray(0, byteLength);
  }

  async #writeEdge(byteOffset: number, bytes: Uint8Array): Promise<void> {
    if (bytes.byteLength === 0) return;
    const turn = this.#edges.then(() => writeIntoSectors(this.#file, byteOffset, bytes));
    this.#edges = turn.catch(() => undefined);
    await turn;
  }

  async #openUncached(): Promise<UncachedReader | undefined> {
    const { hasUncachedReads, roots, isBlockDevice } = this.#opened;
    const reader =
      roots === undefined || this.#byteLength === 0
        ? undefined
        : await openUncachedReader(this.#handle, this.path, isBlockDevice ? this.sectorSize : 1, roots);
    if (reader === undefined && !hasUncachedReads) this.#isReadBackCached = true;
    return reader;
  }

  async #truncate(byteLength: number): Promise<void> {
    this.#isDirty = true;
    try {
      await this.#handle.truncate(byteLength);
    } catch (error) {
      throw ioError(error, 'write', byteLength, this.path);
    }
    this.#byteLength = byteLength;
  }

  async #close(): Promise<void> {
    try {
      await (await this.#uncached?.catch(() => undefined))?.close();
    } finally {
      await this.#handle.close();
    }
  }
}
