import { describe, expect, it } from 'vitest';
import { extentPairs } from '../../../src/bytes/extent-list.ts';
import { editedSource, mergeEdits } from '../../../src/restore/edits.ts';
import type { Edit } from '../../../src/restore/edits.ts';
import { executeRestore } from '../../../src/restore/execute-restore.ts';
import { planRestore } from '../../../src/restore/restore-plan.ts';
import { openSnapshotSource } from '../../../src/snapshot/snapshot-source.ts';
import { deviceOfStates, STATES_BYTES, storeOfStates } from '../../support/device-of-states.ts';
import { memoryTarget } from '../../support/memory-target.ts';
import { noiseBytes } from '../../support/store-fixtures.ts';

const MIB = 1024 * 1024;
const edit = (byteOffset: number, byteLength: number, seed?: number): Edit => ({
  byteOffset,
  byteLength,
  bytes: seed === undefined ? undefined : noiseBytes(byteLength, seed),
});

/** The partition of the test device, with another size and as an extended one with an EBR inside. */
function table(sectorCount: number): Edit[] {
  const bytes = new Uint8Array(512);
  const entry = new DataView(bytes.buffer, 446, 16);
  entry.setUint8(4, 0x05);
  entry.setUint32(8, MIB / 512, true);
  entry.setUint32(12, sectorCount, true);
  bytes.set([0x55, 0xaa], 510);
  const ebr = new Uint8Array(512);
  const logical = new DataView(ebr.buffer, 446, 16);
  logical.setUint8(4, 0x83);
  logical.setUint32(8, 2048, true);
  logical.setUint32(12, sectorCount - 4096, true);
  ebr.set([0x55, 0xaa], 510);
  return [
    { byteOffset: 0, byteLength: 512, bytes },
    { byteOffset: MIB, byteLength: 512, bytes: ebr },
  ];
}

/** Over data, zeros and free bytes, across their borders, at odd places. */
const ODD = [
  edit(5 * MIB + 3, 1000, 1),
  edit(6 * MIB - 100, 5000, 2),
  edit(8 * MIB, 4096),
  edit(10 * MIB - 7, 14, 3),
  edit(11 * MIB, 1, 4),
  edit(13 * MIB, 2 * MIB),
];

describe.each([STATES_BYTES, STATES_BYTES + 5 * MIB, 20 * MIB])(
  'edits over a version for a disk of %i bytes',
  (size) => {
    it.each([true, false])('are written in place of its bytes, and read back (comparing: %s)', async (compare) => {
      const { store, volume } = await storeOfStates(deviceOfStates());
      const source = openSnapshotSource(store, volume);
      const edits = mergeEdits(ODD, [...table(size / 512 - 4096), edit(size - 70_000, 70_000, 9)]);
      const facts = { byteLength: size, sectorSize: 512, isZero: false };
      const plan = await planRestore(source, volume, facts, { edits, editedBytes: size });
      // The tables of the edited disk are those that are cleared first and written last.
      expect(extentPairs(plan.tables)).toEqual([
        [0, MIB + 512],
        [size - 33 * 512, size],
      ]);
      const target = memoryTarget(new Uint8Array(size).fill(0xee));
      const writes: number[] = [];
      target.beforeWrite = (_, byteOffset) => writes.push(byteOffset);
      const counts = await executeRestore(store, source, target, plan, { verify: true, compare });
      expect(counts.writtenBytes + counts.zeroedBytes).toBe(plan.dataBytes + plan.zeroBytes);
      expect(counts.verifiedBytes).toBe(plan.dataBytes + plan.zeroBytes);
      expect(plan.volumeBytes).toBe(size);
      const wanted = await editedSource(source, edits, size).read(0, size);
      // What is free in the version and not edited was left alone.
      for (let at = 0; at < size; at++) if (target.bytes[at] === 0xee && wanted[at] === 0) wanted[at] = 0xee;
      expect(Buffer.compare(target.bytes, wanted)).toBe(0);
      expect(target.bytes.filter((byte) => byte === 0xee).byteLength).toBeGreaterThan(2 * MIB);
      expect(writes.indexOf(0)).toBe(0);
      expect(writes.lastIndexOf(0)).toBe(writes.length - 1);
      // Edited bytes that do not come back are noticed.
      const lying = memoryTarget(new Uint8Array(target.bytes));
      lying.bytes[13 * MIB + 5] = 1;
      const write = lying.write.bind(lying);
      lying.write = async (at, bytes) => {
        await write(at, bytes);
        lying.bytes[13 * MIB + 5] = 1;
      };
      await expect(executeRestore(store, source, lying, plan, { verify: true, compare })).rejects.toMatchObject({
        code: 'E_VERIFY_FAILED',
      });
    });
  },
);

describe('a plan with edits', () => {
  it('counts them once, refuses edits past the disk, and a disk that is larger than the target', async () => {
    const { store, volume } = await storeOfStates(deviceOfStates());
    const source = openSnapshotSource(store, volume);
    const facts = { byteLength: STATES_BYTES, sectorSize: 512, isZero: false };
    const plain = await planRestore(source, volume, facts);
    const zeroed = await planRestore(source, volume, facts, { edits: [edit(13 * MIB, MIB)] });
    expect(zeroed.dataBytes).toBe(plain.dataBytes - MIB);
    expect(zeroed.zeroBytes).toBe(plain.zeroBytes + MIB);
    expect(zeroed.leftBytes).toBe(plain.leftBytes);
    const onFree = await planRestore(source, volume, facts, { edits: [edit(7 * MIB, 4096, 5)] });
    expect(onFree.dataBytes).toBe(plain.dataBytes + 4096);
    expect(onFree.leftBytes).toBe(plain.leftBytes - 4096);
    const wiped = await planRestore(source, volume, facts, { wipe: true });
    expect(wiped).toMatchObject({ leftBytes: 0, dataBytes: plain.dataBytes });
    const past = planRestore(source, volume, facts, { edits: [edit(STATES_BYTES - 1, 2)] });
    await expect(past).rejects.toThrow(RangeError);
    const tooLarge = planRestore(source, volume, facts, { editedBytes: STATES_BYTES + 512 });
    await expect(tooLarge).rejects.toMatchObject({ code: 'E_TARGET_TOO_SMALL' });
    const fits = { ...facts, byteLength: STATES_BYTES - 512 };
    expect(await planRestore(source, volume, fits, { editedBytes: STATES_BYTES - 512 })).toMatchObject({
      volumeBytes: STATES_BYTES - 512,
      sourceBytes: STATES_BYTES - 512,
    });
  });

  it('wipes what the version does not use', async () => {
    const { store, volume } = await storeOfStates(deviceOfStates());
    const source = openSnapshotSource(store, volume);
    const size = STATES_BYTES + 8 * MIB;
    const plan = await planRestore(
      source,
      volume,
      { byteLength: size, sectorSize: 512, isZero: false },
      { wipe: true },
    );
    const target = memoryTarget(noiseBytes(size, 3));
    const counts = await executeRestore(store, source, target, plan, { verify: true, compare: true });
    const wanted = new Uint8Array(size);
    wanted.set(await source.read(0, STATES_BYTES));
    expect(Buffer.compare(target.bytes, wanted)).toBe(0);
    expect(counts.verifiedBytes).toBe(size);
  });
});
