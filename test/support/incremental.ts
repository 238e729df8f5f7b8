/** Backs an image up as a next version and, unseen by the store, as a full one: the two must be equal. */
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { BlockSource } from '../../src/device/block-source.ts';
import {
  createSnapshot,
  type CreatedSnapshot,
  type CreateSnapshotOptions,
} from '../../src/operations/create-snapshot.ts';
import { memoryStorage } from '../../src/store/memory-storage.ts';
import { createStore, openStore, type Store } from '../../src/store/store.ts';
import type { Storage } from '../../src/store/storage.ts';
import { openFileSource } from './file-source.ts';
import { overlayStorage } from './overlay-storage.ts';
import { run } from './run.ts';
import { testSession } from './store-fixtures.ts';

export interface TestStore {
  readonly storage: Storage;
  readonly store: Store;
}

export type BackupOptions = Partial<Omit<CreateSnapshotOptions, 'session' | 'now'>> & { readonly nowMs: number };

export async function newTestStore(): Promise<TestStore> {
  const storage = memoryStorage();
  return { storage, store: await createStore(storage) };
}

export async function backUp(
  { storage }: Pick<TestStore, 'storage'>,
  source: BlockSource,
  { nowMs, ...options }: BackupOptions,
): Promise<CreatedSnapshot> {
  return createSnapshot(await openStore(storage), source, {
    device: { path: '/dev/test', model: '', serial: '', bus: '' },
    session: testSession(),
    now: () => nowMs,
    utcOffsetMinutes: 0,
    ...options,
  });
}

/** The next version of an image; fails unless a full backup of it, as a card of its own, has the same map. */
export async function backUpAndProve(
  store: Pick<TestStore, 'storage'>,
  image: string,
  options: BackupOptions,
): Promise<CreatedSnapshot> {
  using source = openFileSource(image);
  const { proofPercent: _, ...forFull } = options;
  const full = await backUp({ storage: overlayStorage(store.storage) }, source, {
    ...forFull,
    card: 'all-of-it',
    full: true,
  });
  const next = await backUp(store, source, options);
  const { volume, counts, mode, modeReason } = next.snapshot;
  expect(volume.mapRoot, `${mode} ${modeReason}`).toBe(full.snapshot.volume.mapRoot);
  expect(counts.live).toBe(full.snapshot.counts.live);
  expect(full.snapshot.mode).toBe('full');
  return next;
}

/** Kind, name, other name, and two numbers whose meaning depends on the kind: see kernel-writes.py. */
export type KernelStep = readonly [kind: string, name: string, other: string, a: number, b: number];

/** Does the steps in a mounted file system; returns how often each kind was done (`not KIND`: refused). */
export function writeByKernel(root: string, steps: readonly KernelStep[]): Record<string, number> {
  const script = fileURLToPath(new URL('kernel-writes.py', import.meta.url));
  return JSON.parse(run('python3', [script, root], { input: JSON.stringify(steps) })) as Record<string, number>;
}
