import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/device/block-source.ts';
import { requireEdits, type Edit } from '../../src/restore/edits.ts';
import { planTableFit } from '../../src/restore/tables/plan-table-fit.ts';
import { planTableGrowth } from '../../src/restore/tables/plan-table-growth.ts';
import { accepted, applyEdits } from '../support/apply-edits.ts';
import { openFileSource } from '../support/file-source.ts';
import { run } from '../support/run.ts';
import { dumpTable, growWithTools, makeTable, memoryFolder, tableComplaints } from '../support/table-witness.ts';

const MIB = 1024 * 1024;
const VOLUME_BYTES = 64 * MIB;

const tables = fc.record({
  kind: fc.constantFrom('dos', 'gpt', 'sgdisk'),
  sizes: fc.array(fc.integer({ min: 1, max: 6000 }), { minLength: 1, maxLength: 6 }),
  primaries: fc.integer({ min: 0, max: 3 }),
  growth: fc.integer({ min: 0, max: 40_000 }),
});
type RandomTable = typeof tables extends fc.Arbitrary<infer T> ? T : never;

/** Makes the table; returns the number of its last partition. */
function makeRandom(image: string, { kind, sizes, primaries }: RandomTable): number {
  if (kind === 'sgdisk') {
    writeFileSync(image, '');
    truncateSync(image, VOLUME_BYTES);
    const partitions = sizes.flatMap((size, index) => ['-n', `${index + 1}:0:+${size}`, '-c', `${index + 1}:n${size}`]);
    run('sgdisk', [...partitions, image]);
    return sizes.length;
  }
  const lines = sizes.map((size) => `size=${size}`);
  const hasLogical = kind === 'dos' && sizes.length > primaries;
  if (hasLogical) lines.splice(primaries, 0, 'type=5');
  makeTable(image, VOLUME_BYTES, `label: ${kind}\n${lines.join('\n')}\n`);
  return hasLogical ? 4 + sizes.length - primaries : sizes.length;
}

describe('random tables', () => {
  it('grow as sfdisk and sgdisk grow them', async () => {
    using folder = memoryFolder();
    const image = path.join(folder.path, 'card.img');
    await fc.assert(
      fc.asyncProperty(tables, async (table) => {
        const last = makeRandom(image, table);
        const byteLength = VOLUME_BYTES + table.growth * 512;
        const before = dumpTable(image).partitions.at(-1)!;
        const expected = growWithTools(image, path.join(folder.path, 'tools.img'), byteLength, last);
        {
          using source = openFileSource(image);
          applyEdits(image, accepted(await planTableGrowth(source, byteLength)).edits, byteLength);
        }
        const actual = dumpTable(image);
        const isGpt = table.kind !== 'dos';
        const unit = isGpt ? 2048 : 8;
        const grown = actual.partitions.at(-1)!;
        const most = expected.partitions.at(-1)!;
        const wanted = Math.floor((most.start + most.size) / unit) * unit - most.start;
        expect(grown.size).toBe(Math.max(before.size, wanted));
        const shared = (dump: typeof actual): unknown => ({
          ...dump,
          partitions: dump.partitions.map((entry) => {
            return entry.node === grown.node || entry.type === '5' ? { ...entry, size: 0 } : entry;
          }),
        });
        expect(shared(actual)).toEqual(shared(expected));
        expect(tableComplaints(image).filter((line) => !line.includes("doesn't end on a"))).toEqual([]);
      }),
      { numRuns: 8 },
    );
  });

  it('come back as they were when they shrink to where they grew from', async () => {
    using folder = memoryFolder();
    const image = path.join(folder.path, 'card.img');
    const original = path.join(folder.path, 'original.img');
    await fc.assert(
      fc.asyncProperty(tables, async (table) => {
        makeRandom(image, table);
        copyFileSync(image, original);
        const length = dumpTable(image).partitions.at(-1)!.size * 512;
        const byteLength = VOLUME_BYTES + table.growth * 512;
        {
          using source = openFileSource(image);
          applyEdits(image, accepted(await planTableGrowth(source, byteLength)).edits, byteLength);
        }
        {
          using source = openFileSource(image);
          const plan = accepted(await planTableFit(source, VOLUME_BYTES, { partitionByteLength: length }));
          applyEdits(image, plan.edits, VOLUME_BYTES);
        }
        expect(dumpTable(image)).toEqual(dumpTable(original));
      }),
      { numRuns: 6 },
    );
  });
});

describe('hostile tables', () => {
  const scripts = [
    'label: dos\nsize=512K\nsize=1M\n/dev/x3 : size=512K\n',
    'label: dos\nsize=1M\n/dev/x2 : type=5\n/dev/x5 : size=256K\n/dev/x6 : size=256K\n',
    'label: gpt\nsize=512K\nsize=1M\n',
  ];
  it.each(scripts)('give sound edits or a reason: %j', async (script) => {
    using folder = memoryFolder();
    const image = path.join(folder.path, 'card.img');
    makeTable(image, 4 * MIB, script);
    if (script.includes('gpt')) run('sgdisk', ['-h', '1:2', image]);
    const sound = readFileSync(image);
    const sectors = [...Array(sound.byteLength / 512).keys()].filter((lba) => {
      return sound.subarray(lba * 512, lba * 512 + 512).some(Boolean);
    });
    const places = fc.record({
      sector: fc.constantFrom(...sectors),
      at: fc.oneof(fc.nat(511), fc.integer({ min: 440, max: 511 }), fc.nat(100)),
      value: fc.nat(255),
    });
    const sizes = fc.integer({ min: 0, max: 16 * 2048 });
    await fc.assert(
      fc.asyncProperty(fc.array(places, { minLength: 1, maxLength: 6 }), sizes, async (flips, size) => {
        const bytes = Buffer.from(sound);
        for (const { sector, at, value } of flips) bytes[sector * 512 + at] = value;
        const source = memorySource(bytes);
        for (const plan of [planTableGrowth, planTableFit]) {
          const result: { reason: string } | { edits: readonly Edit[] } = await plan(source, size * 512);
          if ('edits' in result) requireEdits(result.edits, size * 512);
          else expect(result.reason).toMatch(/^[^\n]+$/);
        }
      }),
      { numRuns: 100 },
    );
  });
});
