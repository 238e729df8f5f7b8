import { closeSync, copyFileSync, openSync, readSync, truncateSync, writeSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { planTableGrowth, type TableGrowth } from '../../src/restore/tables/plan-table-growth.ts';
import { accepted, applyEdits, refused } from '../support/apply-edits.ts';
import { openFileSource } from '../support/file-source.ts';
import { run } from '../support/run.ts';
import {
  type DumpedTable,
  dumpTable,
  growWithTools,
  makeTable,
  memoryFolder,
  tableComplaints,
} from '../support/table-witness.ts';

const MIB = 1024 * 1024;

/** Grows the table of an image in place, and returns the plan. */
async function grow(image: string, byteLength: number): Promise<TableGrowth> {
  using source = openFileSource(image);
  const plan = accepted(await planTableGrowth(source, byteLength));
  applyEdits(image, plan.edits, byteLength);
  return plan;
}

async function refusal(image: string, byteLength: number): Promise<string> {
  using source = openFileSource(image);
  return refused(await planTableGrowth(source, byteLength));
}

/** A table but for the sizes that growing changes: of the last partition, and of the extended one. */
function withoutGrown(table: DumpedTable): unknown {
  const last = table.partitions.length - 1;
  const partitions = table.partitions.map((entry, index) => {
    return index === last || entry.type === '5' ? { ...entry, size: 0 } : entry;
  });
  return { ...table, partitions };
}

function put(image: string, byteOffset: number, bytes: Uint8Array): void {
  const file = openSync(image, 'r+');
  writeSync(file, bytes, 0, bytes.byteLength, byteOffset);
  closeSync(file);
}

function bytesAt(image: string, byteOffset: number, byteLength: number): Buffer {
  const file = openSync(image, 'r');
  const bytes = Buffer.alloc(byteLength);
  readSync(file, bytes, 0, byteLength, byteOffset);
  closeSync(file);
  return bytes;
}

const CARDS: Readonly<Record<string, readonly [script: string, last: number]>> = {
  'a Raspberry Pi card': ['label: dos\nlabel-id: 0x1a2b3c4d\nstart=8192,size=32768,type=c\nstart=40960,size=65536', 2],
  'a last partition with the lowest number': [
    'label: dos\n/dev/x1 : start=65536,size=4096\n/dev/x2 : start=2048,size=4096\n',
    1,
  ],
  'a partition that starts at sector 63': ['label: dos\nstart=63,size=20000,type=c,bootable\n', 1],
  'a logical partition': [
    'label: dos\n/dev/x1 : start=2048,size=4096,type=c\n/dev/x2 : start=8192,size=60000,type=5\n/dev/x5 : size=2M\n/dev/x6 : size=3M,type=82\n/dev/x7 : size=4M\n',
    7,
  ],
  'one logical partition': [
    'label: dos\n/dev/x1 : start=2048,size=4096,type=c\n/dev/x4 : start=8192,size=60000,type=5\n/dev/x5 : size=2M\n',
    5,
  ],
  'a primary partition behind logical ones': [
    'label: dos\n/dev/x2 : start=8192,size=20000,type=5\n/dev/x3 : start=40960,size=4096\n/dev/x5 : size=2M\n',
    3,
  ],
  'a GPT': ['label: gpt\nsize=4M,type=U,name="EFI system"\nsize=8M,name="Wurzel äöü 😀"\nsize=3M,name=rest\n', 3],
  'a GPT with places left out': [
    'label: gpt\n/dev/x17 : start=8192,size=2048,name="17"\n/dev/x3 : start=2048,size=2048\n',
    17,
  ],
  'a GPT with 8 entries': ['label: gpt\ntable-length: 8\nsize=1M\nsize=1M\n', 2],
  'a GPT with 256 entries': ['label: gpt\ntable-length: 256\nsize=1M\nsize=1M\n', 2],
};

describe('the last partition grows', () => {
  for (const [name, [script, last]] of Object.entries(CARDS)) {
    it.each([64 * MIB + 20 * 512, 200 * MIB + 5 * 512])(
      `as sfdisk and sgdisk grow it: ${name}, %d bytes`,
      async (byteLength) => {
        using folder = memoryFolder();
        const image = path.join(folder.path, 'card.img');
        makeTable(image, 64 * MIB, script);
        const before = dumpTable(image);
        const expected = growWithTools(image, path.join(folder.path, 'tools.img'), byteLength, last);
        const plan = await grow(image, byteLength);
        const actual = dumpTable(image);
        const grown = actual.partitions.at(-1)!;
        const byTools = expected.partitions.at(-1)!;
        const surplus = byTools.size - grown.size;
        expect(plan.partition).toEqual({
          number: last,
          byteOffset: grown.start * 512,
          oldByteLength: before.partitions.at(-1)!.size * 512,
          newByteLength: grown.size * 512,
        });
        expect(surplus).toBeGreaterThanOrEqual(0);
        const unit = script.startsWith('label: gpt') ? 2048 : 8;
        expect(surplus).toBeLessThan(unit);
        if (grown.size > before.partitions.at(-1)!.size) expect((grown.start + grown.size) % unit).toBe(0);
        expect(withoutGrown(actual)).toEqual(withoutGrown(expected));
        expect(tableComplaints(image)).toEqual([]);
      },
    );
  }

  it('keeps the IDs, and clears the old backup of a GPT', async () => {
    using folder = memoryFolder();
    const image = path.join(folder.path, 'card.img');
    makeTable(image, 64 * MIB, CARDS['a GPT']![0]);
    const before = run('sgdisk', ['-i', '3', image]).replace(/Last sector.*|Partition size.*/g, '');
    expect(bytesAt(image, 64 * MIB - 512, 8).toString()).toBe('EFI PART');
    await grow(image, 128 * MIB);
    expect(run('sgdisk', ['-i', '3', image]).replace(/Last sector.*|Partition size.*/g, '')).toBe(before);
    expect(bytesAt(image, 64 * MIB - 33 * 512, 33 * 512).every((byte) => byte === 0)).toBe(true);
    expect(run('blkid', ['-p', '-o', 'value', '-s', 'PTTYPE', image]).trim()).toBe('gpt');
  });

  it('leaves no old header where the GPT moves and the partition has no room to grow', async () => {
    using folder = memoryFolder();
    const image = path.join(folder.path, 'card.img');
    // Less than a MiB behind a whole one.
    const byteLength = 64 * MIB + 100 * 512;
    makeTable(image, byteLength, 'label: gpt\nsize=4M\nname=rest\n');
    const { partition } = await grow(image, byteLength + 40 * 512);
    expect(partition.newByteLength).toBe(partition.oldByteLength);
    expect(bytesAt(image, byteLength - 33 * 512, 40 * 512).equals(Buffer.alloc(40 * 512))).toBe(true);
    expect(tableComplaints(image)).toEqual([]);
  });

  it('saturates the end in cylinders, and touches nothing else of an MBR', async () => {
    using folder = memoryFolder();
    const image = path.join(folder.path, 'card.img');
    makeTable(image, 64 * MIB, CARDS['a Raspberry Pi card']![0]);
    const before = bytesAt(image, 0, 512);
    await grow(image, 96 * MIB);
    const after = bytesAt(image, 0, 512);
    const changed = [...after.keys()].filter((at) => before[at] !== after[at]);
    expect(changed.every((at) => (at >= 462 + 5 && at < 462 + 8) || (at >= 462 + 12 && at < 462 + 16))).toBe(true);
    expect([...after.subarray(467, 470)]).toEqual([0xfe, 0xff, 0xff]);
  });

  it('keeps a hybrid MBR and the entry in it that repeats the partition', async () => {
    using folder = memoryFolder();
    const image = path.join(folder.path, 'card.img');
    makeTable(image, 64 * MIB, 'label: gpt\nstart=2048,size=4096\nstart=8192,size=32768\n');
    run('sgdisk', ['-h', '1:2', image]);
    const before = bytesAt(image, 440, 72);
    const plan = await grow(image, 128 * MIB);
    const after = bytesAt(image, 440, 72);
    expect(after.readUInt32LE(6 + 2 * 16 + 12) * 512).toBe(plan.partition.newByteLength);
    before.copy(after, 6 + 2 * 16 + 5, 6 + 2 * 16 + 5, 6 + 2 * 16 + 16);
    expect(after).toEqual(before);
    expect(tableComplaints(image)).toEqual([]);
    using source = openFileSource(image);
    expect(accepted(await planTableGrowth(source, 256 * MIB)).partition.number).toBe(2);
  });

  it('grows an MBR to 2 TiB and says what stays unused', async () => {
    using folder = memoryFolder();
    const image = path.join(folder.path, 'card.img');
    makeTable(image, 64 * MIB, CARDS['a Raspberry Pi card']![0]);
    const plan = await grow(image, 3 * 1024 * 1024 * MIB);
    const end = plan.partition.byteOffset + plan.partition.newByteLength;
    expect(end).toBe((2 ** 32 - 8) * 512);
    expect(plan.unreachableBytes).toBe(3 * 2 ** 40 - (2 ** 32 - 1) * 512);
    expect(plan.notes).toEqual([`an MBR reaches no further than 2 TiB: ${plan.unreachableBytes} bytes stay unused`]);
    expect(dumpTable(image).partitions[1]!.size).toBe(2 ** 32 - 8 - 40960);
  });

  it('grows a GPT past 2 TiB', async () => {
    using folder = memoryFolder();
    const image = path.join(folder.path, 'card.img');
    makeTable(image, 64 * MIB, CARDS['a GPT']![0]);
    const plan = await grow(image, 3 * 1024 * 1024 * MIB);
    expect(plan.unreachableBytes).toBe(0);
    expect(tableComplaints(image)).toEqual([]);
    expect(bytesAt(image, 446 + 12, 4).readUInt32LE()).toBe(0xffffffff);
  });

  it('takes a GPT whose backup was cut off or never moved to the end', async () => {
    using folder = memoryFolder();
    const image = path.join(folder.path, 'card.img');
    makeTable(image, 64 * MIB, CARDS['a GPT']![0]);
    const short = path.join(folder.path, 'short.img');
    copyFileSync(image, short);
    truncateSync(short, 63 * MIB);
    expect((await grow(short, 128 * MIB)).notes).toEqual(['the backup GPT was missing or damaged, it is made anew']);
    expect(tableComplaints(short)).toEqual([]);
    truncateSync(image, 80 * MIB);
    expect((await grow(image, 128 * MIB)).notes).toEqual([]);
    expect(tableComplaints(image)).toEqual([]);
    expect(bytesAt(image, 40 * MIB, 87 * MIB).equals(Buffer.alloc(87 * MIB))).toBe(true);
  });

  it('lets a bare file system have the volume', async () => {
    using folder = memoryFolder();
    const image = path.join(folder.path, 'card.img');
    makeTable(image, 8 * MIB, 'label: dos\n');
    run('mke2fs', ['-q', '-F', image]);
    expect(await grow(image, 16 * MIB)).toEqual({
      edits: [],
      partition: { number: 0, byteOffset: 0, oldByteLength: 8 * MIB, newByteLength: 16 * MIB },
      unreachableBytes: 0,
      notes: [],
    });
  });

  it('clears the GPT that an earlier table left behind an MBR', async () => {
    using folder = memoryFolder();
    const image = path.join(folder.path, 'card.img');
    makeTable(image, 64 * MIB, CARDS['a GPT']![0]);
    const backup = bytesAt(image, 64 * MIB - 33 * 512, 33 * 512);
    makeTable(image, 64 * MIB, CARDS['a Raspberry Pi card']![0]);
    put(image, 64 * MIB - 33 * 512, backup);
    const plan = await grow(image, 128 * MIB);
    expect(plan.notes).toEqual(['an old GPT at the end, which is not in use, is cleared']);
    expect(bytesAt(image, 512, 127 * MIB).equals(Buffer.alloc(127 * MIB))).toBe(true);
  });
});

describe('the last partition stays as it is', () => {
  it('where data that nobody owns lies behind it, until it is told to take no notice', async () => {
    using folder = memoryFolder();
    const image = path.join(folder.path, 'card.img');
    for (const name of ['a Raspberry Pi card', 'a logical partition', 'a GPT']) {
      makeTable(image, 64 * MIB, CARDS[name]![0]);
      put(image, 60 * MIB + 7, Buffer.from('x'));
      expect(await refusal(image, 128 * MIB)).toContain(`at byte ${60 * MIB + 7}, lies data that no partition owns`);
      using source = openFileSource(image);
      expect(await planTableGrowth(source, 128 * MIB, { ignoresStrayData: true })).toHaveProperty('partition');
      const isKnownZero = async (): Promise<boolean> => true;
      expect(await planTableGrowth(source, 128 * MIB, { isKnownZero })).toHaveProperty('partition');
    }
  });

  it('where an extended partition without logical ones lies behind it', async () => {
    using folder = memoryFolder();
    const image = path.join(folder.path, 'card.img');
    makeTable(image, 64 * MIB, 'label: dos\nstart=2048,size=2048\nstart=8192,size=8192,type=5\n');
    expect(await refusal(image, 128 * MIB)).toMatch(/extended partition 2 lies behind partition 1|cannot be relied on/);
  });

  it('where the copies of the GPT are damaged or differ', async () => {
    using folder = memoryFolder();
    const image = path.join(folder.path, 'card.img');
    const other = path.join(folder.path, 'other.img');
    makeTable(image, 64 * MIB, CARDS['a GPT']![0]);
    copyFileSync(image, other);
    put(image, 512 + 60, Buffer.from('x'));
    expect(await refusal(image, 128 * MIB)).toContain('the primary GPT is damaged');
    const primary = bytesAt(other, 0, 34 * 512);
    run('sgdisk', ['-c', '1:other', other]);
    put(other, 0, primary);
    expect(await refusal(other, 128 * MIB)).toContain('the two copies of the GPT differ');
  });

  it('where the volume becomes smaller, or nothing is known', async () => {
    using folder = memoryFolder();
    const image = path.join(folder.path, 'card.img');
    makeTable(image, 64 * MIB, CARDS['a GPT']![0]);
    expect(await refusal(image, 63 * MIB)).toContain('are less than');
    put(image, 0, Buffer.alloc(512));
    expect(await refusal(image, 128 * MIB)).toContain('neither a partition table nor a file system');
  });
});
