import { mkdirSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { totalBytes } from '../../src/bytes/extent-list.ts';
import { readExt4Map } from '../../src/filesystems/ext4/ext4-map.ts';
import { isKeepWhole } from '../../src/filesystems/filesystem.ts';
import { fillFolder, imageFolder, makeExt4Image } from '../support/ext4-image.ts';
import { readExt4Oracle } from '../support/ext4-oracle.ts';
import { expectAgreement, mapImage, proveOnCopy } from '../support/ext4-proof.ts';
import { openFileSource } from '../support/file-source.ts';
import { run, verdict } from '../support/run.ts';

const FOLDER = imageFolder('tools');
const TREE = `${FOLDER}/tree`;
const image = `${FOLDER}/image`;

beforeAll(() => {
  mkdirSync(TREE);
  fillFolder(TREE, 4096);
});
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

describe('the live map of a file system filled by mke2fs', () => {
  it.each([
    '-t ext4 -b 8192',
    '-t ext4 -b 65536 -I 1024',
    '-t ext4 -b 16384 -O bigalloc -C 65536',
    '-t ext4 -b 4096 -O quota,project,casefold,orphan_file,metadata_csum_seed',
    '-t ext4 -b 1024 -O bigalloc,^has_journal,quota -C 16384',
    '-t ext4 -b 1024 -O ^resize_inode,meta_bg,^flex_bg -g 512',
    '-t ext4 -b 2048 -O ^extent,^64bit,^metadata_csum,^flex_bg -I 128',
    '-t ext2 -b 32768',
    '-t ext3 -b 65536',
  ])('is what dumpe2fs and debugfs say: %s', async (options) => {
    makeExt4Image(image, 64, [...options.split(' '), '-d', TREE]);
    using copy = await proveOnCopy(image, `${FOLDER}/copy`);
    rmSync(`${FOLDER}/dump`, { recursive: true, force: true });
    mkdirSync(`${FOLDER}/dump`);
    run('debugfs', ['-R', `rdump / ${FOLDER}/dump`, copy.path]);
    expect(verdict('diff', ['-r', '--no-dereference', '-x', 'lost+found', TREE, `${FOLDER}/dump`]).output).toBe('');
  });

  it('keeps a journal device whole', async () => {
    const device = `${FOLDER}/journal`;
    makeExt4Image(device, 8, ['-O', 'journal_dev', '-b', '4096']);
    using source = openFileSource(device);
    expect(await readExt4Map(source, {})).toMatchObject({ keepWhole: 'it is the journal of another file system' });
  });

  it('leaves bad blocks alone', async () => {
    makeExt4Image(image, 16, ['-t', 'ext4', '-b', '4096', '-d', TREE]);
    run('bash', ['-c', `printf '3900\\n3901\\n3950\\n' | e2fsck -fy -l /dev/stdin ${image}`]);
    const map = await mapImage(image);
    expectAgreement(map, readExt4Oracle(image));
    expect(totalBytes(map.free)).toBeGreaterThan(0);
  });

  it.each([
    ['a feature that is not known', ['-w', '-R', 'feature FEATURE_I30'], 'it has a feature that is not known'],
    ['the mark of errors', ['-w', '-R', 'ssv state 2'], 'marked as having errors'],
  ])('keeps all of one with %s', async (_, debugfs, reason) => {
    makeExt4Image(image, 16, ['-t', 'ext4', '-b', '4096']);
    run('debugfs', [...debugfs, image]);
    using source = openFileSource(image);
    const report = await readExt4Map(source, {});
    expect(isKeepWhole(report) ? report.keepWhole : '').toContain(reason);
    expect(report).toMatchObject({ type: 'ext4', label: 'test' });
  });
});
