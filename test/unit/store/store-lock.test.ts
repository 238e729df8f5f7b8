import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { isProcessGone, readMachineIdentity, type MachineIdentity } from '../../../src/store/machine-identity.ts';
import { memoryStorage } from '../../../src/store/memory-storage.ts';
import { createStore, type Store, type WriteSession } from '../../../src/store/store.ts';
import { LEASE_MS, StoreLock } from '../../../src/store/store-lock.ts';
import type { Storage } from '../../../src/store/storage.ts';
import { NOWHERE, noiseBytes, testSession } from '../../support/store-fixtures.ts';

let clockMs: number;
let storage: Storage;
let store: Store;

beforeEach(async () => {
  clockMs = 5_000_000;
  storage = memoryStorage({ now: () => clockMs });
  store = await createStore(storage, { frameBytes: 4096, packBytes: 8192 });
});

async function takeLock(id: string, machine: MachineIdentity = NOWHERE): Promise<StoreLock> {
  const storeId = new Uint8Array(Buffer.from(store.id, 'hex'));
  return StoreLock.take({ storage, storeId, id: id.repeat(32), kind: 'backup', host: 'h', tool: 't', machine });
}

async function putSome(session: WriteSession, count: number, seed: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const bytes = noiseBytes(2000, seed + i);
    await session.put('data', store.hasher.hash(bytes), bytes);
  }
}

const lockNames = async (): Promise<string[]> => (await storage.list('locks')).map(({ name }) => name).sort();

describe('a lease', () => {
  it('is seen alive for 15 minutes by the store clock, then dead', async () => {
    const other = await takeLock('a');
    clockMs += LEASE_MS - 1;
    const mine = await takeLock('b');
    expect(await mine.others()).toMatchObject([{ id: other.id, isAlive: true, startedMs: 5_000_000 }]);
    clockMs += 2;
    await mine.renew();
    await mine.wasHeld();
    expect(await mine.others()).toMatchObject([{ id: other.id, isAlive: false }]);
    await mine.release();
    await other.release();
    expect(await lockNames()).toEqual([]);
  });

  it('lives on when it is renewed', async () => {
    const other = await takeLock('a');
    clockMs += LEASE_MS - 1;
    await other.renew();
    clockMs += LEASE_MS - 1;
    const mine = await takeLock('b');
    expect(await mine.others()).toMatchObject([{ isAlive: true, startedMs: 5_000_000 }]);
  });

  it('that cannot be read counts by its age', async () => {
    await storage.create(`locks/${'c'.repeat(32)}`, new Uint8Array(10));
    const mine = await takeLock('b');
    expect(await mine.others()).toMatchObject([{ isAlive: true }]);
    clockMs += LEASE_MS + 1;
    await mine.wasHeld();
    expect(await mine.others()).toMatchObject([{ isAlive: false }]);
  });

  it('is dead at once when its process on this boot is gone, and only then', async () => {
    const here = await readMachineIdentity();
    const child = spawn('sleep', ['60']);
    try {
      const childStart = (await readFile(`/proc/${child.pid}/stat`, 'utf8')).replace(/^.*\) /u, '').split(' ')[19]!;
      const theirs = { ...here, processId: child.pid!, processStart: childStart };
      expect(await isProcessGone(theirs, here)).toBe(false);
      expect(await isProcessGone({ ...theirs, processStart: '1' }, here)).toBe(true);
      for (const unlike of ['machineId', 'bootId', 'pidNamespace'] as const) {
        expect(await isProcessGone({ ...theirs, processStart: '1', [unlike]: 'other' }, here)).toBe(false);
        expect(await isProcessGone({ ...theirs, processStart: '1', [unlike]: '' }, { ...here, [unlike]: '' })).toBe(
          false,
        );
      }
      await takeLock('a', theirs);
      const mine = await takeLock('b', here);
      expect(await mine.others()).toMatchObject([{ isAlive: true }]);
      child.kill('SIGKILL');
      await once(child, 'exit');
      expect(await mine.others()).toMatchObject([{ isAlive: false }]);
    } finally {
      child.kill('SIGKILL');
    }
  });
});

describe('an exclusive lock', () => {
  it('keeps a backup out while it is valid', async () => {
    const other = await takeLock('a');
    await storage.create(
      'locks/exclusive',
      await storage.read(`locks/${other.id}`, 0, 150).catch(() => new Uint8Array(5)),
    );
    await other.release();
    await expect(store.startSession(testSession())).rejects.toMatchObject({ kind: 'locked', code: 'E_STORE_LOCKED' });
    expect(await lockNames()).toEqual(['locks/exclusive']);
    clockMs += LEASE_MS + 1;
    await (await store.startSession(testSession())).close();
    expect(await lockNames()).toEqual([]);
  });
});

describe('a session whose lock', () => {
  it('was taken away does not commit', async () => {
    const session = await store.startSession(testSession());
    await putSome(session, 3, 0);
    for (const name of await lockNames()) await storage.remove(name);
    await expect(session.commitSnapshot(new Uint8Array(1))).rejects.toMatchObject({ code: 'E_LOCK_LOST' });
    await session.close();
    expect(await store.listSnapshotIds()).toEqual([]);
  });

  it('lapsed commits when nothing it relied on has changed', async () => {
    const session = await store.startSession(testSession());
    await putSome(session, 3, 0);
    clockMs += LEASE_MS * 2;
    await session.commitSnapshot(new Uint8Array(1));
    await session.close();
    expect(await store.listSnapshotIds()).toHaveLength(1);
  });

  it('lapsed does not commit when an index that it relied on is gone', async () => {
    const before = await store.startSession(testSession());
    await putSome(before, 3, 100);
    await before.close();
    const session = await store.startSession(testSession());
    const [index] = await storage.list('indexes');
    await storage.remove(index!.name);
    clockMs += LEASE_MS * 2;
    await expect(session.commitSnapshot(new Uint8Array(1))).rejects.toMatchObject({ code: 'E_LOCK_LOST' });
    await session.close();
    expect(await store.listSnapshotIds()).toEqual([]);
  });

  it('lapsed is not forgotten by later renewals', async () => {
    const lock = await takeLock('a');
    clockMs += LEASE_MS * 2;
    for (let i = 0; i < 3; i++) {
      await lock.renew();
      clockMs += 1000;
    }
    expect(await lock.wasHeld()).toBe(false);
  });

  it('goes between the snapshot and the second look takes the snapshot back', async () => {
    const session = await store.startSession(testSession());
    await putSome(session, 3, 0);
    const create = storage.create.bind(storage);
    storage.create = async (name, bytes, owner) => {
      await create(name, bytes, owner);
      if (name.startsWith('snapshots/')) for (const lock of await lockNames()) await storage.remove(lock);
    };
    await expect(session.commitSnapshot(new Uint8Array(1))).rejects.toMatchObject({ code: 'E_LOCK_LOST' });
    await session.close();
    expect(await store.listSnapshotIds()).toEqual([]);
  });
});
