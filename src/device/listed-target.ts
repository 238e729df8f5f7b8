/** The facts about a target on macOS and Windows, from the platform's list of disks. */
import { realpath, stat } from 'node:fs/promises';
import { CardkeepError } from '../errors.ts';
import type { TargetFacts } from './device-guards.ts';
import { newTarget } from './file-target.ts';
import { listDevices } from './list-devices.ts';
import type { ListedDevice, ListedPartition } from './listed-device.ts';
import type { RunCommand } from './run-command.ts';
import { isInside } from './storage-stack.ts';

export interface ListedTargetOptions {
  readonly run: RunCommand;
  readonly platform: NodeJS.Platform;
}

/** Throws ENOENT for a path that is not there, and E_TOOL_FAILED when a disk is not in the list. */
export async function describeListedTarget(target: string, options: ListedTargetOptions): Promise<TargetFacts> {
  const wanted = nodeName(target, options.platform);
  if (wanted === undefined) return describeImage(target);
  const devices = await listDevices({ ...options, all: true });
  const found = findListed(devices, wanted, options.platform);
  if (found === undefined) {
    throw new CardkeepError('failed', 'E_TOOL_FAILED', `${target} is not among the disks that this system lists`, {
      hint: '"cardkeep devices --all" lists them',
    });
  }
  const { disk, partition } = found;
  const parts = partition === undefined ? disk.partitions : [partition];
  return {
    path: target,
    kind: 'device',
    byteLength: partition?.byteLength ?? disk.byteLength,
    sectorSize: disk.sectorSize,
    model: disk.model,
    serial: disk.serial,
    bus: disk.bus,
    removable: disk.removable,
    readOnly: disk.readOnly,
    system: disk.system,
    diskPath: disk.path,
    partition: partition?.number,
    mounts: parts.flatMap((part) => part.mountPoints.map((mountPoint) => ({ source: part.path, mountPoint }))),
    uses: [],
    holds: async (file) => holds(devices, parts, file, options.platform),
  };
}

async function describeImage(target: string): Promise<TargetFacts> {
  const stats = await stat(target);
  return {
    ...newTarget(target),
    kind: 'file',
    byteLength: stats.size,
    holds: async (file) => {
      const other = await stat(file).catch(() => undefined);
      return other !== undefined && other.dev === stats.dev && other.ino === stats.ino;
    },
  };
}

/** The disk or partition as the list names it, or undefined for a path that is no device. */
function nodeName(target: string, platform: NodeJS.Platform): string | undefined {
  if (platform === 'win32') return target.startsWith('\\\\.\\') ? target.toLowerCase() : undefined;
  return target.startsWith('/dev/') ? target.replace('/dev/rdisk', '/dev/disk') : undefined;
}

function findListed(
  devices: readonly ListedDevice[],
  wanted: string,
  platform: NodeJS.Platform,
): { disk: ListedDevice; partition: ListedPartition | undefined } | undefined {
  const isWanted = (one: string): boolean => (platform === 'win32' ? one.toLowerCase() : one) === wanted;
  for (const disk of devices) {
    if (isWanted(disk.path)) return { disk, partition: undefined };
    const partition = disk.partitions.find((part) => isWanted(part.path));
    if (partition !== undefined) return { disk, partition };
  }
  return undefined;
}

/** The longest mount point above the file decides; its volume may be listed under more than one disk. */
async function holds(
  devices: readonly ListedDevice[],
  parts: readonly ListedPartition[],
  file: string,
  platform: NodeJS.Platform,
): Promise<boolean> {
  const fold = (text: string): string => (platform === 'win32' ? text.toLowerCase().replaceAll('\\', '/') : text);
  const place = fold(await realpath(file).catch(() => file));
  const all = devices.flatMap((device) => device.partitions.flatMap((part) => part.mountPoints)).map(fold);
  const above = all.filter((mountPoint) => isInside(place, mountPoint));
  const longest = Math.max(0, ...above.map((mountPoint) => mountPoint.length));
  return parts.some((part) =>
    part.mountPoints.map(fold).some((mountPoint) => mountPoint.length === longest && isInside(place, mountPoint)),
  );
}
