import { gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { compress } from '../../../../src/device/packed/encoders.ts';
import { collect, partsOf } from '../../../support/byte-streams.ts';
import { filterThrough } from '../../../support/run.ts';
import { noiseBytes } from '../../../support/store-fixtures.ts';

const BLOCK = 1024 * 1024;

it('gzip: any mix of zeros, noise and text, in any parts', async () => {
  const kinds = fc.constantFrom<'zeros' | 'noise' | 'text'>('zeros', 'noise', 'text');
  const lengths = fc.oneof(fc.nat(3000), fc.nat(40_000), fc.constantFrom(BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK));
  const stretches = fc.array(fc.record({ kind: kinds, length: lengths }), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(stretches, fc.constantFrom(7001, BLOCK, 3 * BLOCK), async (list, partBytes) => {
      const plain = Buffer.concat(
        list.map(({ kind, length }, seed) => {
          if (kind === 'noise') return noiseBytes(length, seed);
          return kind === 'zeros' ? Buffer.alloc(length) : Buffer.alloc(length, 'octopi has eight arms. ');
        }),
      );
      const packed = await collect(compress('gzip', partsOf(plain, partBytes)));
      expect(gunzipSync(packed).equals(plain)).toBe(true);
    }),
    { numRuns: 40 },
  );
});

it.each(['gzip', 'xz', 'zstd'] as const)(
  '%s: its own program takes it; zeros and repetition cost next to nothing',
  async (format) => {
    const noise = noiseBytes(BLOCK + 5, 8);
    // The same again within the reach of a dictionary, across the end of a block.
    const plain = Buffer.concat([
      noise,
      noise.subarray(BLOCK - 20_000),
      Buffer.alloc(20 * BLOCK),
      noise.subarray(0, 99),
    ]);
    const packed = await collect(compress(format, partsOf(plain, 300_000)));
    expect(filterThrough(format, ['-dcq'], packed).equals(plain)).toBe(true);
    filterThrough(format, ['-tq'], packed);
    expect(packed.byteLength).toBeLessThan(noise.byteLength + 60_000);
  },
);

it('gzip: blocks of zeros are the same wherever they stand', async () => {
  const [zeros, noise] = [Buffer.alloc(BLOCK), noiseBytes(BLOCK, 4)];
  // Zeros before the first block of zeros, none before the second.
  const plain = Buffer.concat([noise.subarray(1000), zeros.subarray(0, 1000), zeros, noise, zeros, noise, zeros]);
  expect(gunzipSync(await collect(compress('gzip', partsOf(plain, BLOCK)))).equals(plain)).toBe(true);
});
