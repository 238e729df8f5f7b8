import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editedSource, requireEdits, type Edit } from '../../src/restore/edits.ts';
import { planNewIds } from '../../src/restore/new-ids/plan-new-ids.ts';
import { makeCloneCard, PLACES } from '../support/clone-card.ts';
import { openFileSource } from '../support/file-source.ts';
import { seededBytes } from '../support/seeded-bytes.ts';
import { memoryFolder } from '../support/table-witness.ts';

describe.each([
  ['with checksums', []],
  ['without', ['-O', '^metadata_csum,^metadata_csum_seed,^has_journal,^extent,^64bit']],
])('a damaged card %s', (_, extOptions) => {
  it('gets sound edits or none', async () => {
    using folder = memoryFolder();
    const image = path.join(folder.path, 'card.img');
    makeCloneCard(
      image,
      'gpt',
      {
        boot: { 'cmdline.txt': 'root=PARTUUID=%2\n', 'extlinux/extlinux.conf': 'root=PARTUUID=%2\n' },
        root: { 'etc/fstab': 'PARTUUID=%2 / ext4\n', 'etc/crypttab': 'PARTUUID=%3' },
      },
      [],
      extOptions,
    );
    const sound = readFileSync(image);
    const units = [...Array(sound.byteLength / 512).keys()].filter((unit) => {
      return sound.subarray(unit * 512, unit * 512 + 512).some(Boolean);
    });
    using source = openFileSource(image);
    const places = fc.oneof(
      fc.record({ unit: fc.constantFrom(...units), at: fc.nat(511) }),
      fc.record({ unit: fc.constant(PLACES.boot / 512), at: fc.nat(90) }),
    );
    const flips = fc.array(fc.tuple(places, fc.nat(255)), { minLength: 1, maxLength: 5 });
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(flips, async (flips) => {
        const bytes = new Map(flips.map(([{ unit, at }, value]) => [unit * 512 + at, value]));
        const edits = [...bytes]
          .sort((a, b) => a[0] - b[0])
          .map(([byteOffset, value]): Edit => {
            return { byteOffset, byteLength: 1, bytes: Uint8Array.of(value) };
          });
        const damaged = editedSource(source, edits, source.byteLength);
        const plan = await planNewIds(damaged, seededBytes(1));
        if ('reason' in plan) {
          expect(plan.reason).toMatch(/^[^\n]+$/);
          return;
        }
        accepted++;
        requireEdits(plan.edits, source.byteLength);
      }),
      { numRuns: 40 },
    );
    expect(accepted).toBeGreaterThan(0);
  });
});
