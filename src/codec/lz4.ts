/**
 * Bare LZ4 blocks (LZ4 Block Format Description, github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md). lz4-napi puts a
 * 4-byte little-endian size before each block and trusts it when it decodes: a wrong one makes it allocate gigabytes or
 * abort the process. So stores hold the bare block, and the size comes from a header that was checked before.
 */
import { compress, uncompress, uncompressSync } from 'lz4-napi';
import { CorruptDataError } from '../errors.ts';

/** Bytes that lz4-napi puts before a block. */
export const LZ4_PREFIX_BYTES = 4;

/**
 * Compresses on the thread pool. `bytes` must not change before the promise settles. The result is lz4-napi's form:
 * the bare block begins after `LZ4_PREFIX_BYTES`.
 */
export async function compressLz4(bytes: Uint8Array): Promise<Uint8Array> {
  return compress(bytes);
}

/**
 * Decompresses the bare block that follows the first `LZ4_PREFIX_BYTES` bytes of `prefixed`; those four bytes are
 * overwritten. The caller has held `rawLength` against its limits. Throws CorruptDataError when the block is not valid
 * or does not give exactly `rawLength` bytes.
 *
 * On the calling thread: results that are kept for a while, made by four threads, leave each thread's allocator with
 * its own peak (385 MB of memory in all where this takes 182, for the same processor time).
 */
export function decompressLz4(prefixed: Uint8Array, rawLength: number): Uint8Array {
  setPrefix(prefixed, rawLength);
  let raw: Uint8Array;
  try {
    raw = uncompressSync(prefixed);
  } catch (cause) {
    throw new CorruptDataError('an LZ4 block cannot be decompressed', { cause });
  }
  return requireLength(raw, rawLength);
}

/** Like `decompressLz4`, on the thread pool: for results that are dropped at once. */
export async function decompressLz4Beside(prefixed: Uint8Array, rawLength: number): Promise<Uint8Array> {
  setPrefix(prefixed, rawLength);
  let raw: Uint8Array;
  try {
    raw = await uncompress(prefixed);
  } catch (cause) {
    throw new CorruptDataError('an LZ4 block cannot be decompressed', { cause });
  }
  return requireLength(raw, rawLength);
}

function setPrefix(prefixed: Uint8Array, rawLength: number): void {
  new DataView(prefixed.buffer, prefixed.byteOffset, LZ4_PREFIX_BYTES).setUint32(0, rawLength, true);
}

function requireLength(raw: Uint8Array, rawLength: number): Uint8Array {
  if (raw.byteLength !== rawLength) {
    throw new CorruptDataError(`an LZ4 block gives ${raw.byteLength} bytes, not ${rawLength}`);
  }
  return raw;
}
