/** Images that lie: the reader keeps everything or a map that loses nothing, and never fails otherwise. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crc32cRaw } from '../../src/bytes/crc32c.ts';
import { memorySource } from '../../src/device/block-source.ts';
import { readExt4Map } from '../../src/filesystems/ext4/ext4-map.ts';
import { isKeepWhole, type FileSystemReport } from '../../src/filesystems/filesystem.ts';
import { fillFolder, imageFolder, makeExt4Image } from '../support/ext4-image.ts';
import { BLOCK, readExt4Oracle, type Ext4Oracle } from '../support/ext4-oracle.ts';
import { expectWellFormedMap, leftOutBlocks } from '../support/ext4-proof.ts';
import { run } from '../support/run.ts';

const FOLDER = imageFolder('hostile');
const TREE = `${FOLDER}/tree`;

interface Subject {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly oracle: Ext4Oracle;
  /** Byte ranges that hold metadata in use. */
  readonly metadata: readonly (readonly [start: number, end: number])[];
}

const subjects: Subject[] = [];

beforeAll(() => {
  mkdirSync(TREE);
  fillFolder(TREE, 1024);
  for (const [name, options] of [
    ['checksums', '-t ext4 -b 1024'],
    ['no checksums', '-t ext4 -b 4096 -O ^metadata_csum,^64bit'],
    ['ext3', '-t ext3 -b 1024'],
  ] as const) {
    const image = `${FOLDER}/image`;
    makeExt4Image(image, 16, [...options.split(' '), '-d', TREE]);
    subjects.push(subjectOf(name, image));
  }
});
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

describe('hostile ext file systems', () => {
  it('truncated at any length are kept whole', async () => {
    for (const { bytes } of subjects) {
      for (const length of [0, 1, 1023, 1024, 1500, 2047, 2048, 4096, 70_000, bytes.byteLength - 1]) {
        const report = await readExt4Map(memorySource(bytes.subarray(0, length)), {});
        expect(isKeepWhole(report)).toBe(true);
      }
    }
  });

  it('with any value in any field of the superblock lose nothing', async () => {
    const values = [0, 1, 7, 0xffff, 0x80000000, 0xffffffff];
    for (const [i, { bytes, oracle }] of subjects.slice(0, 2).entries()) {
      const copy = new Uint8Array(bytes);
      const view = new DataView(copy.buffer);
      for (let field = 1024; field < 1024 + 0x290; field += i === 0 ? 4 : 16) {
        for (const value of values) {
          const before = view.getUint32(field, true);
          view.setUint32(field, value, true);
          sealSuperblock(copy);
          // The checksum is right: the lie is in the field alone.
          const report = await readExt4Map(memorySource(copy), {});
          expectNothingLost(report, oracle, `superblock byte ${field - 1024} = ${value}`);
          view.setUint32(field, before, true);
        }
      }
    }
  });

  it('that claim 2^60 groups take no time', async () => {
    const copy = new Uint8Array(subjects[0]!.bytes);
    const view = new DataView(copy.buffer);
    view.setUint32(1024 + 0x04, 0xffffffff, true);
    view.setUint32(1024 + 0x150, 0xffffffff, true);
    sealSuperblock(copy);
    const huge = { ...memorySource(copy), byteLength: Number.MAX_SAFE_INTEGER };
    expect(isKeepWhole(await readExt4Map(huge, {}))).toBe(true);
    // As many as fit into a device that claims a petabyte.
    view.setUint32(1024 + 0x04, 0, true);
    view.setUint32(1024 + 0x150, 2 ** 8, true);
    sealSuperblock(copy);
    expect(isKeepWhole(await readExt4Map({ ...memorySource(copy), byteLength: 2 ** 50 }, {}))).toBe(true);
  });

  it('with flipped bits lose nothing that checksums cannot excuse', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(2),
        fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(7)), { minLength: 1, maxLength: 3 }),
        async (which, flips) => {
          const { bytes, metadata, oracle, name } = subjects[which]!;
          const undo: [number, number][] = [];
          for (const [range, place, bit] of flips) {
            const [start, end] = metadata[range % metadata.length]!;
            const at = start + (place % (end - start));
            undo.push([at, bytes[at]!]);
            bytes[at] = bytes[at]! ^ (1 << bit);
          }
          try {
            const report = await readExt4Map(memorySource(bytes), {});
            if (!isKeepWhole(report)) expectWellFormedMap(report);
            // Without checksums, a bit of a map can move a file to other blocks, and nobody can know.
            if (name === 'checksums') expectNothingLost(report, oracle, JSON.stringify(flips));
          } finally {
            for (const [at, byte] of undo.reverse()) bytes[at] = byte;
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

function sealSuperblock(bytes: Uint8Array): void {
  const sum = crc32cRaw(0xffffffff, bytes.subarray(1024, 1024 + 0x3fc));
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(1024 + 0x3fc, sum, true);
}

/** No block that holds data of the undamaged file system may be left out. */
function expectNothingLost(report: FileSystemReport, oracle: Ext4Oracle, what: string): void {
  if (isKeepWhole(report)) return;
  const unit = report.blockSize / oracle.blockSize;
  const lost = leftOutBlocks(report).filter((block) => oracle.state[block * unit] === BLOCK.data);
  expect({ what, lost: lost.slice(0, 5) }).toEqual({ what, lost: [] });
}

function subjectOf(name: string, image: string): Subject {
  const oracle = readExt4Oracle(image);
  const { blockSize } = oracle;
  const dump = run('dumpe2fs', [image]);
  const metadata: (readonly [number, number])[] = [[1024, 2048]];
  const block = (number: number, count = 1): void => {
    metadata.push([number * blockSize, (number + count) * blockSize]);
  };
  for (const [, first, last] of dump.matchAll(/Group descriptors at (\d+)-(\d+)/gu))
    block(+first!, +last! - +first! + 1);
  for (const [, first] of dump.matchAll(/(?:Block|Inode) bitmap at (\d+)/gu)) block(+first!);
  for (const [, first] of dump.matchAll(/Inode table at (\d+)-/gu)) block(+first!, 40);
  block(Number(/:(\d+)/u.exec(run('debugfs', ['-R', 'stat <8>', image]).split(/EXTENTS|BLOCKS/u)[1]!)![1]));
  return { name, bytes: new Uint8Array(readFileSync(image)), oracle, metadata };
}
