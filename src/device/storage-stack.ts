/**
 * What lies on what: a mounted file system on a LUKS volume on LVM on a RAID on a partition on a disk, or in a loop
 * device whose file lies on another file system. Linux only, from sysfs and the mount table.
 */
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { deviceNumberOf, isDeviceNumber, readSysBlock, readSysFolder, readSysText } from './linux-sysfs.ts';
import type { DeviceNumber, KernelRoots, SysBlock } from './linux-sysfs.ts';
import { nodeNumber } from './mount-table.ts';
import type { MountEntry } from './mount-table.ts';

/** All that something rests on, however deep. */
export interface Foundation {
  /**
   * The devices; `whole` is false for a disk that carries only by one of its partitions, so that another partition of
   * it is not concerned.
   */
  readonly devices: ReadonlyMap<DeviceNumber, { readonly whole: boolean }>;
  /** Files that loop devices in between are made of, as `DEVICE/INODE`. */
  readonly files: ReadonlySet<string>;
}

/** More devices than this below one file are no real stack. */
const MOST_DEVICES = 4096;

export class StorageStack {
  readonly #roots: KernelRoots;
  readonly #mounts: readonly MountEntry[];

  constructor(roots: KernelRoots, mounts: readonly MountEntry[]) {
    this.#roots = roots;
    this.#mounts = mounts;
  }

  async beneathDevice(number: DeviceNumber): Promise<Foundation> {
    const walk = new Walk();
    await this.#addDevice(walk, number, true);
    return walk;
  }

  async beneathMount(mount: MountEntry): Promise<Foundation> {
    const walk = new Walk();
    await this.#addMount(walk, mount);
    return walk;
  }

  /** Of an existing file or folder: the file system that it is in. Of a device node: the device. */
  async beneathPath(file: string): Promise<Foundation> {
    const walk = new Walk();
    await this.#addPath(walk, file);
    return walk;
  }

  async #addPath(walk: Walk, file: string): Promise<void> {
    const stats = await stat(file).catch(() => undefined);
    if (stats === undefined) return;
    if (stats.isBlockDevice()) {
      await this.#addDevice(walk, deviceNumberOf(stats.rdev), true);
      return;
    }
    walk.files.add(fileKey(stats));
    const number = deviceNumberOf(stats.dev);
    if ((await readSysBlock(number, this.#roots)) !== undefined) {
      await this.#addDevice(walk, number, true);
      return;
    }
    const mount = this.#mounts.find((one) => one.number === number) ?? this.#mountAt(await realpath(file));
    if (mount !== undefined) await this.#addMount(walk, mount);
  }

  /** The mount that covers a path: the longest mount point before it, the last one mounted there. */
  #mountAt(file: string): MountEntry | undefined {
    let best: MountEntry | undefined;
    for (const mount of this.#mounts) {
      const isAbove = isInside(file, mount.mountPoint);
      if (isAbove && mount.mountPoint.length >= (best?.mountPoint.length ?? 0)) best = mount;
    }
    return best;
  }

  async #addMount(walk: Walk, mount: MountEntry): Promise<void> {
    if (walk.mounts.has(mount.number)) return;
    walk.mounts.add(mount.number);
    if ((await readSysBlock(mount.number, this.#roots)) !== undefined) await this.#addDevice(walk, mount.number, true);
    const source = await nodeNumber(mount.source);
    if (source !== undefined) await this.#addDevice(walk, source, true);
    if (mount.fileSystem === 'btrfs' && source !== undefined) await this.#addBtrfsDevices(walk, source);
    // The folders that an overlay is made of, as they were named when it was mounted.
    if (mount.fileSystem === 'overlay') {
      for (const folder of overlayFolders(mount.superOptions)) await this.#addPath(walk, folder);
    }
  }

  /** A btrfs on several devices names one as its source; the kernel lists all under /sys/fs/btrfs/UUID/devices. */
  async #addBtrfsDevices(walk: Walk, source: DeviceNumber): Promise<void> {
    const name = (await readSysBlock(source, this.#roots))?.name;
    const root = path.join(this.#roots.sys, 'fs', 'btrfs');
    for (const uuid of await readSysFolder(root)) {
      const folder = path.join(root, uuid, 'devices');
      const members = await readSysFolder(folder);
      if (name === undefined || !members.includes(name)) continue;
      for (const member of members) await this.#addNamed(walk, path.join(folder, member));
    }
  }

  async #addNamed(walk: Walk, folder: string): Promise<void> {
    const number = await readSysText(path.join(folder, 'dev'));
    if (number !== undefined && isDeviceNumber(number)) await this.#addDevice(walk, number, true);
  }

  async #addDevice(walk: Walk, number: DeviceNumber, whole: boolean): Promise<void> {
    const known = walk.devices.get(number);
    if (known !== undefined) {
      if (whole && !known.whole) walk.devices.set(number, { whole });
      return;
    }
    if (walk.devices.size >= MOST_DEVICES) return;
    walk.devices.set(number, { whole });
    const block = await readSysBlock(number, this.#roots);
    if (block === undefined) return;
    if (block.disk !== number) await this.#addDevice(walk, block.disk, false);
    const slaves = path.join(block.folder, 'slaves');
    for (const name of await readSysFolder(slaves)) await this.#addNamed(walk, path.join(slaves, name));
    const file = await backingFile(block);
    if (file !== undefined) await this.#addPath(walk, file);
  }
}

class Walk implements Foundation {
  readonly devices = new Map<DeviceNumber, { readonly whole: boolean }>();
  readonly files = new Set<string>();
  readonly mounts = new Set<string>();
}

/** The file or device that a loop device is made of. */
export async function backingFile(block: SysBlock): Promise<string | undefined> {
  return (await readSysText(path.join(block.folder, 'loop', 'backing_file')))?.replace(/ \(deleted\)$/, '');
}

/** A file whatever its name is: by device and inode. */
export function fileKey(stats: { readonly dev: number; readonly ino: number }): string {
  return `${stats.dev}/${stats.ino}`;
}

/** True when `file` is `folder` or lies in it; both absolute and without links. */
export function isInside(file: string, folder: string): boolean {
  return file === folder || file.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** All block devices that the kernel has. */
export async function readAllBlocks(roots: KernelRoots): Promise<SysBlock[]> {
  const numbers = (await readSysFolder(path.join(roots.sys, 'dev', 'block'))).filter(isDeviceNumber);
  const blocks = await Promise.all(numbers.map(async (number) => readSysBlock(number, roots)));
  return blocks.filter((block) => block !== undefined);
}

function overlayFolders(superOptions: string): string[] {
  return superOptions.split(',').flatMap((option) => {
    const [name, value] = option.split('=');
    if (value === undefined) return [];
    if (name === 'lowerdir' || name === 'lowerdir+') return value.split(':').filter((folder) => folder !== '');
    return name === 'upperdir' ? [value] : [];
  });
}
