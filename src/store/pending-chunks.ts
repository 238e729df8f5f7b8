/**
 * The chunks of a session that no index file lists yet, with whole IDs: open addressing over columns, 52 bytes a chunk.
 * They become an index file every 64 packs, so this stays small.
 */
const ID_BYTES = 32;

export class PendingChunks {
  #ids = new Uint8Array(256 * ID_BYTES);
  #frames = new Uint32Array(256);
  #slots = new Uint32Array(1024);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  has(id: Uint8Array): boolean {
    const mask = this.#slots.length - 1;
    for (let slot = firstWord(id, 0) & mask; ; slot = (slot + 1) & mask) {
      const stored = this.#slots[slot]!;
      if (stored === 0) return false;
      const at = (stored - 1) * ID_BYTES;
      if (equalIds(this.#ids, at, id)) return true;
    }
  }

  /** Adds a chunk that is not there yet. */
  add(id: Uint8Array, frame: number): void {
    if (this.#count === this.#frames.length) this.#grow();
    const row = this.#count++;
    this.#ids.set(id, row * ID_BYTES);
    this.#frames[row] = frame;
    this.#link(row);
  }

  /** A new table of those whose frame passes. */
  filtered(keepsFrame: (frame: number) => boolean): PendingChunks {
    const kept = new PendingChunks();
    for (let row = 0; row < this.#count; row++) {
      const frame = this.#frames[row]!;
      if (keepsFrame(frame)) kept.add(this.#ids.subarray(row * ID_BYTES, (row + 1) * ID_BYTES), frame);
    }
    return kept;
  }

  #link(row: number): void {
    const mask = this.#slots.length - 1;
    let slot = firstWord(this.#ids, row * ID_BYTES) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = row + 1;
  }

  #grow(): void {
    const rows = this.#frames.length * 2;
    const ids = new Uint8Array(rows * ID_BYTES);
    const frames = new Uint32Array(rows);
    ids.set(this.#ids);
    frames.set(this.#frames);
    this.#ids = ids;
    this.#frames = frames;
    this.#slots = new Uint32Array(rows * 4);
    for (let row = 0; row < this.#count; row++) this.#link(row);
  }
}

function firstWord(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

function equalIds(ids: Uint8Array, at: number, id: Uint8Array): boolean {
  for (let i = 0; i < ID_BYTES; i++) if (ids[at + i] !== id[i]) return false;
  return true;
}
