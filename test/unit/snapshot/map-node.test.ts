import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/bytes/hex.ts';
import { cardkeep } from '../../../src/codec/generated/messages.js';
import { CorruptDataError } from '../../../src/errors.ts';
import { decodeNode, encodeInner, encodeLeaf, isLeaf, WINDOW_BYTES } from '../../../src/snapshot/map-node.ts';
import type { LeafNode } from '../../../src/snapshot/map-node.ts';

const idOf = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);

const LEAF: LeafNode = {
  level: 0,
  count: 4,
  start: Uint32Array.of(0, 4096, 65_536, 69_632),
  length: Uint32Array.of(4096, 8192, 4096, 1024),
  what: Uint32Array.of(0, 16, 17, 16),
  chunkOffset: Uint32Array.of(0, 0, 512, 8192),
  chunks: [idOf(0xaa), idOf(0xbb)],
};

describe('map nodes', () => {
  it('have golden bytes', () => {
    expect(toHex(encodeLeaf(LEAF))).toBe(
      `1240${'aa'.repeat(32)}${'bb'.repeat(32)}` +
        '3206000080a00300' + // gaps
        '3a088020804080208008' + // lengths
        '420400101110' + // what
        '4a050080048040', // offsets in chunks
    );
    const children = Array.from({ length: 64 }, (_, i) =>
      i === 3 || i === 63 ? idOf(1) : i === 5 ? idOf(2) : undefined,
    );
    expect(toHex(encodeInner({ level: 1, children }))).toBe(
      `0a40${'01'.repeat(32)}${'02'.repeat(32)}1801220303053f2a03000100`,
    );
  });

  it('come back as they were', () => {
    const leaf = decodeNode(encodeLeaf(LEAF), 0);
    expect(isLeaf(leaf)).toBe(true);
    expect(leaf).toEqual(LEAF);
  });

  it.each<[string, cardkeep.Node.$Properties]>([
    ['runs that could be one', { gap: [0, 0], length: [4096, 4096], what: [0, 0] }],
    ['a run of a reserved kind', { gap: [0], length: [4096], what: [2] }],
    ['an empty run', { gap: [0], length: [0], what: [0] }],
    ['a run past the window', { gap: [WINDOW_BYTES - 1], length: [2], what: [0] }],
    ['gaps whose sum wraps around', { gap: [0xffffffff, 0xffffffff], length: [4096, 4096], what: [0, 0] }],
    ['a chunk that is not listed', { gap: [0], length: [4096], what: [16], chunkOffset: [0] }],
    ['a chunk that is not used', { gap: [0], length: [4096], what: [0], chunks: idOf(1) }],
    [
      'chunks out of order',
      { gap: [0, 0], length: [1, 1], what: [17, 16], chunkOffset: [0, 0], chunks: new Uint8Array(64) },
    ],
    ['columns of different length', { gap: [0], length: [4096, 4096], what: [0] }],
    ['a chunk ID cut short', { gap: [0], length: [4096], what: [16], chunkOffset: [0], chunks: new Uint8Array(31) }],
    ['an offset too many', { gap: [0], length: [4096], what: [0], chunkOffset: [5] }],
  ])('refuse %s', (_, message) => {
    const bytes = cardkeep.Node.encode(message).finish();
    expect(() => decodeNode(bytes, 0)).toThrow(CorruptDataError);
  });

  it('refuse another level, another field order and bytes behind the end', () => {
    const bytes = encodeLeaf(LEAF);
    expect(() => decodeNode(bytes, 1)).toThrow(CorruptDataError);
    expect(() => decodeNode(Buffer.concat([bytes, bytes]), 0)).toThrow(CorruptDataError);
    expect(() => decodeNode(Buffer.concat([bytes, Uint8Array.of(0xf8, 0x01, 0x01)]), 0)).toThrow('canonical');
    expect(() => decodeNode(bytes.subarray(0, bytes.byteLength - 1), 0)).toThrow(CorruptDataError);
  });

  it('refuse to have no child, or one that is not there', () => {
    expect(() => decodeNode(cardkeep.Node.encode({ level: 1 }).finish(), 1)).toThrow(CorruptDataError);
    const bytes = cardkeep.Node.encode({ level: 1, slot: [64], slotNode: [0], nodes: idOf(1) }).finish();
    expect(() => decodeNode(bytes, 1)).toThrow(CorruptDataError);
  });
});
