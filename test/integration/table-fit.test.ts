import { closeSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { planTableFit, type FitOptions, type TableFit } from '../../src/restore/tables/plan-table-fit.ts';
import { accepted, applyEdits, refused } from '../support/apply-edits.ts';
import { openFileSource } from '../support/file-source.ts';
import { run } from '../support/run.ts';
import { dumpTable, makeTable, memoryFolder, tableComplaints } from '../support/table-witness.ts';

const MIB = 1024 * 1024;
const PI = 'label: dos\nlabel-id: 0x1a2b3c4d\nstart=8192,size=32768,type=c\nstart=40960,size=90112\n';
const LOGICAL = 'label: dos\nstart=2048,size=4096\n/dev/x2 : start=8192,type=5\n/dev/x5 : size=2M\n/dev/x6 : type=82\n';
const GPT = 'label: gpt\nsize=4M,name=boot\nsize=120799,name=rest\n';

async function fit(image: string, byteLength: number, options: FitOptions = {}): Promise<TableFit> {
  using source = openFileSource(image);
  const plan = accepted(await planTableFit(source, byteLength, options));
  applyEdits(image, plan.edits, byteLength);
  return plan;
}

async function refusal(image: string, byteLength: number): Promise<string> {
  using source = openFileSource(image);
  return refused(await planTableFit(source, byteLength));
}

describe('a table fits a smaller volume', () => {
  it.each([
    ['an MBR', PI, 64 * MIB - 512, 64 * MIB - 4096],
    ['an MBR', PI, 63 * MIB + 5120, 63 * MIB + 4096],
    ['logical partitions', LOGICAL, 60 * MIB, 60 * MIB],
    ['a GPT', GPT, 64 * MIB - 512, 64 * MIB - 5 * 4096],
    ['a GPT', GPT, 40 * MIB, 40 * MIB - 5 * 4096],
  ])('by a shorter last partition: %s, %#', async (_, script, byteLength, partitionEnd) => {
    using folder = memoryFolder();
    const image = path.join(folder.path, 'card.img');
    makeTable(image, 64 * MIB, script);
    const before = dumpTable(image);
    const { partition, bytesBehind } = await fit(image, byteLength);
    const after = dumpTable(image);
    expect(partition.byteOffset + partition.newByteLength).toBe(partitionEnd);
    expect(partition.oldByteLength).toBe(before.partitions.at(-1)!.size * 512);
    expect(after.partitions.at(-1)!.size * 512).toBe(partition.newByteLength);
    expect(bytesBehind).toBe(script === GPT ? 33 * 512 : 0);
    expect(after.partitions.at(-1)!.start).toBe(before.partitions.at(-1)!.start);
    expect(after.partitions[0]).toEqual(before.partitions[0]);
    const isCaution = (line: string): boolean => line.includes("doesn't end on a 2048-sector boundary");
    expect(tableComplaints(image).filter((line) => !isCaution(line))).toEqual([]);
  });

  it('by moving the GPT only, and by nothing at all, where the tail is nobody’s', async () => {
    using folder = memoryFolder();
    const image = path.join(folder.path, 'card.img');
    makeTable(image, 64 * MIB, 'label: gpt\nsize=4M\nsize=8M\n');
    const { partition } = await fit(image, 20 * MIB);
    expect(partition.newByteLength).toBe(partition.oldByteLength);
    expect(tableComplaints(image)).toEqual([]);
    makeTable(image, 64 * MIB, 'label: dos\nsize=4M\nsize=8M\n');
    expect((await fit(image, 20 * MIB)).edits).toEqual([]);
    makeTable(image, 64 * MIB, 'label: dos\nsize=4M\n/dev/x2 : type=5\n/dev/x5 : size=8M\n');
    const logical = await fit(image, 20 * MIB);
    expect(logical.partition.newByteLength).toBe(8 * MIB);
    expect(dumpTable(image).partitions[1]!.size).toBe(20 * 2048 - dumpTable(image).partitions[1]!.start);
    expect(tableComplaints(image)).toEqual([]);
  });

  it('clears what remains of the old backup GPT', async () => {
    using folder = memoryFolder();
    const image = path.join(folder.path, 'card.img');
    makeTable(image, 64 * MIB, 'label: gpt\nsize=4M\n');
    const plan = await fit(image, 64 * MIB - 10 * 512);
    expect(tableComplaints(image)).toEqual([]);
    expect(plan.edits.every(({ byteOffset, byteLength }) => byteOffset + byteLength <= 64 * MIB - 5120)).toBe(true);
  });

  it('with the length that the file system in it got', async () => {
    using folder = memoryFolder();
    const image = path.join(folder.path, 'card.img');
    makeTable(image, 64 * MIB, PI);
    expect((await fit(image, 50 * MIB, { partitionByteLength: 5 * MIB })).partition.newByteLength).toBe(5 * MIB);
    expect(dumpTable(image).partitions[1]!.size).toBe(5 * 2048);
    using source = openFileSource(image);
    await expect(planTableFit(source, 49 * MIB, { partitionByteLength: 48 * MIB })).rejects.toThrow(RangeError);
  });

  it('refuses with the exact bytes and the smallest size', async () => {
    using folder = memoryFolder();
    const image = path.join(folder.path, 'card.img');
    makeTable(image, 64 * MIB, PI);
    const smallest = 20 * MIB + 4096;
    expect(await refusal(image, 10 * MIB)).toContain(
      `${smallest - 10 * MIB} bytes are missing, the smallest size that works is ${smallest} bytes`,
    );
    expect(await refusal(image, smallest - 1)).toContain('1 byte is missing');
    expect((await fit(image, smallest)).partition.newByteLength).toBe(4096);
    makeTable(image, 64 * MIB, GPT);
    const withBackup = 5 * MIB + 4096 + 33 * 512;
    expect(await refusal(image, withBackup - 512)).toContain(`the smallest size that works is ${withBackup} bytes`);
    expect((await fit(image, withBackup)).partition.newByteLength).toBe(4096);
  });

  it('refuses to cut off data that no partition owns', async () => {
    using folder = memoryFolder();
    const image = path.join(folder.path, 'card.img');
    makeTable(image, 64 * MIB, 'label: gpt\nsize=4M\n');
    const file = openSync(image, 'r+');
    writeSync(file, 'x', 30 * MIB);
    closeSync(file);
    expect(await refusal(image, 30 * MIB)).toContain(
      `the smallest size that works is ${30 * MIB + 512 + 33 * 512} bytes`,
    );
    using source = openFileSource(image);
    accepted(await planTableFit(source, 30 * MIB, { ignoresStrayData: true }));
    accepted(await planTableFit(source, 30 * MIB + 34 * 512));
  });

  it('leaves a bare file system to its own planner', async () => {
    using folder = memoryFolder();
    const image = path.join(folder.path, 'card.img');
    makeTable(image, 8 * MIB, 'label: dos\n');
    run('mke2fs', ['-q', '-F', image]);
    const { partition, edits } = await fit(image, 7 * MIB + 512);
    expect(partition).toEqual({ number: 0, byteOffset: 0, oldByteLength: 8 * MIB, newByteLength: 7 * MIB });
    expect(edits).toEqual([]);
  });
});
