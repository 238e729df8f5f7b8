/**
 * What was read of a device is kept and not read again: file systems are scanned before a card is captured, and their
 * tables are wanted both times. The page cache does not do it: raw disks of macOS have none, and large reads of Linux
 * go past it.
 */
import { type ExtentList } from '../bytes/extent-list.ts';
import { checkRange, type BlockSource } from './block-source.ts';

/** A read command costs a card about as long as 64 KiB of data: nearer ranges are read together. */
const GAP_BYTES = 64 * 1024;
const AHEAD_BYTES = 1024 * 1024;

export class RememberedReads implements BlockSource {
  readonly byteLength: number;
  readonly sectorSize: number;
  readonly #source: BlockSource;
  readonly #starts: number[] = [];
  readonly #parts: Uint8Array[] = [];
  #room: number;
  #isGivenOnce = false;
  /** The read ahead that is under way. */
  #ahead: { readonly start: number; readonly end: number; readonly read: Promise<unknown> } | undefined;

  /** Keeps the first `maxBytes` that are read. */
  constructor(source: BlockSource, maxBytes: number) {
    this.byteLength = source.byteLength;
    this.sectorSize = source.sectorSize;
    this.#source = source;
    this.#room = maxBytes;
  }

  /** From now on what is read is not kept any more, and what was kept is given once more and then freed. */
  stopKeeping(): void {
    this.#room = 0;
    this.#isGivenOnce = true;
  }

  /**
   * Reads what will be wanted, as long as there is room for `maxBytes` and nobody calls `stopKeeping`. Never fails: who
   * wants bytes that could not be read reads them again.
   */
  async readAhead(extents: ExtentList, maxBytes: number): Promise<void> {
    this.#room += maxBytes;
    for (let i = 0; i < extents.count; i++) {
      const end = extents.ends[i]!;
      for (let at = extents.starts[i]!; at < end; at += AHEAD_BYTES) {
        const to = Math.min(end, at + AHEAD_BYTES);
        if (this.#room < to - at) return;
        const read = this.#read(at, new Uint8Array(to - at));
        this.#ahead = { start: at, end: to, read: read.catch(() => undefined) };
        await this.#ahead.read;
        this.#ahead = undefined;
      }
    }
  }

  /** Frees what was kept: all is read anew. */
  forget(): void {
    this.#room = 0;
    this.#starts.length = 0;
    this.#parts.length = 0;
  }

  async read(byteOffset: number, byteLength: number, into?: Uint8Array): Promise<Uint8Array> {
    checkRange(this, byteOffset, byteLength);
    if (into !== undefined && into.byteLength < byteLength) throw new RangeError('too little memory for what is read');
    const bytes = into === undefined ? new Uint8Array(byteLength) : into.subarray(0, byteLength);
    const ahead = this.#ahead;
    if (ahead !== undefined && ahead.start < byteOffset + byteLength && byteOffset < ahead.end) await ahead.read;
    await this.#read(byteOffset, bytes);
    return bytes;
  }

  async #read(byteOffset: number, bytes: Uint8Array): Promise<void> {
    const end = byteOffset + bytes.byteLength;
    const missing = this.#missing(byteOffset, end);
    // At once: another read may free a part that lies in both while this one waits for what is missing.
    this.#copy(byteOffset, bytes);
    for (const [from, to] of missing) {
      await this.#source.read(from, to - from, bytes.subarray(from - byteOffset, to - byteOffset));
    }
    this.#keep(byteOffset, bytes);
    if (this.#isGivenOnce) this.#free(byteOffset, end);
  }

  /** Parts that end in the range: reads come in the order of the device then. */
  #free(start: number, end: number): void {
    const first = this.#firstBehind(start);
    let last = first;
    while (last < this.#starts.length && this.#starts[last]! + this.#parts[last]!.byteLength <= end) last++;
    this.#starts.splice(first, last - first);
    this.#parts.splice(first, last - first);
  }

  /** What has to be read of `[start, end)`, ascending. */
  #missing(start: number, end: number): [from: number, to: number][] {
    const missing: [from: number, to: number][] = [];
    const add = (from: number, to: number): void => {
      const last = missing.at(-1);
      if (to <= from) return;
      if (last !== undefined && from - last[1] <= GAP_BYTES) last[1] = to;
      else missing.push([from, to]);
    };
    let at = start;
    for (let i = this.#firstBehind(start); i < this.#starts.length && this.#starts[i]! < end; i++) {
      add(at, this.#starts[i]!);
      at = this.#starts[i]! + this.#parts[i]!.byteLength;
    }
    add(at, end);
    return missing;
  }

  #copy(byteOffset: number, bytes: Uint8Array): void {
    const end = byteOffset + bytes.byteLength;
    for (let i = this.#firstBehind(byteOffset); i < this.#starts.length && this.#starts[i]! < end; i++) {
      const partStart = this.#starts[i]!;
      const from = Math.max(partStart, byteOffset);
      const part = this.#parts[i]!.subarray(from - partStart, end - partStart);
      bytes.set(part, from - byteOffset);
    }
  }

  /** Keeps what of `bytes` is not kept yet. */
  #keep(byteOffset: number, bytes: Uint8Array): void {
    const end = byteOffset + bytes.byteLength;
    let at = byteOffset;
    let i = this.#firstBehind(byteOffset);
    while (at < end && this.#room > 0) {
      const next = Math.min(end, this.#starts[i] ?? end);
      if (next > at) {
        // Not slice(): that of a Buffer shares memory.
        const part = new Uint8Array(bytes.subarray(at - byteOffset, Math.min(next, at + this.#room) - byteOffset));
        this.#starts.splice(i, 0, at);
        this.#parts.splice(i, 0, part);
        this.#room -= part.byteLength;
        i++;
      }
      at = next < end ? this.#starts[i]! + this.#parts[i]!.byteLength : end;
      i++;
    }
  }

  /** The first part that ends behind `byteOffset`. */
  #firstBehind(byteOffset: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#starts[middle]! + this.#parts[middle]!.byteLength <= byteOffset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
