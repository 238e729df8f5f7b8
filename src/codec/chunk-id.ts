/**
 * BLAKE3-256, the one hash of a store: keyed over plain bytes for chunk IDs, unkeyed over stored bytes for file names.
 * The native binding is used where its binary loads, else the WebAssembly one; both give equal results.
 */
import type * as blakeHash from '@napi-rs/blake-hash';
import type { IHasher } from 'hash-wasm';

/** 32 bytes: keyed BLAKE3 of a chunk's plain bytes. */
export type ChunkId = Uint8Array;

export const CHUNK_ID_BYTES = 32;

export interface ChunkHasher {
  /** The ID of `bytes`, as 32 fresh bytes. Synchronous, so `bytes` may be reused at once. */
  hash(bytes: Uint8Array): ChunkId;
}

/** Unkeyed and streaming: for the names of files. */
export interface ContentHasher {
  update(bytes: Uint8Array): void;
  /** The hash of all updates as 32 fresh bytes; afterwards the hasher starts anew. */
  digest(): Uint8Array;
}

/** Which implementation: `undefined` means native, and WebAssembly where native cannot load. */
export type HashBackend = 'native' | 'wasm' | undefined;

/** A hasher for chunk IDs. The key must have 32 bytes: the native binding ends the process on another length. */
export async function createChunkHasher(key: Uint8Array, backend?: HashBackend): Promise<ChunkHasher> {
  if (key.byteLength !== CHUNK_ID_BYTES) throw new RangeError(`an ID key has 32 bytes, not ${key.byteLength}`);
  const hasher = await createHasher(backend, key);
  return {
    hash(bytes) {
      hasher.update(bytes);
      return hasher.digest();
    },
  };
}

export async function createContentHasher(backend?: HashBackend): Promise<ContentHasher> {
  return createHasher(backend);
}

async function createHasher(backend: HashBackend, key?: Uint8Array): Promise<ContentHasher> {
  if (backend !== 'wasm') {
    const native = await loadNative();
    if (native !== undefined) return nativeHasher(native, key);
    if (backend === 'native') throw new Error('the native BLAKE3 binding cannot be loaded');
  }
  const { createBLAKE3 } = await import('hash-wasm');
  return wasmHasher(await createBLAKE3(256, key));
}

type NativeBinding = Pick<typeof blakeHash, 'Blake3Hasher'>;

let loading: Promise<NativeBinding | undefined> | undefined;

/** Once: every pack and every small file makes a hasher. */
function loadNative(): Promise<NativeBinding | undefined> {
  return (loading ??= import('@napi-rs/blake-hash').catch(() => undefined));
}

/** The hexadecimal exit is twice as cheap as a Buffer made by the binding, which costs more than hashing 4 KiB. */
function nativeHasher(native: NativeBinding, key: Uint8Array | undefined): ContentHasher {
  const { Blake3Hasher } = native;
  const hasher = key === undefined ? new Blake3Hasher() : Blake3Hasher.newKeyed(asBuffer(key));
  const scratch = Buffer.alloc(CHUNK_ID_BYTES);
  return {
    update(bytes) {
      hasher.update(asBuffer(bytes));
    },
    digest() {
      scratch.write(hasher.digest('hex'), 'hex');
      hasher.reset();
      return new Uint8Array(scratch);
    },
  };
}

function wasmHasher(hasher: IHasher): ContentHasher {
  hasher.init();
  return {
    update(bytes) {
      hasher.update(bytes);
    },
    digest() {
      const digest = hasher.digest('binary');
      hasher.init();
      return digest;
    },
  };
}

/** A view, not a copy. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
