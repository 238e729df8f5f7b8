import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/bytes/hex.ts';
import { createChunkHasher, createContentHasher } from '../../../src/codec/chunk-id.ts';
import { noiseBytes } from '../../support/store-fixtures.ts';

/** The input of the official test vectors (BLAKE3 repository, test_vectors.json): bytes that count up to 250. */
function vectorInput(byteLength: number): Uint8Array {
  return Uint8Array.from({ length: byteLength }, (_, i) => i % 251);
}

const VECTOR_KEY = new TextEncoder().encode('whats the Elvish word for friend');

describe.each(['native', 'wasm'] as const)('BLAKE3 (%s)', (backend) => {
  it('gives what the official test vectors say', async () => {
    const plain = await createContentHasher(backend);
    expect(toHex(plain.digest())).toBe('af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262');
    plain.update(vectorInput(1024));
    expect(toHex(plain.digest())).toBe('42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7');
    const keyed = await createChunkHasher(VECTOR_KEY, backend);
    expect(toHex(keyed.hash(new Uint8Array(0)))).toBe(
      '92b2b75604ed3c761f9d6f62392c8a9227ad0ea3f09573e783f1498a4ed60d26',
    );
    expect(toHex(keyed.hash(vectorInput(1024)))).toBe(
      '75c46f6f3d9eb4f55ecaaee480db732e6c2105546f1e675003687c31719c7ba4',
    );
  });

  it('starts anew after each digest, and gives fresh memory', async () => {
    const hasher = await createChunkHasher(new Uint8Array(32), backend);
    const first = hasher.hash(vectorInput(100));
    const kept = toHex(first);
    hasher.hash(vectorInput(200));
    expect(toHex(first)).toBe(kept);
    expect(toHex(hasher.hash(vectorInput(100)))).toBe(kept);
    expect(first.buffer.byteLength).toBe(32);
  });

  it('hashes a stream as one', async () => {
    const hasher = await createContentHasher(backend);
    const bytes = noiseBytes(100_000, 3);
    hasher.update(bytes);
    const whole = toHex(hasher.digest());
    for (let at = 0; at < bytes.byteLength; at += 7777) hasher.update(bytes.subarray(at, at + 7777));
    expect(toHex(hasher.digest())).toBe(whole);
  });

  it('refuses a key of another length instead of ending the process', async () => {
    await expect(createChunkHasher(new Uint8Array(31), backend)).rejects.toThrow(RangeError);
    await expect(createChunkHasher(new Uint8Array(0), backend)).rejects.toThrow(RangeError);
  });
});

it('gives equal IDs, native or not', async () => {
  const key = noiseBytes(32, 9);
  const native = await createChunkHasher(key, 'native');
  const wasm = await createChunkHasher(key, 'wasm');
  for (const length of [0, 1, 63, 64, 65, 1023, 1024, 1025, 4096, 65_537, 1_000_003]) {
    const bytes = noiseBytes(length, length);
    expect(toHex(wasm.hash(bytes))).toBe(toHex(native.hash(bytes)));
  }
});
