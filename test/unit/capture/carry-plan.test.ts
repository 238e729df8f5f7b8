import { describe, expect, it } from 'vitest';
import type { RegionPlan } from '../../../src/capture/capture-plan.ts';
import { ZERO_CHUNK, type FoundPieces } from '../../../src/capture/carried-pieces.ts';
import { planCarry, type CarryPlan } from '../../../src/capture/carry-plan.ts';
import { WINDOW_BYTES } from '../../../src/snapshot/map-node.ts';

const PIECE_BYTES = 128 * 1024;

/** A piece in each window, all of them found in the base; those of zeros have no chunk. */
async function planFor(isZero: readonly boolean[], proofPercent: number): Promise<CarryPlan> {
  const count = isZero.length;
  const numbers = Uint32Array.from(isZero, (_, i) => i);
  const byteOffset = Float64Array.from(isZero, (_, i) => i * WINDOW_BYTES);
  const chunk = Int32Array.from(isZero, (zero, i) => (zero ? ZERO_CHUNK : i));
  const runs = {
    count,
    byteOffset,
    byteLength: new Uint32Array(count).fill(PIECE_BYTES),
    chunk,
    chunkOffset: new Uint32Array(count),
    region: new Uint32Array(count),
    piece: numbers,
    ids: new Uint8Array(count * 32),
    idCount: count,
  };
  const found: FoundPieces = { runs, isFound: [new Uint8Array(count).fill(1)], chunkOf: [chunk] };
  const files = { order: numbers, piece: numbers, byteOffset } as unknown as RegionPlan['files'];
  const rules = { lastRead: new Uint32Array(count).fill(1), proofPercent, has: async () => true };
  return planCarry([{ files } as RegionPlan], found, rules);
}

function provedPieces(plan: CarryPlan, count: number): number {
  return Array.from({ length: count }, (_, number) => plan.expected({ region: 0, number })).filter(Boolean).length;
}

describe('the proof', () => {
  it.each([
    ['data', [false, false, false, false, false]],
    ['zeros', [true, true, true, true, true]],
    ['both', [false, true, false, true, true]],
  ])('reads its share of what is carried over, and all of it when asked to: %s', async (_, isZero) => {
    for (const [percent, pieces] of [
      [0, 0],
      [1, 1],
      [40, 2],
      [100, 5],
    ] as const) {
      // prettier-ignore
      const plan = await planFor(isZero, percent);
      expect(provedPieces(plan, isZero.length), `${percent} %`).toBe(pieces);
      expect(plan.runs.count).toBe(isZero.length - pieces);
      const data = isZero.filter((zero) => !zero).length * PIECE_BYTES;
      expect(plan.carriedBytes + plan.provedBytes, 'only data counts').toBe(data);
    }
  });
});
