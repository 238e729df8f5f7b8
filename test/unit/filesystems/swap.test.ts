import { describe, expect, it } from 'vitest';
import { extentPairs } from '../../../src/bytes/extent-list.ts';
import { memorySource } from '../../../src/device/block-source.ts';
import { readSwapMap } from '../../../src/filesystems/swap.ts';

const UUID_BYTES = Buffer.from('00112233445566778899aabbccddeeff', 'hex');

function swapArea(pageBytes: number, pages: number, more = 0): Buffer {
  const image = Buffer.alloc(pageBytes * pages + more);
  image.writeUInt32LE(1, 1024);
  image.writeUInt32LE(pages - 1, 1028);
  UUID_BYTES.copy(image, 1036);
  image.write('my swap', 1052, 'latin1');
  image.write('SWAPSPACE2', pageBytes - 10, 'latin1');
  return image;
}

describe('the live map of swap', () => {
  it.each([4096, 8192, 16_384, 32_768, 65_536])('frees what lies behind 64 KiB, in pages of %i', async (pageBytes) => {
    const image = swapArea(pageBytes, 64, 1000);
    const byteLength = 64 * pageBytes;
    const map = await readSwapMap(memorySource(image), {});
    expect(map).toMatchObject({
      type: 'swap',
      label: 'my swap',
      uuid: '00112233-4455-6677-8899-aabbccddeeff',
      byteLength,
      blockSize: pageBytes,
      clean: true,
    });
    if (!('free' in map)) throw new Error('kept whole');
    expect([extentPairs(map.metadata), extentPairs(map.free)]).toEqual([[[0, 65_536]], [[65_536, byteLength]]]);
  });

  it('keeps all of it when asked to, and when a system is suspended in it', async () => {
    const kept = await readSwapMap(memorySource(swapArea(4096, 64)), { keepSwap: true });
    expect(kept).toMatchObject({ type: 'swap', free: { count: 0 } });
    for (const mark of ['S1SUSPEND', 'S2SUSPEND', 'ULSUSPEND', 'LINHIB0001']) {
      const image = swapArea(4096, 64);
      image.write(mark, 16_384 - 10, 'latin1');
      expect(await readSwapMap(memorySource(image), {})).toMatchObject({
        free: { count: 0 },
        note: 'holds a suspended system',
      });
      image.write(mark, 4096 - 10, 'latin1');
      expect(await readSwapMap(memorySource(image), {})).toMatchObject({
        keepWhole: 'a suspended system lies in the swap space',
      });
    }
    const tuxOnIce = swapArea(4096, 64);
    tuxOnIce.write('\xed\xc3\x02\xe9\x98\x56\xe5\x0c', 0, 'latin1');
    expect(await readSwapMap(memorySource(tuxOnIce), {})).toMatchObject({ free: { count: 0 } });
  });

  it.each([
    ['another version', 1024, 2],
    ['big endian', 1024, 0x01000000],
    ['no pages', 1028, 0],
    ['more pages than fit', 1028, 64],
    ['2^32 pages', 1028, 0xffffffff],
  ])('keeps everything with %s', async (_, byteOffset, value) => {
    const image = swapArea(4096, 64);
    image.writeUInt32LE(value, byteOffset);
    expect(await readSwapMap(memorySource(image), {})).toEqual({
      keepWhole: 'the swap header is damaged',
      type: 'swap',
    });
  });

  it('keeps everything of a source too short for a page', async () => {
    expect(await readSwapMap(memorySource(Buffer.alloc(100)), {})).toHaveProperty('keepWhole');
  });
});
