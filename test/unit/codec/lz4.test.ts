import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { compressLz4, decompressLz4, decompressLz4Beside, LZ4_PREFIX_BYTES } from '../../../src/codec/lz4.ts';
import { CorruptDataError } from '../../../src/errors.ts';
import { noiseBytes, textBytes } from '../../support/store-fixtures.ts';

describe('LZ4 blocks', () => {
  it.each([1, 12, 13, 4096, 262_144, 1_000_000])('come back: %i bytes', async (length) => {
    for (const raw of [textBytes(length, 1), noiseBytes(length, 2), new Uint8Array(length)]) {
      const compressed = await compressLz4(raw);
      expect(Buffer.compare(decompressLz4(compressed, length), raw)).toBe(0);
      expect(Buffer.compare(await decompressLz4Beside(compressed, length), raw)).toBe(0);
    }
  });

  it('are what the lz4 tool decodes', async () => {
    const raw = textBytes(200_000, 5);
    const block = (await compressLz4(raw)).subarray(LZ4_PREFIX_BYTES);
    // The legacy frame format is a magic number and blocks with their lengths (lz4_Frame_format.md, "Legacy frame").
    const frame = Buffer.alloc(8 + block.byteLength);
    frame.writeUInt32LE(0x184c2102, 0);
    frame.writeUInt32LE(block.byteLength, 4);
    frame.set(block, 8);
    expect(execFileSync('lz4', ['-d', '-c', '-q'], { input: frame }).compare(raw)).toBe(0);
  });

  it('do not believe a length that lies', async () => {
    const compressed = await compressLz4(textBytes(5000, 1));
    for (const length of [0, 1, 4999, 5001, 100_000]) {
      expect(() => decompressLz4(new Uint8Array(compressed), length)).toThrow(CorruptDataError);
      await expect(decompressLz4Beside(new Uint8Array(compressed), length)).rejects.toThrow(CorruptDataError);
    }
  });

  it('survive any damage: an error or bytes of the right length', async () => {
    const compressed = await compressLz4(textBytes(300, 7));
    for (let at = LZ4_PREFIX_BYTES; at < compressed.byteLength; at++) {
      for (const flip of [1, 0x10, 0x80, 0xff]) {
        const bad = new Uint8Array(compressed);
        bad[at]! ^= flip;
        try {
          expect(decompressLz4(bad, 300).byteLength).toBe(300);
        } catch (error) {
          expect(error).toBeInstanceOf(CorruptDataError);
        }
      }
    }
    for (let length = LZ4_PREFIX_BYTES; length < compressed.byteLength; length++) {
      expect(() => decompressLz4(compressed.slice(0, length), 300)).toThrow(CorruptDataError);
    }
  });
});
