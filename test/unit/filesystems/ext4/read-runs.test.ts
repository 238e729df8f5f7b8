import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../../../src/device/block-source.ts';
import { readRuns, sortRuns } from '../../../../src/filesystems/ext4/read-runs.ts';

const BYTES = new Uint8Array(24 * 1024 * 1024).map((_, i) => (i * 13 + (i >>> 9) * 5) & 0xff);
const SOURCE = memorySource(BYTES);

describe('runs that are read together', () => {
  it('come whole, in order, and as the source has them, long ones in parts', async () => {
    const gap = fc.oneof(fc.nat(3000), fc.nat(200_000), fc.nat(2_000_000));
    const length = fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 9_000_000 }));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(gap, length), { minLength: 1, maxLength: 12 }), async (parts) => {
        const starts: number[] = [];
        const lengths: number[] = [];
        let at = 0;
        for (const [before, byteLength] of parts) {
          if (at + before + byteLength > BYTES.byteLength) break;
          starts.push(at + before);
          lengths.push(byteLength);
          at += before + byteLength;
        }
        const reached: number[] = starts.map(() => 0);
        let last = -1;
        await readRuns(
          SOURCE,
          sortRuns(starts, (i) => lengths[i]!),
          (run, bytes, offsetInRun) => {
            expect(run).toBeGreaterThanOrEqual(last);
            last = run;
            expect(offsetInRun).toBe(reached[run]);
            const from = starts[run]! + offsetInRun;
            expect(Buffer.compare(bytes, BYTES.subarray(from, from + bytes.byteLength))).toBe(0);
            reached[run]! += bytes.byteLength;
          },
        );
        expect(reached).toEqual(lengths);
      }),
      { numRuns: 100 },
    );
  });

  it('fail as the source does, with nothing left under way', async () => {
    let underWay = 0;
    const failing = {
      ...SOURCE,
      read: async (byteOffset: number, byteLength: number, into?: Uint8Array): Promise<Uint8Array> => {
        underWay++;
        await Promise.resolve();
        underWay--;
        if (byteOffset > 5_000_000) throw new Error('EIO');
        return SOURCE.read(byteOffset, byteLength, into);
      },
    };
    const runs = sortRuns([0, 1_000_000, 6_000_000, 8_000_000], () => 1000);
    await expect(readRuns(failing, runs, () => undefined)).rejects.toThrow('EIO');
    const refused = readRuns(failing, runs, () => {
      throw new Error('not this one');
    });
    await expect(refused).rejects.toThrow('not this one');
    expect(underWay).toBe(0);
  });
});
