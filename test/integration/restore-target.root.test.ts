/** What a real block device does to a restore: it is changed beneath the cache, refuses writes, is not the one it was. */
import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTarget } from '../../src/device/file-device.ts';
import { runCommand } from '../../src/device/run-command.ts';
import { guardTarget, guardTargetAgain } from '../../src/operations/guard-target.ts';
import { inspectTarget, requireSameContent } from '../../src/operations/inspect-target.ts';
import { readUnfinished } from '../../src/restore/clear-tables.ts';
import { executeRestore } from '../../src/restore/execute-restore.ts';
import type { ExecuteRestoreOptions, RestoreCounts, RestoreProgress } from '../../src/restore/execute-restore.ts';
import { planRestore } from '../../src/restore/restore-plan.ts';
import { refusingDisk } from '../support/failing-disk.ts';
import { attachLoop, temporaryFolder } from '../support/loop-device.ts';
import { run, shell } from '../support/run.ts';
import { storeImage } from '../support/stored-image.ts';
import type { StoredImage } from '../support/stored-image.ts';
import { makeTabledCard, TABLED_CARD_BYTES, tableReaders } from '../support/tabled-card.ts';

const folder = temporaryFolder();
const inFolder = (name: string): string => path.join(folder.path, name);
const MIB = 1024 * 1024;
const ID = 'd1'.repeat(32);
let card: StoredImage;

beforeAll(async () => {
  makeTabledCard(inFolder('card.img'), 'mbr');
  makeTabledCard(inFolder('other.img'), 'mbr');
  card = await storeImage(inFolder('card.img'));
});
afterAll(() => folder[Symbol.dispose]());

async function restoreTo(target: string, options: Partial<ExecuteRestoreOptions> = {}): Promise<RestoreCounts> {
  await using device = await openTarget(target, { exclusive: true });
  const { byteLength, sectorSize } = device;
  const plan = await planRestore(card.source, card.volume, { byteLength, sectorSize, isZero: false });
  const all = { verify: true, compare: true, versionId: ID, ...options };
  return await executeRestore(card.store, card.source, device, plan, all);
}

/** Calls `act` once, when the phase begins. */
function when(phase: RestoreProgress['phase'], act: () => void): (progress: RestoreProgress) => void {
  let isDone = false;
  return (progress) => {
    if (isDone || progress.phase !== phase) return;
    isDone = true;
    act();
  };
}

describe('a loop device', () => {
  it.each([true, false])('altered beneath the page cache after writing is caught (comparing: %s)', async (compare) => {
    copyFileSync(inFolder('other.img'), inFolder('target.img'));
    using loop = attachLoop(inFolder('target.img'));
    // In the body of the first partition, and equal in both cards from the start: what was not written, too.
    const place = MIB + 1024 + 30;
    const alter = (): void => {
      shell(`printf '\\377' | dd of=${inFolder('target.img')} bs=1 seek=${place} conv=notrunc,fsync status=none`);
    };
    // The page cache of the device knows nothing of it.
    shell(`head -c ${TABLED_CARD_BYTES} ${loop.path} > /dev/null`);
    await expect(restoreTo(loop.path, { compare, onProgress: when('verify', alter) })).rejects.toMatchObject({
      kind: 'damaged',
      code: 'E_VERIFY_FAILED',
      message: expect.stringMatching(/other bytes than were written, between byte 1\d{6} and \d+$/u),
      hint: expect.stringContaining('its partition table was cleared'),
    });
    expect(tableReaders(inFolder('target.img'))).toEqual([]);
    await restoreTo(loop.path);
    expect(tableReaders(loop.path)).toEqual(['sfdisk', 'blkid', 'sgdisk']);
  });

  it('that refuses a write: the place is named, no table is left, another one completes it', async () => {
    copyFileSync(inFolder('other.img'), inFolder('target.img'));
    {
      using disk = refusingDisk(inFolder('target.img'));
      const onProgress = when('write', () => disk.refuse());
      await expect(restoreTo(disk.path, { onProgress, compare: false, flushBytes: MIB })).rejects.toMatchObject({
        kind: 'failed',
        code: 'EIO',
        message: expect.stringMatching(
          /^cannot flush \/dev\/loop\d+ \(EIO\): what was written between byte \d+ and \d+ is lost$/u,
        ),
        hint: 'the card or its reader is failing, or was taken out: use another one',
      });
    }
    expect(tableReaders(inFolder('target.img'))).toEqual([]);
    await using device = await openTarget(inFolder('target.img'), { exclusive: true });
    expect(await readUnfinished(device)).toBe(ID);
    await restoreTo(inFolder('target.img'));
    expect(tableReaders(inFolder('target.img'))).toEqual(['sfdisk', 'blkid', 'sgdisk']);
  });

  it('whose card was changed behind the back of the page cache is not the one that was inspected', async () => {
    copyFileSync(inFolder('other.img'), inFolder('target.img'));
    using loop = attachLoop(inFolder('target.img'));
    const inspected = await inspectTarget(loop.path, TABLED_CARD_BYTES, 'cardkeep');
    await using device = await openTarget(loop.path, { exclusive: true });
    await device.read(0, TABLED_CARD_BYTES);
    await requireSameContent(inspected, device);
    writeFileSync(inFolder('target.img'), readFileSync(inFolder('card.img')));
    await expect(requireSameContent(inspected, device)).rejects.toMatchObject({ code: 'E_TARGET_CHANGED' });
    const before = readFileSync(inFolder('target.img'));
    const beforeFirstWrite = async (): Promise<void> => requireSameContent(inspected, device);
    const facts = { byteLength: TABLED_CARD_BYTES, sectorSize: 512, isZero: false };
    const plan = await planRestore(card.source, card.volume, facts);
    const restore = executeRestore(card.store, card.source, device, plan, { verify: true, beforeFirstWrite });
    await expect(restore).rejects.toMatchObject({ code: 'E_TARGET_CHANGED' });
    expect(readFileSync(inFolder('target.img')).equals(before)).toBe(true);
  });

  it('of another size than before is not the one that was inspected', async () => {
    copyFileSync(inFolder('other.img'), inFolder('target.img'));
    using loop = attachLoop(inFolder('target.img'));
    const options = { storePath: folder.path, force: false, run: runCommand };
    const facts = await guardTarget(loop.path, options);
    await guardTargetAgain(facts, options);
    truncateSync(inFolder('target.img'), TABLED_CARD_BYTES + 512);
    run('losetup', ['-c', loop.path]);
    await expect(guardTargetAgain(facts, options)).rejects.toMatchObject({ code: 'E_TARGET_CHANGED' });
  });
});

it('an existing image file of another size is cut or grown only after its tables are gone', async () => {
  for (const [name, byteLength] of [
    ['longer', TABLED_CARD_BYTES + 5 * MIB],
    ['shorter', 4 * MIB + 100],
  ] as const) {
    copyFileSync(inFolder('other.img'), inFolder(name));
    truncateSync(inFolder(name), byteLength);
    await using device = await openTarget(inFolder(name), { exclusive: true });
    const facts = { byteLength: TABLED_CARD_BYTES, sectorSize: 512, isZero: false, isFile: true };
    const plan = await planRestore(card.source, card.volume, facts, { wipe: true });
    const cut = device.truncate?.bind(device);
    let unfinished: string | undefined;
    device.truncate = async (newLength) => {
      unfinished = await readUnfinished(device);
      await cut?.(newLength);
    };
    const options = { verify: true, compare: true, versionId: ID };
    const { verifiedBytes } = await executeRestore(card.store, card.source, device, plan, options);
    expect(unfinished).toBe(ID);
    expect(verifiedBytes).toBe(TABLED_CARD_BYTES);
    // Bytes in free blocks are zeros, as in a new file.
    const fresh = await openTarget(inFolder(`${name}.fresh`), { exclusive: true, create: TABLED_CARD_BYTES });
    const freshPlan = await planRestore(card.source, card.volume, { ...facts, isZero: true });
    await executeRestore(card.store, card.source, fresh, freshPlan, options);
    await fresh.close();
    run('cmp', [inFolder(name), inFolder(`${name}.fresh`)]);
  }
});
