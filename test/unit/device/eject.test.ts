import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { ejectTarget } from '../../../src/device/eject.ts';
import { newTarget } from '../../../src/device/file-target.ts';
import type { RunCommand } from '../../../src/device/run-command.ts';
import { CardkeepError } from '../../../src/errors.ts';
import { temporaryFolder } from '../../support/loop-device.ts';

const CARD = {
  ...newTarget('/dev/sdx1'),
  kind: 'device',
  bus: 'usb',
  diskPath: '/dev/sdx',
  mounts: [{ source: '/dev/sdx1', mountPoint: '/media/pi' }],
} as const;

function recorder(fail?: (command: string) => void): { readonly ran: string[]; readonly run: RunCommand } {
  const ran: string[] = [];
  return {
    ran,
    async run(command, args) {
      ran.push([command, ...args].join(' '));
      fail?.(command);
      return '';
    },
  };
}

it.each([
  ['linux', true, ['umount -- /media/pi', 'eject /dev/sdx']],
  ['darwin', true, ['diskutil unmountDisk /dev/sdx', 'diskutil eject /dev/sdx']],
  ['win32', false, ['mountvol /media/pi /p']],
] as const)('on %s a card is unmounted and ejected', async (platform, isOut, commands) => {
  const { ran, run } = recorder();
  expect(await ejectTarget(CARD, { run, platform })).toBe(isOut);
  expect(ran).toEqual(commands);
});

it('a card in a slot and an image file have nothing to eject', async () => {
  const { ran, run } = recorder();
  expect(await ejectTarget({ ...CARD, bus: 'mmc', mounts: [] }, { run, platform: 'linux' })).toBe(true);
  expect(await ejectTarget({ ...newTarget('card.img'), kind: 'file' }, { run, platform: 'win32' })).toBe(true);
  expect(ran).toEqual([]);
});

it('without the program "eject" the kernel is told', async () => {
  using folder = temporaryFolder();
  const device = path.join(folder.path, 'class/block/sdx/device');
  mkdirSync(device, { recursive: true });
  writeFileSync(path.join(device, 'delete'), '');
  const { run } = recorder((command) => {
    if (command === 'eject') throw new CardkeepError('failed', 'E_TOOL_MISSING', 'the program eject cannot be run');
  });
  expect(await ejectTarget(CARD, { run, platform: 'linux', sysFolder: folder.path })).toBe(true);
  expect(readFileSync(path.join(device, 'delete'), 'utf8')).toBe('1');
});

it('says which command failed', async () => {
  const { run } = recorder(() => {
    throw new CardkeepError('failed', 'E_TOOL_FAILED', 'umount failed: target is busy');
  });
  await expect(ejectTarget(CARD, { run, platform: 'linux' })).rejects.toMatchObject({
    code: 'E_UNMOUNT_FAILED',
    message: 'umount -- /media/pi: umount failed: target is busy',
  });
});
