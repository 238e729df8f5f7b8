import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPlausibleCard } from '../../../src/device/listed-device.ts';
import { decodeLsblk } from '../../../src/device/lsblk.ts';
import { PLAIN_LOOP } from '../../support/plain-loop.ts';

const RECORDED = new URL('../../fixtures/lsblk/loop-with-partitions.json', import.meta.url);

function decode(...blockdevices: unknown[]): ReturnType<typeof decodeLsblk> {
  return decodeLsblk(JSON.stringify({ blockdevices }));
}

/** Columns as util-linux 2.38 has them on a Raspberry Pi: no `tran`, no model for the card. */
const PI_CARD = {
  name: 'mmcblk0', kname: 'mmcblk0', path: '/dev/mmcblk0', size: 31914983424, 'log-sec': 512, rm: false, ro: false,
  type: 'disk', tran: null, hotplug: false, subsystems: 'block:mmc:mmc_host:platform', mountpoints: [null],
  children: [
    { name: 'mmcblk0p1', kname: 'mmcblk0p1', path: '/dev/mmcblk0p1', size: 268435456, type: 'part', fstype: 'vfat',
      label: 'bootfs', mountpoints: ['/boot/firmware'] },
    { name: 'mmcblk0p2', kname: 'mmcblk0p2', path: '/dev/mmcblk0p2', size: 31642353664, type: 'part', fstype: 'ext4',
      label: 'rootfs', mountpoints: ['/'] },
  ],
}; // prettier-ignore

describe('what lsblk really printed', () => {
  it('for a loop device with partitions, one of them mounted', () => {
    const [found, ...others] = decodeLsblk(readFileSync(RECORDED, 'utf8'));
    expect(others).toEqual([]);
    expect(found?.isArtificial).toBe(true);
    expect(found?.device).toMatchObject({
      byteLength: 67108864,
      ...PLAIN_LOOP,
      partitions: [
        { number: 1, byteLength: 16777216, mountPoints: [] },
        { number: 2, byteLength: 49283072, mountPoints: ['/media/rootfs'] },
      ],
    });
    expect(found?.device.partitions.map(({ path }) => path)).toEqual([
      `${found?.device.path}p1`,
      `${found?.device.path}p2`,
    ]);
  });
});

describe('what looks like a card', () => {
  it('a memory card in a built-in reader, which says "not removable"', () => {
    const children = PI_CARD.children.map((part) => ({ ...part, mountpoints: [null] }));
    const [found] = decode({ ...PI_CARD, children });
    expect(found?.device).toMatchObject({ bus: 'mmc', system: false, removable: false });
    expect(found?.device.partitions.map(({ number, label }) => [number, label])).toEqual([
      [1, 'bootfs'],
      [2, 'rootfs'],
    ]);
    expect(isPlausibleCard(found!)).toBe(true);
  });

  it('not the card that the running system started from', () => {
    const [found] = decode(PI_CARD);
    expect(found?.device.system).toBe(true);
    expect(isPlausibleCard(found!)).toBe(false);
  });

  it.each([
    ['a stick', { name: 'sdb', type: 'disk', size: 8e9, tran: 'usb', rm: true }, true],
    ['a disk on USB that says "not removable"', { name: 'sdb', type: 'disk', size: 8e9, tran: 'usb', rm: false }, true],
    ['old lsblk, all strings', { name: 'sdb', type: 'disk', size: '8000000000', rm: '1', ro: '0' }, true],
    ['a reader without a card', { name: 'sdb', type: 'disk', size: 0, tran: 'usb', rm: true }, false],
    ['a built-in disk', { name: 'nvme0n1', type: 'disk', size: 8e9, tran: 'nvme', rm: false }, false],
    ['an optical drive', { name: 'sr0', type: 'rom', size: 4e9, tran: 'usb', rm: true }, false],
    ['compressed memory', { name: 'zram0', type: 'disk', size: 4e9, rm: true }, false],
    ['the boot area of an eMMC', { name: 'mmcblk0boot0', type: 'disk', size: 4e6, tran: 'mmc' }, false],
    ['a loop device', { name: 'loop3', type: 'loop', size: 4e9, rm: true }, false],
  ])('%s', (_, node, isCard) => {
    const [found] = decode(node);
    expect(isPlausibleCard(found!)).toBe(isCard);
  });
});

describe('what the running system needs', () => {
  const nested = (mountpoints: unknown): unknown => ({
    name: 'sda', type: 'disk', size: 1e12, tran: 'usb', rm: true,
    children: [{ name: 'sda2', type: 'part', children: [{ name: 'luks-1', type: 'crypt', children: [
      { name: 'vg-root', type: 'lvm', mountpoints }] }] }],
  }); // prettier-ignore

  it.each([[['/']], [['[SWAP]']], [['/boot/efi']], [['/usr']], [[null, '/home']]])(
    'is found through LUKS and LVM: %j',
    (mountpoints) => {
      const [found] = decode(nested(mountpoints));
      expect(found?.device.system).toBe(true);
      expect(found?.device.partitions[0]?.mountPoints).toEqual(mountpoints.filter((place) => place !== null));
    },
  );

  it('is not a card that the desktop has mounted', () => {
    const [found] = decode(nested(['/media/user/rootfs', '/run/media/user/usr']));
    expect(found?.device).toMatchObject({ system: false });
    expect(isPlausibleCard(found!)).toBe(true);
  });

  it('shows a file system without a table as partition 0', () => {
    const [found] = decode({
      name: 'sdc',
      type: 'disk',
      size: 1e9,
      fstype: 'vfat',
      label: 'STICK',
      mountpoint: '/mnt',
    });
    expect(found?.device.partitions).toEqual([
      { path: '/dev/sdc', number: 0, fileSystem: 'vfat', label: 'STICK', byteLength: 1e9, mountPoints: ['/mnt'] },
    ]);
  });
});

describe('hostile output', () => {
  it('cannot steer the terminal or turn the writing', () => {
    const [found] = decode({
      name: 'sdb', type: 'disk', size: 1e9, tran: 'usb', vendor: 'Evil\u001b[2J', model: '\u202Ecod.exe\u2066\u200b\r\nX\u009b',
      serial: '9'.repeat(100_000),
      children: [{ name: 'sdb1', type: 'part', label: '\u0007\u2028root\ud800', mountpoints: ['/media/\u001b]0;x\u0007'] }],
    }); // prettier-ignore
    const all = JSON.stringify(found?.device);
    expect(all).not.toMatch(/\\u00|\\u2|\\ud8|[\u200b-\u200f\u2028-\u202e\u2066-\u2069\u0080-\u009f]/);
    expect(found?.device.model).toBe('Evil?[2J ?cod.exe????X?');
    expect(found?.device.serial).toHaveLength(100);
    expect(found?.device.partitions[0]).toMatchObject({ label: '??root?', mountPoints: ['/media/?]0;x?'] });
  });

  it.each([
    '',
    'null',
    '[]',
    '{}',
    '{"blockdevices":null}',
    '{"blockdevices":{}}',
    '"x"',
    '{"blockdevices":[null,1,{}]}',
  ])('%s has no devices or is refused in one line', (text) => {
    try {
      expect(decodeLsblk(text)).toEqual([]);
    } catch (error) {
      expect(error).toMatchObject({ kind: 'failed', code: 'E_TOOL_FAILED' });
    }
  });

  it('survives odd numbers, missing fields and a tree that is far too deep', () => {
    let node: Record<string, unknown> = { name: 'deep', mountpoints: ['/'] };
    for (let i = 0; i < 2000; i++) node = { name: `d${i}`, type: 'crypt', children: [node] };
    const [found] = decode({ name: 'sda', size: -5, 'log-sec': 1e300, rm: {}, children: [node, 7, null] });
    expect(found?.device).toMatchObject({ byteLength: 0, sectorSize: 512, removable: false, path: '/dev/sda' });
    const wide = Array.from({ length: 100_000 }, () => ({ type: 'lvm', children: [{ mountpoint: '/x' }] }));
    expect(decode({ name: 'sda', children: wide })[0]?.device.partitions[0]?.mountPoints).toEqual(['/x']);
  });

  it('is decoded or refused, whatever it is', () => {
    const keys = [
      'name',
      'kname',
      'path',
      'size',
      'type',
      'children',
      'mountpoints',
      'mountpoint',
      'model',
      'rm',
      'partn',
    ];
    const value = fc.letrec((tie) => ({
      node: fc.dictionary(fc.constantFrom(...keys), tie('any'), { maxKeys: 8 }),
      any: fc.oneof(
        { maxDepth: 4 },
        fc.jsonValue({ maxDepth: 1 }),
        fc.array(tie('any'), { maxLength: 4 }),
        tie('node'),
      ),
    })).node;
    fc.assert(
      fc.property(fc.array(value, { maxLength: 4 }), (nodes) => {
        for (const { device } of decode(...nodes)) {
          expect(device.byteLength).toBeGreaterThanOrEqual(0);
          for (const text of [device.path, device.model, device.serial, device.bus]) expect(typeof text).toBe('string');
        }
      }),
      { numRuns: 300 },
    );
  });
});
