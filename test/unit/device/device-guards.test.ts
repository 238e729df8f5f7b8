import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeBlock, describeTarget } from '../../../src/device/device-guards.ts';
import type { TargetFacts } from '../../../src/device/device-guards.ts';
import { deviceNumberOf } from '../../../src/device/linux-sysfs.ts';
import { decodeMountInfo, decodeSwaps } from '../../../src/device/mount-table.ts';
import { findSourceProblem, findTargetProblem } from '../../../src/device/target-problems.ts';
import { fakeKernel } from '../../support/fake-kernel.ts';
import { temporaryFolder } from '../../support/loop-device.ts';

const QUESTION = { keep: [], force: false, platform: 'linux' } as const;
const noTool = async (): Promise<string> => {
  throw new Error('no tool is needed');
};

describe('numbers and tables of the kernel', () => {
  it('unpacks device numbers as glibc packs them', () => {
    expect(deviceNumberOf(0x801)).toBe('8:1');
    expect(deviceNumberOf(0xb302)).toBe('179:2');
    // makedev(259, 300), makedev(74565, 11259375)
    expect(deviceNumberOf(0x11032c)).toBe('259:300');
    expect(deviceNumberOf(316_705_466_435_055)).toBe('74565:11259375');
    expect(deviceNumberOf(0xff_ff_ff_ff)).toBe('4095:1048575');
  });

  it('reads mount lines with blanks in their names and optional fields, and leaves out nonsense', () => {
    const text = [
      String.raw`36 35 8:2 / /media/my\040card\134x rw,noatime master:1 shared:2 - ext4 /dev/sda2 rw,errors=continue`,
      '37 35 0:45 /@home /home rw - btrfs /dev/sdb1 rw,subvol=/@home',
      'nonsense',
      '38 35 x:y / /a rw - ext4 /dev/sda2 rw',
      '',
    ].join('\n');
    expect(decodeMountInfo(text)).toEqual([
      {
        number: '8:2',
        mountPoint: String.raw`/media/my card\x`,
        fileSystem: 'ext4',
        source: '/dev/sda2',
        superOptions: 'rw,errors=continue',
      },
      {
        number: '0:45',
        mountPoint: '/home',
        fileSystem: 'btrfs',
        source: '/dev/sdb1',
        superOptions: 'rw,subvol=/@home',
      },
    ]);
    expect(decodeSwaps(`Filename Type\n${String.raw`/my\040swap`} file 1 2 3\n/dev/sda3\t\tpartition\n`)).toEqual([
      '/my swap',
      '/dev/sda3',
    ]);
  });
});

/** A PC: system on LVM on LUKS on sda2, RAID on sdb1 and sdc1, a card in a USB reader, one in a built-in slot. */
function computer(): ReturnType<typeof fakeKernel> {
  return fakeKernel(
    {
      sda: {
        number: '8:0',
        sectors: 1e9,
        hardware: 'pci0/ata1/0:0:0:0',
        files: { 'queue/logical_block_size': '4096' },
      },
      sda1: { number: '8:1', diskName: 'sda' },
      sda2: { number: '8:2', diskName: 'sda' },
      sda3: { number: '8:3', diskName: 'sda' },
      'dm-0': { number: '254:0', slaves: ['sda2'], files: { 'dm/uuid': 'CRYPT-LUKS2-0123', 'dm/name': 'crypt' } },
      'dm-1': { number: '254:1', slaves: ['dm-0'], files: { 'dm/uuid': 'LVM-abc', 'dm/name': 'vg-root' } },
      sdb: { number: '8:16' },
      sdb1: { number: '8:17', diskName: 'sdb' },
      sdc: { number: '8:32' },
      sdc1: { number: '8:33', diskName: 'sdc' },
      md0: { number: '9:0', slaves: ['sdb1', 'sdc1'] },
      sdd: { number: '8:48', sectors: 62333952, hardware: 'pci0/usb1/1-2/1-2:1.0', files: { removable: '1', ro: '0' } },
      sdd1: { number: '8:49', diskName: 'sdd', files: { ro: '1' } },
      sdd2: { number: '8:50', diskName: 'sdd' },
      mmcblk0: {
        number: '179:0',
        sectors: 31116288,
        bus: 'mmc',
        files: { 'device/type': 'SD', 'device/name': 'SU16G', 'device/serial': '0x1f2e' },
      },
    },
    [
      ['254:1', '/', '/dev/mapper/vg-root'],
      ['8:1', '/boot/efi', '/dev/sda1', 'vfat'],
      ['8:50', '/media/me/root fs', '/dev/sdd2'],
      ['0:20', '/proc', 'proc', 'proc'],
    ],
  );
}

async function problem(facts: TargetFacts): Promise<string | undefined> {
  return (await findTargetProblem(facts, QUESTION))?.code;
}

describe('stacks of storage', () => {
  it('finds the system through LVM, LUKS and a partition', async () => {
    using kernel = computer();
    const disk = await describeBlock('/dev/sda', '8:0', kernel);
    expect(disk).toMatchObject({ system: true, sectorSize: 4096, byteLength: 512e9, removable: false });
    expect(disk.mounts.map(({ mountPoint }) => mountPoint)).toEqual(['/', '/boot/efi']);
    expect(disk.uses).toEqual([
      { name: '/dev/dm-0', by: 'LUKS' },
      { name: '/dev/dm-1', by: 'LVM' },
    ]);
    expect(await problem(disk)).toBe('E_TARGET_IS_SYSTEM');
    // A free partition of the system's disk: nothing in it is in use, and it is refused all the same.
    const spare = await describeBlock('/dev/sda3', '8:3', kernel);
    expect(spare).toMatchObject({
      partition: 3,
      diskPath: '/dev/sda',
      mounts: [],
      uses: [],
      system: true,
      sectorSize: 4096,
    });
    expect(await problem(spare)).toBe('E_TARGET_IS_SYSTEM');
  });

  it('finds a RAID on both of its disks', async () => {
    using kernel = computer();
    for (const [name, number] of [
      ['sdb', '8:16'],
      ['sdc', '8:32'],
      ['sdc1', '8:33'],
    ] as const) {
      const facts = await describeBlock(`/dev/${name}`, number, kernel);
      expect(facts).toMatchObject({ system: false, uses: [{ name: '/dev/md0', by: 'RAID' }] });
      expect(await findTargetProblem(facts, QUESTION)).toMatchObject({
        kind: 'refused',
        code: 'E_TARGET_BUSY',
        hint: 'stop it: sudo mdadm --stop /dev/md0',
      });
      expect(findSourceProblem(facts, 'linux')).toBeUndefined();
    }
  });

  it('tells one partition of a card from the other, with the cure as a line to paste', async () => {
    using kernel = computer();
    const card = await describeBlock('/dev/sdd', '8:48', kernel);
    expect(card).toMatchObject({ removable: true, bus: 'usb', system: false });
    expect(await findTargetProblem(card, QUESTION)).toMatchObject({
      code: 'E_TARGET_MOUNTED',
      message: '/dev/sdd2 is mounted at /media/me/root fs',
      hint: "unmount it: sudo umount '/media/me/root fs'",
    });
    expect(findSourceProblem(card, 'linux')).toMatchObject({ kind: 'refused', code: 'E_SOURCE_MOUNTED' });
    expect(findSourceProblem(card, 'darwin')?.hint).toBe('unmount it: diskutil unmountDisk /dev/sdd');
    expect(await problem(await describeBlock('/dev/sdd1', '8:49', kernel))).toBe('E_TARGET_READ_ONLY');
    expect(await problem(await describeBlock('/dev/sdd2', '8:50', kernel))).toBe('E_TARGET_MOUNTED');
  });

  it('knows a card in a built-in slot as a card', async () => {
    using kernel = computer();
    const facts = await describeBlock('/dev/mmcblk0', '179:0', kernel);
    expect(facts).toMatchObject({ byteLength: 31116288 * 512, serial: '0x1f2e', system: false, mounts: [], uses: [] });
    expect(facts).toMatchObject({ model: 'SU16G', bus: 'mmc', removable: true });
    expect(await problem(facts)).toBeUndefined();
  });

  it('refuses a large disk that is built in unless forced', async () => {
    using kernel = fakeKernel({ nvme0n1: { number: '259:0', sectors: 1e9 } });
    const facts = await describeBlock('/dev/nvme0n1', '259:0', kernel);
    expect(await findTargetProblem(facts, QUESTION)).toMatchObject({ code: 'E_TARGET_LARGE', kind: 'refused' });
    expect(await findTargetProblem(facts, { ...QUESTION, force: true })).toBeUndefined();
  });

  it('comes to an end when the kernel says that two devices lie on each other', async () => {
    using kernel = fakeKernel(
      {
        'dm-0': { number: '254:0', slaves: ['dm-1'] },
        'dm-1': { number: '254:1', slaves: ['dm-0'] },
      },
      [['254:0', '/', '/dev/dm-0']],
    );
    expect(await describeBlock('/dev/dm-1', '254:1', kernel)).toMatchObject({ system: true });
  });

  it('says little about a device that sysfs does not know, and nothing wrong', async () => {
    using kernel = fakeKernel({});
    const facts = await describeBlock('/dev/x', '8:0', kernel);
    expect(facts).toMatchObject({ byteLength: 0, sectorSize: 512, system: false, mounts: [], uses: [] });
  });
});

describe('image files', () => {
  it('of kind file and new need no tool and stand alone', async () => {
    using folder = temporaryFolder();
    const file = path.join(folder.path, 'a.img');
    writeFileSync(file, new Uint8Array(1000));
    const facts = await describeTarget(file, { run: noTool });
    expect(facts).toMatchObject({ kind: 'file', byteLength: 1000, system: false, mounts: [], uses: [] });
    expect(await facts.holds(file)).toBe(true);
    expect(await facts.holds(folder.path)).toBe(false);
    expect(await describeTarget(path.join(folder.path, 'no.img'), { run: noTool })).toMatchObject({ kind: 'new' });
  });
});

it('takes the list of disks on macOS', async () => {
  const disk = (name: string, more: string): string =>
    `<dict><key>DeviceIdentifier</key><string>${name}</string><key>Size</key><integer>1000</integer>${more}</dict>`;
  const part =
    '<key>Partitions</key><array><dict><key>DeviceIdentifier</key><string>disk4s1</string>' +
    '<key>MountPoint</key><string>/tmp</string></dict></array>';
  const run = async (_: string, args: readonly string[]): Promise<string> =>
    args[0] === 'list'
      ? `<plist><dict><key>AllDisksAndPartitions</key><array>${disk('disk0', '')}${disk('disk4', part)}</array></dict></plist>`
      : '<plist><dict><key>BusProtocol</key><string>USB</string></dict></plist>';
  const facts = await describeTarget('/dev/rdisk4', { run, platform: 'darwin' });
  expect(facts).toMatchObject({ kind: 'device', byteLength: 1000, bus: 'usb', diskPath: '/dev/disk4' });
  expect(await facts.holds('/tmp')).toBe(true);
  expect(await facts.holds('/etc')).toBe(false);
  expect(await findTargetProblem(facts, { ...QUESTION, platform: 'darwin' })).toMatchObject({
    code: 'E_TARGET_MOUNTED',
    message: '/dev/disk4s1 is mounted at /tmp',
    hint: 'unmount it: diskutil unmountDisk /dev/disk4',
  });
  await expect(describeTarget('/dev/disk9', { run, platform: 'darwin' })).rejects.toMatchObject({ kind: 'failed' });
});
