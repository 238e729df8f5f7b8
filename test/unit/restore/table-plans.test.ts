import { describe, expect, it } from 'vitest';
import { memorySource } from '../../../src/device/block-source.ts';
import { zerosByMap } from '../../../src/restore/tables/gap-data.ts';
import { type MapReader } from '../../../src/snapshot/map-reader.ts';
import { planTableFit } from '../../../src/restore/tables/plan-table-fit.ts';
import { planTableGrowth } from '../../../src/restore/tables/plan-table-growth.ts';
import { readDiskLayout } from '../../../src/layout/disk-layout.ts';
import { editedSource, mergeEdits } from '../../../src/restore/edits.ts';
import { planNewIds } from '../../../src/restore/new-ids/plan-new-ids.ts';
import { accepted, refused } from '../../support/apply-edits.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { putGpt, putMbr, type BuiltGpt, type BuiltMbrEntry } from '../../support/table-builder.ts';

const SECTORS = 4096;
const BYTES = SECTORS * 512;

function mbrImage(entries: readonly (BuiltMbrEntry | undefined)[]): Buffer {
  const image = Buffer.alloc(BYTES);
  putMbr(image, 0, entries);
  return image;
}

function gptImage(primary: BuiltGpt, backup: BuiltGpt | undefined, protective: BuiltMbrEntry[] = []): Buffer {
  const image = mbrImage([{ type: 0xee, firstLba: 1, sectorCount: SECTORS - 1 }, ...protective]);
  putGpt(image, primary);
  if (backup !== undefined) putGpt(image, { lba: SECTORS - 1, entriesLba: SECTORS - 33, alternateLba: 1, ...backup });
  return image;
}

const linux = (firstLba: number, sectorCount: number): BuiltMbrEntry => ({ type: 0x83, firstLba, sectorCount });
const extended = (firstLba: number, sectorCount: number): BuiltMbrEntry => ({ type: 5, firstLba, sectorCount });

function withEbrs(entries: BuiltMbrEntry[], ebrs: readonly (readonly [lba: number, BuiltMbrEntry[]])[]): Buffer {
  const image = mbrImage(entries);
  for (const [lba, table] of ebrs) putMbr(image, lba * 512, table);
  return image;
}

const HOSTILE: Readonly<Record<string, readonly [image: Buffer, reason: RegExp]>> = {
  'partitions that overlap': [mbrImage([linux(100, 200), linux(200, 200)]), /partitions 1 and 2 overlap/],
  'a partition that ends past the device': [mbrImage([linux(100, 5000)]), /ends past the end/],
  'a partition that lies past the device': [mbrImage([linux(100, 10), linux(9000, 10)]), /lies past the end/],
  'a partition over the table': [mbrImage([linux(0, 10)]), /covers the partition table/],
  'an empty table': [mbrImage([]), /the partition table is empty/],
  'two extended partitions': [
    withEbrs(
      [extended(100, 100), extended(300, 100)],
      [
        [100, [linux(10, 10)]],
        [300, [linux(10, 10)]],
      ],
    ),
    /more than one extended partition/,
  ],
  'a chain that runs in a circle': [
    withEbrs(
      [extended(100, 1000)],
      [
        [100, [linux(10, 10), extended(200, 100)]],
        [300, [linux(10, 10), extended(200, 100)]],
      ],
    ),
    /in a circle/,
  ],
  'a chain that is broken': [
    withEbrs([extended(100, 1000)], [[100, [linux(10, 10), extended(200, 100)]]]),
    /is broken at sector 300/,
  ],
  'a logical partition that leaves its container': [
    withEbrs([extended(100, 100)], [[100, [linux(10, 500)]]]),
    /logical partition 5 leaves its container/,
  ],
  'a primary partition inside the extended one': [
    withEbrs([linux(150, 20), extended(100, 200)], [[100, [linux(10, 10)]]]),
    /overlaps the extended one/,
  ],
  'a logical partition over an EBR': [
    withEbrs(
      [extended(100, 1000)],
      [
        [100, [linux(10, 300), extended(200, 100)]],
        [300, [linux(150, 10)]],
      ],
    ),
    /covers a part of the partition table/,
  ],
  'an EBR behind the last partition': [
    withEbrs(
      [extended(100, 1000)],
      [
        [100, [linux(10, 10), extended(500, 100)]],
        [600, []],
      ],
    ),
    /a part of the chain of logical partitions lies behind partition 5/,
  ],
  'an extended partition past the device': [
    withEbrs([extended(100, 9000)], [[100, [linux(10, 10)]]]),
    /the extended partition passes the end|cannot be relied on/,
  ],
  'a GPT partition over its own entries': [
    gptImage({ partitions: [{ index: 0, firstLba: 10n, lastLba: 100n }] }, undefined),
    /covers a part of the partition table/,
  ],
  'a GPT partition over the backup': [
    gptImage(
      { partitions: [{ index: 0, firstLba: 100n, lastLba: 4095n }] },
      { partitions: [{ index: 0, firstLba: 100n, lastLba: 4095n }] },
    ),
    /covers a part of the partition table/,
  ],
  'a GPT partition that ends before it starts': [
    gptImage({ partitions: [{ index: 0, firstLba: 100n, lastLba: 50n }] }, undefined),
    /ends before it starts/,
  ],
  'a GPT partition at 2^63': [
    gptImage({ partitions: [{ index: 0, firstLba: 2n ** 63n, lastLba: 2n ** 63n + 10n }] }, undefined),
    /past the end/,
  ],
  'a GPT whose entries lie behind the last partition': [
    gptImage({ entriesLba: 1000, partitions: [{ index: 0, firstLba: 100n, lastLba: 200n }] }, undefined),
    /the GPT itself lies behind partition 1/,
  ],
  'copies of a GPT that differ': [
    gptImage(
      { partitions: [{ index: 0, firstLba: 100n, lastLba: 200n }] },
      { partitions: [{ index: 0, firstLba: 100n, lastLba: 300n }] },
    ),
    /the two copies of the GPT differ/,
  ],
  'a hybrid MBR that names what the GPT does not': [
    gptImage({ partitions: [{ index: 0, firstLba: 100n, lastLba: 200n }] }, undefined, [linux(300, 10)]),
    /is none of the GPT's/,
  ],
};

describe('a hostile table', () => {
  for (const [name, [image, reason]] of Object.entries(HOSTILE)) {
    it(`is refused: ${name}`, async () => {
      const source = memorySource(image);
      const growth = await planTableGrowth(source, BYTES * 2);
      expect(refused(growth)).toMatch(reason);
      expect(refused(await planTableFit(source, BYTES - 512))).toMatch(reason);
    });
  }

  it('of too many or past partitions gets no new IDs', async () => {
    for (const name of [
      'partitions that overlap',
      'a partition that lies past the device',
      'a chain that runs in a circle',
    ]) {
      const [image, reason] = HOSTILE[name]!;
      expect(refused(await planNewIds(memorySource(image), seededBytes(1)))).toMatch(reason);
    }
  });

  it('cannot make a stale copy that stands inside of a partition be cleared', async () => {
    // The primary says that its backup stands at sector 500, which is a partition's; there it stands indeed.
    const partitions = [{ index: 0, firstLba: 100n, lastLba: 1000n }];
    const image = gptImage({ alternateLba: 500, partitions }, undefined);
    putGpt(image, { lba: 500, entriesLba: 510, alternateLba: 1, partitions });
    expect(refused(await planTableGrowth(memorySource(image), BYTES * 2))).toMatch(
      /covers a part of the partition table/,
    );
    image.fill(0, 500 * 512, 560 * 512);
    const { edits } = accepted(await planTableGrowth(memorySource(image), BYTES * 2));
    expect(edits.some(({ byteOffset }) => byteOffset >= 100 * 512 && byteOffset < 1001 * 512)).toBe(false);
  });
});

describe('a chain of logical partitions', () => {
  it('whose last partition is not in the last EBR', async () => {
    // In the order of the chain: the second partition lies behind the third.
    const image = withEbrs(
      [extended(100, 3000)],
      [
        [100, [linux(10, 10), extended(1000, 200)]],
        [1100, [linux(100, 100), extended(500, 100)]],
        [600, [linux(10, 10)]],
      ],
    );
    const plan = accepted(await planTableGrowth(memorySource(image), BYTES * 2));
    expect(plan.partition).toEqual({
      number: 6,
      byteOffset: 1200 * 512,
      oldByteLength: 100 * 512,
      newByteLength: 2 * BYTES - 1200 * 512,
    });
    const places = plan.edits.map(({ byteOffset }) => Math.floor(byteOffset / 512));
    // The MBR, the link in the first EBR, and the entry in the partition's own.
    expect([...new Set(places)]).toEqual([0, 100, 1100]);
  });
});

describe('the gap behind the last partition', () => {
  it('is passed over where the map of a version says that it holds nothing', async () => {
    const image = mbrImage([linux(100, 100)]);
    image[3000 * 512] = 1;
    const source = memorySource(image);
    const asked: number[] = [];
    const map = (state: 'zero' | 'data'): Pick<MapReader, 'runs'> => ({
      async *runs(start, end) {
        asked.push(start);
        const chunk = state === 'data' ? new Uint8Array(32) : undefined;
        if (end > 3000 * 512) yield { byteOffset: 3000 * 512, byteLength: 512, state, chunk, chunkOffset: 0 };
      },
    });
    accepted(await planTableGrowth(source, BYTES * 2, { isKnownZero: zerosByMap(map('zero')) }));
    expect(asked).toEqual([200 * 512, 200 * 512 + 2 ** 20]);
    const plan = await planTableGrowth(source, BYTES * 2, { isKnownZero: zerosByMap(map('data')) });
    expect(refused(plan)).toContain(`at byte ${3000 * 512}`);
  });
});

describe('a hybrid MBR', () => {
  const partitions = [{ index: 0, firstLba: 100n, lastLba: 1999n }];
  const entryAt = (bytes: Uint8Array, slot: number): [type: number, firstLba: number, sectorCount: number] => {
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, 512);
    const at = 446 + 16 * (slot - 1);
    return [view[at + 4]!, view.readUInt32LE(at + 8), view.readUInt32LE(at + 12)];
  };

  async function grown(image: Buffer, byteLength: number): Promise<Uint8Array> {
    const source = memorySource(image);
    const { edits } = accepted(await planTableGrowth(source, byteLength));
    return await editedSource(source, edits, byteLength).read(0, 512);
  }

  it('has its protective entry behind the partition make room', async () => {
    const image = gptImage({ partitions }, { partitions }, []);
    putMbr(image, 0, [
      { type: 0xee, firstLba: 1, sectorCount: 99 },
      linux(100, 1900),
      { type: 0xee, firstLba: 2000, sectorCount: SECTORS - 2000 },
    ]);
    const mbr = await grown(image, 8 * 2 ** 20);
    // Whole MiB in front of the backup, which takes 33 sectors.
    const end = 7 * 2048;
    expect(entryAt(mbr, 1)).toEqual([0xee, 1, 99]);
    expect(entryAt(mbr, 2)).toEqual([0x83, 100, end - 100]);
    expect(entryAt(mbr, 3)).toEqual([0xee, end, 8 * 2048 - end]);
  });

  it('keeps the partition that it repeats within 2 TiB', async () => {
    const image = gptImage({ partitions }, { partitions }, [linux(100, 1900)]);
    const byteLength = 3 * 2 ** 40;
    const plan = accepted(await planTableGrowth(memorySource(image), byteLength));
    expect(plan.partition.newByteLength).toBe((2 ** 32 - 2048 - 100) * 512);
    expect(plan.unreachableBytes).toBeGreaterThan(2 ** 39);
    const mbr = await grown(image, byteLength);
    expect(entryAt(mbr, 1)).toEqual([0xee, 1, 2 ** 32 - 1]);
    expect(entryAt(mbr, 2)).toEqual([0x83, 100, 2 ** 32 - 2048 - 100]);
    // And it is read again as what it is.
    const source = memorySource(image);
    const { edits } = accepted(await planTableGrowth(source, byteLength));
    expect((await readDiskLayout(editedSource(source, edits, byteLength))).keepWhole).toBeUndefined();
  });
});

describe('plans one upon the other', () => {
  it('give a grown card with new IDs', async () => {
    const partitions = [{ index: 0, firstLba: 100n, lastLba: 1999n }];
    const source = memorySource(gptImage({ partitions }, { partitions }));
    const before = await readDiskLayout(source);
    const growth = accepted(await planTableGrowth(source, BYTES * 2));
    const bigger = editedSource(source, growth.edits, BYTES * 2);
    const renewed = accepted(await planNewIds(bigger, seededBytes(1)));
    const both = editedSource(source, mergeEdits(growth.edits, renewed.edits), BYTES * 2);
    const after = await readDiskLayout(both);
    expect(after.notes).toEqual([]);
    expect(after.signature).not.toBe(before.signature);
    expect(after.partitions[0]!.uniqueId).toBe(renewed.changes.find(({ partition }) => partition === 1)!.after);
    expect(after.partitions[0]!.byteLength).toBe(growth.partition.newByteLength);
  });
});
