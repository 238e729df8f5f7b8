import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { isFileSystemAt, probeSignatures } from '../../src/filesystems/signatures.ts';
import { openFileSource } from '../support/file-source.ts';
import { temporaryFolder } from '../support/loop-device.ts';
import { putMdSuperblock } from '../support/md-superblock.ts';
import { run, verdict } from '../support/run.ts';

const MIB = 1024 * 1024;

async function namesIn(image: string): Promise<string[]> {
  using source = openFileSource(image);
  return (await probeSignatures(source)).map(({ name }) => name);
}

function emptyImage(folder: string, megabytes: number): string {
  const image = path.join(folder, 'part.img');
  writeFileSync(image, '');
  truncateSync(image, megabytes * MIB);
  return image;
}

/** What `blkid` calls it; empty when it sees nothing or more than one thing. */
function blkidType(image: string): string {
  return verdict('blkid', ['-p', '-o', 'value', '-s', 'TYPE', image]).output.trim();
}

const FORMATS: readonly [command: string, args: readonly string[], name: string, blkid: string][] = [
  ['mkfs.ext4', ['-q', '-F'], 'ext4', 'ext4'],
  ['mkfs.ext4', ['-q', '-F', '-b', '1024', '-O', '^has_journal'], 'ext4', 'ext4'],
  ['mke2fs', ['-q', '-F', '-t', 'ext3'], 'ext3', 'ext3'],
  ['mke2fs', ['-q', '-F', '-t', 'ext2'], 'ext2', 'ext2'],
  ['mke2fs', ['-q', '-F', '-O', 'journal_dev'], 'ext journal device', 'jbd'],
  ['mkfs.vfat', ['-F', '12'], 'vfat', 'vfat'],
  ['mkfs.vfat', ['-F', '16'], 'vfat', 'vfat'],
  ['mkfs.vfat', ['-F', '32', '-S', '4096'], 'vfat', 'vfat'],
  ['mkswap', ['-q'], 'swap', 'swap'],
  ['mkswap', ['-q', '-p', '8192'], 'swap', 'swap'],
  ['mkswap', ['-q', '-p', '16384'], 'swap', 'swap'],
  ['mkswap', ['-q', '-p', '65536'], 'swap', 'swap'],
];

describe('signatures of real tools', () => {
  it.each(FORMATS)('%s %j is %s alone', async (command, args, name, blkid) => {
    using folder = temporaryFolder();
    const image = emptyImage(folder.path, command === 'mkfs.vfat' && args.includes('12') ? 2 : 40);
    run(command, [...args, image]);
    expect(await namesIn(image)).toEqual([name]);
    expect(blkidType(image)).toBe(blkid);
    using source = openFileSource(image);
    expect(await isFileSystemAt(source, 0)).toBe(true);
    expect(await isFileSystemAt(source, MIB)).toBe(false);
  });

  it('sees a file system that starts anywhere in a card, and no backup superblocks', async () => {
    using folder = temporaryFolder();
    const image = emptyImage(folder.path, 96);
    run('mkfs.ext4', ['-q', '-F', '-b', '1024', '-E', `offset=${8 * MIB}`, image, '80m']);
    using source = openFileSource(image);
    expect(await isFileSystemAt(source, 8 * MIB)).toBe(true);
    // The copy of group 7 stands 7 x 8 MiB behind the start, just where 4096-byte sectors would put a partition.
    expect((await probeSignatures(sliceAt(source, 64 * MIB))).map(({ name }) => name)).toContain(
      'ext backup superblock',
    );
    expect(await isFileSystemAt(source, 64 * MIB)).toBe(false);
  });

  it.each(['0.90', '1.0', '1.1', '1.2'] as const)('md %s is seen, as blkid sees it', async (version) => {
    using folder = temporaryFolder();
    const image = emptyImage(folder.path, 40);
    const bytes = readFileSync(image);
    putMdSuperblock(bytes, version);
    writeFileSync(image, bytes);
    expect(await namesIn(image)).toEqual(['md']);
    expect(blkidType(image)).toBe('linux_raid_member');
  });

  it('sees an md superblock behind an ext4 that fsck calls clean', async () => {
    using folder = temporaryFolder();
    const image = emptyImage(folder.path, 40);
    run('mkfs.ext4', ['-q', '-F', image, '39m']);
    const bytes = readFileSync(image);
    putMdSuperblock(bytes, '1.0');
    writeFileSync(image, bytes);
    run('e2fsck', ['-fn', image]);
    expect((await namesIn(image)).sort()).toEqual(['ext4', 'md']);
  });
});

function sliceAt(source: ReturnType<typeof openFileSource>, byteOffset: number): ReturnType<typeof openFileSource> {
  return {
    ...source,
    byteLength: source.byteLength - byteOffset,
    read: async (at, length, into) => source.read(byteOffset + at, length, into),
  };
}
