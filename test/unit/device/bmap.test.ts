import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { BmapBuilder } from '../../../src/device/bmap.ts';

const BLOCK = 4096;
const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** In words, as bmaptool would find it: ranges of blocks with their checksums. */
function expectedRanges(image: Uint8Array, isWanted: Uint8Array): string[] {
  const blocks = Math.ceil(image.byteLength / BLOCK);
  const mapped = Array.from({ length: blocks }, (_, i) => isWanted.subarray(i * BLOCK, (i + 1) * BLOCK).includes(1));
  const ranges: string[] = [];
  for (let first = 0; first < blocks; first++) {
    if (mapped[first] !== true) continue;
    let last = first;
    while (mapped[last + 1] === true) last++;
    const sum = sha256(image.subarray(first * BLOCK, (last + 1) * BLOCK));
    ranges.push(`<Range chksum="${sum}"> ${first === last ? first : `${first}-${last}`} </Range>`);
    first = last;
  }
  return ranges;
}

it('maps each block that has a wanted byte, and no other; its checksums are those of the image', () => {
  const steps = fc.array(
    fc.record({
      gap: fc.oneof(fc.constant(0), fc.nat(20_000)),
      length: fc.integer({ min: 1, max: 15_000 }),
      isZero: fc.boolean(),
    }),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(steps, fc.nat(9000), (list, tail) => {
      const byteLength = list.reduce((sum, { gap, length }) => sum + gap + length, tail + 1);
      const [image, isWanted] = [new Uint8Array(byteLength), new Uint8Array(byteLength)];
      const bmap = new BmapBuilder(byteLength);
      let at = 0;
      for (const [place, { gap, length, isZero }] of list.entries()) {
        at += gap;
        if (!isZero) image.fill(place + 1, at, at + length);
        isWanted.fill(1, at, at + length);
        bmap.add(at, length, isZero ? undefined : image.subarray(at, at + length));
        at += length;
      }
      const text = [...bmap.text()].join('');
      expect(text.match(/<Range.*<\/Range>/gu) ?? []).toEqual(expectedRanges(image, isWanted));
      const sum = /<BmapFileChecksum> (\w{64}) </u.exec(text)![1]!;
      expect(sum).toBe(sha256(text.replace(sum, '0'.repeat(64))));
      expect(text).toContain(`<ImageSize> ${byteLength} </ImageSize>`);
    }),
  );
});
