import { describe, expect, it } from 'vitest';
import { coversExtent, extentPairs } from '../../src/bytes/extent-list.ts';
import { makeFat, noise, putFile, type FatOptions } from '../support/fat-image.ts';
import {
  expectChainsAsWitnessed,
  expectFreeAsWitnessed,
  expectFreeDoesNotMatter,
  liveMapOf,
  readHead,
} from '../support/fat-oracles.ts';
import { witnessFat } from '../support/fat-witness.ts';
import { temporaryFolder } from '../support/loop-device.ts';
import { run } from '../support/run.ts';

/** Files that come and go, so that some are fragmented, and directories that need more than one cluster. */
function fill(image: string, folder: string, clusterBytes: number): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  const put = (name: string, byteLength: number): void => {
    const bytes = noise(byteLength, files.size + byteLength);
    putFile(image, folder, name, bytes);
    files.set(name, bytes);
  };
  const drop = (name: string): void => {
    run('mdel', ['-i', image, `::${name}`]);
    files.delete(name);
  };
  run('mmd', ['-i', image, '::OVERLAYS', '::OVERLAYS/DEEP']);
  for (let i = 0; i < 8; i++) put(`HOLE${i}.BIN`, clusterBytes * 2);
  for (let i = 0; i < 8; i += 2) drop(`HOLE${i}.BIN`);
  put('SPREAD.BIN', clusterBytes * 11 + 7);
  put('EMPTY.TXT', 0);
  put('ONE.TXT', 1);
  put('OVERLAYS/A long name that needs entries of its own.dtbo', clusterBytes + 1);
  for (let i = 0; i < 20; i++) put(`OVERLAYS/DEEP/FILE${i}.DTB`, 100 + i);
  put('GONE.BIN', clusterBytes * 5);
  drop('GONE.BIN');
  return files;
}

const VOLUMES: readonly FatOptions[] = [
  { megabytes: 1, bits: 12, sectorBytes: 512, sectorsPerCluster: 1 },
  { megabytes: 4, bits: 12, sectorBytes: 512, sectorsPerCluster: 4, more: ['-f', '1'] },
  { megabytes: 16, bits: 12, sectorBytes: 1024, sectorsPerCluster: 16 },
  { megabytes: 32, bits: 12, sectorBytes: 4096, sectorsPerCluster: 8, more: ['-a'] },
  { megabytes: 8, bits: 16, sectorBytes: 512, sectorsPerCluster: 1 },
  { megabytes: 64, bits: 16, sectorBytes: 512, sectorsPerCluster: 4 },
  { megabytes: 48, bits: 16, sectorBytes: 2048, sectorsPerCluster: 2, more: ['-r', '1024'] },
  { megabytes: 40, bits: 16, sectorBytes: 4096, sectorsPerCluster: 1 },
  { megabytes: 400, bits: 16, sectorBytes: 512, sectorsPerCluster: 128 },
  { megabytes: 40, bits: 32, sectorBytes: 512, sectorsPerCluster: 1 },
  { megabytes: 300, bits: 32, sectorBytes: 512, sectorsPerCluster: 8, more: ['-f', '3'] },
  { megabytes: 80, bits: 32, sectorBytes: 1024, sectorsPerCluster: 1, more: ['-R', '40'] },
  { megabytes: 300, bits: 32, sectorBytes: 4096, sectorsPerCluster: 1 },
  { megabytes: 4400, bits: 32, sectorBytes: 512, sectorsPerCluster: 128 },
];

describe('FAT volumes made by mkfs.vfat and filled by mtools', () => {
  for (const options of VOLUMES) {
    const { bits, sectorBytes, sectorsPerCluster, megabytes, more = [] } = options;
    const title = `FAT${bits}, ${megabytes} MB, ${sectorsPerCluster} x ${sectorBytes} bytes ${more.join(' ')}`;
    it(title, async () => {
      using folder = temporaryFolder();
      const image = makeFat(folder.path, { ...options, more: [...more, '-n', 'BOOT 1', '-i', '00ab12cd'] });
      const files = fill(image, folder.path, sectorBytes * sectorsPerCluster);
      const head = readHead(image);
      const map = await liveMapOf(image);
      const witness = witnessFat(head);

      expect(map).toMatchObject({ type: `fat${bits}`, label: 'BOOT 1', uuid: '00AB-12CD', clean: true });
      expect(map.note).toBeUndefined();
      expect(map.byteLength).toBe(witness.byteLength);
      const blkid = run('blkid', ['-p', '-o', 'export', image]);
      expect(blkid).toContain(`UUID=${map.uuid}`);
      expect(blkid).toContain(`LABEL=${map.label.replaceAll(' ', '\\ ')}`);

      expectFreeAsWitnessed(map, head);
      expectChainsAsWitnessed(map, image, witness, [...files.keys()]);
      expectFreeDoesNotMatter(map, image, files);
    });
  }

  it('leaves the metadata and the tail behind the last cluster alone', async () => {
    using folder = temporaryFolder();
    const image = makeFat(folder.path, {
      megabytes: 64,
      bits: 16,
      sectorBytes: 512,
      sectorsPerCluster: 16,
      more: ['-a'],
    });
    const map = await liveMapOf(image);
    const { dataOffset, clusterBytes, clusterCount, byteLength } = witnessFat(readHead(image));
    const tail = dataOffset + clusterBytes * clusterCount;
    expect(tail).toBeLessThan(byteLength);
    expect(coversExtent(map.metadata, 0, dataOffset)).toBe(true);
    expect(coversExtent(map.metadata, tail, byteLength)).toBe(true);
    expect(extentPairs(map.free)).toEqual([[dataOffset, tail]]);
  });
});
