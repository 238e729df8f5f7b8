import { describe, expect, it } from 'vitest';
import { crc32cRaw } from '../../../../src/bytes/crc32c.ts';
import { CorruptDataError } from '../../../../src/errors.ts';
import { decodeExtentNode, verifyExtentBlock } from '../../../../src/filesystems/ext4/extent-node.ts';

const LOGICAL_END = 2 ** 32;

interface Leaf {
  readonly logical: number;
  readonly length: number;
  readonly block: number;
}

/** A node of `byteLength` bytes; `depth` above 0 makes the entries children. */
function node(depth: number, entries: readonly Leaf[], byteLength = 60): Uint8Array {
  const bytes = new Uint8Array(byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xf30a, true);
  view.setUint16(2, entries.length, true);
  view.setUint16(4, Math.floor((byteLength - 12) / 12), true);
  view.setUint16(6, depth, true);
  for (const [i, { logical, length, block }] of entries.entries()) {
    const at = 12 + i * 12;
    view.setUint32(at, logical, true);
    if (depth === 0) {
      view.setUint16(at + 4, length, true);
      view.setUint16(at + 6, Math.floor(block / 2 ** 32), true);
      view.setUint32(at + 8, block % 2 ** 32, true);
    } else {
      view.setUint32(at + 4, block % 2 ** 32, true);
      view.setUint16(at + 8, Math.floor(block / 2 ** 32), true);
    }
  }
  return bytes;
}

function decode(bytes: Uint8Array, depth?: number, start = 0, end = LOGICAL_END): unknown[] {
  const found: unknown[] = [];
  decodeExtentNode(bytes, depth, start, end, {
    extent: (...extent) => found.push(extent),
    child: (...child) => found.push(child),
  });
  return found;
}

describe('a node of an extent tree', () => {
  it('names written and unwritten extents, and blocks above 2^32', () => {
    const leaves = [
      { logical: 0, length: 32768, block: 5 },
      { logical: 40_000, length: 32768 + 7, block: 2 ** 40 + 3 },
    ];
    expect(decode(node(0, leaves))).toEqual([
      [0, 5, 32768, false],
      [40_000, 2 ** 40 + 3, 7, true],
    ]);
  });

  it('names children with the range that each may map', () => {
    const children = [
      { logical: 0, length: 0, block: 9 },
      { logical: 100, length: 0, block: 2 ** 33 },
    ];
    expect(decode(node(2, children))).toEqual([
      [0, 100, 9, 1],
      [100, LOGICAL_END, 2 ** 33, 1],
    ]);
  });

  it.each([
    ['another magic number', node(0, []).fill(0, 0, 1), undefined],
    ['more entries than fit', node(0, []).fill(5, 2, 3), undefined],
    ['a depth above five', node(6, []), undefined],
    ['another depth than its parent says', node(1, [], 1024), 0],
    ['an extent without length', node(0, [{ logical: 0, length: 0, block: 9 }]), undefined],
    [
      'extents that overlap',
      node(0, [
        { logical: 0, length: 3, block: 9 },
        { logical: 2, length: 1, block: 19 },
      ]),
      undefined,
    ],
    [
      'children out of order',
      node(1, [
        { logical: 5, length: 0, block: 9 },
        { logical: 5, length: 0, block: 10 },
      ]),
      undefined,
    ],
  ])('is refused with %s', (_, bytes, depth) => {
    expect(() => decode(bytes, depth)).toThrow(CorruptDataError);
  });

  it('is refused when it reaches out of its range', () => {
    const leaf = node(0, [{ logical: 10, length: 5, block: 9 }], 1024);
    expect(decode(leaf, 0, 10, 15)).toHaveLength(1);
    expect(() => decode(leaf, 0, 11, 20)).toThrow(CorruptDataError);
    expect(() => decode(leaf, 0, 10, 14)).toThrow(CorruptDataError);
  });

  it('has a checksum behind its last entry', () => {
    const block = node(0, [{ logical: 1, length: 1, block: 9 }], 1024);
    const tail = 12 + 84 * 12;
    new DataView(block.buffer).setUint32(tail, crc32cRaw(77, block.subarray(0, tail)), true);
    expect(() => verifyExtentBlock(block, 77)).not.toThrow();
    expect(() => verifyExtentBlock(block, 78)).toThrow(CorruptDataError);
    block[5] = 0xff;
    expect(() => verifyExtentBlock(block, 77)).toThrow(CorruptDataError);
  });
});
