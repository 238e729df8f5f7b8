import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extentsFrom } from '../../../src/bytes/extent-list.ts';
import { memorySource, type BlockSource } from '../../../src/device/block-source.ts';
import { RememberedReads } from '../../../src/device/remembered-reads.ts';

const MEBIBYTE = 1024 * 1024;

function recorded(bytes: Uint8Array): { source: BlockSource; reads: [byteOffset: number, byteLength: number][] } {
  const inner = memorySource(bytes);
  const reads: [number, number][] = [];
  const read: BlockSource['read'] = async (byteOffset, byteLength, into) => {
    reads.push([byteOffset, byteLength]);
    return inner.read(byteOffset, byteLength, into);
  };
  return { source: { ...inner, read }, reads };
}

function numbered(byteLength: number): Uint8Array {
  return new Uint8Array(byteLength).map((_, i) => (i * 31 + (i >>> 8) * 7) & 0xff);
}

describe('reads that are remembered', () => {
  it('give the bytes of the device, whatever was read before', async () => {
    const bytes = numbered(MEBIBYTE);
    const range = fc.tuple(fc.nat(MEBIBYTE), fc.nat(200_000), fc.boolean());
    await fc.assert(
      fc.asyncProperty(fc.array(range, { maxLength: 30 }), fc.nat(MEBIBYTE), async (ranges, room) => {
        const remembered = new RememberedReads(memorySource(bytes), room);
        for (const [start, length, isInto] of ranges) {
          const byteLength = Math.min(length, MEBIBYTE - start);
          const into = isInto ? Buffer.alloc(byteLength + 3, 0xee) : undefined;
          const read = await remembered.read(start, byteLength, into);
          expect(Buffer.compare(read, bytes.subarray(start, start + byteLength))).toBe(0);
          // What the caller does with its memory is its own affair.
          read.fill(0x55);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('are given once more when nothing is kept any more, and freed', async () => {
    const { source, reads } = recorded(numbered(MEBIBYTE));
    const remembered = new RememberedReads(source, MEBIBYTE);
    await remembered.read(0, 300_000);
    remembered.stopKeeping();
    reads.length = 0;
    await remembered.read(0, 200_000);
    await remembered.read(200_000, 200_000);
    expect(reads).toEqual([[300_000, 100_000]]);
    await remembered.read(0, 100_000);
    expect(reads.at(-1)).toEqual([0, 100_000]);
  });

  it('that lie in two ranges are given to both, whichever of two reads under way ends first', async () => {
    const bytes = numbered(MEBIBYTE);
    const inner = memorySource(bytes);
    let goOn = (): void => undefined;
    let isHeld = false;
    const read: BlockSource['read'] = async (...range) => {
      if (isHeld) await new Promise<void>((resolve) => (goOn = resolve));
      return inner.read(...range);
    };
    const remembered = new RememberedReads({ ...inner, read }, MEBIBYTE);
    await remembered.read(100_000, 400_000);
    remembered.stopKeeping();
    isHeld = true;
    const first = remembered.read(0, 300_000, new Uint8Array(300_000).fill(0xee));
    await remembered.read(300_000, 200_000);
    goOn();
    expect(Buffer.compare(await first, bytes.subarray(0, 300_000))).toBe(0);
  });

  it('ahead: who wants them waits for them and reads nothing twice; a failure is his who wants the bytes', async () => {
    const bytes = numbered(8 * MEBIBYTE);
    const { source, reads } = recorded(bytes);
    const remembered = new RememberedReads(source, 0);
    const ahead = remembered.readAhead(extentsFrom([[1000, 3 * MEBIBYTE + 1000]]), 2 * MEBIBYTE + 5);
    expect(await remembered.read(2000, 5000)).toEqual(bytes.slice(2000, 7000));
    await ahead;
    expect(reads).toEqual([
      [1000, MEBIBYTE],
      [1000 + MEBIBYTE, MEBIBYTE],
    ]);
    const failing = new RememberedReads({ ...source, read: async () => Promise.reject(new Error('EIO')) }, 0);
    await failing.readAhead(extentsFrom([[0, 5000]]), MEBIBYTE);
    await expect(failing.read(0, 10)).rejects.toThrow('EIO');
  });

  it('are not made again, and what lies between two of them is read in one piece only where it is near', async () => {
    const { source, reads } = recorded(numbered(MEBIBYTE));
    const remembered = new RememberedReads(source, MEBIBYTE);
    await remembered.read(0, 1000);
    await remembered.read(4096, 200_000);
    await remembered.read(500_000, 1000);
    reads.length = 0;
    await remembered.read(5000, 100_000);
    expect(reads).toEqual([]);
    await remembered.read(0, 210_000);
    expect(reads).toEqual([
      [1000, 3096],
      [204_096, 5904],
    ]);
    reads.length = 0;
    await remembered.read(400_000, 200_000);
    expect(reads).toEqual([[400_000, 200_000]]);
  });

  it('are bounded, and read anew when they are forgotten', async () => {
    const { source, reads } = recorded(numbered(MEBIBYTE));
    const remembered = new RememberedReads(source, 5000);
    await remembered.read(0, 4000);
    await remembered.read(100_000, 4000);
    reads.length = 0;
    await remembered.read(0, 4000);
    await remembered.read(100_000, 4000);
    expect(reads).toEqual([[101_000, 3000]]);
    remembered.forget();
    await remembered.read(0, 4000);
    await remembered.read(0, 4000);
    expect(reads.slice(1)).toEqual([
      [0, 4000],
      [0, 4000],
    ]);
  });
});
