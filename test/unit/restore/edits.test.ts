import { array, asyncProperty, assert as check, constantFrom, integer, nat, option, property, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extentsFrom } from '../../../src/bytes/extent-list.ts';
import { memorySource } from '../../../src/device/block-source.ts';
import { editedSource, mergeEdits, shiftEdits } from '../../../src/restore/edits.ts';
import type { Edit } from '../../../src/restore/edits.ts';
import { wantedRanges } from '../../../src/restore/wanted-ranges.ts';
import type { MapRun } from '../../../src/snapshot/map-reader.ts';

const SIZE = 300;

/** Sorted, disjoint edits in `[0, SIZE)`, some of them empty or zeros. */
const editLists = array(tuple(nat(40), nat(30), option(nat(255))), { maxLength: 8 }).map((parts) => {
  const edits: Edit[] = [];
  let at = 0;
  for (const [gap, length, fill] of parts) {
    const byteLength = Math.min(length, SIZE - at - gap);
    if (byteLength < 0) break;
    const bytes = fill === null ? undefined : new Uint8Array(byteLength).map((_, i) => fill + i);
    edits.push({ byteOffset: at + gap, byteLength, bytes });
    at += gap + byteLength;
  }
  return edits;
});

/** Byte by byte, as the words say. */
function laid(base: Uint8Array, edits: readonly Edit[]): Uint8Array {
  const bytes = new Uint8Array(base);
  for (const edit of edits) bytes.set(edit.bytes ?? new Uint8Array(edit.byteLength), edit.byteOffset);
  return bytes;
}

const BASE = new Uint8Array(SIZE).map((_, i) => 1 + ((i * 7) % 250));

describe('edits', () => {
  it('lie over a source that is longer, shorter or as long', async () => {
    await check(
      asyncProperty(editLists, nat(SIZE), nat(SIZE), nat(SIZE), async (edits, baseBytes, a, b) => {
        const base = BASE.subarray(0, baseBytes);
        const source = editedSource(memorySource(base), edits, SIZE);
        const padded = new Uint8Array(SIZE);
        padded.set(base);
        const [start, end] = [Math.min(a, b), Math.max(a, b)];
        const expected = laid(padded, edits).subarray(start, end);
        expect(await source.read(start, end - start)).toEqual(expected);
        const into = new Uint8Array(SIZE).fill(0xaa);
        expect(await source.read(start, end - start, into)).toEqual(expected);
        expect(into.subarray(end - start).every((byte) => byte === 0xaa)).toBe(true);
      }),
    );
  });

  it('merge, the upper over the lower, sorted and disjoint', () => {
    check(
      property(editLists, editLists, (lower, upper) => {
        const merged = mergeEdits(lower, upper);
        expect(laid(BASE, merged)).toEqual(laid(laid(BASE, lower), upper));
        for (let i = 1; i < merged.length; i++) {
          expect(merged[i]!.byteOffset).toBeGreaterThanOrEqual(merged[i - 1]!.byteOffset + merged[i - 1]!.byteLength);
        }
      }),
    );
  });

  it('move with their partition', () => {
    const [edit] = shiftEdits([{ byteOffset: 5, byteLength: 2, bytes: undefined }], 1000);
    expect(edit).toEqual({ byteOffset: 1005, byteLength: 2, bytes: undefined });
  });

  it.each([
    ['past the end', [{ byteOffset: SIZE - 1, byteLength: 2, bytes: undefined }]],
    ['with fewer bytes than they say', [{ byteOffset: 0, byteLength: 2, bytes: new Uint8Array(1) }]],
    [
      'out of order',
      [
        { byteOffset: 10, byteLength: 2, bytes: undefined },
        { byteOffset: 11, byteLength: 2, bytes: undefined },
      ],
    ],
  ])('%s are refused', (_, edits) => {
    expect(() => editedSource(memorySource(BASE), edits, SIZE)).toThrow(RangeError);
  });
});

describe('wanted ranges', () => {
  it('are what the version, its edits and the zeros say, byte by byte, in any part of the target', async () => {
    const states = array(tuple(constantFrom('data', 'zero', 'free'), integer({ min: 1, max: 40 })));
    await check(
      asyncProperty(states, editLists, nat(SIZE), nat(SIZE), nat(SIZE), async (runs, edits, size, a, b) => {
        const model = new Int16Array(SIZE).fill(-1);
        const map = { runs: (start: number, end: number) => cutRuns(runs, start, end) };
        for await (const run of cutRuns(runs, 0, size)) {
          for (let i = 0; i < run.byteLength; i++) {
            model[run.byteOffset + i] = run.state === 'data' ? BASE[run.byteOffset + i]! : 0;
          }
        }
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        for (let i = from; i < to; i++) if (model[i] === -1) model[i] = 0;
        for (const { byteOffset, byteLength, bytes } of edits) {
          for (let i = 0; i < byteLength; i++) model[byteOffset + i] = bytes?.[i] ?? 0;
        }
        const zeroWhereFree = extentsFrom([[from, to]]);
        const wanted = { map, sourceBytes: size, edits, zeroWhereFree };
        const extents = extentsFrom([
          [0, 77],
          [100, 101],
          [150, SIZE],
        ]);
        const got = new Int16Array(SIZE).fill(-1);
        let reached = 0;
        for await (const { byteOffset, byteLength, run, bytes } of wantedRanges(wanted, extents)) {
          expect(byteOffset).toBeGreaterThanOrEqual(reached);
          reached = byteOffset + byteLength;
          for (let i = 0; i < byteLength; i++) {
            got[byteOffset + i] = run === undefined ? (bytes?.[i] ?? 0) : BASE[run.chunkOffset + i]!;
          }
        }
        model.fill(-1, 77, 100);
        model.fill(-1, 101, 150);
        expect(got).toEqual(model);
      }),
    );
  });
});

async function* cutRuns(
  runs: readonly (readonly [state: string, byteLength: number])[],
  start: number,
  end: number,
): AsyncGenerator<MapRun> {
  let at = 0;
  for (const [state, length] of runs) {
    const from = Math.max(at, start);
    const to = Math.min(at + length, end, SIZE);
    at += length;
    if (to <= from || state === 'free') continue;
    // The chunk is the whole base.
    const common = { byteOffset: from, byteLength: to - from, chunkOffset: from };
    yield { ...common, state: state === 'data' ? 'data' : 'zero', chunk: undefined };
  }
}
