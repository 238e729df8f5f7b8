/** Blocks that two claim: a file system that is damaged and calls itself clean. */
import { rmSync } from 'node:fs';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { decisionOf, makeAgingCard, type AgingCard } from '../support/aging-card.ts';
import { imageFolder } from '../support/ext4-image.ts';
import { writeRaw } from '../support/forged-inode.ts';
import { run } from '../support/run.ts';
import { noiseBytes } from '../support/store-fixtures.ts';

const FOLDER = imageFolder('shared');
const BLOCK = 4096;

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

let card: AgingCard;
/** First of 16 blocks that nobody claims and the bitmap calls used. */
let ground: number;

beforeEach(async () => {
  card = await makeAgingCard(FOLDER, '-t ext4 -b 4096 -O ^metadata_csum');
  await card.use(950, 'mkdir a b; echo x > file; fallocate -l 128K ground');
  const blocks = card.blocksOf('ground');
  ground = Math.ceil(blocks[0]! / 4) * 4;
  expect(blocks).toContain(ground + 15);
  run('debugfs', ['-w', '-R', 'clri /ground', card.image]);
  await card.use(940, 'echo later > last');
});

/** Lets a file or directory have one run of blocks that lies there. */
function place(name: string, block: number, count: number): void {
  for (const [word, value] of [
    [4, count],
    [5, block],
  ] as const) {
    run('debugfs', ['-w', '-R', `set_inode_field /${name} block[${word}] ${value}`, card.image]);
  }
  expect(card.blocksOf(name)).toHaveLength(count);
}

/** Of a block that this directory claims. */
async function change(directory: string, block: number): Promise<void> {
  writeRaw(card.image, block * BLOCK, noiseBytes(BLOCK, 5));
  await card.repair(800, 'debugfs', '-w', '-R', `set_inode_field /${directory} ctime now`);
  // Else it is plain that no kernel did it.
  await card.use(795, 'echo again > last');
}

function firstNumber(text: string, pattern: RegExp): number {
  return Number(pattern.exec(text)?.[1]);
}

describe('a block is read each time if it belongs to', () => {
  it('two directories', async () => {
    writeRaw(card.image, ground * BLOCK, noiseBytes(16 * BLOCK, 4));
    place('b', ground, 12);
    place('a', ground + 5, 1);
    await card.backUp(900);
    await change('a', ground + 5);
    expect(decisionOf(await card.backUp(790))).toBe('quick');
  });

  it('two directories that share all that was cut together', async () => {
    writeRaw(card.image, ground * BLOCK, noiseBytes(16 * BLOCK, 4));
    place('b', ground, 12);
    place('a', ground + 4, 12);
    await card.backUp(900);
    await change('a', ground + 5);
    expect(decisionOf(await card.backUp(790))).toBe('quick');
  });

  it('a directory and an inode table', async () => {
    place('a', firstNumber(run('dumpe2fs', [card.image]), /Inode table at (\d+)/u), 12);
    await card.backUp(900);
    await card.use(800, 'chmod 640 f3');
    expect(decisionOf(await card.backUp(790))).toBe('quick');
  });

  it.each(['a', 'file'])('/%s and the journal', async (name) => {
    place(name, firstNumber(run('debugfs', ['-R', 'stat <8>', card.image]), /\(0-\d+\):(\d+)/u) + 1, 12);
    await card.backUp(900);
    // More than the journal holds.
    await card.use(800, 'head -c 6M /dev/urandom > new', 'data=journal');
    expect(decisionOf(await card.backUp(790))).toBe('quick');
  });

  it.each(['a', 'file'])('/%s, but not by the bitmap', async (name) => {
    const free = firstNumber(run('dumpe2fs', [card.image]), /Free blocks: .*?(\d+)-\d+\n\s+Free inodes/u);
    place(name, free, 12);
    await card.backUp(900);
    writeRaw(card.image, (free + 5) * BLOCK, noiseBytes(BLOCK, 5));
    expect(decisionOf(await card.backUp(790))).toBe('quick');
  });
});
