/** What the kernel itself, and the tools on devices with sectors of 4096 bytes, make of planned tables and IDs. */
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { planNewIds } from '../../src/restore/new-ids/plan-new-ids.ts';
import { planTableFit } from '../../src/restore/tables/plan-table-fit.ts';
import { planTableGrowth } from '../../src/restore/tables/plan-table-growth.ts';
import { accepted, applyEdits } from '../support/apply-edits.ts';
import { LENGTHS, makeCloneCard, MIB, PLACES } from '../support/clone-card.ts';
import { openFileSource } from '../support/file-source.ts';
import { attachLoop, mountPartition } from '../support/loop-device.ts';
import { run } from '../support/run.ts';
import { seededBytes } from '../support/seeded-bytes.ts';
import { memoryFolder, tableComplaints } from '../support/table-witness.ts';

/** The partitions that the kernel accepts when partx reads them to it, by number: first byte and length. */
function kernelPartitions(
  image: string,
  sectorSize: number,
  numbers: readonly number[],
): Record<number, [byteOffset: number, byteLength: number]> {
  using loop = attachLoop(image, '-b', `${sectorSize}`);
  const name = path.basename(loop.path);
  const folder = `/sys/block/${name}`;
  try {
    // An extended partition is shown as 1024 bytes, which sectors of 4096 bytes do not allow.
    for (const number of numbers) run('partx', ['-a', '-n', `${number}:${number}`, loop.path]);
    const found: Record<number, [number, number]> = {};
    for (const entry of readdirSync(folder).filter((child) => child.startsWith(`${name}p`))) {
      const read = (field: string): number => Number(readFileSync(path.join(folder, entry, field), 'utf8')) * 512;
      found[Number(entry.slice(name.length + 1))] = [read('start'), read('size')];
    }
    return found;
  } finally {
    run('partx', ['-d', loop.path]);
  }
}

const LOGICAL = 'label: dos\nsize=8M,type=c\n/dev/x2 : type=5,size=40M\n/dev/x5 : size=8M\n/dev/x6 : size=16M\n';

describe.each([512, 4096])('the kernel, with sectors of %d bytes, sees', (sectorSize) => {
  it.each([
    ['a primary partition', 'label: dos\nsize=8M,type=c\nsize=16M\n', [1, 2]],
    ['a logical partition', LOGICAL, [1, 5, 6]],
    ['a GPT partition', 'label: gpt\nsize=8M,name=boot\nsize=16M,name=root\n', [1, 2]],
  ])('%s grow and shrink', async (_, script, numbers) => {
    const last = numbers.at(-1)!;
    using folder = memoryFolder();
    const image = path.join(folder.path, 'card.img');
    writeFileSync(image, '');
    truncateSync(image, 64 * MIB);
    {
      using loop = attachLoop(image, '-b', `${sectorSize}`);
      run('sfdisk', ['-q', '--no-reread', '--no-tell-kernel', loop.path], { input: script });
    }
    const before = kernelPartitions(image, sectorSize, numbers);
    for (const byteLength of [100 * MIB, 96 * MIB + 3 * 4096, 70 * MIB]) {
      const shrinks = byteLength < 100 * MIB;
      using source = openFileSource(image, sectorSize);
      const plan = accepted(await (shrinks ? planTableFit : planTableGrowth)(source, byteLength));
      applyEdits(image, plan.edits, byteLength);
      const { partition } = plan;
      expect(partition.number).toBe(last);
      const now = kernelPartitions(image, sectorSize, numbers);
      expect(now[last]).toEqual([partition.byteOffset, partition.newByteLength]);
      expect(now[1]).toEqual(before[1]);
      expect(Object.keys(now)).toEqual(Object.keys(before));
      const end = partition.byteOffset + partition.newByteLength;
      expect(end).toBeLessThanOrEqual(byteLength);
      expect(byteLength - end).toBeLessThan(shrinks ? 6 * 4096 + 2 * sectorSize : MIB + 5 * 4096);
      using loop = attachLoop(image, '-b', `${sectorSize}`);
      expect(tableComplaints(loop.path).filter((line) => !line.includes("doesn't end on a"))).toEqual([]);
    }
  });
});

describe('the kernel', () => {
  it('mounts the partitions of a clone, with their files as they shall be', async () => {
    using folder = memoryFolder();
    const image = path.join(folder.path, 'card.img');
    makeCloneCard(image, 'gpt', {
      boot: { 'cmdline.txt': 'root=PARTUUID=%2\n' },
      root: { 'etc/fstab': 'PARTUUID=%2 / ext4\n', 'usr/share/file': 'x'.repeat(100_000) },
    });
    const byteLength = 120 * MIB;
    {
      using source = openFileSource(image);
      applyEdits(image, accepted(await planTableGrowth(source, byteLength)).edits, byteLength);
    }
    using source = openFileSource(image);
    const plan = accepted(await planNewIds(source, seededBytes(5)));
    applyEdits(image, plan.edits, byteLength);
    const partUuid = plan.changes.find(({ partition, what }) => partition === 2 && what === 'partition GUID')!.after;
    {
      using mount = mountPartition(image, PLACES.root, LENGTHS.root);
      expect(readFileSync(path.join(mount.path, 'etc/fstab'), 'utf8')).toBe(`PARTUUID=${partUuid} / ext4\n`);
      writeFileSync(path.join(mount.path, 'written'), 'x'.repeat(3_000_000));
      expect(readFileSync(path.join(mount.path, 'usr/share/file'), 'utf8')).toBe('x'.repeat(100_000));
    }
    using loop = attachLoop(image, '-o', `${PLACES.root}`, '--sizelimit', `${LENGTHS.root}`);
    run('e2fsck', ['-fn', loop.path]);
    expect(tableComplaints(image)).toEqual([]);
  });
});
