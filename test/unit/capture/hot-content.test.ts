import { describe, expect, it } from 'vitest';
import { looksWrittenInPlace } from '../../../src/capture/hot-content.ts';

function fileWith(places: readonly (readonly [at: number, text: string])[], byteLength = 70_000): Buffer {
  const bytes = Buffer.alloc(byteLength, 0x20);
  for (const [at, text] of places) bytes.write(text, at, 'latin1');
  return bytes;
}

describe('files that are written to in place', () => {
  it.each([
    ['SQLite', 0, 'SQLite format 3\0'],
    ['a journal of systemd', 0, 'LPKSHHRH'],
    ['the variables of GRUB', 0, '# GRUB Environment Block\n'],
    ['the bitmap of an md array', 0, 'bitm'],
    ['quota', 0, '\x11\x1f\xc0\xd9'],
    ['a disk', 0, 'QFI\xfb'],
    ['ext', 1080, '\x53\xef'],
    ['swap space', 4086, 'SWAPSPACE2'],
    ['swap space of 16 KiB pages', 16_374, 'SWAPSPACE2'],
    ['a suspended system', 4086, 'S1SUSPEND\0'],
  ])('%s', (_, at, text) => {
    expect(looksWrittenInPlace(fileWith([[at, text]]))).toBe(true);
    expect(looksWrittenInPlace(fileWith([[at + 1, text]]))).toBe(false);
  });

  it('not: text, a kernel, a short file', () => {
    expect(looksWrittenInPlace(fileWith([[0, '#!/bin/sh\n']]))).toBe(false);
    expect(looksWrittenInPlace(fileWith([[0, 'MZ'], [510, '\x55\xaa']]))).toBe(false); // prettier-ignore
    expect(looksWrittenInPlace(new Uint8Array(0))).toBe(false);
    expect(looksWrittenInPlace(fileWith([], 4096))).toBe(false);
  });
});
