/** A store that has lost something, and the quick backup that wanted to rely on it. */
import { rmSync } from 'node:fs';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../src/bytes/hex.ts';
import { CorruptDataError } from '../../src/errors.ts';
import { checkStore } from '../../src/operations/check-store.ts';
import { createSnapshot } from '../../src/operations/create-snapshot.ts';
import { readHotFiles } from '../../src/operations/plan-incremental.ts';
import { HOT_FILES, LAST_READ } from '../../src/snapshot/attachments.ts';
import {
  decodeNode,
  encodeInner,
  encodeLeaf,
  isLeaf,
  RUN_UNREADABLE,
  WINDOW_BYTES,
} from '../../src/snapshot/map-node.ts';
import { encodeSnapshot } from '../../src/snapshot/snapshot-codec.ts';
import { openSnapshotSource } from '../../src/snapshot/snapshot-source.ts';
import { PACK_FOLDERS } from '../../src/store/names.ts';
import type { StorageEntry } from '../../src/store/storage.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { decisionOf, hoursAgoMs, makeAgingCard, type AgingCard } from '../support/aging-card.ts';
import { imageFolder } from '../support/ext4-image.ts';
import { openFileSource } from '../support/file-source.ts';
import { inodeOf } from '../support/forged-inode.ts';
import { backUp } from '../support/incremental.ts';
import { testSession } from '../support/store-fixtures.ts';

const FOLDER = imageFolder('damage');
const BLOCK = 4096;

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

let card: AgingCard;

beforeEach(async () => {
  card = await makeAgingCard(FOLDER, '-t ext4 -b 4096');
});

async function allPacks(): Promise<readonly StorageEntry[]> {
  const folders = await Promise.all(PACK_FOLDERS.map(async (folder) => card.store.storage.list(folder)));
  return folders.flat();
}

describe('damage of the store', () => {
  it('a frame is damaged: known of, its pieces are read again', async () => {
    await card.backUp(900);
    const { storage } = card.store;
    const pack = (await allPacks()).toSorted((a, b) => b.byteLength - a.byteLength)[0]!;
    const bytes = await storage.read(pack.name, 0, pack.byteLength);
    bytes[1_000_000]! ^= 1;
    await storage.remove(pack.name);
    await storage.create(pack.name, bytes);
    const before = await card.backUp(890);
    expect(decisionOf(before)).toBe('quick');
    expect((await checkStore(await openStore(storage), { readData: true, recordsDamage: true })).ok).toBe(false);
    const after = await card.backUp(880);
    expect(decisionOf(after)).toBe('quick');
    expect(after.snapshot.counts.carried).toBeLessThan(before.snapshot.counts.carried);
    expect(after.snapshot.counts.newBytes).toBeGreaterThan(0);
    using source = openFileSource(card.image);
    const store = await openStore(storage);
    const stored = openSnapshotSource(store, after.snapshot.volume);
    const [block] = card.blocksOf('f3');
    expect(await stored.read(block! * BLOCK, BLOCK)).toEqual(await source.read(block! * BLOCK, BLOCK));
  });

  it.each([HOT_FILES, LAST_READ])('what a version says of %s is lost', async (kind) => {
    await card.backUp(900);
    await card.use(895, 'printf A | dd of=f3 bs=1 seek=9000 conv=notrunc status=none');
    await card.backUp(890);
    const last = await card.backUp(885);
    const store = await openStore(card.store.storage);
    const { node } = last.snapshot.attachments.find((attachment) => attachment.kind === kind)!;
    using source = openFileSource(card.image);
    const lossy: Store = {
      ...store,
      readChunk: async (id) => {
        if (toHex(id) === node) throw new CorruptDataError('lost');
        return store.readChunk(id);
      },
    };
    const next = await createSnapshot(lossy, source, {
      device: { path: '/dev/test', model: '', serial: '', bus: '' },
      session: testSession(),
      now: () => hoursAgoMs(880),
      utcOffsetMinutes: 0,
    });
    expect(decisionOf(next)).toBe('full: version 3 in the store is damaged');
    expect(next.snapshot.volume.mapRoot).toBe(last.snapshot.volume.mapRoot);
    // What is left to be told by an older version is not forgotten.
    const hot = await readHotFiles(store, next.snapshot);
    expect(hot.map(({ inode }) => inode)).toContain(inodeOf(card.image, 'f3'));
    expect(decisionOf(await card.backUp(870))).toBe('quick');
  });

  it('a version that does not say which files are to be read each time: none of it is taken over', async () => {
    const first = await card.backUp(900);
    const store = await openStore(card.store.storage);
    {
      await using session = await store.startSession(testSession());
      await session.commitSnapshot(encodeSnapshot({ ...first.snapshot, number: 2, attachments: [] }));
    }
    expect(decisionOf(await card.backUp(890))).toBe(
      'full: version 2 does not say which files are to be read each time',
    );
  });

  it('a version lacks what could not be read, the superblock among it: all of the card is read', async () => {
    const { snapshot } = await card.backUp(900);
    const { volume } = snapshot;
    const store = await openStore(card.store.storage);
    {
      await using session = await store.startSession(testSession());
      const put = async (node: Uint8Array): Promise<Uint8Array> => {
        await session.put('node', store.hasher.hash(node), node);
        return store.hasher.hash(node);
      };
      const root = decodeNode(await store.readChunk(fromHex(volume.mapRoot)), volume.levels - 1);
      if (isLeaf(root)) throw new Error('the card is too small');
      const none = new Uint32Array(1);
      const [what, length] = [Uint32Array.of(RUN_UNREADABLE), Uint32Array.of(WINDOW_BYTES)];
      const first = await put(encodeLeaf({ level: 0, count: 1, start: none, length, what, chunkOffset: none, chunks: [] })); // prettier-ignore
      const mapRoot = toHex(await put(encodeInner({ ...root, children: [first, ...root.children.slice(1)] })));
      await session.commitSnapshot(encodeSnapshot({ ...snapshot, number: 2, volume: { ...volume, mapRoot } }));
    }
    expect(decisionOf(await card.backUp(890))).toBe('full: version 2 lacks what could not be read');
  });

  it.each([[0], [1], [2]])('pack %i is lost', async (which) => {
    await card.backUp(900);
    await card.use(800, 'head -c 50000 /dev/urandom > new');
    await card.backUp(800);
    const packs = await allPacks();
    expect(packs.length).toBeGreaterThan(which);
    await card.store.storage.remove(packs[which]!.name);
    await card.use(700, 'echo more >> new');
    const next = await card.backUp(700);
    expect(decisionOf(next)).toMatch(
      /^(quick|full: version 2 in the store is damaged|full: it cannot be compared with the last version)$/u,
    );
    using source = openFileSource(card.image);
    const again = await backUp(card.store, source, { nowMs: hoursAgoMs(690) });
    expect(decisionOf(again)).toBe('quick');
  });
});
