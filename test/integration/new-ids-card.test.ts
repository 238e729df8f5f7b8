import { copyFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { planNewIds, type NewIds } from '../../src/restore/new-ids/plan-new-ids.ts';
import { accepted, applyEdits, refused } from '../support/apply-edits.ts';
import {
  extractPartition,
  FAT_SERIAL,
  makeCloneCard,
  MIB,
  PLACES,
  putBytes,
  ROOT_UUID,
  SIGNATURE,
  SWAP_UUID,
  type CardFiles,
} from '../support/clone-card.ts';
import { openFileSource } from '../support/file-source.ts';
import { run, verdict } from '../support/run.ts';
import { seededBytes } from '../support/seeded-bytes.ts';
import { dumpTable, memoryFolder, tableComplaints } from '../support/table-witness.ts';

const FILES: CardFiles = {
  boot: {
    'cmdline.txt': 'console=tty1 root=PARTUUID=%2 rootfstype=ext4 fsck.repair=yes rootwait\n',
    'config.txt': `# not for IDs: ${ROOT_UUID}\n`,
    'extlinux/extlinux.conf': `append root=UUID=${ROOT_UUID.toUpperCase()} resume="UUID=${SWAP_UUID}"\n`,
    'A long folder name/cmdline.txt': 'root=/dev/disk/by-partuuid/%2 x1a2b3c4d-02 1a2b3c4d-020 1a2b3c4d-09\n',
  },
  root: {
    'etc/fstab': `proc /proc proc defaults 0 0\nPARTUUID=%1 /boot/firmware vfat defaults 0 2\nPARTUUID=%2 / ext4 defaults 0 1\nUUID=${FAT_SERIAL} /x vfat\nUUID="${SWAP_UUID}" none swap\n`,
    'etc/initramfs-tools/conf.d/resume': `RESUME=UUID=${SWAP_UUID}\n`,
    'etc/hostname': `${ROOT_UUID}\n`,
  },
};

async function renew(image: string): Promise<NewIds> {
  using source = openFileSource(image);
  const plan = accepted(await planNewIds(source, seededBytes(3)));
  applyEdits(image, plan.edits, source.byteLength);
  return plan;
}

async function refusal(image: string): Promise<string> {
  using source = openFileSource(image);
  return refused(await planNewIds(source, seededBytes(3)));
}

/** What blkid says of a place in the image. */
function blkid(image: string, byteOffset: number, tag: string): string {
  return run('blkid', ['-p', '-O', `${byteOffset}`, '-o', 'value', '-s', tag, image]).trim();
}

function expectSound(image: string, folder: string): void {
  const part = path.join(folder, 'part');
  extractPartition(image, 'root', part);
  expect(verdict('e2fsck', ['-fn', part])).toMatchObject({ status: 0 });
  extractPartition(image, 'boot', part);
  const fat = verdict('fsck.vfat', ['-n', part]);
  expect(fat.status).toBe(0);
  // It exits with 0 when the boot sector and its copy differ.
  expect(fat.output).not.toContain('differences');
  expect(tableComplaints(image)).toEqual([]);
}

describe.each([
  ['FAT16', []],
  ['FAT32', ['-F', '32', '-s', '1']],
  ['FAT12', ['-F', '12', '-s', '64']],
])('a card with an MBR and %s gets IDs of its own', (_, fatOptions) => {
  it('and its files refer to them', async () => {
    using folder = memoryFolder();
    const image = path.join(folder.path, 'card.img');
    makeCloneCard(image, 'dos', FILES, fatOptions);
    const original = readFileSync(image);
    const plan = await renew(image);
    const signature = dumpTable(image).id.slice(2);
    const [fat, root, swap] = [PLACES.boot, PLACES.root, PLACES.swap].map((place) => blkid(image, place, 'UUID'));
    expect(plan.changes).toEqual([
      { partition: 0, what: 'disk signature', before: SIGNATURE, after: signature },
      { partition: 1, what: 'FAT serial', before: FAT_SERIAL, after: fat },
      { partition: 2, what: 'ext4 UUID', before: ROOT_UUID, after: root },
      { partition: 3, what: 'swap UUID', before: SWAP_UUID, after: swap },
    ]);
    const type = (name: string): string => run('mtype', ['-i', `${image}@@${PLACES.boot}`, `::${name}`]);
    expect(type('cmdline.txt')).toBe(FILES.boot['cmdline.txt']!.replace('%2', `${signature}-02`));
    expect(type('config.txt')).toBe(FILES.boot['config.txt']);
    expect(type('extlinux/extlinux.conf')).toBe(`append root=UUID=${root!.toUpperCase()} resume="UUID=${swap}"\n`);
    expect(type('A long folder name/cmdline.txt')).toBe(
      `root=/dev/disk/by-partuuid/${signature}-02 x1a2b3c4d-02 1a2b3c4d-020 1a2b3c4d-09\n`,
    );
    const part = path.join(folder.path, 'part');
    extractPartition(image, 'root', part);
    const cat = (name: string): string => run('debugfs', ['-R', `cat ${name}`, part]);
    expect(cat('/etc/fstab')).toBe(
      FILES.root['etc/fstab']!.replace('%1', `${signature}-01`)
        .replace('%2', `${signature}-02`)
        .replace(FAT_SERIAL, fat!)
        .replace(SWAP_UUID, swap!),
    );
    expect(cat('/etc/hostname')).toBe(FILES.root['etc/hostname']);
    expect(plan.rewritten).toEqual([
      { partition: 1, path: '/CMDLINE.TXT', count: 1 },
      { partition: 1, path: '/A long folder name/CMDLINE.TXT', count: 1 },
      { partition: 1, path: '/EXTLINUX/extlinux.conf', count: 2 },
      { partition: 2, path: '/etc/fstab', count: 4 },
      { partition: 2, path: '/etc/initramfs-tools/conf.d/resume', count: 1 },
    ]);
    expect(plan.warnings.join('\n')).toContain('update-initramfs -u');
    expectSound(image, folder.path);
    // Not a byte changes outside of the edits, which are few.
    const changed = readFileSync(image);
    let reached = 0;
    for (const { byteOffset, byteLength } of plan.edits) {
      expect(changed.subarray(reached, byteOffset).equals(original.subarray(reached, byteOffset))).toBe(true);
      reached = byteOffset + byteLength;
    }
    expect(changed.subarray(reached).equals(original.subarray(reached))).toBe(true);
  });
});

describe('a card with a GPT', () => {
  it('gets other GUIDs in both copies, and keeps its names', async () => {
    using folder = memoryFolder();
    const image = path.join(folder.path, 'card.img');
    makeCloneCard(image, 'gpt', FILES);
    const before = dumpTable(image);
    const plan = await renew(image);
    const after = dumpTable(image);
    expect(after.id).not.toBe(before.id);
    for (const [i, entry] of after.partitions.entries()) {
      const old = before.partitions[i]!;
      expect(entry.uuid).not.toBe(old.uuid);
      expect(entry).toEqual({ ...old, uuid: entry.uuid });
      expect(plan.changes[i + 1]!.after).toBe(entry.uuid!.toLowerCase());
    }
    expect(new Set(after.partitions.map(({ uuid }) => uuid)).size).toBe(3);
    const cmdline = run('mtype', ['-i', `${image}@@${PLACES.boot}`, '::cmdline.txt']);
    expect(cmdline).toContain(`root=PARTUUID=${after.partitions[1]!.uuid!.toLowerCase()} `);
    expectSound(image, folder.path);
    // With the primary gone, the backup says the same.
    putBytes(image, 512, Buffer.alloc(512));
    const fromBackup = run('sgdisk', ['-p', '-i', '2', image]);
    expect(fromBackup).toContain(after.partitions[1]!.uuid!.toUpperCase());
  });

  it('is refused where its copies differ', async () => {
    using folder = memoryFolder();
    const image = path.join(folder.path, 'card.img');
    makeCloneCard(image, 'gpt', FILES);
    putBytes(image, 512 + 20, Buffer.from([1, 2, 3]));
    expect(await refusal(image)).toContain('the primary GPT is damaged');
  });
});

describe('a card whose IDs cannot all be changed', () => {
  it('is refused when a FAT or an ext4 was not shut down cleanly', async () => {
    using folder = memoryFolder();
    const image = path.join(folder.path, 'card.img');
    const copy = path.join(folder.path, 'copy.img');
    makeCloneCard(image, 'dos', FILES);
    copyFileSync(image, copy);
    putBytes(copy, PLACES.boot + 37, Buffer.from([1]));
    expect(await refusal(copy)).toBe('partition 1 was not shut down cleanly: run fsck.vfat -a on the card first');
    copyFileSync(image, copy);
    putBytes(copy, PLACES.root + 1024 + 0x3a, Buffer.from([0]));
    expect(await refusal(copy)).toMatch(/^partition 2 is damaged/);
    copyFileSync(image, copy);
    putBytes(copy, PLACES.root + 2048, Buffer.alloc(1024, 7));
    expect(await refusal(copy)).toMatch(/^partition 2 is damaged/);
  });

  it('says what keeps its ID, and where references may be left', async () => {
    using folder = memoryFolder();
    const image = path.join(folder.path, 'card.img');
    makeCloneCard(image, 'dos', {
      boot: { 'boot.scr': 'setenv bootargs root=PARTUUID=%2', 'cmdline.txt': 'root=/dev/mmcblk0p2' },
      root: { 'etc/crypttab': 'swap PARTUUID=%3 /dev/urandom swap\n', 'boot/grub/i386-pc/core.img': '' },
    });
    putBytes(image, PLACES.swap + 4086, Buffer.from('S1SUSPEND\0'));
    const plan = await renew(image);
    expect(plan.kept).toEqual([{ partition: 3, type: 'swap', reason: 'it holds a suspended system' }]);
    expect(plan.warnings).toEqual([
      expect.stringContaining('names old IDs and has a checksum'),
      expect.stringContaining('metadata_csum_seed'),
      expect.stringContaining('/etc/crypttab'),
      expect.stringContaining('run grub-install'),
    ]);
  });

  it('names what no reader knows', async () => {
    using folder = memoryFolder();
    const image = path.join(folder.path, 'card.img');
    makeCloneCard(image, 'dos', FILES);
    putBytes(image, PLACES.swap, Buffer.alloc(4 * MIB));
    putBytes(image, PLACES.swap, Buffer.from('LUKS\xba\xbe\0\x01', 'latin1'));
    const plan = await renew(image);
    expect(plan.kept).toEqual([{ partition: 3, type: 'LUKS', reason: 'the IDs of LUKS are not changed' }]);
    expect(plan.warnings).toContain('partition 3 (LUKS) was not searched for old IDs');
  });
});
