import { truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { isFileSystemAt } from '../../src/filesystems/signatures.ts';
import { readDiskLayout } from '../../src/layout/disk-layout.ts';
import { openFileSource } from '../support/file-source.ts';
import { attachLoop, temporaryFolder } from '../support/loop-device.ts';
import { run } from '../support/run.ts';
import { asWitnessed, witnessTable, writeTable, type WitnessedTable } from '../support/sfdisk.ts';

const MIB = 1024 * 1024;

/** Partitions a device with 4096-byte sectors, makes file systems on it, and gives what sfdisk says of the device. */
function make4kCard(
  image: string,
  script: string,
  fileSystems: readonly [byteOffset: number, command: string][],
): WitnessedTable {
  writeFileSync(image, '');
  truncateSync(image, 128 * MIB);
  using loop = attachLoop(image, '-b', '4096');
  writeTable(loop.path, script);
  for (const [byteOffset, command] of fileSystems) {
    if (command === 'mkfs.vfat') run(command, ['-S', '4096', `--offset=${byteOffset / 512}`, image, '30720']);
    else run(command, ['-q', '-F', '-E', `offset=${byteOffset}`, image, '30m']);
  }
  return witnessTable(loop.path);
}

describe('an image of a card with 4096-byte sectors', () => {
  it.each([
    ['MBR', 'label: dos\nstart=1024,size=8192,type=c\nstart=9216,type=83\n'],
    [
      'MBR with logical partitions',
      'label: dos\n/dev/x1 : start=1024,size=8192\n/dev/x2 : start=9216,type=5\n/dev/x5 : start=10240\n',
    ],
    ['GPT', 'label: gpt\nstart=1024,size=8192,name=boot\nstart=9216,name=root\n'],
  ])('%s', async (title, script) => {
    using folder = temporaryFolder();
    const image = path.join(folder.path, 'card.img');
    const second = title === 'MBR with logical partitions' ? 10_240 : 9216;
    const witnessed = make4kCard(image, script, [
      [1024 * 4096, 'mkfs.vfat'],
      [second * 4096, 'mkfs.ext4'],
    ]);
    using source = openFileSource(image);
    const layout = await readDiskLayout(source, { isFileSystemAt: async (at) => isFileSystemAt(source, at) });
    expect(layout.keepWhole).toBeUndefined();
    expect(layout.sectorSize).toBe(4096);
    expect(witnessed.partitions[0]!.byteOffset).toBe(4 * MIB);
    expect(asWitnessed(layout)).toEqual(witnessed);
  });
});

describe('a card with 512-byte sectors whose partitions begin at 1 and 8 MiB', () => {
  it('is read with sectors of 512 bytes, though the first would fit with 4096 as well', async () => {
    using folder = temporaryFolder();
    const image = path.join(folder.path, 'card.img');
    writeFileSync(image, '');
    truncateSync(image, 64 * MIB);
    writeTable(image, 'label: dos\nstart=2048,size=14336,type=c\nstart=16384,type=83\n');
    run('mkfs.vfat', ['--offset=2048', image, '7168']);
    run('mkfs.ext4', ['-q', '-F', '-E', `offset=${8 * MIB},nodiscard`, image, '48m']);
    using source = openFileSource(image);
    const layout = await readDiskLayout(source, { isFileSystemAt: async (at) => isFileSystemAt(source, at) });
    expect(layout.keepWhole).toBeUndefined();
    expect(asWitnessed(layout)).toEqual(witnessTable(image));
  });
});
