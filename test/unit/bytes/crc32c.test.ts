import { describe, expect, it } from 'vitest';
import { crc32c } from '../../../src/bytes/crc32c.ts';

// RFC 3720, appendix B.4.
const VECTORS: [name: string, bytes: Uint8Array, crc: number][] = [
  ['32 bytes of zeros', new Uint8Array(32), 0x8a9136aa],
  ['32 bytes of ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ['32 incrementing bytes', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  ['32 decrementing bytes', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
  ['the check string', new TextEncoder().encode('123456789'), 0xe3069283],
];

describe('crc32c', () => {
  it.each(VECTORS)('of %s', (_, bytes, crc) => {
    expect(crc32c(bytes)).toBe(crc);
  });
});
