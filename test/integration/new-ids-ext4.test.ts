import { copyFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { planNewIds, type NewIds } from '../../src/restore/new-ids/plan-new-ids.ts';
import { accepted, applyEdits, refused } from '../support/apply-edits.ts';
import { openFileSource } from '../support/file-source.ts';
import { seededBytes } from '../support/seeded-bytes.ts';
import { run, verdict } from '../support/run.ts';
import { memoryFolder } from '../support/table-witness.ts';

const MIB = 1024 * 1024;
const OLD_UUID = '11111111-2222-4333-8444-555555555555';

async function renew(image: string): Promise<NewIds> {
  using source = openFileSource(image);
  const plan = accepted(await planNewIds(source, seededBytes(7)));
  applyEdits(image, plan.edits, source.byteLength);
  return plan;
}

async function refusal(image: string): Promise<string> {
  using source = openFileSource(image);
  return refused(await planNewIds(source, seededBytes(7)));
}

function makeFileSystem(folder: string, options: readonly string[], mebibytes = 40): string {
  const image = path.join(folder, 'ext.img');
  const content = path.join(folder, 'content');
  mkdirSync(path.join(content, 'etc', 'deep'), { recursive: true });
  writeFileSync(path.join(content, 'etc', 'fstab'), `UUID=${OLD_UUID} / ext4 defaults 0 1\n# ${'x'.repeat(5000)}\n`);
  for (let i = 0; i < 40; i++) writeFileSync(path.join(content, 'etc', 'deep', `file ${i}`), 'x'.repeat(i * 700));
  writeFileSync(image, '');
  truncateSync(image, mebibytes * MIB);
  run('mke2fs', ['-q', '-F', '-U', OLD_UUID, '-d', content, ...options, image]);
  // With -d, mke2fs miscounts quotas.
  if (options.some((option) => option.includes('quota'))) run('e2fsck', ['-fy', image], { status: 1 });
  return image;
}

const KINDS: Readonly<Record<string, readonly string[]>> = {
  ext2: ['-t', 'ext2'],
  'ext2 without sparse_super': ['-t', 'ext2', '-O', '^sparse_super,^resize_inode', '-b', '1024'],
  ext3: ['-t', 'ext3'],
  ext4: ['-t', 'ext4', '-b', '4096'],
  'ext4 with 1 KiB blocks': ['-t', 'ext4', '-b', '1024', '-O', '^metadata_csum_seed'],
  'ext4 of old': ['-t', 'ext4', '-O', 'metadata_csum,^metadata_csum_seed,64bit', '-b', '1024', '-g', '1024'],
  'ext4 with metadata_csum_seed': ['-t', 'ext4', '-O', 'metadata_csum,metadata_csum_seed,64bit', '-b', '1024'],
  'ext4 with uninit_bg': ['-t', 'ext4', '-O', '^metadata_csum,^metadata_csum_seed,^64bit,uninit_bg', '-b', '1024'],
  'ext4 with uninit_bg and 64bit': [
    '-t',
    'ext4',
    '-O',
    '^metadata_csum,^metadata_csum_seed,64bit,uninit_bg',
    '-b',
    '1024',
    '-g',
    '1024',
  ],
  'meta_bg with uninit_bg': [
    '-t',
    'ext4',
    '-O',
    '^metadata_csum,^metadata_csum_seed,uninit_bg,meta_bg,^resize_inode',
    '-b',
    '1024',
    '-g',
    '512',
  ],
  'meta_bg with metadata_csum': [
    '-t',
    'ext4',
    '-O',
    'metadata_csum,^metadata_csum_seed,meta_bg,^resize_inode',
    '-b',
    '1024',
    '-g',
    '512',
  ],
  sparse_super2: ['-t', 'ext4', '-O', 'sparse_super2,^resize_inode,^metadata_csum_seed', '-b', '1024'],
  bigalloc: ['-t', 'ext4', '-O', 'bigalloc,^resize_inode,^metadata_csum_seed', '-C', '16384'],
  'quota, orphan_file and 128-byte inodes': [
    '-t',
    'ext4',
    '-I',
    '128',
    '-O',
    'quota,orphan_file,^metadata_csum_seed',
    '-b',
    '1024',
  ],
  'no journal': ['-t', 'ext4', '-O', '^has_journal,^metadata_csum_seed'],
  ea_inode: ['-t', 'ext4', '-O', 'ea_inode,^metadata_csum_seed'],
};

/** Superblock fields that tune2fs writes besides: time, kilobytes written, and its checksum. */
const UNEQUAL: readonly (readonly [start: number, end: number])[] = [
  [0x30, 0x34],
  [0x178, 0x180],
  [0x3fc, 0x400],
];

/** Places at which two images differ, but for those fields in superblocks. */
function differences(a: Buffer, b: Buffer): number[] {
  const found: number[] = [];
  for (let block = 0; block < a.byteLength; block += 1024) {
    const [x, y] = [a.subarray(block, block + 1024), b.subarray(block, block + 1024)];
    if (x.equals(y)) continue;
    const isSuperblock = x.readUInt16LE(0x38) === 0xef53;
    for (let at = 0; at < 1024; at++) {
      if (x[at] === y[at]) continue;
      if (isSuperblock && UNEQUAL.some(([start, end]) => at >= start && at < end)) continue;
      found.push(block + at);
    }
  }
  return found;
}

describe('an ext file system gets the UUID that tune2fs -U would give it', () => {
  for (const [name, options] of Object.entries(KINDS)) {
    it(name, async () => {
      using folder = memoryFolder();
      const image = makeFileSystem(folder.path, options);
      const byTools = path.join(folder.path, 'tools.img');
      copyFileSync(image, byTools);
      const plan = await renew(image);
      const [change] = plan.changes;
      expect(change).toMatchObject({ partition: 0, before: OLD_UUID });
      const { after } = change!;
      expect(run('blkid', ['-p', '-o', 'value', '-s', 'UUID', image]).trim()).toBe(after);
      expect(verdict('e2fsck', ['-fn', image])).toMatchObject({ status: 0 });
      expect(run('debugfs', ['-R', 'cat /etc/fstab', image])).toContain(`UUID=${after} / ext4`);
      expect(plan.rewritten).toEqual([{ partition: 0, path: '/etc/fstab', count: 1 }]);

      const features = run('dumpe2fs', ['-h', byTools]);
      const needsSeed = /metadata_csum\b(?!_seed)/.test(features) && !features.includes('metadata_csum_seed');
      if (needsSeed) run('tune2fs', ['-O', 'metadata_csum_seed', byTools]);
      run('tune2fs', ['-U', after, byTools]);
      expect(plan.warnings.length).toBe(needsSeed ? 1 : 0);
      const mine = readFileSync(image);
      // The tool does not write files.
      const at = mine.indexOf(`UUID=${after} /`);
      Buffer.from(OLD_UUID).copy(mine, at + 5);
      expect(differences(mine, readFileSync(byTools))).toEqual([]);
    });
  }

  it('with content in the inode, whose checksum follows', async () => {
    using folder = memoryFolder();
    const image = makeFileSystem(folder.path, ['-t', 'ext4', '-O', 'inline_data,^metadata_csum_seed', '-I', '512']);
    const fstab = path.join(folder.path, 'fstab');
    // The ID begins in the map of the inode and ends in its attributes.
    writeFileSync(fstab, `# ${'x'.repeat(36)}\nUUID=${OLD_UUID} / ext4 defaults 0 1\n`);
    run('debugfs', ['-w', '-R', 'rm /etc/fstab', image]);
    run('debugfs', ['-w', '-R', `write ${fstab} /etc/fstab`, image]);
    expect(run('debugfs', ['-R', 'stat /etc/fstab', image])).toMatch(/Flags: 0x10000000/);
    const plan = await renew(image);
    expect(run('debugfs', ['-R', 'cat /etc/fstab', image])).toContain(`UUID=${plan.changes[0]!.after} / ext4`);
    expect(verdict('e2fsck', ['-fn', image])).toMatchObject({ status: 0 });
  });

  it('with a multiple mount protection block', async () => {
    using folder = memoryFolder();
    const image = makeFileSystem(folder.path, ['-t', 'ext4', '-O', 'mmp,^metadata_csum_seed']);
    await renew(image);
    expect(verdict('e2fsck', ['-fn', image])).toMatchObject({ status: 0 });
  });
});

describe('an ext file system is left alone', () => {
  const debug = (image: string, request: string): string => run('debugfs', ['-w', '-R', request, image]);

  it.each([
    ['was not shut down cleanly', 'ssv state 0'],
    ['is marked as having errors', 'ssv state 3'],
    ['was not shut down cleanly', 'feature needs_recovery'],
    ['was not shut down cleanly', 'ssv last_orphan 12'],
  ])('that %s: %s', async (reason, request) => {
    using folder = memoryFolder();
    const image = makeFileSystem(folder.path, ['-t', 'ext4']);
    debug(image, request);
    expect(await refusal(image)).toContain(reason);
  });

  it('whose files need its UUID, though references in it are renewed', async () => {
    using folder = memoryFolder();
    const image = makeFileSystem(folder.path, ['-t', 'ext4', '-O', 'encrypt,stable_inodes']);
    const plan = await renew(image);
    expect(plan).toMatchObject({ edits: [], changes: [] });
    expect(plan.kept[0]!.reason).toContain('stable_inodes');
  });

  it('whose journal is on another device', async () => {
    using folder = memoryFolder();
    const journal = path.join(folder.path, 'journal.img');
    writeFileSync(journal, '');
    truncateSync(journal, 8 * MIB);
    run('mke2fs', ['-q', '-F', '-O', 'journal_dev', '-b', '4096', journal]);
    const image = makeFileSystem(folder.path, ['-t', 'ext4', '-b', '4096']);
    run('tune2fs', ['-O', '^has_journal', image]);
    debug(image, 'feature has_journal');
    debug(image, 'ssv journal_inum 0');
    const plan = await renew(image);
    expect(plan.kept[0]!.reason).toBe('its journal is on another device');
    expect((await renew(journal)).changes).toEqual([]);
  });
});
