import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ascendingOrder } from '../../../src/bytes/columns.ts';

describe('the ascending order of a column', () => {
  it.each<readonly [string, fc.Arbitrary<number>]>([
    ['places of sectors', fc.nat(2 ** 30).map((sector) => sector * 512)],
    ['few values', fc.nat(5)],
    ['any integers', fc.nat(2 ** 31 - 1)],
    ['integers too large to be packed', fc.bigInt(0n, 2n ** 53n - 1n).map(Number)],
  ])('is that of a stable sort: %s', (_, value) => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 200 }), (values) => {
        const expected = [...values.keys()].sort((a, b) => values[a]! - values[b]!);
        expect([...ascendingOrder(Float64Array.from(values))]).toEqual(expected);
        expect([...ascendingOrder(values)]).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('is of the first rows only, where there is room for more', () => {
    expect([...ascendingOrder(Float64Array.of(9, 1, 5, 0, 0), 3)]).toEqual([1, 2, 0]);
  });
});
