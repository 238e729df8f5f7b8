/**
 * Reads that come from the medium and not from the page cache (Linux, `O_DIRECT`): the only proof that what was
 * written is there.
 */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { CardkeepError, systemErrorCode } from '../errors.ts';
import { ioError } from './device-io.ts';
import type { KernelRoots } from './linux-sysfs.ts';

export interface UncachedReader {
  /** Fills `into` from `byteOffset`, any alignment. */
  read(byteOffset: number, into: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** Memory, place and length of direct I/O: a multiple of every sector size and of the page size of most systems. */
const UNIT_BYTES = 4096;
/** Four reads under way keep a card reader busy; a slot of 1 MiB is more than it takes in one command. */
const SLOTS = 4;
const SLOT_BYTES = 1024 * 1024;
const WASM_PAGE_BYTES = 65536;

/**
 * Opens the file behind `handle` once more for direct reads, or returns undefined where its file system has none.
 * It goes through `/proc/self/fd`: the path may mean another device by now.
 */
export async function openUncachedReader(
  handle: FileHandle,
  name: string,
  sectorSize: number,
  roots: KernelRoots,
): Promise<UncachedReader | undefined> {
  let direct: FileHandle;
  try {
    const link = path.join(roots.proc, 'self', 'fd', `${handle.fd}`);
    direct = await open(link, constants.O_RDONLY | constants.O_DIRECT);
  } catch {
    return undefined;
  }
  try {
    const memory = pageAlignedMemory(SLOTS * SLOT_BYTES);
    const unit = Math.max(UNIT_BYTES, sectorSize);
    await direct.read(memory, 0, unit, 0);
    return new DirectReader(direct, name, memory, { unit, grain: sectorSize });
  } catch (error) {
    await direct.close();
    // The probe fails on a bad first sector too: that is no reason to trust the cache.
    if (systemErrorCode(error) === 'EINVAL' || error instanceof RangeError) return undefined;
    throw ioError(error, 'read', 0, name);
  }
}

class DirectReader implements UncachedReader {
  readonly #handle: FileHandle;
  readonly #name: string;
  readonly #unit: number;
  readonly #grain: number;
  readonly #free: Uint8Array[] = [];
  readonly #waiting: ((slot: Uint8Array) => void)[] = [];

  constructor(handle: FileHandle, name: string, memory: Uint8Array, sizes: { unit: number; grain: number }) {
    this.#handle = handle;
    this.#name = name;
    this.#unit = sizes.unit;
    this.#grain = sizes.grain;
    for (let i = 0; i < SLOTS; i++) this.#free.push(memory.subarray(i * SLOT_BYTES, (i + 1) * SLOT_BYTES));
  }

  async read(byteOffset: number, into: Uint8Array): Promise<void> {
    const end = byteOffset + into.byteLength;
    const parts: Promise<void>[] = [];
    for (let start = byteOffset; start < end;) {
      const slotStart = Math.floor(start / this.#unit) * this.#unit;
      const stop = Math.min(end, slotStart + SLOT_BYTES);
      parts.push(this.#readPart(slotStart, start, into.subarray(start - byteOffset, stop - byteOffset)));
      start = stop;
    }
    // All parts must be over before `into` is the caller's again, also when one has failed.
    for (const part of await Promise.allSettled(parts)) if (part.status === 'rejected') throw part.reason;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #readPart(slotStart: number, byteOffset: number, into: Uint8Array): Promise<void> {
    const slot = this.#free.pop() ?? (await new Promise<Uint8Array>((resolve) => this.#waiting.push(resolve)));
    try {
      await this.#fill(slot, slotStart, byteOffset + into.byteLength - slotStart);
      into.set(slot.subarray(byteOffset - slotStart, byteOffset - slotStart + into.byteLength));
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free.push(slot);
      else next(slot);
    }
  }

  /** Reads whole units until the first `needed` bytes of the slot are there; the last unit may be cut by the end. */
  async #fill(slot: Uint8Array, byteOffset: number, needed: number): Promise<void> {
    const wanted = Math.ceil(needed / this.#unit) * this.#unit;
    for (let done = 0; done < needed;) {
      const at = byteOffset + done;
      let got: number;
      try {
        ({ bytesRead: got } = await this.#handle.read(slot, done, wanted - done, at));
      } catch (error) {
        if (systemErrorCode(error) === 'EINTR') continue;
        throw ioError(error, 'read', at, this.#name);
      }
      if (done + got >= needed) return;
      const usable = got - (got % this.#grain);
      if (usable === 0) {
        throw new CardkeepError('failed', 'E_SOURCE_ENDS', `${this.#name} ends at byte ${at + got}`, {
          hint: 'the device was taken out, or something else cut the file',
        });
      }
      done += usable;
    }
  }
}

interface WasmMemory {
  readonly buffer: ArrayBuffer;
}
type WasmMemoryConstructor = new (pages: { initial: number; maximum: number }) => WasmMemory;

/**
 * Memory that begins at a page: direct I/O needs it, and neither Buffer nor ArrayBuffer say where they lie. That of
 * WebAssembly always does. Guessing by what the kernel accepts would not do: some file systems take a misaligned
 * direct read and answer it from the cache. Throws RangeError when there is no address space.
 */
function pageAlignedMemory(byteLength: number): Uint8Array {
  const { WebAssembly } = globalThis as unknown as { WebAssembly?: { Memory: WasmMemoryConstructor } };
  if (WebAssembly === undefined) throw new RangeError('this Node.js runs without WebAssembly');
  const pages = Math.ceil(byteLength / WASM_PAGE_BYTES);
  return new Uint8Array(new WebAssembly.Memory({ initial: pages, maximum: pages }).buffer, 0, byteLength);
}
