import { describe, expect, it } from 'vitest';
import { memorySource } from '../../../src/device/block-source.ts';
import { readUnfinished } from '../../../src/restore/clear-tables.ts';
import { executeRestore } from '../../../src/restore/execute-restore.ts';
import type { ExecuteRestoreOptions, RestoreCounts } from '../../../src/restore/execute-restore.ts';
import { planRestore } from '../../../src/restore/restore-plan.ts';
import type { RestorePlan } from '../../../src/restore/restore-plan.ts';
import { openSnapshotSource } from '../../../src/snapshot/snapshot-source.ts';
import type { Store } from '../../../src/store/store.ts';
import { deviceOfStates, STATES_BYTES, storeOfStates } from '../../support/device-of-states.ts';
import { memoryTarget } from '../../support/memory-target.ts';
import type { MemoryTarget } from '../../support/memory-target.ts';
import { noiseBytes } from '../../support/store-fixtures.ts';

const MIB = 1024 * 1024;
const FACTS = { byteLength: STATES_BYTES, sectorSize: 512, isZero: false };
const ID = 'ab'.repeat(32);

interface Bench {
  readonly plan: RestorePlan;
  /** What a restore that compares nothing makes of a target of zeros. */
  readonly whole: Uint8Array;
  readonly store: Store;
  /** Chunks that were fetched. */
  fetched: number;
  readonly restore: (target: MemoryTarget, options?: Partial<ExecuteRestoreOptions>) => Promise<RestoreCounts>;
}

async function bench(): Promise<Bench> {
  const { store, volume } = await storeOfStates(deviceOfStates());
  const source = openSnapshotSource(store, volume);
  const plan = await planRestore(source, volume, FACTS);
  const counting = {
    hasher: store.hasher,
    async readChunk(id: Uint8Array) {
      made.fetched++;
      return store.readChunk(id);
    },
  };
  const restore: Bench['restore'] = async (target, options = {}) =>
    executeRestore(counting, source, target, plan, { verify: true, compare: true, versionId: ID, ...options });
  const blank = memoryTarget(new Uint8Array(STATES_BYTES));
  await executeRestore(store, source, blank, plan, { verify: true });
  const made: Bench = { plan, whole: blank.bytes, store, fetched: 0, restore };
  return made;
}

describe('a restore that compares', () => {
  it('writes nothing to a target that is equal, and fetches nothing', async () => {
    const { restore, whole, plan, ...rest } = await bench();
    const target = memoryTarget(new Uint8Array(whole));
    const wantedBytes = plan.dataBytes + plan.zeroBytes;
    expect(await restore(target)).toEqual({
      writtenBytes: 0,
      zeroedBytes: 0,
      unchangedBytes: wantedBytes,
      verifiedBytes: wantedBytes,
    });
    expect(target.writes).toBe(0);
    // Chunks that are cut by the borders of the tables are compared by their bytes.
    expect(rest.fetched).toBeLessThan(20);
    expect(await restore(target, { verify: false })).toMatchObject({ verifiedBytes: 0 });
  });

  it.each([
    ['in data', 5 * MIB + 12_345],
    ['in zeros', 11 * MIB + 1],
    ['in the last byte', STATES_BYTES - 1],
    ['in the table', 450],
  ])('writes the page that differs %s, and the tables', async (_, place) => {
    const { restore, whole, plan } = await bench();
    const target = memoryTarget(new Uint8Array(whole));
    target.bytes[place]! ^= 1;
    const counts = await restore(target);
    expect(Buffer.compare(target.bytes, whole)).toBe(0);
    const tableBytes = MIB + 33 * 512;
    const isTable = place < MIB || place >= STATES_BYTES - 33 * 512;
    expect(counts.writtenBytes + counts.zeroedBytes).toBe(tableBytes + (isTable ? 0 : 4096));
    expect(counts.writtenBytes + counts.zeroedBytes + counts.unchangedBytes).toBe(plan.dataBytes + plan.zeroBytes);
    expect(counts.verifiedBytes).toBe(plan.dataBytes + plan.zeroBytes);
  });

  it.each([STATES_BYTES, 17 * MIB])('makes the same of noise up to byte %i as one that does not', async (noisy) => {
    const { restore, whole, plan } = await bench();
    const bytes = new Uint8Array(whole);
    bytes.set(noiseBytes(noisy, 7));
    const [compared, plain] = [memoryTarget(new Uint8Array(bytes)), memoryTarget(new Uint8Array(bytes))];
    const counts = await restore(compared);
    expect(await restore(plain, { compare: false })).toMatchObject({ unchangedBytes: 0 });
    expect(Buffer.compare(compared.bytes, plain.bytes)).toBe(0);
    expect(counts.writtenBytes + counts.zeroedBytes + counts.unchangedBytes).toBe(plan.dataBytes + plan.zeroBytes);
  });

  it('takes the tables away right before the first write, and asks then whether it is the target that was meant', async () => {
    const { restore, whole } = await bench();
    const target = memoryTarget(new Uint8Array(whole));
    target.bytes[20 * MIB]! ^= 1;
    const asked: number[] = [];
    const beforeFirstWrite = async (): Promise<void> => void asked.push(target.writes);
    let during = new Uint8Array();
    target.beforeWrite = (number) => {
      if (number === 4) during = new Uint8Array(target.bytes);
    };
    await restore(target, { beforeFirstWrite });
    expect(asked).toEqual([0]);
    expect(await readUnfinished(memorySource(during))).toBe(ID);
    expect(during.subarray(512, MIB).every((byte) => byte === 0)).toBe(true);
    expect(during.subarray(STATES_BYTES - 33 * 512).every((byte) => byte === 0)).toBe(true);
    expect(during[20 * MIB]).not.toBe(whole[20 * MIB]);
    expect(await readUnfinished(target)).toBeUndefined();
    const stop = async (): Promise<void> => {
      throw new Error('another card');
    };
    const other = memoryTarget(new Uint8Array(whole).fill(1));
    await expect(restore(other, { beforeFirstWrite: stop })).rejects.toThrow('another card');
    expect(other.bytes.every((byte) => byte === 1)).toBe(true);
  });

  it('writes where the target cannot be read', async () => {
    const { restore, whole } = await bench();
    const target = memoryTarget(new Uint8Array(whole));
    const readMedium = target.readMedium.bind(target);
    target.readMedium = async (at, length, into) => {
      if (at <= 14 * MIB && at + length > 14 * MIB) throw Object.assign(new Error('EIO'), { code: 'EIO' });
      return readMedium(at, length, into);
    };
    const { writtenBytes } = await restore(target);
    expect(writtenBytes).toBeGreaterThan(MIB);
    expect(Buffer.compare(target.bytes, whole)).toBe(0);
  });
});

describe('a card that is smaller than it says', () => {
  /** Addresses of `[from, to)` mean the bytes at `onto`. */
  function aliasing(bytes: Uint8Array, from: number, to: number, onto: number): MemoryTarget {
    const target = memoryTarget(bytes);
    const read = target.read.bind(target);
    const write = target.write.bind(target);
    const parts = (at: number, length: number): [at: number, done: number, length: number][] => {
      const cuts = [at, from, to, at + length].filter((cut) => cut >= at && cut <= at + length).sort((a, b) => a - b);
      return cuts
        .slice(1)
        .map((end, i): [number, number, number] => [cuts[i]!, cuts[i]! - at, end - cuts[i]!])
        .map(([start, done, part]) => [start >= from && start < to ? start - from + onto : start, done, part]);
    };
    target.read = async (at, length, into) => {
      const out = into === undefined ? new Uint8Array(length) : into.subarray(0, length);
      for (const [real, done, part] of parts(at, length)) await read(real, part, out.subarray(done));
      return out;
    };
    target.write = async (at, data) => {
      for (const [real, done, part] of parts(at, data.byteLength)) await write(real, data.subarray(done, done + part));
    };
    return target;
  }

  it.each([8 * MIB, 12 * MIB, 16 * MIB, 23 * MIB])('of really %i bytes is caught on a first restore', async (real) => {
    const { restore } = await bench();
    await expect(restore(aliasing(new Uint8Array(STATES_BYTES), real, STATES_BYTES, MIB))).rejects.toMatchObject({
      code: 'E_VERIFY_FAILED',
      message: expect.stringMatching(
        /^the target gives back other bytes than were written, between byte \d+ and \d+$/u,
      ),
    });
  });

  it('is caught where what was found equal is overwritten through another address', async () => {
    const { restore, whole } = await bench();
    // Read in order: [5, 5.5) MiB is equal; [22, 22.5) is the same memory, differs, and is written. It reads back well.
    const target = aliasing(new Uint8Array(whole), 22 * MIB, 22.5 * MIB, 5 * MIB);
    await expect(restore(target)).rejects.toMatchObject({
      code: 'E_VERIFY_FAILED',
      message: expect.stringMatching(/between byte 5\d{6} and \d+$/u),
      hint: 'the card is failing or smaller than it says: use another one (its partition table was cleared)',
    });
    expect(target.bytes.subarray(0, MIB).every((byte) => byte === 0)).toBe(true);
  });
});
