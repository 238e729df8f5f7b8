import { describe, expect, it } from 'vitest';
import type { RegionPlan } from '../../../src/capture/capture-plan.ts';
import { chunkIdAt, findInBase, ZERO_CHUNK, type FoundPieces } from '../../../src/capture/carried-pieces.ts';
import type { MapReader, MapRun } from '../../../src/snapshot/map-reader.ts';

const BYTES = 4096;

/** One row of `BYTES` a piece, each at its number; undefined: free in the base. */
async function find(runs: readonly (Partial<MapRun> | undefined)[], pieceOf?: readonly number[]): Promise<FoundPieces> {
  const count = runs.length;
  const piece = Uint32Array.from(runs, (_, i) => pieceOf?.[i] ?? i);
  const files = {
    order: Uint32Array.from(runs, (_, i) => i),
    byteOffset: Float64Array.from(runs, (_, i) => i * BYTES),
    byteLength: new Uint32Array(count).fill(BYTES),
    pieceOffset: Uint32Array.from(runs, (_, i) => (i - piece.indexOf(piece[i]!)) * BYTES),
    piece,
    fileOf: new Uint32Array(Math.max(...piece) + 1),
  } as unknown as RegionPlan['files'];
  const plan = { region: { byteOffset: 0, byteLength: count * BYTES }, files } as RegionPlan;
  const base = {
    async *runs() {
      for (const [i, run] of runs.entries()) {
        if (run !== undefined)
          yield { byteOffset: i * BYTES, byteLength: BYTES, state: 'data', chunkOffset: 0, ...run };
      }
    },
  } as unknown as MapReader;
  return findInBase([plan], [Uint8Array.of(1)], base);
}

const id = (n: number): Uint8Array => new Uint8Array(32).fill(n);

describe('pieces of unchanged files', () => {
  it('are found as data and zeros, not where the base is free or unreadable', async () => {
    const { isFound, chunkOf, runs } = await find([
      { chunk: id(1) },
      { state: 'zero' },
      undefined,
      { state: 'unreadable' },
      { chunk: id(1) },
    ]);
    expect([...isFound[0]!]).toEqual([1, 1, 0, 0, 1]);
    expect(chunkOf[0]![1]).toBe(ZERO_CHUNK);
    expect([0, 4].map((piece) => chunkIdAt(runs, chunkOf[0]![piece]!))).toEqual([id(1), id(1)]);
  });

  it('have one chunk, from its beginning on', async () => {
    const one = [0, 0];
    const found = async (...runs: Partial<MapRun>[]): Promise<number> => (await find(runs, one)).isFound[0]![0]!;
    expect(await found({ chunk: id(1) }, { chunk: id(1), chunkOffset: BYTES })).toBe(1);
    expect(await found({ state: 'zero' }, { chunk: id(1) })).toBe(1);
    expect(await found({ chunk: id(1) }, { chunk: id(1) })).toBe(0);
    expect(await found({ chunk: id(1) }, { chunk: id(2), chunkOffset: BYTES })).toBe(0);
    expect(await found({ chunk: id(1), chunkOffset: BYTES }, { chunk: id(1), chunkOffset: 2 * BYTES })).toBe(0);
  });

  it('take some bytes of memory each: there are a million on a large card', async () => {
    const count = 5000;
    const { runs } = await find(Array.from({ length: count }, (_, i) => ({ chunk: id(i % 251).with(0, i >>> 8) })));
    expect(runs.idCount).toBe(count);
    expect(runs.ids.byteLength).toBeLessThanOrEqual(2 * 32 * count);
  });
});
