import { open, type FileHandle } from 'node:fs/promises';

/** How many files stay open for reading: packs are read in runs, and more would only use up descriptors. */
const OPEN_FILES = 16;

interface Slot {
  readonly handle: Promise<FileHandle>;
  users: number;
  closing: boolean;
}

/** Open files for reading, by path, the least recently used one closed first and never one that is in use. */
export class LocalHandles {
  readonly #slots = new Map<string, Slot>();

  /** Calls `use` with an open handle of `path`; the handle must not be kept. */
  async with<T>(path: string, use: (handle: FileHandle) => Promise<T>): Promise<T> {
    const slot = this.#take(path);
    try {
      return await use(await slot.handle);
    } finally {
      slot.users--;
      if (slot.closing && slot.users === 0) await closeQuietly(slot);
      await this.#trim();
    }
  }

  /** Closes the handle of a file that is removed or replaced. */
  async forget(path: string): Promise<void> {
    const slot = this.#slots.get(path);
    if (slot === undefined) return;
    this.#slots.delete(path);
    slot.closing = true;
    if (slot.users === 0) await closeQuietly(slot);
  }

  async close(): Promise<void> {
    for (const path of this.#slots.keys()) await this.forget(path);
  }

  #take(path: string): Slot {
    let slot = this.#slots.get(path);
    if (slot === undefined) {
      slot = { handle: open(path, 'r'), users: 0, closing: false };
      slot.handle.catch(() => this.#slots.delete(path));
    } else {
      this.#slots.delete(path);
    }
    this.#slots.set(path, slot);
    slot.users++;
    return slot;
  }

  async #trim(): Promise<void> {
    for (const [path, slot] of this.#slots) {
      if (this.#slots.size <= OPEN_FILES) return;
      if (slot.users === 0) await this.forget(path);
    }
  }
}

async function closeQuietly(slot: Slot): Promise<void> {
  try {
    await (await slot.handle).close();
  } catch {
    // It was open for reading only: nothing can be lost.
  }
}
