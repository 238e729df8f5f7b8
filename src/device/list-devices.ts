/** The disks of this machine, by the tool that each platform has for it. */
import { realpath } from 'node:fs/promises';
import { platform as thisPlatform } from 'node:os';
import path from 'node:path';
import { decodeDiskutil, diskNamesOf } from './diskutil.ts';
import { readDiskIdentity } from './linux-identity.ts';
import { KERNEL_ROOTS } from './linux-sysfs.ts';
import type { KernelRoots } from './linux-sysfs.ts';
import { isPlausibleCard } from './listed-device.ts';
import type { FoundDevice, ListedDevice } from './listed-device.ts';
import { LSBLK_ARGS, decodeLsblk } from './lsblk.ts';
import { decodePlist } from './plist.ts';
import type { PlistValue } from './plist.ts';
import type { RunCommand } from './run-command.ts';
import { POWERSHELL_ARGS, decodeWindowsDisks } from './windows-disks.ts';

export type { ListedDevice, ListedPartition } from './listed-device.ts';

export interface ListDevicesOptions {
  /** Everything, not only what looks like a card in a reader. */
  readonly all?: boolean | undefined;
  readonly run: RunCommand;
  readonly platform?: NodeJS.Platform | undefined;
  readonly roots?: KernelRoots | undefined;
}

/** Ordered by path. Throws E_TOOL_MISSING and E_TOOL_FAILED when the platform's tool does not tell. */
export async function listDevices(options: ListDevicesOptions): Promise<ListedDevice[]> {
  const found = await findDevices(options);
  const shown = options.all === true ? found.filter(isThere) : found.filter(isPlausibleCard);
  return shown.map(({ device }) => device).sort(byPath);
}

async function findDevices(options: ListDevicesOptions): Promise<FoundDevice[]> {
  const { run } = options;
  const platform = options.platform ?? thisPlatform();
  if (platform === 'darwin') return findDiskutilDevices(run);
  if (platform === 'win32') return decodeWindowsDisks(await run('powershell.exe', POWERSHELL_ARGS));
  const found = decodeLsblk(await run('lsblk', LSBLK_ARGS));
  return Promise.all(found.map(async (one) => completeFromSysfs(one, options.roots ?? KERNEL_ROOTS)));
}

async function findDiskutilDevices(run: RunCommand): Promise<FoundDevice[]> {
  const list = decodePlist(await run('diskutil', ['list', '-plist']));
  const infos = new Map<string, PlistValue>();
  for (const name of diskNamesOf(list)) {
    try {
      infos.set(name, decodePlist(await run('diskutil', ['info', '-plist', `/dev/${name}`])));
    } catch {
      // A disk that went away between the two questions is listed with what is known of it.
    }
  }
  return decodeDiskutil(list, infos);
}

/** lsblk has model and serial from udev, and knows no name of a memory card before version 2.39. */
async function completeFromSysfs(found: FoundDevice, roots: KernelRoots): Promise<FoundDevice> {
  const { device } = found;
  const name = path.basename(device.path);
  const folder = await realpath(path.join(roots.sys, 'class', 'block', name)).catch(() => undefined);
  if (folder === undefined || found.isArtificial) return found;
  const identity = await readDiskIdentity(folder);
  const bus = device.bus || identity.bus;
  return {
    ...found,
    device: {
      ...device,
      model: device.model || identity.model,
      serial: device.serial || identity.serial,
      bus,
      removable: device.removable || identity.isSdCard,
    },
  };
}

/** Loop devices and RAM disks that are not in use have no bytes; a card reader without a card is worth a line. */
function isThere({ device, isArtificial }: FoundDevice): boolean {
  return device.byteLength > 0 || !isArtificial;
}

function byPath(a: ListedDevice, b: ListedDevice): number {
  return a.path.localeCompare(b.path, 'en', { numeric: true });
}
