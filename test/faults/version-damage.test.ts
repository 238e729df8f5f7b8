/** A real card in a store, one byte of the store flipped: the check tells, and a restore gives the card or an error. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { memorySource } from '../../src/device/block-source.ts';
import { CardkeepError } from '../../src/errors.ts';
import { checkStore } from '../../src/operations/check-store.ts';
import { createSnapshot } from '../../src/operations/create-snapshot.ts';
import { executeRestore } from '../../src/restore/execute-restore.ts';
import { planRestore } from '../../src/restore/restore-plan.ts';
import { readCatalog } from '../../src/snapshot/catalog.ts';
import { openSnapshotSource } from '../../src/snapshot/snapshot-source.ts';
import { memoryStorage } from '../../src/store/memory-storage.ts';
import { ALL_FOLDERS } from '../../src/store/names.ts';
import { readPackContent } from '../../src/store/pack-trailer.ts';
import { createStore, openStore } from '../../src/store/store.ts';
import type { Storage } from '../../src/store/storage.ts';
import { temporaryFolder } from '../support/loop-device.ts';
import { memoryTarget } from '../support/memory-target.ts';
import { makeSmallCard } from '../support/small-card.ts';
import { testSession } from '../support/store-fixtures.ts';

const FRAME_HEADER_BYTES = 24;
/** Of the bytes inside of frames, and of all others (which the store's own test flips one by one). */
const PAYLOAD_STRIDE = 65_536;
const STRIDE = 11;
/** Of the flips that are checked, these are restored too. */
const RESTORE_EVERY = 7;

const storage = memoryStorage();
let expected: Uint8Array;
let places: { readonly name: string; readonly at: number }[];

beforeAll(async () => {
  using folder = temporaryFolder();
  const image = path.join(folder.path, 'card.img');
  makeSmallCard(image);
  const store = await createStore(storage);
  await createSnapshot(store, memorySource(new Uint8Array(readFileSync(image))), {
    device: { path: image, model: '', serial: '', bus: '' },
    session: testSession(),
    now: () => 1_700_000_000_000,
    utcOffsetMinutes: 0,
  });
  expected = (await restoreFrom(storage))!;
  places = [];
  for (const folderName of ALL_FOLDERS) {
    for (const { name, byteLength } of await storage.list(folderName))
      places.push(...(await placesIn(name, byteLength)));
  }
});

async function placesIn(name: string, byteLength: number): Promise<{ name: string; at: number }[]> {
  const all = Array.from({ length: byteLength }, (_, at) => at);
  if (!name.startsWith('packs/')) return all.filter((at) => at % STRIDE === 0).map((at) => ({ name, at }));
  const { frames } = await readPackContent(storage, name, byteLength, await storage.read(name, 12, 16));
  const isPayload = new Uint8Array(byteLength);
  for (const { byteOffset, payloadLength } of frames) {
    const start = byteOffset + FRAME_HEADER_BYTES;
    isPayload.fill(1, start, start + payloadLength);
  }
  return all.filter((at) => at % (isPayload[at] === 0 ? STRIDE : PAYLOAD_STRIDE) === 0).map((at) => ({ name, at }));
}

function flipped(name: string, at: number): Storage {
  return {
    ...storage,
    async read(read, byteOffset, byteLength) {
      const bytes = await storage.read(read, byteOffset, byteLength);
      const place = at - byteOffset;
      if (read === name && place >= 0 && place < bytes.byteLength) bytes[place]! ^= 1 << (at % 8);
      return bytes;
    },
  };
}

/** The only version, on a device that held other bytes; undefined if the store says that it cannot be read. */
async function restoreFrom(from: Storage): Promise<Uint8Array | undefined> {
  const store = await openStore(from);
  const { cards, damaged } = await readCatalog(store);
  if (damaged.length > 0) return undefined;
  const volume = cards[0]!.snapshots[0]!.volume;
  const source = openSnapshotSource(store, volume);
  const target = memoryTarget(new Uint8Array(volume.byteLength).fill(0xa5));
  const plan = await planRestore(source, volume, { byteLength: volume.byteLength, sectorSize: 512, isZero: false });
  await executeRestore(store, source, target, plan, { verify: false });
  return target.bytes;
}

describe('one flipped byte in the store of a card', () => {
  it('is found by a check of all data', async () => {
    expect(places.length).toBeGreaterThan(300);
    // The structure is a part of that check, and quicker: what it finds need not be looked for twice.
    for (const { name, at } of places) {
      const store = await openStore(flipped(name, at), { onDamage: () => undefined });
      const { ok } = await checkStore(store, { readData: false });
      if (ok) expect(await checkStore(store, { readData: true }), `${name} at ${at}`).toMatchObject({ ok: false });
    }
  });

  it('never comes out as data', async () => {
    let restored = 0;
    for (const { name, at } of places.filter((_, i) => i % RESTORE_EVERY === 0)) {
      try {
        const bytes = await restoreFrom(flipped(name, at));
        if (bytes === undefined) continue;
        restored++;
        expect(Buffer.compare(bytes, expected), `${name} at ${at}`).toBe(0);
      } catch (error) {
        if (!(error instanceof CardkeepError)) throw error;
        expect(error.kind).toBe('damaged');
      }
    }
    // Whatever stands twice, such as the index, costs nothing.
    expect(restored).toBeGreaterThan(15);
  });
});
