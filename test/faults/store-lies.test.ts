/** Damage that no checksum shows: wrong bytes under an ID, an index that lies, a compressor that fails. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fromHex } from '../../src/bytes/hex.ts';
import * as lz4 from '../../src/codec/lz4.ts';
import { encodeIndexFile } from '../../src/store/index-file.ts';
import { memoryStorage } from '../../src/store/memory-storage.ts';
import { contentName } from '../../src/store/names.ts';
import { readPackContent } from '../../src/store/pack-trailer.ts';
import { createStore, openStore } from '../../src/store/store.ts';
import { checkAll } from '../support/store-model.ts';
import { testSession, textBytes } from '../support/store-fixtures.ts';

vi.mock('../../src/codec/lz4.ts', { spy: true });
afterEach(() => {
  vi.restoreAllMocks();
});

describe('what no checksum shows', () => {
  it('bytes that are not those of their ID are found, and never returned', async () => {
    const store = await createStore(memoryStorage());
    const session = await store.startSession(testSession());
    const id = store.hasher.hash(textBytes(5000, 1));
    await session.put('data', id, textBytes(5000, 2));
    await session.close();
    await expect(store.readChunk(id)).rejects.toMatchObject({ kind: 'damaged' });
    const { problems } = await checkAll(store);
    expect(problems).toMatchObject([{ kind: 'damaged', chunkIds: [id] }]);
  });

  it('an index that gives another place than the pack is found', async () => {
    const storage = memoryStorage();
    const store = await createStore(storage);
    const session = await store.startSession(testSession());
    const chunks = [textBytes(500, 1), textBytes(500, 2)];
    const ids = chunks.map((chunk) => store.hasher.hash(chunk));
    for (const [i, chunk] of chunks.entries()) await session.put('data', ids[i]!, chunk);
    await session.close();
    const [pack] = await store.listPacks();
    const name = `packs/${pack!.hash[0]}/${pack!.hash}`;
    const content = await readPackContent(storage, name, pack!.byteLength, fromHex(store.id));
    // The two chunks' places are exchanged.
    const records = new Uint8Array(88);
    const view = new DataView(records.buffer);
    for (const [i, id] of ids.entries()) {
      records.set(id, i * 44);
      view.setUint32(i * 44 + 36, i === 0 ? 500 : 0, true);
      view.setUint32(i * 44 + 40, 500, true);
    }
    const frames = new Uint8Array(Uint32Array.of(0, 64, content.frames[0]!.payloadLength, 1000).buffer);
    const packs = [
      {
        id: fromHex(pack!.hash),
        byteLength: pack!.byteLength,
        kind: 1,
        condemnedMs: 0,
        condemnedBy: new Uint8Array(0),
      },
    ];
    const bytes = encodeIndexFile(fromHex(store.id), { supersedes: [], packs, frames, records });
    await storage.create(`indexes/${await contentName(bytes)}`, bytes);
    const again = await openStore(storage);
    expect((await checkAll(again)).problems).toMatchObject([{ kind: 'inconsistent', what: name }]);
    for (const [i, id] of ids.entries()) expect(Buffer.compare(await again.readChunk(id), chunks[i]!)).toBe(0);
  });

  it('a compressor whose output does not come back fails the backup', async () => {
    const store = await createStore(memoryStorage());
    const session = await store.startSession(testSession());
    vi.mocked(lz4.compressLz4).mockImplementationOnce(async (bytes) => {
      const compressed = await lz4.compressLz4(bytes);
      compressed[compressed.byteLength - 1]! ^= 1;
      return compressed;
    });
    const bytes = textBytes(5000, 1);
    await session.put('data', store.hasher.hash(bytes), bytes);
    await expect(session.commitSnapshot(new Uint8Array(1))).rejects.toMatchObject({ code: 'E_DECODE_CHECK' });
    await session.close();
    expect(await store.listSnapshotIds()).toEqual([]);
    expect((await store.stats()).packs).toBe(0);
  });
});
