/**
 * Values that are read once for all who ask at the same time, the least recently used dropped first when their sizes
 * pass the bound. A read that fails is not kept.
 */
export class LruCache<T> {
  readonly #values = new Map<number, { value: T; size: number }>();
  readonly #reading = new Map<number, Promise<T>>();
  readonly #maxSize: number;
  readonly #sizeOf: (value: T) => number;
  #size = 0;

  constructor(maxSize: number, sizeOf: (value: T) => number) {
    this.#maxSize = maxSize;
    this.#sizeOf = sizeOf;
  }

  /** The value if it is there by now. */
  peek(key: number): T | undefined {
    const known = this.#values.get(key);
    if (known === undefined) return undefined;
    this.#values.delete(key);
    this.#values.set(key, known);
    return known.value;
  }

  async get(key: number, read: () => Promise<T>): Promise<T> {
    const known = this.peek(key);
    if (known !== undefined) return known;
    let reading = this.#reading.get(key);
    if (reading === undefined) {
      reading = this.#read(key, read);
      this.#reading.set(key, reading);
    }
    return reading;
  }

  async #read(key: number, read: () => Promise<T>): Promise<T> {
    try {
      const value = await read();
      const size = this.#sizeOf(value);
      this.#values.set(key, { value, size });
      this.#size += size;
      this.#trim();
      return value;
    } finally {
      this.#reading.delete(key);
    }
  }

  #trim(): void {
    for (const [key, { size }] of this.#values) {
      if (this.#size <= this.#maxSize) return;
      this.#values.delete(key);
      this.#size -= size;
    }
  }
}
