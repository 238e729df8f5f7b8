import { randomInt } from 'node:crypto';

/**
 * Open addressing over one typed array: 8 bytes of a chunk ID and a 4-byte number, 12 bytes a slot, 15 a chunk. The
 * slot is chosen with random factors: the IDs come from files, and somebody might have written them so that they all
 * fall into one place. JavaScript's Map ends at 16.7 million entries; this does not.
 */
export class PrefixTable {
  #slots: Uint32Array;
  #capacity: number;
  #count = 0;
  readonly #highFactor = randomInt(2 ** 31) * 2 + 1;
  readonly #lowFactor = randomInt(2 ** 31) * 2 + 1;

  constructor(expected = 1024) {
    this.#capacity = capacityFor(expected);
    this.#slots = new Uint32Array(this.#capacity * 3);
  }

  get count(): number {
    return this.#count;
  }

  get byteLength(): number {
    return this.#slots.byteLength;
  }

  /** Makes room for `more` further entries at once. */
  reserve(more: number): void {
    const needed = capacityFor(this.#count + more);
    if (needed > this.#capacity) this.#resize(needed);
  }

  /** Equal IDs may be added more than once: a chunk can lie in several places. */
  add(id: Uint8Array, idOffset: number, value: number): void {
    if (this.#count + 1 > this.#capacity * MAX_LOAD) this.#resize(capacityFor(Math.ceil(this.#count * 1.5) + 1));
    this.#insert(readWord(id, idOffset), readWord(id, idOffset + 4), value + 1);
    this.#count++;
  }

  /** Calls `visit` with the number of each entry whose ID begins like this one; stops when it returns true. */
  find(id: Uint8Array, visit: (value: number) => boolean): boolean {
    const high = readWord(id, 0);
    const low = readWord(id, 4);
    const slots = this.#slots;
    let slot = this.#home(high, low);
    for (;;) {
      const value = slots[slot * 3 + 2]!;
      if (value === 0) return false;
      if (slots[slot * 3] === high && slots[slot * 3 + 1] === low && visit(value - 1)) return true;
      slot = slot + 1 === this.#capacity ? 0 : slot + 1;
    }
  }

  #home(high: number, low: number): number {
    const mixed = Math.imul(high ^ Math.imul(low, this.#lowFactor), this.#highFactor) >>> 0;
    return Math.floor((mixed / 2 ** 32) * this.#capacity);
  }

  #insert(high: number, low: number, stored: number): void {
    const slots = this.#slots;
    let slot = this.#home(high, low);
    while (slots[slot * 3 + 2] !== 0) slot = slot + 1 === this.#capacity ? 0 : slot + 1;
    slots[slot * 3] = high;
    slots[slot * 3 + 1] = low;
    slots[slot * 3 + 2] = stored;
  }

  #resize(capacity: number): void {
    const old = this.#slots;
    this.#capacity = capacity;
    this.#slots = new Uint32Array(capacity * 3);
    for (let at = 0; at < old.length; at += 3) {
      if (old[at + 2] !== 0) this.#insert(old[at]!, old[at + 1]!, old[at + 2]!);
    }
  }
}

const MAX_LOAD = 0.8;

function capacityFor(count: number): number {
  return Math.max(64, Math.ceil(count / MAX_LOAD) + 1);
}

function readWord(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}
