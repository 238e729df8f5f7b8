import { describe, expect, it } from 'vitest';
import { ByteView } from '../../../src/bytes/byte-view.ts';
import { CorruptDataError } from '../../../src/errors.ts';

describe('ByteView', () => {
  const view = new ByteView(Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 0xff]), 'test structure');

  it('reads both byte orders', () => {
    expect([view.u8(0), view.u16le(0), view.u16be(0), view.u32le(0), view.u32be(0)]).toEqual([
      0x01, 0x0201, 0x0102, 0x04030201, 0x01020304,
    ]);
    expect(view.u64le(0)).toBe(0xff07060504030201n);
  });

  it('names the structure when a field lies past the end, or before the start', () => {
    for (const read of [
      () => view.u8(8),
      () => view.u16le(7),
      () => view.u32le(5),
      () => view.u64le(1),
      () => view.u8(-1),
    ]) {
      expect(read).toThrow(CorruptDataError);
      expect(read).toThrow('test structure is cut short');
    }
    expect(() => view.slice(4, 5)).toThrow(CorruptDataError);
  });

  it('refuses 64-bit values that a number cannot hold', () => {
    expect(() => view.safe64le(0)).toThrow('out of range');
  });
});
