import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../src/bytes/hex.ts';
import type { ChunkIndex } from '../../../src/store/chunk-index.ts';
import { CorruptDataError } from '../../../src/errors.ts';
import { encodeIndexFile, openIndexFile, type IndexContent } from '../../../src/store/index-file.ts';
import { loadChunkIndex } from '../../../src/store/load-index.ts';
import { memoryStorage } from '../../../src/store/memory-storage.ts';
import { PendingChunks } from '../../../src/store/pending-chunks.ts';
import { PrefixTable } from '../../../src/store/prefix-table.ts';
import { contentName } from '../../../src/store/names.ts';
import type { Storage } from '../../../src/store/storage.ts';
import { noiseBytes } from '../../support/store-fixtures.ts';

const STORE_ID = new Uint8Array(16).fill(9);
const PACK_ID = new Uint8Array(32).fill(0xab);

function idOf(number: number): Uint8Array {
  return noiseBytes(32, number + 1);
}

/** An index of `count` chunks of 10 bytes, 100 in a frame. */
function indexOf(first: number, count: number, change: Partial<IndexContent> = {}): IndexContent {
  const records = new Uint8Array(count * 44);
  const view = new DataView(records.buffer);
  for (let i = 0; i < count; i++) {
    records.set(idOf(first + i), i * 44);
    view.setUint32(i * 44 + 32, Math.floor(i / 100), true);
    view.setUint32(i * 44 + 36, (i % 100) * 10, true);
    view.setUint32(i * 44 + 40, 10, true);
  }
  const frameCount = Math.ceil(count / 100);
  const frames = new Uint8Array(frameCount * 16);
  const rows = new DataView(frames.buffer);
  for (let frame = 0; frame < frameCount; frame++) {
    rows.setUint32(frame * 16 + 4, 64 + frame * 524, true);
    rows.setUint32(frame * 16 + 8, 500, true);
    rows.setUint32(frame * 16 + 12, 1000, true);
  }
  const pack = {
    id: PACK_ID,
    byteLength: 64 + frameCount * 524 + 100,
    kind: 1,
    condemnedMs: 0,
    condemnedBy: new Uint8Array(0),
  };
  return { supersedes: [], packs: [pack], frames, records, ...change };
}

async function addIndex(storage: Storage, content: IndexContent): Promise<string> {
  const bytes = encodeIndexFile(STORE_ID, content);
  const hash = await contentName(bytes);
  await storage.create(`indexes/${hash}`, bytes);
  return hash;
}

async function load(storage: Storage): Promise<{ index: ChunkIndex; damage: string[] }> {
  const damage: string[] = [];
  return { index: await loadChunkIndex(storage, STORE_ID, (error) => damage.push(error.message)), damage };
}

describe('the index', () => {
  it('finds every chunk of several files and nothing else, in about 20 bytes a chunk', async () => {
    const storage = memoryStorage();
    await addIndex(storage, indexOf(0, 3000));
    await addIndex(storage, indexOf(3000, 257));
    await addIndex(storage, indexOf(3257, 1));
    const { index, damage } = await load(storage);
    expect(damage).toEqual([]);
    expect(index.recordCount).toBe(3258);
    expect(index.memoryBytes / 3258).toBeLessThan(24);
    for (let i = 0; i < 3258; i += 1) {
      const [place, ...more] = await index.locate(idOf(i));
      expect(more).toEqual([]);
      const inFile = i < 3000 ? i : i < 3257 ? i - 3000 : 0;
      expect(place).toMatchObject({ offsetInRaw: (inFile % 100) * 10, byteLength: 10 });
      expect(place!.frame.byteOffset).toBe(64 + Math.floor(inFile / 100) * 524);
    }
    for (let i = 5000; i < 6000; i++) expect(index.mayHave(idOf(i))).toBe(false);
    // The same first eight bytes are not yet the same ID.
    const alike = idOf(7);
    alike[31]! ^= 1;
    expect(index.mayHave(alike)).toBe(true);
    expect(await index.locate(alike)).toEqual([]);
  });

  it('a place that cannot be is an error each time, whether its page has to be read or not', async () => {
    const storage = memoryStorage();
    const content = indexOf(0, 10);
    new DataView(content.records.buffer).setUint32(3 * 44 + 36, 991, true);
    await addIndex(storage, content);
    const { index } = await load(storage);
    expect(index.hasCached(idOf(3))).toBeUndefined();
    await expect(index.locate(idOf(3))).rejects.toThrow(CorruptDataError);
    expect(index.hasCached(idOf(4))).toBe(true);
    expect(() => index.hasCached(idOf(3))).toThrow(CorruptDataError);
  });

  it('leaves superseded files out, and uses them when the one that supersedes is damaged', async () => {
    const storage = memoryStorage();
    const old = await addIndex(storage, indexOf(0, 300));
    const merged = await addIndex(storage, indexOf(0, 600, { supersedes: [fromHex(old)] }));
    expect((await load(storage)).index.recordCount).toBe(600);
    const name = `indexes/${merged}`;
    const [entry] = (await storage.list('indexes')).filter((entry) => entry.name === name);
    const bytes = await storage.read(name, 0, entry!.byteLength);
    bytes[bytes.byteLength - 5]! ^= 1;
    await storage.create(name, bytes);
    const { index, damage } = await load(storage);
    expect(index.recordCount).toBe(300);
    expect(damage).toHaveLength(1);
  });

  it('puts condemned places last', async () => {
    const storage = memoryStorage();
    const content = indexOf(0, 10);
    await addIndex(storage, { ...content, packs: [{ ...content.packs[0]!, condemnedMs: 5 }] });
    const other = new Uint8Array(32).fill(0xcd);
    await addIndex(storage, { ...content, packs: [{ ...content.packs[0]!, id: other }] });
    const { index } = await load(storage);
    expect((await index.locate(idOf(3))).map((place) => place.frame.isReliable)).toEqual([true, false]);
  });

  it('starts again when a file vanishes while it is loaded', async () => {
    const storage = memoryStorage();
    const gone = await addIndex(storage, indexOf(0, 300));
    await addIndex(storage, indexOf(300, 300));
    let reads = 0;
    const vanishing: Storage = {
      ...storage,
      async read(name, byteOffset, byteLength) {
        if (name.endsWith(gone) && ++reads === 3) await storage.remove(name);
        return storage.read(name, byteOffset, byteLength);
      },
    };
    expect((await load(vanishing)).index.recordCount).toBe(300);
  });

  it('refuses heads that lie', async () => {
    const good = indexOf(0, 300);
    const bad: Partial<IndexContent>[] = [
      { packs: [] },
      { packs: [{ ...good.packs[0]!, byteLength: 500 }] },
      { frames: good.frames.subarray(0, 15) },
      { frames: new Uint8Array(good.frames).fill(0xff, 8, 12) },
      { frames: new Uint8Array(good.frames).fill(0xff, 12, 16) },
    ];
    for (const change of bad) {
      const storage = memoryStorage();
      const bytes = encodeIndexFile(STORE_ID, { ...good, ...change });
      await storage.create('indexes/x', bytes);
      const entry = { name: 'indexes/x', byteLength: bytes.byteLength, modifiedMs: 0 };
      await expect(openIndexFile(storage, entry, STORE_ID)).rejects.toThrow(CorruptDataError);
      await expect(openIndexFile(storage, { ...entry, byteLength: bytes.byteLength + 1 }, STORE_ID)).rejects.toThrow(
        CorruptDataError,
      );
    }
    const storage = memoryStorage();
    await addIndex(storage, { ...good, frames: good.frames.subarray(0, 16) });
    const { index } = await load(storage);
    await expect(index.locate(idOf(250))).rejects.toThrow(CorruptDataError);
  });
});

describe('IDs made to collide', () => {
  it('are refused when they are equal, and cost nothing when they are only alike', async () => {
    const equal = indexOf(0, 300);
    for (let i = 0; i < 300; i++) equal.records.fill(7, i * 44, i * 44 + 31);
    const storage = memoryStorage();
    await addIndex(storage, equal);
    const { index, damage } = await load(storage);
    expect([index.recordCount, damage.length]).toEqual([0, 1]);
    const table = new PrefixTable();
    const id = new Uint8Array(8);
    for (let i = 0; i < 300_000; i++) {
      new DataView(id.buffer).setUint32(i % 2 ? 0 : 4, i);
      table.add(id, 0, i);
    }
    expect(table.count).toBe(300_000);
  });
});

describe('the tables in memory', () => {
  it('hold 200 000 entries with equal prefixes among them', () => {
    const table = new PrefixTable();
    for (let i = 0; i < 200_000; i++) table.add(idOf(i % 199_000), 0, i);
    expect(table.count).toBe(200_000);
    expect(table.byteLength / 200_000).toBeLessThan(24);
    for (const i of [0, 5, 999, 1000, 150_000, 198_999]) {
      const found: number[] = [];
      table.find(idOf(i), (value) => {
        found.push(value);
        return false;
      });
      expect(found.sort((a, b) => a - b)).toEqual(i < 1000 ? [i, 199_000 + i] : [i]);
    }
    expect(table.find(idOf(300_000), () => true)).toBe(false);
  });

  it('forget the chunks of indexed frames only', () => {
    const pending = new PendingChunks();
    for (let i = 0; i < 5000; i++) pending.add(idOf(i), i % 7);
    const rest = pending.filtered((frame) => frame !== 3);
    for (let i = 0; i < 5000; i++) {
      expect(pending.has(idOf(i))).toBe(true);
      expect(rest.has(idOf(i))).toBe(i % 7 !== 3);
    }
    expect(pending.has(idOf(5000))).toBe(false);
  });
});
