/**
 * The seam between everything that has bytes by address (a raw device, an image file, a partition, a stored snapshot)
 * and everything that reads them (tables, file systems, capture, restore, NBD).
 */
import { CardkeepError, systemErrorCode } from '../errors.ts';

export interface BlockSource {
  /** Size in bytes; need not be a multiple of the sector size (a truncated image). */
  readonly byteLength: number;
  /** Logical sector size in bytes: 512 or 4096. */
  readonly sectorSize: number;
  /**
   * Reads exactly `byteLength` bytes at `byteOffset`, any alignment. With `into` (at least as long) the bytes are put
   * at its start and a view of it is returned; otherwise the result is fresh memory that the caller owns.
   * Throws E_OUT_OF_RANGE past the end, and the device's error (EIO) when a sector cannot be read.
   */
  read(byteOffset: number, byteLength: number, into?: Uint8Array): Promise<Uint8Array>;
}

/** A device or image file that can be written. `close` without `flush` loses nothing that `flush` covered. */
export interface BlockTarget extends BlockSource {
  /** Writes all of `bytes` at `byteOffset`. */
  write(byteOffset: number, bytes: Uint8Array): Promise<void>;
  /** Returns when all that was written is on the medium. */
  flush(): Promise<void>;
}

/** A partition, or any other window, as a source of its own. Addresses are relative to `byteOffset`. */
export function sliceSource(source: BlockSource, byteOffset: number, byteLength: number): BlockSource {
  checkRange(source, byteOffset, byteLength);
  return {
    byteLength,
    sectorSize: source.sectorSize,
    async read(at, length, into) {
      checkRange(this, at, length);
      return source.read(byteOffset + at, length, into);
    },
  };
}

/** Bytes in memory as a source, for tests and for decoded structures. */
export function memorySource(bytes: Uint8Array, sectorSize = 512): BlockSource {
  return {
    byteLength: bytes.byteLength,
    sectorSize,
    async read(at, length, into) {
      checkRange(this, at, length);
      // Not slice(): that of a Buffer shares memory.
      if (into === undefined) return new Uint8Array(bytes.subarray(at, at + length));
      into.set(bytes.subarray(at, at + length));
      return into.subarray(0, length);
    },
  };
}

/** Throws E_OUT_OF_RANGE unless `[byteOffset, byteOffset + byteLength)` lies in the source. */
export function checkRange(source: { readonly byteLength: number }, byteOffset: number, byteLength: number): void {
  if (!(byteOffset >= 0 && byteLength >= 0 && byteOffset + byteLength <= source.byteLength)) {
    throw new CardkeepError(
      'failed',
      'E_OUT_OF_RANGE',
      `bytes ${byteOffset} to ${byteOffset + byteLength} do not lie in a source of ${source.byteLength} bytes`,
    );
  }
}

/** Errors of the operating system that say "the medium does not give these bytes". */
const MEDIUM_ERRORS: ReadonlySet<string> = new Set([
  'EIO',
  'EREMOTEIO',
  'ENODATA',
  'EILSEQ',
  'EBADMSG',
  'ETIMEDOUT',
  'ENXIO',
]);

/** True when a read failed because of the medium, so that other places of the same source may still be readable. */
export function isMediumError(error: unknown): boolean {
  return MEDIUM_ERRORS.has(systemErrorCode(error) ?? '');
}
