/** From a path to an open handle whose kind, size and sectors are known. */
import { constants } from 'node:fs';
import type { Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { platform as thisPlatform } from 'node:os';
import { readDeviceSize } from './device-size.ts';
import { KERNEL_ROOTS } from './linux-sysfs.ts';
import type { KernelRoots } from './linux-sysfs.ts';
import { nameOfKind, noMedium, notADisk, openError, readOnlyTarget } from './open-errors.ts';
import type { DeviceRole } from './open-errors.ts';

export interface OpenDeviceOptions {
  /** Linux: `O_EXCL`, nobody can mount or claim the device while it is open; throws E_SOURCE_BUSY if somebody has. */
  readonly exclusive?: boolean | undefined;
  /** The user's command line, so that the cure for missing permission can be pasted. */
  readonly commandLine?: string | undefined;
  /** Default: that of this process. */
  readonly platform?: NodeJS.Platform | undefined;
}

export interface OpenedDevice {
  readonly path: string;
  readonly handle: FileHandle;
  readonly isBlockDevice: boolean;
  readonly isWritable: boolean;
  readonly byteLength: number;
  readonly sectorSize: number;
  readonly physicalSectorSize: number;
  /** Plain reads come from the medium: raw disks of macOS and Windows. */
  readonly hasUncachedReads: boolean;
  /** Linux only. */
  readonly roots: KernelRoots | undefined;
  /** Makes the name of a new file durable. */
  readonly flushFolder?: (() => Promise<void>) | undefined;
}

/** An image file is treated as made of these; tables that only fit other sizes are tried by those who read tables. */
const IMAGE_SECTOR_SIZE = 512;

/** Throws the errors of openSource and openTarget. */
export async function openDevice(path: string, role: DeviceRole, options: OpenDeviceOptions): Promise<OpenedDevice> {
  const platform = options.platform ?? thisPlatform();
  const attempt = { path, role, platform, commandLine: options.commandLine };
  const systemPath = rawDiskPath(path, platform);
  let handle: FileHandle | undefined;
  try {
    // Looked at before it is opened: opening a pipe would wait for a writer for ever.
    const isBlockDevice = await checkKind(path, systemPath, platform);
    const flags = role === 'target' ? constants.O_RDWR : constants.O_RDONLY;
    const exclusive = isBlockDevice && platform === 'linux' && options.exclusive === true ? constants.O_EXCL : 0;
    handle = await open(systemPath, flags | exclusive);
    return await describeHandle(handle, path, { role, platform, isBlockDevice });
  } catch (error) {
    await handle?.close();
    throw openError(error, attempt);
  }
}

async function describeHandle(
  handle: FileHandle,
  path: string,
  facts: { role: DeviceRole; platform: NodeJS.Platform; isBlockDevice: boolean },
): Promise<OpenedDevice> {
  const { role, platform, isBlockDevice } = facts;
  const roots = platform === 'linux' ? KERNEL_ROOTS : undefined;
  const isWritable = role === 'target';
  const common = { path, handle, isBlockDevice, isWritable, roots };
  const stats = platform === 'win32' && isBlockDevice ? undefined : await handle.stat();
  if (stats !== undefined && isBlockDevice !== isDisk(stats, platform)) throw notADisk(path, 'changing');
  if (!isBlockDevice) {
    const byteLength = stats?.size ?? 0;
    const sectorSize = IMAGE_SECTOR_SIZE;
    return { ...common, byteLength, sectorSize, physicalSectorSize: sectorSize, hasUncachedReads: false };
  }
  const { readOnly, ...size } = await readDeviceSize(handle, path, stats, roots);
  if (size.byteLength === 0) throw noMedium(path);
  if (readOnly && isWritable) throw readOnlyTarget(path);
  return { ...common, ...size, hasUncachedReads: platform === 'darwin' || platform === 'win32' };
}

/** True for a device, false for a regular file; throws E_NOT_A_DISK for all else. */
async function checkKind(path: string, systemPath: string, platform: NodeJS.Platform): Promise<boolean> {
  if (platform === 'win32' && WINDOWS_DISK.test(systemPath)) return true;
  const stats = await stat(systemPath);
  if (isDisk(stats, platform)) return true;
  if (stats.isFile()) return false;
  throw notADisk(path, nameOfKind(stats));
}

function isDisk(stats: Stats, platform: NodeJS.Platform): boolean {
  // The raw disks of macOS and the disks of the BSDs are character devices.
  const isRawDisk = stats.isCharacterDevice() && platform !== 'linux' && platform !== 'win32';
  return stats.isBlockDevice() || isRawDisk;
}

const WINDOWS_DISK = /^\\\\[.?]\\PhysicalDrive\d+$/i;

/**
 * The node to use for a disk: on macOS `/dev/rdiskN`, which moves large blocks past the cache and is many times
 * faster than `/dev/diskN`.
 */
export function rawDiskPath(path: string, platform: NodeJS.Platform): string {
  return platform === 'darwin' ? path.replace(/^\/dev\/disk(?=\d)/, '/dev/rdisk') : path;
}
