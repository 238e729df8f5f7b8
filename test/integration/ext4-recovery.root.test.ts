import { closeSync, fsyncSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { EMPTY_EXTENTS, totalBytes } from '../../src/bytes/extent-list.ts';
import { readExt4Map } from '../../src/filesystems/ext4/ext4-map.ts';
import { isKeepWhole, type LiveMap } from '../../src/filesystems/filesystem.ts';
import { copyImage, fillMounted, imageFolder, makeExt4Image } from '../support/ext4-image.ts';
import { BLOCK, readExt4Oracle } from '../support/ext4-oracle.ts';
import { expectWellFormedMap, leftOutBlocks, makeMapTrue, mapImage } from '../support/ext4-proof.ts';
import { openFileSource } from '../support/file-source.ts';
import { attachLoop } from '../support/loop-device.ts';
import { describeTree } from '../support/real-card.ts';
import { run, shell, verdict } from '../support/run.ts';
import { noiseBytes } from '../support/store-fixtures.ts';

const FOLDER = imageFolder('recovery');

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

describe('a file system that was not shut down cleanly', () => {
  it.each([
    { options: '-t ext4 -b 4096', mount: 'commit=600,data=ordered', blockSize: 4096 },
    { options: '-t ext4 -b 4096 -O ^metadata_csum,^64bit', mount: 'commit=600,data=journal', blockSize: 4096 },
    { options: '-t ext4 -b 1024', mount: 'commit=600,data=journal', blockSize: 1024 },
    {
      options: '-t ext4 -b 1024 -O ^metadata_csum,uninit_bg,^64bit',
      mount: 'commit=600,journal_checksum',
      blockSize: 1024,
    },
    {
      options: '-t ext4 -b 4096 -O orphan_file,bigalloc -C 8192',
      mount: 'commit=600,data=writeback,journal_async_commit',
      blockSize: 4096,
    },
    { options: '-t ext3 -b 1024', mount: 'commit=600,data=ordered', blockSize: 1024 },
    { options: '-t ext2 -b 1024', mount: 'noatime', blockSize: 1024 },
    {
      options: '-t ext4 -b 4096 -O ^has_journal,^metadata_csum,uninit_bg -E lazy_itable_init=0',
      mount: 'noatime',
      blockSize: 4096,
    },
  ])('loses nothing at any moment: $options, $mount', async ({ options, mount, blockSize }) => {
    const image = `${FOLDER}/image`;
    makeExt4Image(image, options.includes('bigalloc') ? 48 : 32, options.split(' '));
    const moments = pullOutWhileBusy(image, mount, blockSize, 2);
    let dirty = 0;
    let kept = 0;
    for (const [n, moment] of moments.entries()) {
      const map = await mapUnlessKeptWhole(moment, options);
      if (map === undefined) {
        kept++;
        continue;
      }
      if (!map.clean) dirty++;
      expectWellFormedMap(map);
      expect(totalBytes(map.free)).toBeGreaterThan(8 * 1024 * 1024);
      await expectSameRecovery(moment, map, {
        byKernelToo: n === 0 && mount.startsWith('commit'),
        // dumpe2fs does not show bitmaps whose checksums are of another age.
        bitmapsToo: !options.includes('-t ext4') || options.includes('^metadata_csum'),
      });
      rmSync(moment);
    }
    expect(dirty).toBe(moments.length - kept);
  });
});

/** Without a journal, what an inode names may never have been written: then all is kept. */
async function mapUnlessKeptWhole(image: string, options: string): Promise<LiveMap | undefined> {
  if (!options.includes('ext2')) return mapImage(image);
  using source = openFileSource(image);
  const report = await readExt4Map(source, {});
  if (!isKeepWhole(report)) return report;
  expect(report.keepWhole).toContain('was not shut down cleanly');
  return undefined;
}

/** Copies of the image at moments when the kernel has committed to the journal, but not yet written everything back. */
function pullOutWhileBusy(image: string, mountOptions: string, blockSize: number, count: number): string[] {
  using loop = attachLoop(image);
  const root = `${FOLDER}/mounted`;
  shell(`mkdir -p ${root}; mount -t ext4 -o ${mountOptions} ${loop.path} ${root}`);
  const moments: string[] = [];
  const kept: number[] = [];
  try {
    fillMounted(root, blockSize);
    for (let n = 0; n < count; n++) {
      makeChanges(root, n);
      // Deleted but open: an orphan, as running programs leave them.
      const name = path.join(root, `orphan${n}`);
      writeFileSync(name, noiseBytes(50_000 + n, n));
      kept.push(openSync(name, 'r+'));
      rmSync(name);
      // Commits the journal; metadata itself stays in the kernel's memory.
      fsyncSync(kept.at(-1)!);
      moments.push(`${FOLDER}/moment${n}`);
      run('cp', ['--sparse=never', image, moments.at(-1)!]);
    }
  } finally {
    for (const descriptor of kept) closeSync(descriptor);
    run('umount', [root]);
  }
  return moments;
}

function makeChanges(root: string, n: number): void {
  shell(`
    cd ${root}; mkdir -p round${n}
    for i in $(seq 30); do head -c $((i * 700)) /dev/urandom > round${n}/f$i; done
    head -c 300000 /dev/urandom > round${n}/data; printf '\\xc0\\x3b\\x39\\x98 escaped' > round${n}/magic
    cat round${n}/magic /dev/zero 2>/dev/null | head -c 8192 > round${n}/magic8
    fallocate -l 200000 round${n}/reserved 2>/dev/null || true
    printf x | dd of=round${n}/reserved bs=1 seek=100000 conv=notrunc status=none
    ${n > 0 ? `rm -r round${n - 1}/f1* round${n - 1}/data; mv round${n - 1}/reserved round${n}/moved` : ''}
    truncate -s 100 big; head -c $((n * 100000)) /dev/urandom >> big; ln -s $(head -c 80 /dev/zero | tr '\\0' s) round${n}/link
  `);
}

/** A restored card must be recovered to what a plain copy is recovered to: by e2fsck and by the kernel. */
async function expectSameRecovery(
  image: string,
  map: LiveMap,
  rules: { readonly byKernelToo: boolean; readonly bitmapsToo: boolean },
): Promise<void> {
  if (rules.bitmapsToo) {
    const { state } = readExt4Oracle(image);
    expect(leftOutBlocks({ ...map, zero: EMPTY_EXTENTS }).filter((block) => state[block] === BLOCK.data)).toEqual([]);
  }
  using plain = copyImage(image, `${FOLDER}/plain`);
  using restored = copyImage(image, `${FOLDER}/restored`);
  makeMapTrue(restored.path, map);
  if (rules.byKernelToo) {
    using restoredToo = copyImage(restored.path, `${FOLDER}/restored2`);
    using plainToo = copyImage(image, `${FOLDER}/plain2`);
    expect(await treeOf(restoredToo.path)).toEqual(await treeOf(plainToo.path));
  }
  const verdicts = [plain, restored].map((copy) => {
    const { status, output } = verdict('e2fsck', ['-fy', copy.path]);
    return `${status} ${output.replaceAll(copy.path, 'IMAGE')}`;
  });
  expect(verdicts[1]).toBe(verdicts[0]);
  expect(await treeOf(restored.path)).toEqual(await treeOf(plain.path));
  // No block that the tools call used after recovery may have been left out.
  const { state } = readExt4Oracle(plain.path);
  const [before, after] = [readFileSync(image), readFileSync(plain.path)];
  const lost = leftOutBlocks(map).filter((block) => {
    const [start, end] = [block * map.blockSize, (block + 1) * map.blockSize];
    // What e2fsck itself has written does not count: it makes directories and maps of its own.
    return state[block] === BLOCK.data && before.subarray(start, end).equals(after.subarray(start, end));
  });
  expect(lost).toEqual([]);
}

/** Mounts it, which recovers it where that has not been done. */
async function treeOf(image: string): Promise<string[]> {
  using loop = attachLoop(image);
  const root = `${FOLDER}/recovered`;
  shell(`mkdir -p ${root}; mount -t ext4 ${loop.path} ${root}`);
  try {
    return await describeTree(root);
  } finally {
    run('umount', [root]);
  }
}
