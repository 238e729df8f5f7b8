/** What a store lost is absent for a writer: it is stored again, and found there by readers. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { CorruptDataError } from '../../src/errors.ts';
import { memoryStorage } from '../../src/store/memory-storage.ts';
import { ALL_FOLDERS, PACK_FOLDERS } from '../../src/store/names.ts';
import { createStore, openStore, type Store } from '../../src/store/store.ts';
import type { Storage } from '../../src/store/storage.ts';
import { checkAll } from '../support/store-model.ts';
import { noiseBytes, testSession } from '../support/store-fixtures.ts';

const CHUNKS = Array.from({ length: 12 }, (_, i) => noiseBytes(1500 + i, i));

let storage: Storage;

/** Puts what is not there; returns how many that were. */
async function backUp(told: CorruptDataError[] = []): Promise<number> {
  await using store = await openStore(storage, { onDamage: (error) => told.push(error) });
  const session = await store.startSession(testSession());
  let stored = 0;
  for (const [i, chunk] of CHUNKS.entries()) {
    const id = store.hasher.hash(chunk);
    if (await session.has(id)) continue;
    stored++;
    await session.put(i === 5 ? 'node' : 'data', id, chunk);
  }
  await session.flush();
  await session.close();
  return stored;
}

async function expectAllReadable(): Promise<void> {
  const store: Store = await openStore(storage);
  for (const chunk of CHUNKS) {
    expect(Buffer.compare(await store.readChunk(store.hasher.hash(chunk)), chunk)).toBe(0);
  }
}

async function packs(): Promise<string[]> {
  const names: string[] = [];
  for (const folder of PACK_FOLDERS) for (const { name } of await storage.list(folder)) names.push(name);
  return names;
}

async function change(name: string, edit: (bytes: Uint8Array) => Uint8Array): Promise<void> {
  const entries = await Promise.all(ALL_FOLDERS.map(async (folder) => storage.list(folder)));
  const { byteLength } = entries.flat().find((entry) => entry.name === name)!;
  const bytes = edit(new Uint8Array(await storage.read(name, 0, byteLength)));
  await storage.remove(name);
  await storage.create(name, bytes);
}

beforeEach(async () => {
  storage = memoryStorage();
  // Three or four chunks a frame, a few frames a pack.
  await createStore(storage, { frameBytes: 6000, packBytes: 14_000 });
  expect(await backUp()).toBe(CHUNKS.length);
  expect(await backUp()).toBe(0);
});

describe('a store that lost something', () => {
  it('stores again what lay in packs that are gone', async () => {
    const names = await packs();
    for (const name of names) {
      await storage.remove(name);
      const told: CorruptDataError[] = [];
      expect(await backUp(told), name).toBeGreaterThan(0);
      expect(told.map(({ message }) => message)).toEqual([expect.stringMatching(/^pack [0-9a-f]{12} is missing: /u)]);
      await expectAllReadable();
      expect(await backUp()).toBe(0);
    }
  });

  it('stores again what lay in packs that were cut short', async () => {
    for (const name of await packs()) await change(name, (bytes) => bytes.slice(0, bytes.byteLength - 20));
    const told: CorruptDataError[] = [];
    expect(await backUp(told)).toBe(CHUNKS.length);
    expect(told[0]!.message).toMatch(/^pack [0-9a-f]{12} and \d+ more are not whole: /u);
    await expectAllReadable();
    expect(await backUp()).toBe(0);
  });

  it('stores again what a check found damaged, and nothing else', async () => {
    const [name] = await packs();
    await change(name!, (bytes) => bytes.with(64 + 200, bytes[64 + 200]! ^ 1));
    await using store = await openStore(storage);
    expect((await checkAll(store)).totals.isDamageRecorded).toBe(false);
    expect(await backUp(), 'nobody has told it').toBe(0);
    const found = await checkAll(store, { recordsDamage: true });
    expect(found.problems.map(({ kind, what }) => [kind, what])).toEqual([['damaged', name]]);
    expect(found.totals.isDamageRecorded).toBe(true);
    expect(await store.listRecords()).toHaveLength(1);
    await checkAll(store, { recordsDamage: true });
    expect(await store.listRecords(), 'said once').toHaveLength(1);
    expect(await backUp()).toBe(found.problems[0]!.chunkIds.length);
    await expectAllReadable();
    expect(await backUp()).toBe(0);
  });

  it('trusts a pack again that was written anew under its name', async () => {
    const all = await packs();
    for (const name of all) await change(name, (bytes) => bytes.with(bytes.byteLength - 1, 0xff));
    await using store = await openStore(storage);
    await checkAll(store, { recordsDamage: true });
    expect(await backUp()).toBe(CHUNKS.length);
    expect((await packs()).sort(), 'the same chunks in the same order make the same packs').toEqual(all.sort());
    await expectAllReadable();
    expect(await backUp()).toBe(0);
    expect((await checkAll(store)).problems).toEqual([]);
  });

  it('does not trust a damaged pack again because its index was lost', async () => {
    const [name] = await packs();
    await change(name!, (bytes) => bytes.with(64 + 200, bytes[64 + 200]! ^ 1));
    await using store = await openStore(storage);
    const [found] = (await checkAll(store, { recordsDamage: true })).problems;
    for (const { name: index } of await storage.list('indexes')) await storage.remove(index);
    expect(await backUp()).toBe(found!.chunkIds.length);
    await expectAllReadable();
    expect(await backUp()).toBe(0);
  });
});
