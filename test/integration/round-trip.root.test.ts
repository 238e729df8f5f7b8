import { openSync, readSync, closeSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attachLoop, mountPartition, temporaryFolder } from '../support/loop-device.ts';
import { readExtWitness } from '../support/ext-witness.ts';
import { BOOT, CARD_BYTES, describeTree, makeRealCard, ROOT, UNWRITTEN_FILES } from '../support/real-card.ts';
import { run, shell, verdict } from '../support/run.ts';
import { cardkeep } from '../support/cardkeep.ts';

/** The file system checkers, on partitions cut out of an image or device. */
function fsckVerdicts(image: string): unknown[] {
  const verdicts: unknown[] = [];
  for (const { byteOffset, byteLength, command } of [
    { ...ROOT, command: ['e2fsck', '-fn'] },
    { ...BOOT, command: ['fsck.vfat', '-n', '-v'] },
  ]) {
    using loop = attachLoop(image, '-r', '-o', `${byteOffset}`, '--sizelimit', `${byteLength}`);
    const { status, output } = verdict(command[0]!, [...command.slice(1), loop.path]);
    verdicts.push({ status, output: output.replaceAll(loop.path, 'DEV').replaceAll(/\/dev\/loop\d+/gu, 'DEV') });
  }
  return verdicts;
}

function readAt(file: string, byteOffset: number, byteLength: number): Buffer {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(byteLength);
    let done = 0;
    while (done < byteLength) {
      const got = readSync(descriptor, bytes, done, byteLength - done, byteOffset + done);
      if (got === 0) throw new Error(`${file} ends at ${byteOffset + done}`);
      done += got;
    }
    return bytes;
  } finally {
    closeSync(descriptor);
  }
}

describe.each([
  { name: '4 KiB blocks', options: ['-b', '4096'] },
  { name: '1 KiB blocks', options: ['-b', '1024'] },
  { name: 'no checksums', options: ['-b', '4096', '-O', '^metadata_csum,^64bit'] },
  { name: 'uninit_bg', options: ['-b', '4096', '-O', '^metadata_csum,uninit_bg,^flex_bg'] },
])('a card with ext4, $name', ({ options }) => {
  const folder = temporaryFolder();
  const card = path.join(folder.path, 'card.img');
  const store = path.join(folder.path, 'store');
  let sourceTree: string[] = [];

  beforeAll(async () => {
    makeRealCard(card, options);
    {
      using root = mountPartition(card, ROOT.byteOffset, ROOT.byteLength, { readOnly: true });
      sourceTree = await describeTree(root.path);
    }
    const backup = cardkeep(store, 'backup', card, '--json', '--yes');
    expect(backup).toMatchObject({ deviceBytes: CARD_BYTES, mode: 'full', unclean: false });
    // Live bytes, not the 60 MB of stale data nor the 255 MB that are free.
    expect((backup as { liveBytes: number }).liveBytes).toBeLessThan(60_000_000);
  });
  afterAll(() => folder[Symbol.dispose]());

  async function expectEqualCard(restored: string): Promise<void> {
    expect(fsckVerdicts(restored)).toEqual(fsckVerdicts(card));
    const witness = readExtWitness(card, ROOT.byteOffset, UNWRITTEN_FILES);
    expect(witness.usedBlocks.length).toBeGreaterThan(9000);
    const different = witness.usedBlocks.filter((block) => {
      const at = ROOT.byteOffset + block * witness.blockSize;
      return !readAt(card, at, witness.blockSize).equals(readAt(restored, at, witness.blockSize));
    });
    expect(different).toEqual([]);
    // Partition table, gaps and boot sector areas.
    expect(readAt(restored, 0, BOOT.byteOffset).equals(readAt(card, 0, BOOT.byteOffset))).toBe(true);
    for (const file of ['config.txt', 'kernel8.img', 'overlays/o7.dtbo']) {
      const read = (image: string): string => shell(`mcopy -n -i ${image}@@${BOOT.byteOffset} ::${file} - | sha256sum`);
      expect(read(restored)).toBe(read(card));
    }
    using root = mountPartition(restored, ROOT.byteOffset, ROOT.byteLength, { readOnly: true });
    expect(await describeTree(root.path)).toEqual(sourceTree);
  }

  it('comes back to a fresh file', async () => {
    const restored = path.join(folder.path, 'restored.img');
    const result = cardkeep(store, 'restore', 'latest', restored, '--json', '--yes');
    expect(result).toMatchObject({ target: restored });
    expect(statSync(restored).size).toBe(CARD_BYTES);
    // Sparse: what is free takes no place.
    expect(statSync(restored).blocks * 512).toBeLessThan(80_000_000);
    await expectEqualCard(restored);
  });

  it('comes back to a device full of random bytes', async () => {
    const file = path.join(folder.path, 'device.img');
    shell(`head -c ${CARD_BYTES} /dev/urandom > ${file}`);
    using loop = attachLoop(file);
    cardkeep(store, 'restore', 'latest', loop.path, '--json', '--yes');
    await expectEqualCard(loop.path);
  });

  it('costs next to nothing when it is backed up again', () => {
    const again = cardkeep(store, 'backup', card, '--json', '--yes') as { newBytes: number; storedBytes: number };
    expect(again.newBytes).toBe(0);
    expect(again.storedBytes).toBeLessThan(20_000);
  });

  it('passes all checks', () => {
    expect(cardkeep(store, 'check', '--read-data', '--json')).toMatchObject({ ok: true, problems: [] });
    expect(cardkeep(store, 'check', 'latest', '--json')).toMatchObject({ ok: true });
  });

  it('costs little with the same files on another file system', () => {
    const other = path.join(folder.path, 'other.img');
    shell(`cp --sparse=always ${card} ${other}`);
    {
      using loop = attachLoop(other, '-o', `${ROOT.byteOffset}`, '--sizelimit', `${ROOT.byteLength}`);
      run('mkfs.ext4', ['-q', '-F', '-L', 'rootfs', ...options, loop.path]);
    }
    {
      using from = mountPartition(card, ROOT.byteOffset, ROOT.byteLength, { readOnly: true });
      using to = mountPartition(other, ROOT.byteOffset, ROOT.byteLength);
      run('cp', ['-a', `${from.path}/.`, to.path]);
    }
    const backup = cardkeep(store, 'backup', other, '--card', 'other', '--json', '--yes') as { newBytes: number };
    expect(backup.newBytes).toBeLessThan(2_000_000);
  });
});
