import { CorruptDataError } from '../errors.ts';

/**
 * Bounds-checked reads of fixed-width integers from bytes that are not trusted. Reading past the end throws
 * CorruptDataError naming the structure, so a decoder needs no length test before each field.
 */
export class ByteView {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #what: string;

  /** `what` names the structure in error messages: "ext4 superblock". */
  constructor(bytes: Uint8Array, what: string) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#what = what;
  }

  get byteLength(): number {
    return this.bytes.byteLength;
  }

  u8(byteOffset: number): number {
    this.#need(byteOffset, 1);
    return this.#view.getUint8(byteOffset);
  }

  u16le(byteOffset: number): number {
    this.#need(byteOffset, 2);
    return this.#view.getUint16(byteOffset, true);
  }

  u32le(byteOffset: number): number {
    this.#need(byteOffset, 4);
    return this.#view.getUint32(byteOffset, true);
  }

  u64le(byteOffset: number): bigint {
    this.#need(byteOffset, 8);
    return this.#view.getBigUint64(byteOffset, true);
  }

  u16be(byteOffset: number): number {
    this.#need(byteOffset, 2);
    return this.#view.getUint16(byteOffset, false);
  }

  u32be(byteOffset: number): number {
    this.#need(byteOffset, 4);
    return this.#view.getUint32(byteOffset, false);
  }

  /** A 64-bit field that counts or addresses something: above 2^53 it is refused as damage. */
  safe64le(byteOffset: number): number {
    const value = this.u64le(byteOffset);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw new CorruptDataError(`${this.#what}: a 64-bit value is out of range`, { byteOffset });
    }
    return Number(value);
  }

  /** A view of the bytes in `[byteOffset, byteOffset + byteLength)`, not a copy. */
  slice(byteOffset: number, byteLength: number): Uint8Array {
    this.#need(byteOffset, byteLength);
    return this.bytes.subarray(byteOffset, byteOffset + byteLength);
  }

  #need(byteOffset: number, byteLength: number): void {
    if (byteOffset < 0 || byteOffset + byteLength > this.bytes.byteLength) {
      throw new CorruptDataError(`${this.#what} is cut short`, { byteOffset });
    }
  }
}
