import { describe, expect, it } from 'vitest';
import { coversExtent, extentPairs, totalBytes } from '../../../../src/bytes/extent-list.ts';
import { memorySource, type BlockSource } from '../../../../src/device/block-source.ts';
import { readFatMap } from '../../../../src/filesystems/fat/fat-map.ts';
import { isKeepWhole, type LiveMap } from '../../../../src/filesystems/filesystem.ts';
import { buildFat, type BuiltFat } from '../../../support/fat-builder.ts';

const DIRECTORY = 0x10;
const END = { 12: 0xfff, 16: 0xffff, 32: 0x0fffffff } as const;
const BAD = { 12: 0xff7, 16: 0xfff7, 32: 0x0ffffff7 } as const;

async function mapOf(source: Buffer | BlockSource): Promise<LiveMap> {
  const report = await readFatMap(Buffer.isBuffer(source) ? memorySource(source) : source, {});
  if (isKeepWhole(report)) throw new Error(`kept whole: ${report.keepWhole}`);
  return report;
}

async function reasonFor(image: Buffer): Promise<string> {
  const report = await readFatMap(memorySource(image), {});
  return isKeepWhole(report) ? report.keepWhole : 'a live map';
}

function isFree(map: LiveMap, { at }: BuiltFat, cluster: number): boolean {
  return coversExtent(map.free, at(cluster), at(cluster) + 512);
}

/** `file:logicalCluster->cluster x clusters` for each row. */
function rowsOf(map: LiveMap, { at }: BuiltFat): string[] {
  const { files } = map;
  return Array.from({ length: files.count }, (_, row) => {
    const cluster = (files.byteOffset[row]! - at(2)) / 512 + 2;
    return `${files.file[row]}:${files.logicalOffset[row]! / 512}->${cluster} x ${files.byteLength[row]! / 512}`;
  });
}

describe.each([12, 16, 32] as const)('FAT%i', (bits) => {
  const clusters = bits === 16 ? 5000 : 100;
  const end = END[bits];

  it('frees what no FAT uses', async () => {
    const fat = buildFat(bits, clusters);
    fat.entry(fat.rootOffset, 0, { name: 'A', cluster: 5 });
    fat.set(5, 6);
    fat.set(6, 9);
    fat.set(9, end);
    const map = await mapOf(fat.image);
    expect(map).toMatchObject({ type: `fat${bits}`, clean: true, label: '', uuid: 'CAFE-1234' });
    expect(rowsOf(map, fat)).toEqual(['0:0->5 x 2', '0:2->9 x 1']);
    const used = bits === 32 ? [2, 5, 6, 9] : [5, 6, 9];
    expect(totalBytes(map.free)).toBe((clusters - used.length) * 512);
    expect(used.filter((cluster) => isFree(map, fat, cluster))).toEqual([]);
    expect(map.byteLength).toBe(fat.image.byteLength);
  });

  it('keeps what only one of the FATs uses, or calls bad', async () => {
    const fat = buildFat(bits, clusters);
    fat.set(10, end, 1);
    fat.set(11, end, 0);
    fat.set(12, BAD[bits]);
    fat.set(13, BAD[bits], 0);
    fat.set(14, BAD[bits], 1);
    fat.set(15, BAD[bits], 0);
    fat.set(15, end, 1);
    const map = await mapOf(fat.image);
    expect([9, 10, 11, 12, 13, 14, 15, 16].map((cluster) => isFree(map, fat, cluster))).toEqual([
      true,
      false,
      false,
      true,
      false,
      false,
      false,
      true,
    ]);
    expect(map.note).toBe('the FATs differ');
  });

  it('keeps the clusters that chains and directory entries name but the FAT calls free or bad', async () => {
    const fat = buildFat(bits, clusters);
    fat.entry(fat.rootOffset, 0, { name: 'TORN', cluster: 20 });
    fat.entry(fat.rootOffset, 1, { name: 'DIR', attributes: DIRECTORY, cluster: 21 });
    fat.entry(fat.rootOffset, 2, { name: 'BAD', cluster: 24 });
    fat.set(24, BAD[bits]);
    fat.entry(fat.at(21), 0, { name: '.', attributes: DIRECTORY, cluster: 21 });
    fat.entry(fat.at(21), 1, { name: '..', attributes: DIRECTORY, cluster: 0 });
    fat.entry(fat.at(21), 2, { name: 'INNER', cluster: 22 });
    fat.set(30, 31);
    fat.set(33, 34, 1);
    const map = await mapOf(fat.image);
    expect([20, 21, 22, 24, 30, 31, 33, 34].filter((cluster) => isFree(map, fat, cluster))).toEqual([]);
    expect([19, 23, 25, 29, 32].filter((cluster) => !isFree(map, fat, cluster))).toEqual([]);
    expect(coversExtent(map.metadata, fat.at(21), fat.at(21) + 512)).toBe(true);
  });

  it('reads on behind the end mark of a directory, as Linux and fsck.vfat do', async () => {
    const fat = buildFat(bits, clusters);
    fat.entry(fat.rootOffset, 3, { name: 'BEHIND', cluster: 20 });
    expect(isFree(await mapOf(fat.image), fat, 20)).toBe(false);
  });

  it('passes over deleted entries, long names and labels', async () => {
    const fat = buildFat(bits, clusters);
    fat.entry(fat.rootOffset, 0, { name: '\xe5ELETED', cluster: 20 });
    fat.entry(fat.rootOffset, 1, { name: 'A', attributes: 0x0f, cluster: 21 });
    fat.entry(fat.rootOffset, 2, { name: 'MY LABEL', attributes: 0x08, cluster: 0 });
    const map = await mapOf(fat.image);
    expect([20, 21].filter((cluster) => !isFree(map, fat, cluster))).toEqual([]);
    expect(map.label).toBe('MY LABEL');
  });

  it('survives circles, cross links and directories that hold themselves', async () => {
    const fat = buildFat(bits, clusters);
    fat.entry(fat.rootOffset, 0, { name: 'CIRCLE', cluster: 40 });
    fat.set(40, 41);
    fat.set(41, 40);
    fat.entry(fat.rootOffset, 1, { name: 'ONE', cluster: 50 });
    fat.entry(fat.rootOffset, 2, { name: 'TWO', cluster: 51 });
    fat.entry(fat.rootOffset, 3, { name: 'SAME', cluster: 50 });
    fat.set(50, 52);
    fat.set(51, 52);
    fat.set(52, end);
    fat.entry(fat.rootOffset, 4, { name: 'SELF', attributes: DIRECTORY, cluster: 60 });
    fat.entry(fat.at(60), 0, { name: 'AGAIN', attributes: DIRECTORY, cluster: 60 });
    fat.entry(fat.at(60), 1, { name: 'FILE', cluster: 61 });
    fat.set(60, 60);
    const map = await mapOf(fat.image);
    expect(rowsOf(map, fat)).toEqual(['0:0->40 x 2', '1:0->50 x 1', '1:1->52 x 1', '2:0->51 x 1', '3:0->61 x 1']);
    expect([40, 41, 50, 51, 52, 60, 61].filter((cluster) => isFree(map, fat, cluster))).toEqual([]);
  });

  it('counts entries that name clusters which do not exist', async () => {
    const fat = buildFat(bits, clusters);
    fat.entry(fat.rootOffset, 0, { name: 'ONE', cluster: 1 });
    fat.entry(fat.rootOffset, 1, { name: 'FAR', cluster: clusters + 2 });
    fat.entry(fat.rootOffset, 2, { name: 'LAST', cluster: clusters + 1 });
    fat.set(clusters + 1, clusters + 2);
    const map = await mapOf(fat.image);
    expect(map.note).toBe('2 directory entries name clusters that do not exist');
    expect(isFree(map, fat, clusters + 1)).toBe(false);
    expect(rowsOf(map, fat)).toEqual([`0:0->${clusters + 1} x 1`]);
  });

  it('notes the marks of a volume that was not shut down cleanly, and does not keep it whole', async () => {
    const marks: ((fat: BuiltFat) => void)[] = [
      ({ image }) => (image[bits === 32 ? 65 : 37] = 1),
      ({ image }) => (image[bits === 32 ? 65 : 37] = 2),
    ];
    if (bits === 16)
      marks.push(
        ({ set }) => set(1, 0x7fff),
        ({ set }) => set(1, 0xbfff),
      );
    if (bits === 32)
      marks.push(
        ({ set }) => set(1, 0x07ffffff),
        ({ set }) => set(1, 0x0bffffff),
      );
    for (const mark of marks) {
      const fat = buildFat(bits, clusters);
      mark(fat);
      const map = await mapOf(fat.image);
      expect(map).toMatchObject({ clean: false, note: 'was not shut down cleanly' });
      expect(isFree(map, fat, 50)).toBe(true);
    }
  });

  it('keeps everything when the partition, or the FAT, is too short', async () => {
    const fat = buildFat(bits, clusters);
    expect(await reasonFor(fat.image.subarray(0, fat.image.byteLength - 1))).toBe(
      'the FAT volume is larger than its partition',
    );
    const more = Buffer.concat([fat.image, Buffer.alloc(bits === 12 ? 512 * 300 : 512 * 5000)]);
    more.writeUInt32LE(more.byteLength / 512, 32);
    expect(await reasonFor(more)).toBe('the FAT is too short for its clusters');
  });
});

describe('types by the number of clusters', () => {
  it.each([
    [12, 4084, 'fat12'],
    [16, 4085, 'fat16'],
    [16, 65524, 'fat16'],
    [32, 10, 'fat32'],
    [32, 65525, 'fat32'],
  ] as const)('%i bits and %i clusters', async (bits, clusters, type) => {
    const fat = buildFat(bits, clusters);
    // The text must not count.
    fat.image.write('FAT16   ', bits === 32 ? 82 : 54, 'latin1');
    fat.set(clusters + 1, END[bits]);
    const map = await mapOf(fat.image);
    expect(map.type).toBe(type);
    expect(isFree(map, fat, clusters + 1)).toBe(false);
    expect(isFree(map, fat, clusters)).toBe(true);
  });

  it('refuses FAT16 with more clusters than 16 bits can name', async () => {
    const fat = buildFat(16, 65525);
    expect(await reasonFor(fat.image)).toBe('the FAT16 volume has too many clusters');
  });
});

describe('the upper half of a first cluster', () => {
  it('counts on FAT32', async () => {
    const fat = buildFat(32, 70_000);
    fat.entry(fat.rootOffset, 0, { name: 'FAR', cluster: 68_000 });
    fat.set(68_000, END[32]);
    expect(rowsOf(await mapOf(fat.image), fat)).toEqual(['0:0->68000 x 1']);
  });

  it('belongs to others on FAT16', async () => {
    const fat = buildFat(16, 5000);
    fat.entry(fat.rootOffset, 0, { name: 'NEAR', cluster: 0x70000 + 20 });
    fat.set(20, END[16]);
    const map = await mapOf(fat.image);
    expect(rowsOf(map, fat)).toEqual(['0:0->20 x 1']);
    expect(map.note).toBeUndefined();
  });
});

describe('FAT32 only', () => {
  it('ignores the upper four bits of an entry', async () => {
    const fat = buildFat(32, 100);
    fat.set(10, 0xf0000000);
    fat.set(11, 0xe0000000, 1);
    fat.set(12, 0x5ffffff7);
    fat.set(13, 0x50000014);
    const map = await mapOf(fat.image);
    expect([10, 11, 12, 13, 20].map((cluster) => isFree(map, fat, cluster))).toEqual([true, true, true, false, false]);
  });

  it('follows the FAT that is active when they are no mirrors', async () => {
    const fat = buildFat(32, 100);
    fat.entry(fat.rootOffset, 0, { name: 'A', cluster: 5 });
    fat.set(5, 6, 0);
    fat.set(6, END[32], 0);
    fat.set(5, 8, 1);
    fat.set(8, END[32], 1);
    fat.image.writeUInt16LE(0x81, 40);
    const map = await mapOf(fat.image);
    expect(rowsOf(map, fat)).toEqual(['0:0->5 x 1', '0:1->8 x 1']);
    expect([5, 6, 8].filter((cluster) => isFree(map, fat, cluster))).toEqual([]);
    fat.image.writeUInt16LE(0x82, 40);
    expect(await reasonFor(fat.image)).toBe('the active FAT does not exist');
  });

  it('keeps a root directory that the FAT calls free', async () => {
    const fat = buildFat(32, 100);
    fat.set(2, 0);
    expect(isFree(await mapOf(fat.image), fat, 2)).toBe(false);
  });

  it('keeps the sectors where FSInfo and the copy of the boot sector are said to be', async () => {
    const fat = buildFat(32, 100);
    for (const [field, cluster] of [
      [48, 50],
      [50, 101],
    ] as const) {
      fat.image.writeUInt16LE(fat.at(cluster) / 512, field);
    }
    const map = await mapOf(fat.image);
    expect([49, 50, 51, 100, 101].map((cluster) => isFree(map, fat, cluster))).toEqual([
      true,
      false,
      true,
      true,
      false,
    ]);
    // Behind the last cluster and behind the end.
    fat.image.writeUInt16LE(fat.at(102) / 512, 48);
    fat.image.writeUInt16LE(0xffff, 50);
    expect(isFree(await mapOf(fat.image), fat, 50)).toBe(true);
  });

  it('needs no FSInfo', async () => {
    const fat = buildFat(32, 100);
    fat.image.writeUInt16LE(1, 48);
    fat.image.fill(0xa5, 512, 1024);
    expect(isFree(await mapOf(fat.image), fat, 50)).toBe(true);
  });
});

describe('labels', () => {
  it('prefers the root directory, then the boot sector, and drops NO NAME', async () => {
    const fat = buildFat(16, 5000);
    fat.image.write('BOOTLABEL  ', 43, 'latin1');
    expect((await mapOf(fat.image)).label).toBe('BOOTLABEL');
    fat.entry(fat.rootOffset, 0, { name: '\x05T\x1b[2J', attributes: 0x08, cluster: 0 });
    expect((await mapOf(fat.image)).label).toBe('\u00e5T?[2J');
    fat.image[38] = 0;
    expect((await mapOf(fat.image)).uuid).toBe('');
  });
});

describe('the order of things', () => {
  it('keeps free, metadata and files apart', async () => {
    const fat = buildFat(32, 100);
    fat.entry(fat.rootOffset, 0, { name: 'A', cluster: 5 });
    fat.set(5, END[32]);
    const map = await mapOf(fat.image);
    expect(extentPairs(map.free)).toEqual([
      [fat.at(3), fat.at(5)],
      [fat.at(6), fat.at(102)],
    ]);
    expect(extentPairs(map.metadata)).toEqual([[0, fat.at(3)]]);
  });
});
