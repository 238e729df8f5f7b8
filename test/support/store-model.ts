/** Judges a store from the outside: what must hold whatever happened to it. */
import { expect } from 'vitest';
import { fromHex, toHex } from '../../src/bytes/hex.ts';
import {
  openStore,
  type CheckOptions,
  type CheckTotals,
  type Store,
  type StoreProblem,
} from '../../src/store/store.ts';
import { ALL_FOLDERS } from '../../src/store/names.ts';
import { temporaryOwner, type Storage } from '../../src/store/storage.ts';

export interface CheckResult {
  readonly problems: StoreProblem[];
  readonly totals: CheckTotals;
}

/** Runs the whole check with all data read. */
export async function checkAll(store: Store, options: Partial<CheckOptions> = {}): Promise<CheckResult> {
  const problems: StoreProblem[] = [];
  const check = store.check({ readData: true, ...options });
  for (;;) {
    const step = await check.next();
    if (step.done) return { problems, totals: step.value };
    problems.push(step.value);
  }
}

/** The test's snapshot message: the IDs of the chunks it refers to. */
export function listMessage(ids: readonly Uint8Array[]): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(ids.map(toHex)));
}

/** Opens, checks, and reads every chunk of every snapshot. Returns the IDs of the snapshots. */
export async function expectSound(storage: Storage): Promise<string[]> {
  const store = await openStore(storage);
  const { problems } = await checkAll(store);
  expect(problems.filter(({ what }) => !what.startsWith('config-'))).toEqual([]);
  const snapshots = await store.listSnapshotIds();
  for (const snapshot of snapshots) {
    const ids = JSON.parse(new TextDecoder().decode(await store.readSnapshot(snapshot))) as string[];
    for (const id of ids) {
      const bytes = await store.readChunk(fromHex(id));
      expect(toHex(store.hasher.hash(bytes))).toBe(id);
    }
  }
  return snapshots.sort();
}

/** Names of temporary files anywhere. */
export async function temporaryFiles(storage: Storage): Promise<string[]> {
  const names: string[] = [];
  for (const folder of ALL_FOLDERS) {
    for (const { name } of await storage.list(folder)) if (temporaryOwner(name) !== undefined) names.push(name);
  }
  return names;
}
