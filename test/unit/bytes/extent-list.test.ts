import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  alignExtentsInward,
  clipExtents,
  coversExtent,
  extentPairs,
  extentsFrom,
  intersectExtents,
  subtractExtents,
  totalBytes,
  unionExtents,
} from '../../../src/bytes/extent-list.ts';
import type { ExtentList } from '../../../src/bytes/extent-list.ts';

const SPACE = 64;
const pairs = fc.array(
  fc.tuple(fc.nat(SPACE), fc.nat(SPACE)).map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)]),
  { maxLength: 12 },
);

/** The model: one flag a byte. */
function bits(list: ExtentList): boolean[] {
  const flags = Array.from({ length: SPACE }, () => false);
  for (const [start, end] of extentPairs(list)) flags.fill(true, start, end);
  return flags;
}

function expectWellFormed(list: ExtentList): void {
  let last = -1;
  for (const [start, end] of extentPairs(list)) {
    expect(start).toBeGreaterThan(last);
    expect(end).toBeGreaterThan(start);
    last = end;
  }
}

describe('extent lists', () => {
  it('behave like sets of bytes', () => {
    fc.assert(
      fc.property(pairs, pairs, (p, q) => {
        const [a, b] = [extentsFrom(p), extentsFrom(q)];
        const [x, y] = [bits(a), bits(b)];
        for (const [result, wanted] of [
          [unionExtents(a, b), x.map((bit, i) => bit || y[i] === true)],
          [subtractExtents(a, b), x.map((bit, i) => bit && y[i] === false)],
          [intersectExtents(a, b), x.map((bit, i) => bit && y[i] === true)],
        ] as const) {
          expectWellFormed(result);
          expect(bits(result)).toEqual(wanted);
          expect(totalBytes(result)).toBe(wanted.filter(Boolean).length);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('say whether a range lies wholly inside', () => {
    fc.assert(
      fc.property(pairs, fc.nat(SPACE - 1), fc.nat(SPACE), (p, start, length) => {
        const list = extentsFrom(p);
        const end = Math.min(SPACE, start + length);
        expect(coversExtent(list, start, end)).toBe(bits(list).slice(start, end).every(Boolean));
      }),
    );
  });

  it('are clipped to what lies in a range, which may be empty or turned round', () => {
    fc.assert(
      fc.property(pairs, fc.nat(SPACE), fc.nat(SPACE), (p, start, end) => {
        const list = extentsFrom(p);
        const clipped = clipExtents(list, start, end);
        expectWellFormed(clipped);
        expect(bits(clipped)).toEqual(bits(list).map((bit, i) => bit && i >= start && i < end));
      }),
    );
  });

  it('shrink to whole multiples', () => {
    const list = alignExtentsInward(
      extentsFrom([
        [1, 9],
        [12, 15],
        [16, 24],
      ]),
      4,
    );
    expect(extentPairs(list)).toEqual([
      [4, 8],
      [16, 24],
    ]);
  });
});
