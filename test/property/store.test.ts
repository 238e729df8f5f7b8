/** Random lives of a store against a model: puts, flushes, commits, crashes, sleeping computers, two writers at once. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromHex, toHex } from '../../src/bytes/hex.ts';
import { memoryStorage } from '../../src/store/memory-storage.ts';
import { createStore, openStore, type Store, type WriteSession } from '../../src/store/store.ts';
import { LEASE_MS } from '../../src/store/store-lock.ts';
import { faultyStorage, type FaultyStorage } from '../support/faulty-storage.ts';
import { checkAll, expectSound, listMessage, temporaryFiles } from '../support/store-model.ts';
import { noiseBytes, testSession, textBytes } from '../support/store-fixtures.ts';

type Step =
  | {
      readonly do: 'put';
      readonly writer: number;
      readonly seed: number;
      readonly count: number;
      readonly size: number;
    }
  | { readonly do: 'flush' | 'commit' | 'close' | 'crash'; readonly writer: number }
  | { readonly do: 'wait' };

const writer = fc.nat({ max: 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('put' as const),
      writer,
      seed: fc.nat({ max: 30 }),
      count: fc.integer({ min: 1, max: 12 }),
      size: fc.integer({ min: 1, max: 9000 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('flush' as const, 'commit' as const, 'close' as const, 'crash' as const),
      writer,
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'wait' as const }) },
);

interface Writer {
  readonly storage: FaultyStorage;
  readonly store: Store;
  readonly session: WriteSession;
  readonly ids: Uint8Array[];
}

it('keeps every committed chunk through any life', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
      let clockMs = 1_000_000;
      const disk = memoryStorage({ now: () => ++clockMs });
      await createStore(disk, { frameBytes: 4096, packBytes: 20_000 });
      const writers: (Writer | undefined)[] = [undefined, undefined];
      const committed: string[] = [];

      const begin = async (): Promise<Writer> => {
        const storage = faultyStorage(disk, 0, 'fail');
        const store = await openStore(storage);
        return { storage, store, session: await store.startSession(testSession()), ids: [] };
      };
      const act = async (step: Exclude<Step, { do: 'wait' }>): Promise<void> => {
        const { store, session, ids, storage } = (writers[step.writer] ??= await begin());
        if (step.do === 'put') {
          for (let i = 0; i < step.count; i++) {
            const make = (step.seed + i) % 2 === 0 ? noiseBytes : textBytes;
            const bytes = make(step.size, step.seed + i);
            const id = store.hasher.hash(bytes);
            ids.push(id);
            if (!(await session.has(id))) await session.put((['data', 'metadata', 'node'] as const)[i % 3]!, id, bytes);
            expect(await session.has(id)).toBe(true);
          }
        } else if (step.do === 'flush') {
          await session.flush();
          for (const id of ids) expect(toHex(store.hasher.hash(await store.readChunk(id)))).toBe(toHex(id));
        } else if (step.do === 'commit') {
          committed.push(await session.commitSnapshot(listMessage(ids)));
        } else {
          if (step.do === 'crash') storage.kill();
          await session.close();
          writers[step.writer] = undefined;
        }
      };

      for (const step of steps) {
        if (step.do === 'wait') {
          clockMs += LEASE_MS + 1;
          continue;
        }
        try {
          await act(step);
        } catch (error) {
          // Slept too long, and the other one took it for dead.
          expect(error).toMatchObject({ code: 'E_LOCK_LOST' });
          await writers[step.writer]?.session.close();
          writers[step.writer] = undefined;
        }
      }
      expect(await expectSound(disk)).toEqual([...new Set(committed)].sort());
      for (const writer of writers) {
        writer?.storage.kill();
        await writer?.session.close();
      }
      clockMs += LEASE_MS + 1;
      await (await (await openStore(disk)).startSession(testSession())).close();
      expect(await expectSound(disk)).toEqual([...new Set(committed)].sort());
      const end = await openStore(disk);
      const { problems, totals } = await checkAll(end);
      expect(problems).toEqual([]);
      expect(totals.unindexedPacks).toBe(0);
      expect(await temporaryFiles(disk)).toEqual([]);
      expect(await disk.list('locks')).toEqual([]);
      for (const snapshot of committed) {
        const ids = JSON.parse(new TextDecoder().decode(await end.readSnapshot(snapshot))) as string[];
        for (const id of ids) expect(await end.has(fromHex(id))).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});
