import { describe, expect, it } from 'vitest';
import { extentPairs } from '../../../src/bytes/extent-list.ts';
import { memorySource, type BlockSource } from '../../../src/device/block-source.ts';
import { readDiskLayout, type DiskLayout } from '../../../src/layout/disk-layout.ts';
import { putGpt, putMbr } from '../../support/table-builder.ts';

const MIB = 1024 * 1024;

function blank(megabytes = 8): Buffer {
  return Buffer.alloc(megabytes * MIB);
}

async function layoutOf(image: Buffer, knownAt?: readonly number[], sectorSize = 512): Promise<DiskLayout> {
  const options = knownAt === undefined ? {} : { isFileSystemAt: async (at: number) => knownAt.includes(at) };
  return readDiskLayout(memorySource(image, sectorSize), options);
}

function spans(layout: DiskLayout): string[] {
  return layout.partitions.map(
    ({ number, byteOffset, byteLength }) => `${number}:${byteOffset / 512}+${byteLength / 512}`,
  );
}

describe('logical partitions', () => {
  const extended = { type: 5, firstLba: 100, sectorCount: 10_000 };

  it('follows links backwards, since tools make such chains', async () => {
    const image = blank();
    putMbr(image, 0, [extended]);
    putMbr(image, 100 * 512, [
      { type: 0x83, firstLba: 5000, sectorCount: 10 },
      { type: 5, firstLba: 3000, sectorCount: 100 },
    ]);
    putMbr(image, 3100 * 512, [
      { type: 0x83, firstLba: 1, sectorCount: 10 },
      { type: 5, firstLba: 1000, sectorCount: 100 },
    ]);
    putMbr(image, 1100 * 512, [{ type: 0x83, firstLba: 1, sectorCount: 10 }]);
    const layout = await layoutOf(image);
    expect(spans(layout)).toEqual(['7:1101+10', '6:3101+10', '5:5100+10']);
    expect(extentPairs(layout.ebrExtents)).toEqual([100, 1100, 3100].map((lba) => [lba * 512, lba * 512 + 512]));
  });

  it.each([
    [
      'runs in a circle',
      { type: 5, firstLba: 50, sectorCount: 100 },
      'the chain of logical partitions runs in a circle',
    ],
    [
      'leaves its container',
      { type: 5, firstLba: 10_000, sectorCount: 100 },
      'the chain of logical partitions leaves the extended partition',
    ],
    [
      'is broken',
      { type: 5, firstLba: 60, sectorCount: 100 },
      'the chain of logical partitions is broken at sector 160',
    ],
  ])('keeps everything when the chain %s', async (_, link, reason) => {
    const image = blank();
    putMbr(image, 0, [{ type: 0x83, firstLba: 20_000 / 2, sectorCount: 50 }, extended]);
    putMbr(image, 100 * 512, [
      { type: 0x83, firstLba: 1, sectorCount: 10 },
      { type: 5, firstLba: 50, sectorCount: 20 },
    ]);
    putMbr(image, 150 * 512, [{ type: 0x83, firstLba: 1, sectorCount: 10 }, link]);
    expect(await layoutOf(image)).toMatchObject({ table: 'mbr', partitions: [], keepWhole: reason });
  });

  it('stops a chain that does not end', async () => {
    const image = blank();
    putMbr(image, 0, [extended]);
    for (let lba = 0; lba < 2000; lba++) {
      putMbr(image, (100 + lba) * 512, [undefined, { type: 5, firstLba: lba + 1, sectorCount: 1 }]);
    }
    expect((await layoutOf(image)).keepWhole).toBe('there are too many logical partitions');
  });

  it('ignores a link of zero and rubbish in the third entry', async () => {
    const image = blank();
    putMbr(image, 0, [extended]);
    putMbr(image, 100 * 512, [
      { type: 0x83, firstLba: 1, sectorCount: 10 },
      { type: 5, firstLba: 0, sectorCount: 10 },
      { type: 0x83, firstLba: 0x7fffffff, sectorCount: 0x7fffffff },
    ]);
    expect(spans(await layoutOf(image))).toEqual(['5:101+10']);
  });

  it('notes a logical partition outside of its container', async () => {
    const image = blank();
    putMbr(image, 0, [extended]);
    putMbr(image, 100 * 512, [{ type: 0x83, firstLba: 1, sectorCount: 12_000 }]);
    expect((await layoutOf(image)).notes).toEqual(['logical partition 5 leaves its extended partition 1']);
  });
});

describe('tables that are odd', () => {
  it('reports overlaps, also of a partition inside another', async () => {
    const image = blank();
    putMbr(image, 0, [
      { type: 0x83, firstLba: 100, sectorCount: 1000 },
      { type: 0x83, firstLba: 200, sectorCount: 10 },
      { type: 0x83, firstLba: 500, sectorCount: 10 },
      { type: 0x83, firstLba: 1100, sectorCount: 10 },
    ]);
    const layout = await layoutOf(image);
    expect(layout.hasOverlap).toBe(true);
    expect(layout.notes).toEqual(['partitions 1 and 2 overlap', 'partitions 1 and 3 overlap']);
  });

  it('reports partitions that pass the end, as the table names them', async () => {
    const image = blank();
    putMbr(image, 0, [
      { type: 0x83, firstLba: 100, sectorCount: 0xffffffff },
      { type: 0x83, firstLba: 0xfffffff0, sectorCount: 0xffffffff },
    ]);
    const layout = await layoutOf(image);
    expect(layout.hasPartitionPastEnd).toBe(true);
    const most = 0xffffffff;
    expect(spans(layout)).toEqual([`1:100+${most}`, `2:${most - 15}+${most}`]);
    expect(layout.notes).toContain('partition 1 ends past the end of the device');
    expect(layout.notes).toContain('partition 2 lies past the end of the device');
  });

  it('takes a boot indicator that is neither 00 nor 80 for boot code', async () => {
    const image = blank();
    putMbr(image, 0, [{ type: 0x83, firstLba: 100, sectorCount: 100, bootIndicator: 0x20 }]);
    expect(await layoutOf(image)).toMatchObject({ table: 'none' });
    putMbr(image, 0, [{ type: 0x83, firstLba: 100, sectorCount: 100, bootIndicator: 0x80 }]);
    expect(await layoutOf(image)).toMatchObject({ table: 'mbr' });
  });

  it('keeps everything when a partition covers the table', async () => {
    const image = blank();
    putMbr(image, 0, [{ type: 0x17, firstLba: 0, sectorCount: 100 }]);
    expect((await layoutOf(image)).keepWhole).toBe('partition 1 covers the partition table');
  });

  it('finds no table in sources too short for one', async () => {
    for (const byteLength of [0, 1, 511]) {
      expect(await readDiskLayout(memorySource(Buffer.alloc(byteLength)))).toMatchObject({ table: 'none' });
    }
    const image = blank().subarray(0, 512);
    putMbr(image, 0, [{ type: 0xee, firstLba: 1, sectorCount: 0xffffffff }]);
    expect((await layoutOf(image)).keepWhole).toBe('the MBR announces a GPT, but no copy of it is whole');
    putMbr(image, 0, [{ type: 5, firstLba: 1, sectorCount: 0xffffffff }]);
    expect((await layoutOf(image)).keepWhole).toBe('the chain of logical partitions is broken at sector 1');
  });

  it('keeps everything when sector 0 cannot be read, and passes other failures on', async () => {
    const failing = (code: string): BlockSource => ({
      byteLength: MIB,
      sectorSize: 512,
      read: async () => Promise.reject(Object.assign(new Error(code), { code })),
    });
    expect((await readDiskLayout(failing('EIO'))).keepWhole).toBe('sector 0 cannot be read');
    await expect(readDiskLayout(failing('EBADF'))).rejects.toThrow('EBADF');
  });

  it('stops when it is asked to', async () => {
    const signal = AbortSignal.abort();
    await expect(readDiskLayout(memorySource(blank()), { signal })).rejects.toMatchObject({ code: 'E_STOPPED' });
  });
});

describe('a GPT', () => {
  const protective = { type: 0xee, firstLba: 1, sectorCount: 0xffffffff };
  const partitions = [{ index: 2, firstLba: 100n, lastLba: 199n }];

  it('is found whichever place its protective entry has', async () => {
    for (const place of [0, 1, 2, 3]) {
      const image = blank();
      putMbr(
        image,
        0,
        Array.from({ length: 4 }, (_, index) => (index === place ? protective : undefined)),
      );
      putGpt(image, { partitions });
      expect(await layoutOf(image)).toMatchObject({ table: 'gpt', partitions: [{ number: 3, byteLength: 51_200 }] });
    }
  });

  it('does not count without a protective entry', async () => {
    const image = blank();
    putMbr(image, 0, [{ type: 0x83, firstLba: 100, sectorCount: 10 }]);
    putGpt(image, { partitions });
    expect(await layoutOf(image)).toMatchObject({ table: 'mbr' });
  });

  it('that was copied to another place is no GPT', async () => {
    const image = blank();
    putMbr(image, 0, [protective]);
    putGpt(image, { partitions, lba: 9, entriesLba: 20 });
    image.copyWithin(512, 9 * 512, 10 * 512);
    expect((await layoutOf(image)).keepWhole).toBe('the MBR announces a GPT, but no copy of it is whole');
  });

  it('on top of a bare file system is not believed', async () => {
    const image = blank();
    putMbr(image, 0, [protective]);
    putGpt(image, { partitions });
    expect((await layoutOf(image, [51_200])).keepWhole).toBeUndefined();
    expect((await layoutOf(image, [0, 51_200])).keepWhole).toBe('there is a GPT and a bare file system');
  });

  it.each([
    ['2^32 entries', { entryCount: 0xffffffff }],
    ['2^32 byte entries', { entryBytes: 0xffffff80 }],
    ['entries of 64 bytes', { entryBytes: 64 }],
    ['no entries', { entryCount: 0 }],
    ['8 MiB of entries', { entryCount: 65_536 }],
    ['entries past the end', { entriesLba: 32_760 }],
  ])('with %s is no GPT', async (_, hostile) => {
    const image = blank(16);
    putMbr(image, 0, [protective]);
    putGpt(image, hostile);
    expect((await layoutOf(image)).keepWhole).toBe('the MBR announces a GPT, but no copy of it is whole');
  });

  it('copes with partitions of 2^64 sectors and with ends before starts', async () => {
    const image = blank();
    putMbr(image, 0, [protective]);
    putGpt(image, { partitions: [{ index: 0, firstLba: 100n, lastLba: 0xffffffffffffffffn }] });
    const layout = await layoutOf(image);
    expect(layout).toMatchObject({ hasPartitionPastEnd: true, partitions: [{ byteOffset: 51_200 }] });
    expect(Number.isSafeInteger(layout.partitions[0]!.byteLength)).toBe(true);
    putGpt(image, { partitions: [{ index: 0, firstLba: 100n, lastLba: 98n }] });
    expect((await layoutOf(image)).keepWhole).toBe('partition 1 ends before it starts');
  });

  it('uses the backup that a damaged header names, where the image was made longer', async () => {
    const image = blank();
    putMbr(image, 0, [protective]);
    putGpt(image, { partitions, alternateLba: 10_000 });
    putGpt(image, { partitions, lba: 10_000, entriesLba: 9900 });
    image[512 + 60] = 0;
    expect(await layoutOf(image)).toMatchObject({
      partitions: [{ number: 3 }],
      notes: ['the primary GPT is damaged, the backup copy was used'],
    });
  });

  it('does not count a backup of another disk', async () => {
    const image = blank();
    putMbr(image, 0, [protective]);
    putGpt(image, { partitions });
    putGpt(image, { partitions, lba: 16_383, entriesLba: 16_300, diskByte: 0x33 });
    expect((await layoutOf(image)).notes).toEqual(['the backup GPT is missing or damaged']);
  });
});

describe('the sector size of an image', () => {
  function mbrImage(): Buffer {
    const image = blank(16);
    putMbr(image, 0, [{ type: 0x83, firstLba: 1024, sectorCount: 1024 }]);
    return image;
  }

  it('is the one under which a file system lies at a start', async () => {
    const image = mbrImage();
    expect(await layoutOf(image, [1024 * 512])).toMatchObject({
      sectorSize: 512,
      partitions: [{ byteOffset: 524_288 }],
    });
    expect(await layoutOf(image, [1024 * 4096])).toMatchObject({
      sectorSize: 4096,
      partitions: [{ byteOffset: 4_194_304 }],
    });
    expect(await layoutOf(image, [1024 * 512], 4096)).toMatchObject({ sectorSize: 512 });
  });

  it("is the source's own when nothing is known", async () => {
    expect(await layoutOf(mbrImage(), [])).toMatchObject({ sectorSize: 512 });
    expect(await layoutOf(mbrImage(), [], 4096)).toMatchObject({ sectorSize: 4096 });
    expect(await layoutOf(mbrImage(), undefined, 4096)).toMatchObject({ sectorSize: 4096 });
  });

  it('is undecided when there is one at both: everything is kept', async () => {
    expect(await layoutOf(mbrImage(), [1024 * 512, 1024 * 4096])).toMatchObject({
      partitions: [],
      keepWhole: 'the partition table fits 512 and 4096 byte sectors',
    });
  });

  it('is where the header of a GPT says it is', async () => {
    const image = blank(16);
    putMbr(image, 0, [{ type: 0xee, firstLba: 1, sectorCount: 0xffffffff }]);
    putGpt(image, { sectorSize: 4096, partitions: [{ index: 0, firstLba: 100n, lastLba: 199n }] });
    expect(await layoutOf(image)).toMatchObject({
      sectorSize: 4096,
      partitions: [{ byteOffset: 409_600, byteLength: 409_600 }],
    });
  });
});
