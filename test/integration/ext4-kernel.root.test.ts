import { rmSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { fillMounted, imageFolder, makeExt4Image } from '../support/ext4-image.ts';
import { proveOnCopy } from '../support/ext4-proof.ts';
import { mountPartition } from '../support/loop-device.ts';
import { describeTree } from '../support/real-card.ts';

const FOLDER = imageFolder('kernel');
const MEBIBYTES = 48;

/** Each set is written to by the kernel; ext4-matrix.root.test.ts has every feature. */
const SETS: readonly { readonly options: string; readonly blockSize?: number }[] = [
  { options: '-t ext4 -b 4096' },
  { options: '-t ext4 -b 1024 -O ^metadata_csum,uninit_bg,^64bit -N 60000', blockSize: 1024 },
  { options: '-t ext4 -b 4096 -O inline_data,ea_inode,encrypt,verity,stable_inodes,large_dir,fast_commit' },
  { options: '-t ext4 -b 1024 -O bigalloc -C 8192', blockSize: 1024 },
  { options: '-t ext3 -b 1024 -O ^sparse_super,^resize_inode', blockSize: 1024 },
  { options: '-t ext2 -b 1024 -g 1024', blockSize: 1024 },
];

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

describe('the live map of a file system written by the kernel', () => {
  it.each(SETS)('loses nothing: $options', async ({ options, blockSize = 4096 }) => {
    const image = `${FOLDER}/image`;
    makeExt4Image(image, MEBIBYTES, options.split(' '));
    {
      using mounted = mountPartition(image, 0, MEBIBYTES * 1024 * 1024);
      fillMounted(mounted.path, blockSize);
    }
    using copy = await proveOnCopy(image, `${FOLDER}/copy`);
    expect(await treeOf(copy.path)).toEqual(await treeOf(image));
  });
});

async function treeOf(image: string): Promise<string[]> {
  using mounted = mountPartition(image, 0, MEBIBYTES * 1024 * 1024, { readOnly: true });
  const tree = await describeTree(mounted.path);
  return tree;
}
