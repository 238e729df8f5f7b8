import { describe, expect, it } from 'vitest';
import { damageLines } from '../../../src/cli/check-lines.ts';
import { checkStore } from '../../../src/operations/check-store.ts';
import { readCatalog } from '../../../src/snapshot/catalog.ts';
import { PACK_FOLDERS } from '../../../src/store/names.ts';
import { problem } from '../../../src/store/check-problem.ts';
import { openStore } from '../../../src/store/store.ts';
import { memorySource } from '../../../src/device/block-source.ts';
import { backUp, newTestStore } from '../../support/incremental.ts';
import { noiseBytes } from '../../support/store-fixtures.ts';

describe('a store with more damage than is told', () => {
  it('calls no version whole that may be hit by the rest', async () => {
    const { storage } = await newTestStore();
    await backUp({ storage }, memorySource(noiseBytes(300_000, 1)), { nowMs: 1 });
    const packs = (await Promise.all(PACK_FOLDERS.map(async (folder) => storage.list(folder)))).flat();
    // That of the data; the map can still be read.
    await storage.remove(packs.reduce((a, b) => (a.byteLength > b.byteLength ? a : b)).name);
    const real = await openStore(storage, { onDamage: () => undefined });
    const store: typeof real = Object.create(real, {
      check: {
        async *value(options: Parameters<typeof real.check>[0]) {
          for (let i = 0; i < 1000; i++) yield problem('damaged', `records/${i}`, `record ${i} is damaged`);
          return yield* real.check(options);
        },
      },
    });
    const check = await checkStore(store, { readData: true });
    expect(check.ok).toBe(false);
    expect(check.untold).toBeGreaterThan(0);
    const lines = damageLines(check, await readCatalog(real), true);
    expect(lines.join('\n')).not.toMatch(/whole: |can be read/u);
    expect(lines.join('\n')).toMatch(/and \d+ more problem/u);
  });
});
