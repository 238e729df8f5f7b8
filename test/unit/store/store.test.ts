import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLocalStorage } from '../../../src/store/local-storage.ts';
import { memoryStorage } from '../../../src/store/memory-storage.ts';
import type { Storage } from '../../../src/store/storage.ts';
import { createStore, openStore } from '../../../src/store/store.ts';
import { noiseBytes, testSession, textBytes } from '../../support/store-fixtures.ts';

async function roundTrip(storage: Storage): Promise<void> {
  const store = await createStore(storage, { packBytes: 1 << 20 });
  const session = await store.startSession(testSession());
  const ids: [Uint8Array, Uint8Array][] = [];
  for (let i = 0; i < 200; i++) {
    const bytes = i % 3 === 0 ? noiseBytes(1 + i * 331, i) : textBytes(1 + i * 331, i);
    const id = store.hasher.hash(bytes);
    expect(await session.has(id)).toBe(false);
    await session.put(i % 5 === 0 ? 'metadata' : i % 7 === 0 ? 'node' : 'data', id, bytes);
    expect(await session.has(id)).toBe(true);
    ids.push([id, bytes]);
  }
  const snapshot = await session.commitSnapshot(new TextEncoder().encode('a message'));
  // Nodes tell where chunks lie, they are none.
  expect(session.counts.newChunks).toBe(ids.filter((_, i) => i % 5 === 0 || i % 7 !== 0).length);
  await session.close();
  const again = await openStore(storage);
  expect(await again.listSnapshotIds()).toEqual([snapshot]);
  expect(new TextDecoder().decode(await again.readSnapshot(snapshot))).toBe('a message');
  const read = await Promise.all(ids.map(async ([id]) => again.readChunk(id)));
  for (const [i, bytes] of read.entries()) expect(Buffer.compare(bytes, ids[i]![1])).toBe(0);
  const stats = await again.stats();
  expect(stats).toMatchObject({ chunks: 200, snapshots: 1 });
  expect(stats.packs).toBeGreaterThan(3);
}

describe('a store', () => {
  it('gives back what was put, from memory', async () => {
    await roundTrip(memoryStorage());
  });

  it('gives back what was put, from a folder', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'cardkeep-store-'));
    try {
      const storage = await openLocalStorage(path.join(folder, 'a', 'b'), { create: true });
      await roundTrip(storage);
      await storage.close();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
