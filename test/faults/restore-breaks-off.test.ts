/** A card that dies at any write or flush of a restore, with what it had not flushed lost at random. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { extentPairs } from '../../src/bytes/extent-list.ts';
import { memorySource } from '../../src/device/block-source.ts';
import { readDiskLayout } from '../../src/layout/disk-layout.ts';
import { readUnfinished } from '../../src/restore/clear-tables.ts';
import { executeRestore } from '../../src/restore/execute-restore.ts';
import { planRestore } from '../../src/restore/restore-plan.ts';
import type { RestorePlan } from '../../src/restore/restore-plan.ts';
import { dyingDisk } from '../support/dying-disk.ts';
import type { DyingDisk } from '../support/dying-disk.ts';
import { temporaryFolder } from '../support/loop-device.ts';
import { storeImage } from '../support/stored-image.ts';
import { makeTabledCard, TABLED_CARD_BYTES, tableReaders } from '../support/tabled-card.ts';

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());
const known = new Map<string, readonly string[]>();
const SEED = 20_261_121;
const ID = 'c0'.repeat(32);

interface Bench {
  readonly before: Buffer;
  /** What an undisturbed restore makes of it. */
  readonly after: Buffer;
  readonly plan: RestorePlan;
  readonly restore: (disk: DyingDisk, compare: boolean) => ReturnType<typeof executeRestore>;
}

/** Another card of the same layout is on the target, with a third of the same bytes. */
async function bench(table: 'mbr' | 'gpt'): Promise<Bench> {
  const [wanted, other] = [path.join(folder.path, `${table}.img`), path.join(folder.path, `${table}-other.img`)];
  makeTabledCard(wanted, table);
  makeTabledCard(other, table);
  const { store, volume, source, bytes } = await storeImage(wanted);
  const before = readFileSync(other);
  before.set(bytes.subarray(0, TABLED_CARD_BYTES / 3));
  const plan = await planRestore(source, volume, { byteLength: before.byteLength, sectorSize: 512, isZero: false });
  const restore = async (disk: DyingDisk, compare: boolean): ReturnType<typeof executeRestore> =>
    executeRestore(store, source, disk, plan, { verify: false, compare, versionId: ID, flushBytes: 256 * 1024 });
  const whole = dyingDisk(before);
  await restore(whole, false);
  return { before, after: whole.survivors(SEED), plan, restore };
}

/** Nobody finds a table, or what lies outside of the tables is all the old or all the new. */
async function expectNoTableOverRuins(left: Buffer, { before, after, plan }: Bench, when: string): Promise<boolean> {
  const readers = [...readersOf(left, plan)];
  if ((await readDiskLayout(memorySource(left))).table !== 'none') readers.push('cardkeep');
  if (readers.length === 0) return false;
  const [body, old, wanted] = [left, before, after].map((bytes) => withoutTables(bytes, plan));
  const isWhole = body!.equals(old!) || body!.equals(wanted!);
  expect({ when, readers: isWhole ? [] : readers }).toEqual({ when, readers: [] });
  return true;
}

/** What stands where tables are is the same most of the time: the programs are asked once. */
function readersOf(left: Buffer, plan: RestorePlan): readonly string[] {
  const hash = createHash('sha256');
  for (const [start, end] of extentPairs(plan.tables)) hash.update(left.subarray(start, end));
  const key = hash.digest('hex');
  let readers = known.get(key);
  if (readers === undefined) {
    const file = path.join(folder.path, 'left.img');
    writeFileSync(file, left);
    readers = tableReaders(file);
    known.set(key, readers);
  }
  return readers;
}

function withoutTables(bytes: Buffer, plan: RestorePlan): Buffer {
  const copy = Buffer.from(bytes);
  for (const [start, end] of extentPairs(plan.tables)) copy.fill(0, start, end);
  return copy;
}

describe.each(['mbr', 'gpt'] as const)('a %s card', (table) => {
  it.each([true, false])(
    'that dies at any moment (comparing: %s) has no table over ruins, and --resume completes it',
    async (compare) => {
      const made = await bench(table);
      const undisturbed = dyingDisk(made.before);
      await made.restore(undisturbed, compare);
      expect(undisturbed.survivors(SEED).equals(made.after)).toBe(true);
      expect(undisturbed.operations).toBeGreaterThan(15);
      let readable = 0;
      let marked = 0;
      for (let n = 1; n <= undisturbed.operations; n++) {
        const disk = dyingDisk(made.before, n);
        await expect(made.restore(disk, compare)).rejects.toMatchObject({ code: 'EIO' });
        const left = disk.survivors(SEED + n);
        if (await expectNoTableOverRuins(left, made, `dies at ${n}, seed ${SEED}`)) readable++;
        if ((await readUnfinished(memorySource(left))) === ID) marked++;
        const again = dyingDisk(left);
        const { unchangedBytes } = await made.restore(again, true);
        expect(again.survivors(SEED).equals(made.after), `resumed after ${n}`).toBe(true);
        if (n > 1) expect(unchangedBytes).toBeGreaterThan(500_000);
      }
      // Before the first write was taken, after the last one, and no other.
      expect(readable).toBeLessThanOrEqual(table === 'gpt' ? 10 : 4);
      expect(marked).toBeGreaterThan(undisturbed.operations - 8);
    },
  );
});
