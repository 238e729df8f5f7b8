/** A card pulled out before the kernel had written back what its journal holds; made with debugfs, without root. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readExt4Map } from '../../src/filesystems/ext4/ext4-map.ts';
import { isKeepWhole } from '../../src/filesystems/filesystem.ts';
import { copyImage, fillFolder, imageFolder, makeExt4Image } from '../support/ext4-image.ts';
import { expectWellFormedMap, leftOutBlocks, makeMapTrue, mapImage } from '../support/ext4-proof.ts';
import { openFileSource } from '../support/file-source.ts';
import { run, verdict } from '../support/run.ts';
import { noiseBytes } from '../support/store-fixtures.ts';

const FOLDER = imageFolder('journal');
const TREE = `${FOLDER}/tree`;
const CONTENT = `${FOLDER}/content`;
const image = `${FOLDER}/image`;

beforeAll(() => {
  mkdirSync(TREE);
  fillFolder(TREE, 1024);
  writeFileSync(CONTENT, noiseBytes(3_000_000, 9));
});
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

describe('a file that only the journal knows of', () => {
  it.each([
    ['metadata checksums', 'metadata_csum', 4096, 'jo -c'],
    ['version 2 checksums', 'metadata_csum', 1024, 'jo -c -v 2'],
    ['group checksums', '^metadata_csum,uninit_bg', 4096, 'jo'],
    ['no checksums, 32 bits', '^metadata_csum,^64bit', 1024, 'jo'],
    ['indirect maps', '^metadata_csum,^64bit,^extent', 1024, 'jo'],
  ])('is not lost: %s', async (_, features, blockSize, open) => {
    const blocks = makeUncheckpointed(features, blockSize, open);
    expect(run('dumpe2fs', ['-h', image])).toContain('needs_recovery');
    const map = await mapImage(image);
    expect(map).toMatchObject({ clean: false, note: 'was not shut down cleanly' });
    expectWellFormedMap(map);
    const leftOut = new Set(leftOutBlocks(map));
    expect(blocks.filter((block) => leftOut.has(block))).toEqual([]);

    using plain = copyImage(image, `${FOLDER}/plain`);
    using restored = copyImage(image, `${FOLDER}/restored`);
    makeMapTrue(restored.path, map);
    const verdicts = [plain, restored].map(({ path }) => {
      const { status, output } = verdict('e2fsck', ['-fy', path]);
      return `${status} ${output.replaceAll(path, 'IMAGE')}`;
    });
    expect(verdicts[1]).toBe(verdicts[0]);
    run('debugfs', ['-R', `dump /new ${FOLDER}/dump`, restored.path]);
    expect(readFileSync(`${FOLDER}/dump`).equals(readFileSync(CONTENT))).toBe(true);
  });

  it('makes a card whose journal is damaged be kept whole', async () => {
    makeUncheckpointed('metadata_csum', 4096, 'jo -c');
    const journal = run('debugfs', ['-R', 'blocks <8>', image]).trim().split(/\s+/u).map(Number);
    const bytes = readFileSync(image);
    // The descriptor, a block of the transaction, and its commit.
    for (const block of [1, 3, 4]) {
      const at = journal[block]! * 4096 + 40;
      const before = bytes[at]!;
      bytes[at] = before ^ 1;
      writeFileSync(image, bytes);
      using source = openFileSource(image);
      const report = await readExt4Map(source, {});
      expect(isKeepWhole(report) ? report.keepWhole : '').toMatch(/not shut down cleanly, and a .* its journal is/u);
      bytes[at] = before;
    }
  });
});

/**
 * The image before the file `/new` was written, but with its data blocks in place and all its metadata in the journal.
 * Returns the data blocks.
 */
function makeUncheckpointed(features: string, blockSize: number, open: string): number[] {
  makeExt4Image(image, 32, ['-t', 'ext4', '-b', `${blockSize}`, '-O', features, '-d', TREE]);
  using later = copyImage(image, `${FOLDER}/later`);
  run('debugfs', ['-w', '-R', `write ${CONTENT} new`, later.path]);
  const data = run('debugfs', ['-R', 'blocks /new', later.path]).trim().split(/\s+/u).map(Number);
  const before = readFileSync(image);
  const after = readFileSync(later.path);
  const isData = new Set(data);
  const changed: number[] = [];
  const contents: Uint8Array[] = [];
  for (let block = 0; block < before.byteLength / blockSize; block++) {
    const range = [block * blockSize, (block + 1) * blockSize] as const;
    if (before.subarray(...range).equals(after.subarray(...range))) continue;
    if (isData.has(block)) {
      before.set(after.subarray(...range), range[0]);
      continue;
    }
    changed.push(block);
    contents.push(after.subarray(...range));
  }
  writeFileSync(image, before);
  writeFileSync(`${FOLDER}/blocks`, Buffer.concat(contents));
  const script = [open, `jw -b ${changed.join(',')} ${FOLDER}/blocks`, 'jc', ''].join('\n');
  run('debugfs', ['-w', '-f', '-', image], { input: script });
  return data;
}
