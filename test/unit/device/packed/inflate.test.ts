import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { decompress } from '../../../../src/device/packed/decoders.ts';
import type { Compression } from '../../../../src/device/packed/decoders.ts';
import { packedFault } from '../../../../src/device/packed/decoders.ts';
import { collect, partsOf } from '../../../support/byte-streams.ts';
import { filterThrough } from '../../../support/run.ts';
import { noiseBytes } from '../../../support/store-fixtures.ts';

/** Runs, text and noise: each kind of deflate block. */
const PLAIN = Buffer.concat([Buffer.alloc(5000, 7), Buffer.from('octopi '.repeat(300)), noiseBytes(3000, 1)]);

async function unpack(compression: Compression, packed: Uint8Array, partBytes: number): Promise<Buffer> {
  return collect(decompress(compression, partsOf(packed, partBytes)));
}

const FORMATS: readonly [compression: Compression, pack: (plain: Uint8Array) => Buffer][] = [
  ['gzip', (plain) => gzipSync(plain)],
  ['xz', (plain) => filterThrough('xz', ['-c', '-0'], plain)],
  ['zstd', (plain) => filterThrough('zstd', ['-cq'], plain)],
];

it.each(FORMATS)('%s: one member, and several behind each other, however they are cut', async (compression, pack) => {
  const one = pack(PLAIN);
  const other = pack(Buffer.from('second'));
  const both = Buffer.concat([PLAIN, Buffer.from('second')]);
  for (const partBytes of [1, 999, one.byteLength, 1 << 20]) {
    expect((await unpack(compression, one, partBytes)).equals(PLAIN)).toBe(true);
    expect((await unpack(compression, Buffer.concat([one, other]), partBytes)).equals(both)).toBe(true);
  }
});

it('reads what pigz, bgzip and pzstd make', async () => {
  expect((await unpack('gzip', filterThrough('pigz', ['-c', '-b', '128'], PLAIN), 700)).equals(PLAIN)).toBe(true);
  expect((await unpack('gzip', filterThrough('bgzip', ['-c'], PLAIN), 700)).equals(PLAIN)).toBe(true);
  expect((await unpack('zstd', filterThrough('pzstd', ['-cq', '-p', '2'], PLAIN), 700)).equals(PLAIN)).toBe(true);
});

it('gzip: cut anywhere it is an error that says so', async () => {
  const packed = Buffer.concat([gzipSync(Buffer.from('first')), gzipSync(PLAIN.subarray(4900, 5400))]);
  const boundary = gzipSync(Buffer.from('first')).byteLength;
  for (let length = 1; length < packed.byteLength; length++) {
    // Between two members it is a whole file.
    if (length === boundary) continue;
    const fault = await unpack('gzip', packed.subarray(0, length), 64).then(() => 'none', packedFault);
    expect({ length, fault }).toEqual({ length, fault: 'it ends in the middle' });
  }
});

it.each(FORMATS.slice(1))('%s: cut in many places it is an error', async (compression, pack) => {
  const packed = pack(PLAIN);
  for (const length of [8, 30, 1000, packed.byteLength - 13, packed.byteLength - 4, packed.byteLength - 1]) {
    await expect(unpack(compression, packed.subarray(0, length), 512)).rejects.toThrow(new RegExp(compression, 'u'));
  }
});

it.each(FORMATS)('%s: a flipped bit gives the same bytes or an error, never others', async (compression, pack) => {
  const packed = pack(PLAIN);
  const flips = fc.integer({ min: 0, max: packed.byteLength * 8 - 1 });
  const test = async (bit: number): Promise<void> => {
    const damaged = Buffer.from(packed);
    damaged[bit >>> 3]! ^= 1 << (bit & 7);
    const plain = await unpack(compression, damaged, 4096).catch((error: unknown) => {
      expect(packedFault(error)).toBeDefined();
      return PLAIN;
    });
    expect(plain.equals(PLAIN)).toBe(true);
  };
  await fc.assert(fc.asyncProperty(flips, test), { numRuns: compression === 'gzip' ? 300 : 30 });
});

it('gzip: zeros behind the end are padding, all else is told, a member behind zeros too', async () => {
  const one = gzipSync(PLAIN);
  const zeros = Buffer.alloc(1000);
  for (const partBytes of [1, 500, one.byteLength, 1 << 20]) {
    expect((await unpack('gzip', Buffer.concat([one, zeros]), partBytes)).equals(PLAIN)).toBe(true);
    for (const rest of [Buffer.from('x'), Buffer.concat([zeros, one]), Buffer.concat([zeros, Buffer.from([1])])]) {
      const fault = await unpack('gzip', Buffer.concat([one, rest]), partBytes).then(() => 'none', packedFault);
      expect(fault).toMatch(/something else|incorrect header|middle/u);
    }
  }
});

it.each(FORMATS.slice(1))('%s: other bytes behind the end are told', async (compression, pack) => {
  await expect(unpack(compression, Buffer.concat([pack(PLAIN), Buffer.from('garbage!')]), 4096)).rejects.toThrow();
});

it('hands on the error of its input, and ends the program when nobody reads on', async () => {
  const failing = async function* (): AsyncGenerator<Uint8Array> {
    yield FORMATS[1]![1](PLAIN).subarray(0, 500);
    throw new Error('the disk is gone');
  };
  for (const compression of ['gzip', 'xz', 'zstd'] as const) {
    const input = compression === 'gzip' ? gzipThenFailure() : failing();
    const error: unknown = await collect(decompress(compression, input)).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain('the disk is gone');
  }
  for await (const part of decompress('xz', partsOf(FORMATS[1]![1](noiseBytes(300_000, 3)), 4096))) {
    expect(part.byteLength).toBeGreaterThan(0);
    break;
  }
});

async function* gzipThenFailure(): AsyncGenerator<Uint8Array> {
  yield gzipSync(PLAIN).subarray(0, 500);
  throw new Error('the disk is gone');
}

it('does not wait for input that never comes once the data are damaged', async () => {
  const damaged = { gzip: gzipSync(PLAIN).fill(255, 10, 200), xz: Buffer.alloc(200_000, 7) };
  for (const [compression, bytes] of Object.entries(damaged) as [Compression, Buffer][]) {
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes;
      await new Promise(() => undefined);
    };
    const startMs = performance.now();
    await expect(collect(decompress(compression, endless()))).rejects.toThrow();
    expect(performance.now() - startMs).toBeLessThan(10_000);
  }
});
