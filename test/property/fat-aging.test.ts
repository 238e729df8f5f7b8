import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { makeFat, noise, putFile } from '../support/fat-image.ts';
import {
  expectChainsAsWitnessed,
  expectFreeAsWitnessed,
  expectFreeDoesNotMatter,
  liveMapOf,
  readHead,
} from '../support/fat-oracles.ts';
import { witnessFat } from '../support/fat-witness.ts';
import { temporaryFolder } from '../support/loop-device.ts';
import { run } from '../support/run.ts';

const FOLDERS = ['', 'ONE/', 'ONE/TWO/', 'THREE/'] as const;

/** Files come, go and are written anew; a name is a folder and a number. */
const step = fc.record({
  what: fc.constantFrom('put', 'put', 'put', 'drop'),
  folder: fc.constantFrom(...FOLDERS),
  name: fc.integer({ min: 0, max: 5 }),
  byteLength: fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 60_000 })),
});

describe('a FAT volume after any sequence of writes and deletes', () => {
  it.each([12, 16, 32] as const)('FAT%i', async (bits) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        using folder = temporaryFolder();
        const megabytes = { 12: 1, 16: 5, 32: 36 }[bits];
        const image = makeFat(folder.path, { megabytes, bits, sectorBytes: 512, sectorsPerCluster: 1 });
        run('mmd', ['-i', image, '::ONE', '::ONE/TWO', '::THREE']);
        const files = new Map<string, Buffer>();
        for (const { what, folder: parent, name, byteLength } of steps) {
          const file = `${parent}Some file ${name}.bin`;
          if (what === 'put') {
            files.set(file, noise(byteLength, files.size));
            putFile(image, folder.path, file, files.get(file)!);
          } else if (files.delete(file)) run('mdel', ['-i', image, `::${file}`]);
        }
        const map = await liveMapOf(image);
        const head = readHead(image);
        expectFreeAsWitnessed(map, head);
        expectChainsAsWitnessed(map, image, witnessFat(head), [...files.keys()]);
        expectFreeDoesNotMatter(map, image, files);
      }),
      { numRuns: bits === 32 ? 4 : 8 },
    );
  });
});
