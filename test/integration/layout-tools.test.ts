import { openSync, closeSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extentPairs, coversExtent } from '../../src/bytes/extent-list.ts';
import { isFileSystemAt } from '../../src/filesystems/signatures.ts';
import { readDiskLayout, type DiskLayout } from '../../src/layout/disk-layout.ts';
import { openFileSource } from '../support/file-source.ts';
import { temporaryFolder } from '../support/loop-device.ts';
import { run, verdict } from '../support/run.ts';
import { asWitnessed, witnessTable, writeTable } from '../support/sfdisk.ts';

const MIB = 1024 * 1024;

function emptyImage(folder: string, byteLength = 64 * MIB): string {
  const image = path.join(folder, 'card.img');
  writeFileSync(image, '');
  truncateSync(image, byteLength);
  return image;
}

async function readLayout(image: string): Promise<DiskLayout> {
  using source = openFileSource(image);
  return await readDiskLayout(source, { isFileSystemAt: async (byteOffset) => isFileSystemAt(source, byteOffset) });
}

function overwrite(image: string, byteOffset: number, bytes: Uint8Array): void {
  const file = openSync(image, 'r+');
  writeSync(file, bytes, 0, bytes.byteLength, byteOffset);
  closeSync(file);
}

const SCRIPTS: Readonly<Record<string, string>> = {
  'a Raspberry Pi card': 'label: dos\nlabel-id: 0x1a2b3c4d\nstart=8192,size=32768,type=c\nstart=40960,type=83\n',
  'four primary partitions': 'label: dos\nsize=1M\nsize=2M\nsize=3M\nsize=4M\n',
  'places 2 and 4 only': 'label: dos\n/dev/x2 : start=4096,size=4096,type=83\n/dev/x4 : start=20480,size=100,type=82\n',
  'primaries out of order': 'label: dos\n/dev/x1 : start=65536,size=4096\n/dev/x2 : start=2048,size=4096\n',
  'logical partitions':
    'label: dos\n/dev/x1 : start=2048,size=4096,type=c\n/dev/x2 : start=8192,type=5\n/dev/x5 : size=2M\n/dev/x6 : size=3M,type=82\n/dev/x7 : size=4M\n',
  'Windows 95 extended first':
    'label: dos\n/dev/x1 : start=2048,size=40960,type=f\n/dev/x3 : start=45056,type=83\n/dev/x5 : start=4096,size=2048\n',
  'a GPT': 'label: gpt\nsize=4M,type=U,name="EFI system"\nsize=8M,name="Wurzel äöü 😀"\nname=rest\n',
  'a GPT with places left out':
    'label: gpt\n/dev/x3 : start=2048,size=2048\n/dev/x17 : start=8192,size=2048,name="17"\n',
  'a GPT with 8 entries': 'label: gpt\ntable-length: 8\nsize=1M\nsize=1M\n',
};

describe('partition tables made by sfdisk', () => {
  for (const [name, script] of Object.entries(SCRIPTS)) {
    it(`reads ${name}`, async () => {
      using folder = temporaryFolder();
      const image = emptyImage(folder.path);
      writeTable(image, script);
      const layout = await readLayout(image);
      expect(layout.keepWhole).toBeUndefined();
      expect(layout.notes).toEqual([]);
      expect(asWitnessed(layout)).toEqual(witnessTable(image));
      expect(run('blkid', ['-p', '-o', 'value', '-s', 'PTUUID', image]).trim()).toBe(layout.signature);
    });
  }

  it('reads random tables as sfdisk does', async () => {
    using folder = temporaryFolder();
    const sizes = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 9 });
    const tables = fc.record({
      label: fc.constantFrom('dos', 'gpt'),
      sizes,
      primaries: fc.integer({ min: 0, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(tables, async ({ label, sizes, primaries }) => {
        const image = emptyImage(folder.path);
        const lines = sizes.map((size) => `size=${size}M`);
        const needsExtended = label === 'dos' && sizes.length > primaries;
        if (needsExtended) lines.splice(primaries, 0, 'type=5');
        writeTable(image, `label: ${label}\n${lines.join('\n')}\n`);
        expect(asWitnessed(await readLayout(image))).toEqual(witnessTable(image));
      }),
      { numRuns: 25 },
    );
  });

  it('keeps the numbers of logical partitions when one is deleted', async () => {
    using folder = temporaryFolder();
    const image = emptyImage(folder.path);
    writeTable(image, SCRIPTS['logical partitions']!);
    run('sfdisk', ['-q', '--no-reread', '--delete', image, '6']);
    const layout = await readLayout(image);
    expect(asWitnessed(layout)).toEqual(witnessTable(image));
    expect(layout.partitions.map(({ number }) => number)).toEqual([1, 5, 6]);
  });

  it('names every sector that holds a table', async () => {
    using folder = temporaryFolder();
    const image = emptyImage(folder.path);
    writeTable(image, SCRIPTS['logical partitions']!);
    const before = readFileSync(image);
    const layout = await readLayout(image);
    const nonZero: number[] = [];
    for (let at = 0; at < before.byteLength; at += 512) {
      if (!before.subarray(at, at + 512).every((byte) => byte === 0)) nonZero.push(at);
    }
    expect(extentPairs(layout.tableExtents)).toEqual(nonZero.map((at) => [at, at + 512]));
    expect(extentPairs(layout.ebrExtents)).toEqual(nonZero.slice(1).map((at) => [at, at + 512]));
    expect(layout.extended).toMatchObject([{ number: 2, type: '0x5', byteOffset: 8192 * 512 }]);
  });
});

describe('a GPT in trouble', () => {
  function gptImage(folder: string): string {
    const image = emptyImage(folder);
    writeTable(image, 'label: gpt\nsize=4M,name=boot\nsize=8M,name=root\n');
    return image;
  }

  it('covers both copies of the table', async () => {
    using folder = temporaryFolder();
    const image = gptImage(folder.path);
    const { tableExtents } = await readLayout(image);
    expect(coversExtent(tableExtents, 0, 1024 + 128 * 128)).toBe(true);
    expect(coversExtent(tableExtents, 64 * MIB - 33 * 512, 64 * MIB)).toBe(true);
  });

  it('uses the backup when the primary is damaged, and says so', async () => {
    using folder = temporaryFolder();
    const image = gptImage(folder.path);
    const sound = witnessTable(image);
    for (const at of [512 + 60, 1024 + 130]) {
      const whole = readFileSync(image);
      overwrite(image, at, Uint8Array.of(whole[at]! ^ 0x10));
      expect(verdict('sgdisk', ['-v', image]).output).toMatch(/CRC|corrupt|damaged/i);
      const layout = await readLayout(image);
      expect(asWitnessed(layout)).toEqual(sound);
      expect(layout.notes).toEqual(['the primary GPT is damaged, the backup copy was used']);
      writeFileSync(image, whole);
    }
  });

  it('uses the primary when the backup is gone, or not at the end', async () => {
    using folder = temporaryFolder();
    const image = gptImage(folder.path);
    const sound = witnessTable(image);
    truncateSync(image, 80 * MIB);
    const grown = await readLayout(image);
    expect(grown.notes).toEqual(['the backup GPT is not at the end of the device']);
    expect(coversExtent(grown.tableExtents, 64 * MIB - 33 * 512, 64 * MIB)).toBe(true);
    truncateSync(image, 40 * MIB);
    const cut = await readLayout(image);
    expect(cut.notes).toEqual(['the backup GPT is missing or damaged']);
    expect([asWitnessed(grown), asWitnessed(cut)]).toEqual([sound, sound]);
  });

  it('keeps everything when neither copy is whole', async () => {
    using folder = temporaryFolder();
    const image = gptImage(folder.path);
    overwrite(image, 512 + 60, Uint8Array.of(1, 2, 3));
    overwrite(image, 64 * MIB - 512 + 60, Uint8Array.of(1, 2, 3));
    expect(await readLayout(image)).toMatchObject({
      table: 'gpt',
      partitions: [],
      keepWhole: 'the MBR announces a GPT, but no copy of it is whole',
    });
  });

  it('reads a hybrid MBR as the GPT that it is', async () => {
    using folder = temporaryFolder();
    const image = gptImage(folder.path);
    for (const order of ['1:2', '2:1:EE']) {
      run('sgdisk', ['-h', order, image]);
      run('sgdisk', ['-v', image]);
      const layout = await readLayout(image);
      expect(layout.keepWhole).toBeUndefined();
      expect(layout.partitions.map(({ number, name }) => [number, name])).toEqual([
        [1, 'boot'],
        [2, 'root'],
      ]);
      expect(layout.notes).toEqual(['there is a hybrid MBR beside the GPT']);
    }
  });

  it('keeps everything when a hybrid MBR names a partition of its own', async () => {
    using folder = temporaryFolder();
    const image = gptImage(folder.path);
    run('sgdisk', ['-h', '1:2', image]);
    const sector = readFileSync(image).subarray(0, 512);
    sector.writeUInt32LE(sector.readUInt32LE(446 + 16 + 12) + 8, 446 + 16 + 12);
    overwrite(image, 0, sector);
    expect((await readLayout(image)).keepWhole).toBe("partition 2 of the hybrid MBR is none of the GPT's");
  });

  it('ignores an old backup GPT behind an MBR, and says so', async () => {
    using folder = temporaryFolder();
    const image = gptImage(folder.path);
    const scratch = path.join(folder.path, 'mbr.img');
    writeFileSync(scratch, '');
    truncateSync(scratch, 64 * MIB);
    writeTable(scratch, SCRIPTS['a Raspberry Pi card']!);
    overwrite(image, 0, readFileSync(scratch).subarray(0, 512));
    overwrite(image, 512, new Uint8Array(MIB));
    const layout = await readLayout(image);
    expect(layout).toMatchObject({ table: 'mbr', signature: '1a2b3c4d' });
    expect(layout.partitions).toHaveLength(2);
    expect(layout.notes).toEqual(['an old GPT at the end of the device is not in use']);
  });
});

describe('no table, or not only a table', () => {
  it('sees a bare FAT for what it is, also with the partition that mkfs.vfat pretends', async () => {
    using folder = temporaryFolder();
    for (const options of [[], ['-F', '32'], ['--mbr=y']]) {
      const image = emptyImage(folder.path);
      run('mkfs.vfat', [...options, image]);
      expect(await readLayout(image)).toMatchObject({ table: 'none', partitions: [] });
      expect((await readLayout(image)).keepWhole).toBeUndefined();
    }
  });

  it('sees a bare ext4, also with a boot sector before it', async () => {
    using folder = temporaryFolder();
    const image = emptyImage(folder.path);
    run('mkfs.ext4', ['-q', '-F', image]);
    expect(await readLayout(image)).toMatchObject({ table: 'none' });
    overwrite(image, 510, Uint8Array.of(0x55, 0xaa));
    expect(await readLayout(image)).toMatchObject({ table: 'none' });
  });

  it('keeps everything when a table stands on a bare file system', async () => {
    using folder = temporaryFolder();
    for (const make of ['mkfs.ext4', 'mkfs.vfat'] as const) {
      const image = emptyImage(folder.path);
      run(make, make === 'mkfs.ext4' ? ['-q', '-F', image] : [image]);
      writeTable(image, SCRIPTS['a Raspberry Pi card']!);
      expect(await readLayout(image)).toMatchObject({
        table: 'mbr',
        partitions: [],
        keepWhole: 'there is a partition table and a bare file system',
      });
    }
  });

  it('keeps everything under an empty table', async () => {
    using folder = temporaryFolder();
    for (const script of ['label: dos\n', 'label: gpt\n', 'label: dos\ntype=5\n']) {
      const image = emptyImage(folder.path);
      writeTable(image, script);
      expect(await readLayout(image)).toMatchObject({ keepWhole: 'the partition table is empty' });
    }
  });
});
