import { beforeEach, describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../src/store/memory-storage.ts';
import { createStore, openStore, type Store } from '../../../src/store/store.ts';
import type { Storage } from '../../../src/store/storage.ts';
import { PACK_FOLDERS } from '../../../src/store/names.ts';
import { checkAll, listMessage, temporaryFiles } from '../../support/store-model.ts';
import { noiseBytes, testSession, textBytes } from '../../support/store-fixtures.ts';

let storage: Storage;
let store: Store;

beforeEach(async () => {
  storage = memoryStorage();
  store = await createStore(storage, { frameBytes: 4096, packBytes: 8192 });
});

const indexCount = async (): Promise<number> => (await storage.list('indexes')).length;

describe('a write session', () => {
  it('writes an index every 64 packs without being asked', async () => {
    const session = await store.startSession(testSession());
    for (let i = 0; i < 200; i++) {
      const bytes = noiseBytes(4000, i);
      await session.put('data', store.hasher.hash(bytes), bytes);
    }
    // One chunk a pack: 200 of them.
    expect(await indexCount()).toBe(3);
    // What is indexed now and what is still pending: both are known.
    for (let i = 0; i < 200; i++) expect(await session.has(store.hasher.hash(noiseBytes(4000, i)))).toBe(true);
    await session.close();
    expect((await checkAll(store)).totals).toMatchObject({ chunks: 200, unindexedPacks: 0 });
  });

  it('writes an index every five minutes', async () => {
    let nowMs = 0;
    const session = await store.startSession(testSession({ now: () => nowMs }));
    for (let i = 0; i < 40; i++) {
      const bytes = noiseBytes(4000, i);
      await session.put('data', store.hasher.hash(bytes), bytes);
      if (i === 20) expect(await indexCount()).toBe(0);
      if (i === 20) nowMs = 5 * 60 * 1000;
    }
    expect(await indexCount()).toBe(1);
    await session.close();
  });

  it('takes chunks longer than a frame, and mixes no kinds', async () => {
    const session = await store.startSession(testSession());
    const chunks = [
      textBytes(50_000, 1),
      noiseBytes(4096, 2),
      noiseBytes(4097, 3),
      textBytes(1, 4),
      new Uint8Array(16 << 20),
    ];
    for (const [i, bytes] of chunks.entries()) {
      await session.put((['data', 'metadata', 'node'] as const)[i % 3]!, store.hasher.hash(bytes), bytes);
    }
    await session.flush();
    for (const bytes of chunks) expect(Buffer.compare(await store.readChunk(store.hasher.hash(bytes)), bytes)).toBe(0);
    expect(new Set((await store.listPacks()).map((pack) => pack.kind))).toEqual(new Set([1, 2]));
    const tooLong = new Uint8Array((16 << 20) + 1);
    await expect(session.put('data', new Uint8Array(32), tooLong)).rejects.toThrow(RangeError);
    await expect(session.put('data', new Uint8Array(32), new Uint8Array(0))).rejects.toThrow(RangeError);
    await session.close();
  });

  it('copies before it returns, and stores a chunk once however often it is put', async () => {
    const session = await store.startSession(testSession());
    const bytes = textBytes(3000, 1);
    const id = store.hasher.hash(bytes);
    const puts = Array.from({ length: 50 }, async () => session.put('data', id, bytes));
    const original = bytes.slice();
    bytes.fill(0);
    await Promise.all(puts);
    await session.flush();
    expect(Buffer.compare(await store.readChunk(id), original)).toBe(0);
    expect(session.counts).toMatchObject({ newChunks: 1, newBytes: 3000 });
    await session.close();
  });

  it('counts as stored what the store has grown by', async () => {
    const before = (await store.stats()).storeBytes;
    const session = await store.startSession(testSession());
    for (let i = 0; i < 30; i++) {
      const bytes = textBytes(3000, i);
      await session.put(i % 2 ? 'data' : 'node', store.hasher.hash(bytes), bytes);
    }
    await session.commitSnapshot(listMessage([]));
    await session.close();
    expect((await store.stats()).storeBytes - before).toBe(session.counts.storedBytes);
  });

  it('that is stopped saves what it has, and throws E_STOPPED', async () => {
    const stop = new AbortController();
    const session = await store.startSession(testSession({ signal: stop.signal }));
    const bytes = noiseBytes(500, 1);
    await session.put('data', store.hasher.hash(bytes), bytes);
    stop.abort();
    await expect(session.put('data', store.hasher.hash(bytes), bytes)).rejects.toMatchObject({ code: 'E_STOPPED' });
    await expect(session.commitSnapshot(new Uint8Array(1))).rejects.toMatchObject({ code: 'E_STOPPED' });
    await session.close();
    expect(await (await openStore(storage)).has(store.hasher.hash(bytes))).toBe(true);
    expect(await temporaryFiles(storage)).toEqual([]);
    expect(await storage.list('locks')).toEqual([]);
  });
});

describe('a store', () => {
  it('is not made twice, and is missed where there is none', async () => {
    await expect(createStore(storage)).rejects.toMatchObject({ code: 'E_STORE_EXISTS', kind: 'refused' });
    await expect(openStore(memoryStorage())).rejects.toMatchObject({ code: 'E_NO_STORE', kind: 'not-found' });
  });

  it('ignores files whose names are not its own', async () => {
    for (const name of [
      '._config-1',
      'config-01',
      'config-2 (1)',
      'packs/a/._x',
      'indexes/.DS_Store',
      'snapshots/abc',
      'locks/x',
    ]) {
      await storage.create(name, noiseBytes(100, 1));
    }
    for (const folder of PACK_FOLDERS) await storage.create(`${folder}/Thumbs.db`, noiseBytes(10, 1));
    await (await store.startSession(testSession())).close();
    expect(await store.listSnapshotIds()).toEqual([]);
    expect((await checkAll(await openStore(storage))).problems).toEqual([]);
  });

  it('keeps records', async () => {
    const record = {
      kind: 'restore-end',
      atMs: 2 ** 41,
      subject: new Uint8Array([1, 2]),
      seq: 3,
      body: new Uint8Array([4]),
    };
    const id = await store.writeRecord(record);
    expect(await store.writeRecord(record)).toBe(id);
    expect(await store.listRecords()).toEqual([{ ...record, id }]);
  });

  it('does not take a snapshot for one that is not whole', async () => {
    await expect(store.readSnapshot('0'.repeat(64))).rejects.toMatchObject({ kind: 'not-found' });
    await expect(store.readSnapshot('../config-1')).rejects.toMatchObject({ kind: 'not-found' });
    await storage.create(`snapshots/${'0'.repeat(64)}`, noiseBytes(100, 1));
    await expect(store.readSnapshot('0'.repeat(64))).rejects.toMatchObject({ kind: 'damaged' });
  });

  it('says that a chunk is missing', async () => {
    await expect(store.readChunk(new Uint8Array(32))).rejects.toMatchObject({ kind: 'damaged' });
    expect(await store.has(new Uint8Array(32))).toBe(false);
  });
});
