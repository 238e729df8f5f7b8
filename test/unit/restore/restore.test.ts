import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { extentPairs } from '../../../src/bytes/extent-list.ts';
import { writeRanges } from '../../../src/restore/device-writer.ts';
import { executeRestore } from '../../../src/restore/execute-restore.ts';
import { planRestore } from '../../../src/restore/restore-plan.ts';
import type { WantedRange } from '../../../src/restore/wanted-ranges.ts';
import type { MapRun } from '../../../src/snapshot/map-reader.ts';
import { openSnapshotSource } from '../../../src/snapshot/snapshot-source.ts';
import { deviceOfStates, STATES_BYTES, STATES_ZERO, storeOfStates } from '../../support/device-of-states.ts';
import { memoryTarget } from '../../support/memory-target.ts';

const MIB = 1024 * 1024;

/** What the target must hold: the source, zeros where wanted, its own bytes where the source is free. */
function expected(source: Uint8Array, before: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(before);
  bytes.set(source);
  for (const [start, end] of extentPairs(STATES_ZERO)) bytes.fill(0, start, end);
  bytes.set(before.subarray(6 * MIB, 9 * MIB), 6 * MIB);
  bytes.fill(0, MIB + 8192, MIB + 65_536);
  bytes.fill(0, 21 * MIB - 4096, 21 * MIB);
  // The end of a bigger target is cleared: a stale backup GPT may stand there.
  if (before.byteLength > source.byteLength) bytes.fill(0, Math.max(source.byteLength, before.byteLength - 2 * MIB));
  return bytes;
}

describe('restore', () => {
  it.each([STATES_BYTES, STATES_BYTES + 5 * MIB])('to a used target of %i bytes', async (targetBytes) => {
    const bytes = deviceOfStates();
    const { store, volume } = await storeOfStates(bytes);
    const source = openSnapshotSource(store, volume);
    const before = new Uint8Array(targetBytes).fill(0xee);
    const target = memoryTarget(new Uint8Array(before));
    const plan = await planRestore(source, volume, { byteLength: targetBytes, sectorSize: 512, isZero: false });
    const counts = await executeRestore(store, source, target, plan, { verify: true });
    expect(Buffer.compare(target.bytes, expected(bytes, before))).toBe(0);
    expect(counts.writtenBytes).toBe(plan.dataBytes);
    expect(counts.zeroedBytes).toBe(plan.zeroBytes);
    expect(counts.verifiedBytes).toBe(plan.dataBytes + plan.zeroBytes);
    expect(plan.leftBytes).toBe(3 * MIB + Math.max(0, targetBytes - STATES_BYTES - 2 * MIB));
  });

  it('to a file that is zero already writes no zeros', async () => {
    const bytes = deviceOfStates();
    const { store, volume } = await storeOfStates(bytes);
    const source = openSnapshotSource(store, volume);
    const target = memoryTarget(new Uint8Array(STATES_BYTES));
    const plan = await planRestore(source, volume, { byteLength: STATES_BYTES, sectorSize: 512, isZero: true });
    const written: number[] = [];
    target.beforeWrite = (_, byteOffset) => written.push(byteOffset);
    await executeRestore(store, source, target, plan, { verify: true });
    expect(Buffer.compare(target.bytes, expected(bytes, new Uint8Array(STATES_BYTES)))).toBe(0);
    expect(written.every((at) => at < 10 * MIB || at >= 12 * MIB)).toBe(true);
    expect(written.at(-1)).toBeLessThan(MIB);
  });

  it('that breaks off at any write leaves no partition table', async () => {
    const bytes = deviceOfStates();
    const { store, volume } = await storeOfStates(bytes);
    const source = openSnapshotSource(store, volume);
    const facts = { byteLength: STATES_BYTES, sectorSize: 512, isZero: false };
    const plan = await planRestore(source, volume, facts);
    const whole = memoryTarget(new Uint8Array(bytes));
    await executeRestore(store, source, whole, plan, { verify: false });
    expect(whole.writes).toBeGreaterThan(5);
    for (let fail = 1; fail <= whole.writes; fail++) {
      const target = memoryTarget(new Uint8Array(bytes));
      target.beforeWrite = (number) => {
        if (number === fail) throw Object.assign(new Error('EIO'), { code: 'EIO' });
      };
      await expect(executeRestore(store, source, target, plan, { verify: true })).rejects.toThrow('EIO');
      // The very first write is the one that clears the table; when it fails nothing has been touched.
      if (fail > 1) expect(target.bytes[510], `write ${fail}`).toBe(0);
    }
  });

  it('finds a target that gives back other bytes, and takes its table away again', async () => {
    const bytes = deviceOfStates();
    const { store, volume } = await storeOfStates(bytes);
    const source = openSnapshotSource(store, volume);
    const target = memoryTarget(new Uint8Array(STATES_BYTES).fill(0xee));
    const plan = await planRestore(source, volume, { byteLength: STATES_BYTES, sectorSize: 512, isZero: false });
    // A fake card of 16 MiB: what is written above that lands below.
    const write = target.write.bind(target);
    target.write = async (at, data) => write(at >= 16 * MIB ? at - 16 * MIB + 2 * MIB : at, data);
    await expect(executeRestore(store, source, target, plan, { verify: true })).rejects.toMatchObject({
      code: 'E_VERIFY_FAILED',
    });
    expect(target.bytes.subarray(0, MIB).every((byte) => byte === 0)).toBe(true);
  });

  it('refuses a target that is one byte too small, with both sizes', async () => {
    const { store, volume } = await storeOfStates(deviceOfStates());
    const facts = { byteLength: STATES_BYTES - 1, sectorSize: 512, isZero: true };
    await expect(planRestore(openSnapshotSource(store, volume), volume, facts)).rejects.toMatchObject({
      code: 'E_TARGET_TOO_SMALL',
      kind: 'refused',
      message: expect.stringMatching(/25165823 bytes, this version needs 25165824 bytes: 1 byte too few/u),
    });
  });

  it('refuses a device whose sectors are not those of the partition table', async () => {
    const { store, volume } = await storeOfStates(deviceOfStates());
    const source = openSnapshotSource(store, volume);
    const facts = { byteLength: STATES_BYTES, sectorSize: 4096, isZero: false };
    await expect(planRestore(source, { ...volume, table: 'mbr' }, facts)).rejects.toMatchObject({
      code: 'E_TARGET_SECTORS',
      kind: 'refused',
    });
    // A file has no sectors of its own, and without a table nothing counts in them.
    await planRestore(source, { ...volume, table: 'mbr' }, { ...facts, isZero: true });
    await planRestore(source, { ...volume, table: 'none' }, facts);
  });

  it('fetches a bounded number of chunks at a time, however small they are', async () => {
    const { store } = await storeOfStates(deviceOfStates());
    const ranges = async function* (): AsyncGenerator<WantedRange> {
      for (let at = 0; at < 12 * MIB; at += 1024) {
        const run = { byteOffset: at, byteLength: 1024, state: 'data', chunk: new Uint8Array(32), chunkOffset: 0 };
        yield { byteOffset: at, byteLength: 1024, run: run as MapRun, bytes: undefined };
      }
    };
    let underWay = 0;
    let most = 0;
    const slow = {
      hasher: store.hasher,
      async readChunk() {
        most = Math.max(most, ++underWay);
        await nextTurn();
        underWay--;
        return new Uint8Array(1024).fill(7);
      },
    };
    const target = memoryTarget(new Uint8Array(12 * MIB));
    const options = {
      skipZeros: false,
      write: 'all',
      proofs: undefined,
      flushBytes: Number.POSITIVE_INFINITY,
    } as const;
    await writeRanges(target, slow, ranges(), options);
    expect(target.bytes.every((byte) => byte === 7)).toBe(true);
    expect(most).toBeLessThanOrEqual(512);
  });
});
