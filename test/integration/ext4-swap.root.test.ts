import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ReadOptions } from '../../src/filesystems/filesystem.ts';
import { imageFolder, makeExt4Image } from '../support/ext4-image.ts';
import { expectWellFormedMap, mapImage } from '../support/ext4-proof.ts';
import { mountPartition } from '../support/loop-device.ts';
import { run, shell } from '../support/run.ts';
import { coversExtent } from '../../src/bytes/extent-list.ts';

const FOLDER = imageFolder('swap');
const image = `${FOLDER}/image`;
const MEBIBYTES = 48;

beforeAll(() => {
  makeExt4Image(image, MEBIBYTES, ['-t', 'ext4', '-b', '4096']);
  {
    using mounted = mountPartition(image, 0, MEBIBYTES * 1024 * 1024);
    shell(`
      cd ${mounted.path}
      used() { head -c 2M /dev/urandom > $1; }
      used written; fallocate -l 2M reserved; fallocate -l 100K small; used suspended; fallocate -l 2M suspended-reserved
      used pages16; truncate -s 2M holes; used foreign; used partial
      for f in written reserved small suspended suspended-reserved holes foreign; do mkswap -q $f; done
      mkswap -q -p 16384 pages16 2>/dev/null; mkswap -q partial 1024 2>/dev/null
      chmod 600 *; chown 1000 foreign
      used nothing; chmod 600 nothing
    `);
  }
  const bytes = readFileSync(image);
  for (const name of ['suspended', 'suspended-reserved']) {
    bytes.write('S1SUSPEND\0', blocksOf(name)[0]! * 4096 + 4086, 'latin1');
  }
  writeFileSync(image, bytes);
});
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

function blocksOf(name: string): number[] {
  return run('debugfs', ['-R', `blocks /${name}`, image])
    .trim()
    .split(/\s+/u)
    .map(Number);
}

/** One letter a block of a file: `d`ata, `z`ero, `f`ree. */
async function statesOf(name: string, options: ReadOptions = {}): Promise<string> {
  const map = await mapImage(image, options);
  expectWellFormedMap(map);
  return blocksOf(name)
    .map((block) => {
      const range = [block * 4096, (block + 1) * 4096] as const;
      if (coversExtent(map.zero, ...range)) return 'z';
      return coversExtent(map.free, ...range) ? 'f' : 'd';
    })
    .join('');
}

describe('swap files', () => {
  it.each([
    ['written', `d${'z'.repeat(511)}`],
    ['reserved', `d${'z'.repeat(511)}`],
    ['small', `d${'z'.repeat(24)}`],
    ['pages16', `dddd${'z'.repeat(508)}`],
    ['partial', `d${'z'.repeat(255)}${'d'.repeat(256)}`],
    ['suspended', 'd'.repeat(512)],
    ['suspended-reserved', 'd'.repeat(512)],
    ['foreign', 'd'.repeat(512)],
    ['nothing', 'd'.repeat(512)],
    ['holes', 'd'],
  ])('keep their header, and their body only when a system is suspended in it: %s', async (name, states) => {
    expect(await statesOf(name)).toBe(states);
  });

  it('are kept when asked for', async () => {
    expect(await statesOf('written', { keepSwap: true })).toBe('d'.repeat(512));
    expect(await statesOf('reserved', { keepSwap: true })).toBe('d'.repeat(512));
  });
});
