/** Random lives of ext file systems, written by the kernel: whatever happened to one, its map loses nothing. */
import { closeSync, mkdirSync, openSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { copyImage, imageFolder, makeExt4Image } from '../support/ext4-image.ts';
import { readExt4Oracle } from '../support/ext4-oracle.ts';
import { expectAgreement, expectWellFormedMap, fsckVerdict, makeMapTrue, mapImage } from '../support/ext4-proof.ts';
import { mountPartition } from '../support/loop-device.ts';
import { verdict } from '../support/run.ts';
import { noiseBytes } from '../support/store-fixtures.ts';

const FOLDER = imageFolder('aging');
const MEBIBYTES = 24;

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const place = fc.record({ folder: fc.nat(3), name: fc.nat(12) });
const step = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), place, at: fc.nat(2_000_000), bytes: fc.nat(200_000) }),
  fc.record({
    kind: fc.constant('fragment' as const),
    place,
    at: fc.nat(300),
    bytes: fc.integer({ min: 2, max: 400 }),
  }),
  fc.record({ kind: fc.constant('reserve' as const), place, at: fc.nat(500_000), bytes: fc.nat(900_000) }),
  fc.record({ kind: fc.constant('punch' as const), place, at: fc.nat(500_000), bytes: fc.nat(300_000) }),
  fc.record({ kind: fc.constant('truncate' as const), place, at: fc.nat(1_000_000), bytes: fc.constant(0) }),
  fc.record({ kind: fc.constant('remove' as const), place, at: fc.constant(0), bytes: fc.constant(0) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function live(root: string, steps: readonly Step[]): void {
  for (const [i, { kind, place, at, bytes }] of steps.entries()) {
    const folder = path.join(root, `folder${place.folder}`);
    mkdirSync(folder, { recursive: true });
    const file = path.join(folder, `file${place.name}`);
    if (kind === 'remove') {
      rmSync(file, { force: true });
      continue;
    }
    writeFileSync(file, '', { flag: 'a' });
    if (kind === 'truncate') truncateSync(file, at);
    else if (kind === 'reserve') verdict('fallocate', ['-n', '-o', `${at}`, '-l', `${bytes + 1}`, file]);
    else if (kind === 'punch') verdict('fallocate', ['-p', '-o', `${at}`, '-l', `${bytes + 1}`, file]);
    else writeAt(file, kind === 'write' ? [at] : spread(at, bytes), kind === 'write' ? bytes : 1000, i);
  }
}

function spread(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => (first + i * 3) * 4096);
}

function writeAt(file: string, places: readonly number[], byteLength: number, seed: number): void {
  const descriptor = openSync(file, 'r+');
  try {
    for (const at of places) writeSync(descriptor, noiseBytes(byteLength, seed), 0, byteLength, at);
  } catch (error) {
    // A full card is one of the lives it may have had.
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  } finally {
    closeSync(descriptor);
  }
}

describe('an ext file system with a random life', () => {
  it('has a map that loses nothing and leaves out all that it may', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(
          '-t ext4 -b 4096',
          '-t ext4 -b 1024 -O ^metadata_csum,^64bit',
          '-t ext4 -b 1024 -O ^metadata_csum,uninit_bg,inline_data',
          '-t ext4 -b 4096 -O bigalloc -C 16384',
          '-t ext3 -b 1024',
          '-t ext2 -b 4096',
        ),
        fc.array(step, { minLength: 5, maxLength: 60 }),
        async (options, steps) => {
          const image = `${FOLDER}/image`;
          makeExt4Image(image, MEBIBYTES, options.split(' '));
          {
            using mounted = mountPartition(image, 0, MEBIBYTES * 1024 * 1024);
            live(mounted.path, steps);
          }
          const map = await mapImage(image);
          expectWellFormedMap(map);
          expectAgreement(map, readExt4Oracle(image));
          using copy = copyImage(image, `${FOLDER}/copy`);
          makeMapTrue(copy.path, map);
          expect(fsckVerdict(copy.path)).toBe(fsckVerdict(image));
        },
      ),
      { numRuns: 12, endOnFailure: true },
    );
  });
});
