/** One flipped byte anywhere in a store is found by the check and never returned as data. */
import { beforeAll, describe, expect, it } from 'vitest';
import { CardkeepError, CorruptDataError } from '../../src/errors.ts';
import { HEADER_BYTES } from '../../src/store/envelope.ts';
import { memoryStorage } from '../../src/store/memory-storage.ts';
import { ALL_FOLDERS } from '../../src/store/names.ts';
import { readPackContent } from '../../src/store/pack-trailer.ts';
import { createStore, openStore } from '../../src/store/store.ts';
import type { Storage, StorageEntry } from '../../src/store/storage.ts';
import { checkAll, listMessage } from '../support/store-model.ts';
import { noiseBytes, testSession, textBytes } from '../support/store-fixtures.ts';

let storage: Storage;
let ids: Uint8Array[];
let chunks: Uint8Array[];
let snapshot: string;
let files: StorageEntry[];

beforeAll(async () => {
  storage = memoryStorage();
  const store = await createStore(storage, { frameBytes: 4096, packBytes: 16_384 });
  const session = await store.startSession(testSession());
  chunks = Array.from({ length: 12 }, (_, i) => (i % 2 ? noiseBytes(700 + i, i) : textBytes(1500 + i, i)));
  ids = chunks.map((chunk) => store.hasher.hash(chunk));
  for (const [i, chunk] of chunks.entries()) await session.put(i === 5 ? 'node' : 'data', ids[i]!, chunk);
  snapshot = await session.commitSnapshot(listMessage(ids));
  await session.close();
  await store.writeRecord({ kind: 'label', atMs: 5, subject: ids[0]!, seq: 1, body: new Uint8Array([1]) });
  files = [];
  for (const folder of ALL_FOLDERS) files.push(...(await storage.list(folder)));
});

/** Reads as `storage` does, with the bytes of one file changed. */
function changed(name: string, change: (bytes: Uint8Array, byteOffset: number) => void): Storage {
  return {
    ...storage,
    async read(read, byteOffset, byteLength) {
      const bytes = await storage.read(read, byteOffset, byteLength);
      if (read === name) change(bytes, byteOffset);
      return bytes;
    },
  };
}

function flipped(name: string, at: number, mask: number): Storage {
  return changed(name, (bytes, byteOffset) => {
    const place = at - byteOffset;
    if (place >= 0 && place < bytes.byteLength) bytes[place]! ^= mask;
  });
}

/** True if opening or checking tells of damage. Whatever can be read must be right. */
async function isFound(damaged: Storage): Promise<boolean> {
  const told: CorruptDataError[] = [];
  const store = await openStore(damaged, { onDamage: (error) => told.push(error) });
  const { problems } = await checkAll(store);
  for (const [i, id] of ids.entries()) {
    try {
      expect(Buffer.compare(await store.readChunk(id), chunks[i]!)).toBe(0);
    } catch (error) {
      expect(error).toBeInstanceOf(CorruptDataError);
    }
  }
  await store.readSnapshot(snapshot).catch((error: unknown) => expect(error).toBeInstanceOf(CardkeepError));
  return problems.length > 0;
}

describe('a flipped byte', () => {
  it.each(['config-1', 'config-1.copy', 'indexes/', 'snapshots/', 'records/', 'packs/'])(
    'is found in %s',
    async (prefix) => {
      const chosen = files.filter(({ name }) => (prefix.endsWith('/') ? name.startsWith(prefix) : name === prefix));
      expect(chosen.length).toBeGreaterThan(0);
      for (const { name, byteLength } of chosen) {
        const inner = prefix === 'packs/' ? await frameBodies(name, byteLength) : () => false;
        for (let at = 0; at < byteLength; at++) {
          if (inner(at) && at % 16 !== 0) continue;
          expect(await isFound(flipped(name, at, 1 << (at % 8))), `${name} at ${at}`).toBe(true);
        }
      }
    },
  );
});

/** Bytes of frame payloads behind their first 16: where one in 16 is enough. */
async function frameBodies(name: string, byteLength: number): Promise<(at: number) => boolean> {
  const storeId = (await storage.read(name, 12, 16)).slice();
  const { frames } = await readPackContent(storage, name, byteLength, storeId);
  return (at) =>
    frames.some((frame) => at >= frame.byteOffset + HEADER_BYTES && at < frame.byteOffset + frame.payloadLength);
}

describe('a file', () => {
  it('that is cut short is found', async () => {
    for (const { name, byteLength } of files.filter(({ name }) => !name.startsWith('locks/'))) {
      for (const length of [0, 1, 63, 64, 90, byteLength >> 1, byteLength - 1]) {
        const cut = memoryStorage();
        for (const file of files) await cut.create(file.name, await storage.read(file.name, 0, file.byteLength));
        await cut.create(name, (await storage.read(name, 0, byteLength)).subarray(0, Math.min(length, byteLength - 1)));
        expect(await isFound(cut), `${name} of ${length} bytes`).toBe(true);
      }
    }
  });

  it('that is gone is found, and a lost index is made up for', async () => {
    for (const { name } of files.filter(({ name }) => !name.startsWith('records/') && !name.startsWith('snapshots/'))) {
      const less = memoryStorage();
      for (const file of files) {
        if (file.name !== name) await less.create(file.name, await storage.read(file.name, 0, file.byteLength));
      }
      if (name.startsWith('indexes/')) {
        const store = await openStore(less);
        for (const [i, id] of ids.entries()) expect(Buffer.compare(await store.readChunk(id), chunks[i]!)).toBe(0);
        const session = await store.startSession(testSession());
        for (const id of ids) expect(await session.has(id)).toBe(true);
        await session.close();
        expect((await checkAll(store)).totals.unindexedPacks).toBe(0);
      } else {
        expect(await isFound(less), name).toBe(true);
      }
    }
  });

  it('under the name of another one is found', async () => {
    for (const { name, byteLength } of files.filter(({ name }) => /[0-9a-f]{64}$/u.test(name))) {
      const renamed = memoryStorage();
      for (const file of files) await renamed.create(file.name, await storage.read(file.name, 0, file.byteLength));
      const wrongName = name.replace(/[0-9a-f]{4}$/u, 'abcd');
      await renamed.create(wrongName, await storage.read(name, 0, byteLength));
      const { problems } = await checkAll(await openStore(renamed));
      expect(problems, name).toMatchObject([{ kind: 'damaged', what: wrongName }]);
    }
  });

  it('that is read wrong once is read again', async () => {
    const pack = files.find(({ name, byteLength }) => name.startsWith('packs/') && byteLength > 4000)!;
    let flips = 1;
    const flaky = changed(pack.name, (bytes) => {
      if (bytes.byteLength > 300 && flips-- > 0) bytes[200]! ^= 1;
    });
    const store = await openStore(flaky);
    for (const [i, id] of ids.entries()) expect(Buffer.compare(await store.readChunk(id), chunks[i]!)).toBe(0);
    expect(flips).toBeLessThan(1);
  });
});
