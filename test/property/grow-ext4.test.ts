/**
 * Plans of damaged file systems: a plan or a reason, never anything else; and what e2fsck calls sound before, it calls
 * sound after. `CARDKEEP_GROW_SEED` repeats a run, `CARDKEEP_GROW_CASES` makes more of them.
 */
import { closeSync, openSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { memorySource } from '../../src/device/block-source.ts';
import { requireEdits } from '../../src/restore/edits.ts';
import { planExt4Growth, type Ext4Growth } from '../../src/restore/grow/ext4-growth.ts';
import { type Refusal } from '../../src/restore/grow/ext4-resize.ts';
import { planExt4Shrink, type Ext4Shrink } from '../../src/restore/grow/ext4-shrink.ts';
import { mutate } from '../fuzz/mutate.ts';
import { randomFrom } from '../fuzz/random.ts';
import { makeSubject, type Subject } from '../fuzz/subjects.ts';
import { imageFolder } from '../support/ext4-image.ts';
import { verdict } from '../support/run.ts';

const FOLDER = imageFolder('grow-mutants');
const FILE = path.join(FOLDER, 'mutant');
const SEED = Number(process.env['CARDKEEP_GROW_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const CASES = Number(process.env['CARDKEEP_GROW_CASES'] ?? 12);
const MIB = 1024 * 1024;

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const SUBJECTS = [
  'ext4',
  'ext4-4k',
  'ext4-no-checksums',
  'ext4-uninit-bg',
  'ext4-bigalloc',
  'ext4-meta-bg',
  'ext4-all',
  'ext4-no-journal',
  'ext3',
  'ext2',
];

describe.each(SUBJECTS)('%s', (name) => {
  it('changes its size, whatever is wrong with it, or is left alone', async () => {
    const subject = await makeSubject(name, FOLDER);
    const seen = { grown: 0, shrunk: 0, sound: 0 };
    for (let i = 0; i < CASES; i++) {
      const seed = SEED + i;
      const random = randomFrom(seed);
      // The first is sound.
      const { bytes, steps } = i === 0 ? asIs(subject) : mutate(copyOf(subject), random);
      const what = `CARDKEEP_GROW_SEED=${seed} ${name}: ${steps.join('; ')}`;
      const longer = bytes.byteLength + (1 + random.below(64)) * MIB + random.below(4096);
      const growth = await planExt4Growth(memorySource(bytes), longer);
      seen.grown += requirePlan(what, growth, longer);
      const least = await leastBytes(bytes);
      const shorter = Math.min(bytes.byteLength, least + random.below(MIB));
      const shrink = await planExt4Shrink(memorySource(bytes), shorter);
      seen.shrunk += requirePlan(what, shrink, shorter);
      if (!isSound(bytes)) continue;
      seen.sound++;
      for (const [plan, newBytes] of [
        [growth, longer],
        [shrink, shorter],
      ] as const) {
        if ('reason' in plan) continue;
        const after = resizeInFile(bytes, newBytes, plan.edits);
        expect({ what, newBytes, ...after }).toMatchObject({ what, newBytes, status: 0 });
      }
    }
    expect(seen.grown).toBeGreaterThan(0);
    expect(seen.shrunk).toBeGreaterThan(0);
    // That one holds quotas that do not agree from the beginning.
    if (name !== 'ext4-bigalloc') expect(seen.sound).toBeGreaterThan(0);
  });
});

/** 1 for a plan that can be carried out, 0 for a reason that says what to do. */
function requirePlan(what: string, plan: Ext4Growth | Ext4Shrink | Refusal, newBytes: number): number {
  if ('reason' in plan) {
    expect(plan.reason, what).toMatch(/^[^\n]+: (?:run|mount|make|use) [^\n]+$/u);
    return 0;
  }
  requireEdits(plan.edits, newBytes);
  expect(plan.newBlockCount * plan.blockSize, what).toBeLessThanOrEqual(newBytes);
  return 1;
}

async function leastBytes(bytes: Buffer): Promise<number> {
  const refusal = await planExt4Shrink(memorySource(bytes), 32 * 1024);
  return 'reason' in refusal ? (refusal.minimumByteLength ?? bytes.byteLength) : bytes.byteLength;
}

function asIs(subject: Subject): { bytes: Buffer; steps: readonly string[] } {
  return { bytes: subject.bytes, steps: [] };
}

function copyOf(subject: Subject): Subject {
  return { ...subject, bytes: Buffer.from(subject.bytes) };
}

function isSound(bytes: Buffer): boolean {
  writeFileSync(FILE, bytes);
  return verdict('e2fsck', ['-fn', FILE]).status === 0;
}

function resizeInFile(
  bytes: Buffer,
  newBytes: number,
  edits: Parameters<typeof requireEdits>[0],
): ReturnType<typeof verdict> {
  writeFileSync(FILE, bytes);
  truncateSync(FILE, newBytes);
  const descriptor = openSync(FILE, 'r+');
  for (const { byteOffset, byteLength, bytes: content } of edits) {
    writeSync(descriptor, content ?? new Uint8Array(byteLength), 0, byteLength, byteOffset);
  }
  closeSync(descriptor);
  return verdict('e2fsck', ['-fn', FILE]);
}
