/** For every call that a small backup makes of its storage: that call goes wrong, and nothing may be lost. */
import { beforeAll, describe, expect, it } from 'vitest';
import { memoryStorage } from '../../src/store/memory-storage.ts';
import { ALL_FOLDERS } from '../../src/store/names.ts';
import { createStore, openStore } from '../../src/store/store.ts';
import type { Storage } from '../../src/store/storage.ts';
import { LEASE_MS } from '../../src/store/store-lock.ts';
import { FAULTS, faultyStorage, type Fault } from '../support/faulty-storage.ts';
import { checkAll, expectSound, listMessage, temporaryFiles } from '../support/store-model.ts';
import { noiseBytes, testSession, textBytes } from '../support/store-fixtures.ts';

const SMALL = { frameBytes: 4096, packBytes: 16_384 };

/** One backup of `count` chunks from `seed` on; half of it flushed on the way. */
async function backUp(storage: Storage, seed: number, count: number): Promise<{ snapshot: string; newChunks: number }> {
  const store = await openStore(storage);
  await using session = await store.startSession(testSession());
  const ids: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    const bytes = i % 2 === 0 ? noiseBytes(900 + i, seed + i) : textBytes(1300 + i, seed + i);
    const id = store.hasher.hash(bytes);
    ids.push(id);
    if (!(await session.has(id))) await session.put(i % 4 === 3 ? 'node' : 'data', id, bytes);
    if (i === count >> 1) await session.flush();
  }
  const snapshot = await session.commitSnapshot(listMessage(ids));
  return { snapshot, newChunks: session.counts.newChunks };
}

interface Clock {
  ms: number;
}

let original: { readonly files: ReadonlyMap<string, Uint8Array>; readonly first: string };

beforeAll(async () => {
  const storage = memoryStorage();
  await createStore(storage, SMALL);
  const { snapshot } = await backUp(storage, 0, 12);
  const files = new Map<string, Uint8Array>();
  for (const folder of ALL_FOLDERS) {
    for (const { name, byteLength } of await storage.list(folder))
      files.set(name, await storage.read(name, 0, byteLength));
  }
  original = { files, first: snapshot };
});

async function storeWithOneBackup(): Promise<{ storage: Storage; clock: Clock; first: string }> {
  const clock = { ms: 1_000_000 };
  const storage = memoryStorage({ now: () => ++clock.ms });
  for (const [name, bytes] of original.files) await storage.create(name, bytes);
  return { storage, clock, first: original.first };
}

async function breakAt(call: number, fault: Fault): Promise<boolean> {
  const { storage, clock, first } = await storeWithOneBackup();
  const faulty = faultyStorage(storage, call, fault);
  let second: string | undefined;
  try {
    second = (await backUp(faulty, 6, 24)).snapshot;
  } catch {
    // As it should be, mostly; a failed `remove` of the lock, for one, fails nobody.
  }
  const seen = await expectSound(storage);
  expect(seen).toContain(first);
  if (second !== undefined) expect(seen).toContain(second);
  clock.ms += LEASE_MS + 1;
  const { snapshot } = await backUp(storage, 6, 24);
  expect(await expectSound(storage)).toContain(snapshot);
  expect((await checkAll(await openStore(storage))).problems).toEqual([]);
  expect(await temporaryFiles(storage)).toEqual([]);
  expect(await storage.list('locks')).toEqual([]);
  return faulty.calls() >= call;
}

describe('a backup whose storage fails at one call', () => {
  it.each(FAULTS)('leaves a sound store, and the next one completes: %s', async (fault) => {
    let calls = 0;
    while (await breakAt(calls + 1, fault)) calls++;
    expect(calls).toBeGreaterThan(60);
  });
});

describe('making a store on a storage that fails at one call', () => {
  it.each(FAULTS)('can be made again or is there: %s', async (fault) => {
    for (let call = 1; ; call++) {
      const storage = memoryStorage();
      const faulty = faultyStorage(storage, call, fault);
      const made = await createStore(faulty, SMALL).then(
        () => true,
        () => false,
      );
      if (!made)
        await createStore(storage, SMALL).catch((error: unknown) =>
          expect(error).toMatchObject({ code: 'E_STORE_EXISTS' }),
        );
      const { snapshot } = await backUp(storage, 0, 5);
      expect(await expectSound(storage)).toEqual([snapshot]);
      expect((await checkAll(await openStore(storage))).problems).toEqual([]);
      if (faulty.calls() < call) break;
    }
  });
});

describe('a backup that was killed', () => {
  it('is taken up: what lay in complete packs is not stored again', async () => {
    const { storage, clock } = await storeWithOneBackup();
    const calls = await (async (): Promise<number> => {
      const probe = faultyStorage((await storeWithOneBackup()).storage, 0, 'crash');
      await backUp(probe, 100, 120);
      return probe.calls();
    })();
    await expect(backUp(faultyStorage(storage, calls - 8, 'crash'), 100, 120)).rejects.toThrow('gone');
    clock.ms += LEASE_MS + 1;
    const { newChunks } = await backUp(storage, 100, 120);
    expect(newChunks).toBeLessThan(40);
    await expectSound(storage);
  });

  it('leaves the packs of a session that lives alone', async () => {
    const { storage } = await storeWithOneBackup();
    const store = await openStore(storage);
    const living = await store.startSession(testSession());
    for (let i = 0; i < 30; i++) {
      const bytes = noiseBytes(1500, 500 + i);
      await living.put('data', store.hasher.hash(bytes), bytes);
    }
    const before = (await storage.list('packs')).length;
    expect(before).toBeGreaterThan(0);
    await backUp(storage, 700, 5);
    expect(await storage.list('packs')).toHaveLength(before);
    const id = await living.commitSnapshot(listMessage([store.hasher.hash(noiseBytes(1500, 500))]));
    await living.close();
    expect(await expectSound(storage)).toContain(id);
  });
});
