/** FAT volumes of all shapes, damaged on purpose: fsck.vfat says the same of the restored one and makes the same of it. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isKeepWhole } from '../../src/filesystems/filesystem.ts';
import { makeFat, noise, putFile, type FatOptions } from '../support/fat-image.ts';
import { compareFatRepair } from '../support/fat-repair.ts';
import { witnessFat, type FatWitness } from '../support/fat-witness.ts';
import { imageFolder } from '../support/ext4-image.ts';
import { restoreFileOnNoise } from '../support/restored-image.ts';
import { run } from '../support/run.ts';

const FOLDER = imageFolder('fat-repair');

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

interface Volume {
  readonly bytes: Buffer;
  readonly witness: FatWitness;
  /** Writes an entry into one FAT, or both. */
  readonly set: (cluster: number, value: number, fat?: number) => void;
  readonly at: (cluster: number) => number;
}

/** The first clusters of files: the folder A is made first, then its files of three clusters each. */
const DAMAGES: readonly { readonly name: string; readonly change: (volume: Volume) => void }[] = [
  { name: 'nothing', change: () => undefined },
  { name: 'dirty bit of Linux', change: ({ bytes, witness }) => (bytes[witness.bits === 32 ? 65 : 37] = 1) },
  {
    name: 'dirty bits of Windows',
    change: ({ set, witness }) => set(1, { 12: 0xfff, 16: 0x3fff, 32: 0x03ffffff }[witness.bits]),
  },
  { name: 'first FAT lost', change: ({ bytes, witness }) => zeroFat(bytes, witness, 0) },
  { name: 'second FAT lost', change: ({ bytes, witness }) => zeroFat(bytes, witness, 1) },
  { name: 'a chain that only the first FAT has', change: ({ set }) => [5, 6, 7].forEach((c) => set(c, 0, 1)) },
  { name: 'a chain that only the second FAT has', change: ({ set }) => [5, 6, 7].forEach((c) => set(c, 0, 0)) },
  { name: 'a chain that both lack', change: ({ set }) => [5, 6, 7].forEach((c) => set(c, 0)) },
  { name: 'cross-linked chains', change: ({ set }) => set(5, 9) },
  { name: 'chains cross-linked in one FAT', change: ({ set }) => set(5, 9, 1) },
  { name: 'a loop', change: ({ set }) => set(7, 5) },
  { name: 'a chain that is its own end', change: ({ set }) => set(6, 6) },
  { name: 'a chain that leaves the volume', change: ({ set, witness }) => set(6, witness.clusterCount + 5) },
  { name: 'a chain into free clusters', change: ({ set }) => set(6, 30) },
  {
    name: 'bad clusters',
    change: ({ set, witness }) => set(31, { 12: 0xff7, 16: 0xfff7, 32: 0x0ffffff7 }[witness.bits]),
  },
  { name: 'a folder of noise', change: ({ bytes, at }) => noise(64, 3).copy(bytes, at(3)) },
  { name: 'a folder of zeros', change: ({ bytes, at }) => bytes.fill(0, at(3), at(3) + 512) },
  { name: 'an entry that names a free cluster', change: ({ bytes, at }) => bytes.writeUInt16LE(33, at(3) + 64 + 26) },
  {
    name: 'FSInfo wrong',
    change: ({ bytes, witness }) => {
      const at = bytes.readUInt16LE(48) * bytes.readUInt16LE(11);
      if (witness.bits === 32) bytes.writeUInt32LE(77, at + 488);
    },
  },
  {
    name: 'FSInfo and the copy of the boot sector elsewhere',
    change: ({ bytes, witness }) => {
      const sector = (cluster: number): number =>
        (witness.dataOffset + (cluster - 2) * witness.clusterBytes) / bytes.readUInt16LE(11);
      if (witness.bits === 32) bytes.writeUInt16LE(sector(40), 48);
      if (witness.bits === 32) bytes.writeUInt16LE(sector(42), 50);
    },
  },
  {
    name: 'the copy of the boot sector lost',
    change: ({ bytes, witness }) =>
      witness.bits === 32 && bytes.fill(0, bytes.readUInt16LE(50) * 512, bytes.readUInt16LE(50) * 512 + 512),
  },
  { name: 'the boot sector lost', change: ({ bytes }) => bytes.fill(0, 0, 512) },
];

const SHAPES: readonly FatOptions[] = [
  { megabytes: 1, bits: 12, sectorBytes: 512, sectorsPerCluster: 1 },
  { megabytes: 8, bits: 12, sectorBytes: 4096, sectorsPerCluster: 32 },
  { megabytes: 4, bits: 12, sectorBytes: 512, sectorsPerCluster: 128 },
  { megabytes: 32, bits: 12, sectorBytes: 4096, sectorsPerCluster: 128 },
  { megabytes: 5, bits: 16, sectorBytes: 512, sectorsPerCluster: 1 },
  { megabytes: 5, bits: 16, sectorBytes: 1024, sectorsPerCluster: 1 },
  { megabytes: 20, bits: 16, sectorBytes: 2048, sectorsPerCluster: 2 },
  { megabytes: 18, bits: 16, sectorBytes: 4096, sectorsPerCluster: 1 },
  { megabytes: 34, bits: 32, sectorBytes: 512, sectorsPerCluster: 1 },
];

/** Large ones get a share of the damages each, and FAT32 all that only it can have. */
function damagesFor({ megabytes, bits }: FatOptions): typeof DAMAGES {
  const share = megabytes < 16 ? 1 : bits === 32 ? 3 : 4;
  return DAMAGES.filter(({ name }, i) => i % share === megabytes % share || (bits === 32 && /FSInfo|copy/u.test(name)));
}

function makeVolume(folder: string, options: FatOptions): Buffer {
  const image = makeFat(folder, options);
  const clusterBytes = options.sectorBytes * options.sectorsPerCluster;
  // Cluster 2 is the root of FAT32; a folder first, so that the clusters of the files are the same everywhere.
  if (options.bits !== 32) putFile(image, folder, 'FIRST.BIN', noise(100, 1));
  run('mmd', ['-i', image, '::A']);
  for (let i = 0; i < 6; i++) putFile(image, folder, `A/F${i}.BIN`, noise(clusterBytes * 2 + 77, i));
  run('mdel', ['-i', image, '::A/F3.BIN']);
  putFile(image, folder, 'SPREAD.BIN', noise(clusterBytes * 4 + 5, 9));
  return readFileSync(image);
}

function zeroFat(bytes: Buffer, { entryOffset }: FatWitness, fat: number): void {
  const [start, end] = [entryOffset(0, fat), entryOffset(0, fat) + (entryOffset(0, 1) - entryOffset(0, 0))];
  bytes.fill(0, start, end);
}

function volumeOf(bytes: Buffer): Volume {
  const witness = witnessFat(bytes);
  const { bits, entryOffset, dataOffset, clusterBytes } = witness;
  const set: Volume['set'] = (cluster, value, fat) => {
    for (const copy of fat === undefined ? [0, 1] : [fat]) {
      const place = entryOffset(cluster, copy);
      if (bits === 32) bytes.writeUInt32LE(value, place);
      else if (bits === 16) bytes.writeUInt16LE(value & 0xffff, place);
      else {
        const pair = bytes.readUInt16LE(place);
        const entry = value & 0xfff;
        bytes.writeUInt16LE(cluster % 2 === 0 ? (pair & 0xf000) | entry : (pair & 0xf) | (entry << 4), place);
      }
    }
  };
  return { bytes, witness, set, at: (cluster) => dataOffset + (cluster - 2) * clusterBytes };
}

describe.each(SHAPES)('FAT$bits of $megabytes MB, $sectorsPerCluster x $sectorBytes', (options) => {
  it('is repaired to the same as its source, whatever the damage', async () => {
    const sound = makeVolume(FOLDER, options);
    const [source, restored] = ['source', 'restored'].map((name) => path.join(FOLDER, name)) as [string, string];
    for (const { name, change } of damagesFor(options)) {
      const bytes = Buffer.from(sound);
      change(volumeOf(bytes));
      writeFileSync(source, bytes);
      const { disk, faults } = await restoreFileOnNoise(source, restored);
      expect({ name, faults }).toEqual({ name, faults: [] });
      if (isKeepWhole(disk.partitions[0]!.report)) {
        expect([name, readFileSync(restored).equals(bytes)]).toEqual(['the boot sector lost', true]);
        continue;
      }
      expect({ name, differences: compareFatRepair(source, restored) }).toEqual({ name, differences: [] });
    }
  });
});
