/** Cases of the fuzzer that went deep or found something once, and a new one for each kind of image in each run. */
import { rmSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { checkMutant } from '../fuzz/check-mutant.ts';
import { mutate } from '../fuzz/mutate.ts';
import { randomFrom } from '../fuzz/random.ts';
import { makeSubject } from '../fuzz/subjects.ts';
import { imageFolder } from '../support/ext4-image.ts';

const FOLDER = imageFolder('corpus');
const RANDOM_SEED = Math.floor(Math.random() * 2 ** 31);

const CORPUS: readonly (readonly [subject: string, seeds: readonly number[]])[] = [
  ['ext4', [12, 15]],
  ['ext4-4k', [18, 30]],
  ['ext4-no-checksums', [6, 11]],
  ['ext4-uninit-bg', [6, 11]],
  // A quota file that e2fsck writes into half a cluster.
  ['ext4-bigalloc', [2, 902524]],
  ['ext4-meta-bg', [4, 11]],
  ['ext4-all', [18, 22]],
  ['ext4-no-journal', [6, 13]],
  // A journal that e2fsck makes anew, and one of whose attributes it reads past the end.
  ['ext3', [4, 50404, 50548]],
  ['ext2', [3, 4]],
  ['ext4-dirty', [10, 12]],
  ['ext4-dirty-no-checksums', [10, 11]],
  ['fat12', [4, 5]],
  ['fat16', [4, 5]],
  // FSInfo and the copy of the boot sector among the clusters.
  ['fat32', [200500, 200536]],
  // A partition that begins behind the end.
  ['mbr', [3, 1033]],
  ['gpt', [4, 6]],
  ['swap', [7, 8]],
];

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

describe('a damaged image', () => {
  it.each(CORPUS)('comes back as it was: %s', async (name, seeds) => {
    const subject = await makeSubject(name, FOLDER);
    for (const seed of [...seeds, RANDOM_SEED]) {
      const { bytes, steps } = mutate({ ...subject, bytes: Buffer.from(subject.bytes) }, randomFrom(seed));
      const { problems } = await checkMutant(subject.kind, bytes, FOLDER);
      const what = `npm run test:fuzz -- --only ${name} --case ${seed}: ${steps.join('; ')}`;
      expect({ what, problems }).toEqual({ what, problems: [] });
    }
  });
});
