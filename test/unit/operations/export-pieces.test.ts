import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { openTarget } from '../../../src/device/file-device.ts';
import { exportToFile, exportToStream } from '../../../src/operations/export-snapshot.ts';
import { executeRestore } from '../../../src/restore/execute-restore.ts';
import { planRestore } from '../../../src/restore/restore-plan.ts';
import type { RestorePlan } from '../../../src/restore/restore-plan.ts';
import type { Edit } from '../../../src/restore/edits.ts';
import type { StoredSnapshot } from '../../../src/snapshot/catalog.ts';
import { openSnapshotSource } from '../../../src/snapshot/snapshot-source.ts';
import type { SnapshotSource } from '../../../src/snapshot/snapshot-source.ts';
import type { Store } from '../../../src/store/store.ts';
import { deviceOfStates, STATES_BYTES, storeOfStates } from '../../support/device-of-states.ts';
import { temporaryFolder } from '../../support/loop-device.ts';
import { noiseBytes } from '../../support/store-fixtures.ts';

const MIB = 1024 * 1024;

interface Given {
  readonly store: Store;
  readonly snapshot: StoredSnapshot;
  readonly source: SnapshotSource;
}

async function given(): Promise<Given> {
  const { store, volume } = await storeOfStates(deviceOfStates());
  return { store, snapshot: { volume } as StoredSnapshot, source: openSnapshotSource(store, volume) };
}

async function planFor({ snapshot, source }: Given, edits: readonly Edit[], byteLength: number): Promise<RestorePlan> {
  const target = { byteLength, sectorSize: 512, isZero: true, isFile: true };
  return planRestore(source, snapshot.volume, target, { edits, editedBytes: byteLength });
}

/** Edits that replace data, free bytes and bytes behind the end of the version, and make zeros of data. */
const EDITS: readonly Edit[] = [
  { byteOffset: 1000, byteLength: 3000, bytes: noiseBytes(3000, 1) },
  { byteOffset: MIB - 100, byteLength: 200, bytes: undefined },
  { byteOffset: 7 * MIB + 13, byteLength: 2 * MIB, bytes: noiseBytes(2 * MIB, 2) },
  { byteOffset: STATES_BYTES - 7, byteLength: MIB + 99, bytes: noiseBytes(MIB + 99, 3) },
];

it.each([
  { edits: [], byteLength: STATES_BYTES },
  { edits: EDITS, byteLength: STATES_BYTES + 5 * MIB + 700 },
])('a file with $edits.length edits is what a restore writes to a new file, holes included', async (wish) => {
  using folder = temporaryFolder();
  const all = await given();
  const plan = await planFor(all, wish.edits, wish.byteLength);
  const restored = path.join(folder.path, 'restored.img');
  {
    await using target = await openTarget(restored, { exclusive: true, create: wish.byteLength });
    await executeRestore(all.store, all.source, target, plan, { verify: true });
  }
  const file = path.join(folder.path, 'a.img');
  const counts = await exportToFile(
    all.store,
    all.snapshot,
    plan,
    { path: file, bmapPath: `${file}.bmap` },
    { compression: undefined },
  );
  expect(readFileSync(file).equals(readFileSync(restored))).toBe(true);
  expect(statSync(file).blocks).toBeLessThanOrEqual(statSync(restored).blocks + 64);
  expect(counts).toMatchObject({ imageBytes: wish.byteLength, fileBytes: wish.byteLength });
  const ranges = mappedRanges(readFileSync(`${file}.bmap`, 'utf8'));
  expect(ranges).toEqual(await wantedBlocks(all, plan));
  const streamed: Buffer[] = [];
  const write = async (bytes: Uint8Array): Promise<void> => void streamed.push(Buffer.from(bytes));
  await exportToStream(all.store, all.snapshot, plan, write, { compression: 'gzip' });
  expect(gunzipSync(Buffer.concat(streamed)).equals(readFileSync(restored))).toBe(true);
});

function mappedRanges(text: string): string[] {
  return [...text.matchAll(/> ([\d-]+) <\/Range>/gu)].map((match) => match[1]!);
}

/** By the states of the version itself: data, zeros that count, edits, and free bytes where probers look. */
async function wantedBlocks({ source }: Given, plan: RestorePlan): Promise<string[]> {
  const isWanted = new Uint8Array(Math.ceil(plan.targetBytes / 4096));
  const mark = (start: number, end: number): void =>
    void isWanted.fill(1, Math.floor(start / 4096), Math.ceil(end / 4096));
  for await (const run of source.map.runs(0, source.byteLength)) mark(run.byteOffset, run.byteOffset + run.byteLength);
  for (const { byteOffset, byteLength } of plan.edits) mark(byteOffset, byteOffset + byteLength);
  const { starts, ends, count } = plan.zeroWhereFree;
  for (let i = 0; i < count; i++) mark(starts[i]!, ends[i]!);
  const ranges: string[] = [];
  for (let first = 0; first < isWanted.length; first++) {
    if (isWanted[first] === 0) continue;
    let last = first;
    while (isWanted[last + 1] === 1) last++;
    ranges.push(first === last ? `${first}` : `${first}-${last}`);
    first = last;
  }
  expect(isWanted).toContain(0);
  return ranges;
}

it('leaves nothing of its own, and what was there, when a chunk is missing or it is stopped', async () => {
  using folder = temporaryFolder();
  const all = await given();
  const plan = await planFor(all, [], STATES_BYTES);
  const file = path.join(folder.path, 'a.img');
  for (const name of [file, `${file}.bmap`]) writeFileSync(name, 'old');
  let reads = 0;
  const readChunk = async (id: Uint8Array): Promise<Uint8Array> => {
    if (++reads > 20) throw new Error('a chunk is gone');
    return all.store.readChunk(id);
  };
  const broken = { hasher: all.store.hasher, readChunk } as unknown as Store;
  for (const compression of [undefined, 'gzip', 'zstd', 'xz'] as const) {
    reads = 0;
    const files = { path: file, bmapPath: `${file}.bmap` };
    await expect(exportToFile(broken, all.snapshot, plan, files, { compression })).rejects.toThrow('a chunk is gone');
    const controller = new AbortController();
    const onProgress = (): void => controller.abort();
    const stopped = exportToFile(all.store, all.snapshot, plan, files, {
      compression,
      onProgress,
      signal: controller.signal,
    });
    await expect(stopped).rejects.toMatchObject({ code: 'E_STOPPED' });
  }
  expect(readdirSync(folder.path).sort()).toEqual(['a.img', 'a.img.bmap']);
  expect(readFileSync(file, 'utf8')).toBe('old');
  expect(readFileSync(`${file}.bmap`, 'utf8')).toBe('old');
});
