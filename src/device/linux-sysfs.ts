/**
 * What the Linux kernel tells about block devices under `/sys/dev/block/MAJ:MIN`
 * (Documentation/ABI/stable/sysfs-block; sizes there are in units of 512 bytes whatever the sector size is).
 */
import { readFile, readdir, readlink, realpath } from 'node:fs/promises';
import path from 'node:path';

/** Where the kernel's own file systems are mounted; tests put made-up trees in their place. */
export interface KernelRoots {
  readonly sys: string;
  readonly proc: string;
}

export const KERNEL_ROOTS: KernelRoots = { sys: '/sys', proc: '/proc' };

/** `MAJ:MIN`, the name under which the kernel knows a block device everywhere. */
export type DeviceNumber = `${number}:${number}`;

export interface SysBlock {
  readonly number: DeviceNumber;
  /** The kernel's name: `sda1`. Its node is usually `/dev/sda1`. */
  readonly name: string;
  /** The folder of this device in sysfs. */
  readonly folder: string;
  /** In whole sectors: what comes after the last whole one cannot be reached. */
  readonly byteLength: number;
  /** Logical sector size in bytes. */
  readonly sectorSize: number;
  readonly physicalSectorSize: number;
  readonly readOnly: boolean;
  readonly removable: boolean;
  /** Number of the partition; undefined for a whole disk. */
  readonly partition: number | undefined;
  /** The whole disk that this is, or that this is a partition of. */
  readonly disk: DeviceNumber;
}

/** `st_dev` or `st_rdev` as glibc packs it (sys/sysmacros.h): 12 + 20 bits of major, 8 + 24 bits of minor. */
export function deviceNumberOf(packed: number): DeviceNumber {
  const low = packed % 2 ** 32;
  const high = Math.floor(packed / 2 ** 32);
  const major = ((low >>> 8) & 0xfff) + Math.floor(high / 2 ** 12) * 2 ** 12;
  const minor = (low & 0xff) + (high % 2 ** 12) * 2 ** 20 + ((low >>> 20) & 0xfff) * 2 ** 8;
  return `${major}:${minor}`;
}

/** The text of a small file without the newline at its end, or undefined when it cannot be read. */
export async function readSysText(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).replace(/\n$/, '');
  } catch {
    return undefined;
  }
}

/** Names in a folder, sorted, or none when it cannot be read. */
export async function readSysFolder(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch {
    return [];
  }
}

/** The target of a link as it is written, or undefined. */
export async function readSysLink(link: string): Promise<string | undefined> {
  try {
    return await readlink(link);
  } catch {
    return undefined;
  }
}

/** The facts about one block device, or undefined when sysfs does not know it. */
export async function readSysBlock(number: DeviceNumber, roots: KernelRoots): Promise<SysBlock | undefined> {
  let folder: string;
  try {
    folder = await realpath(path.join(roots.sys, 'dev', 'block', number));
  } catch {
    return undefined;
  }
  const sectors = await readSysNumber(path.join(folder, 'size'));
  if (sectors === undefined) return undefined;
  const partition = await readSysNumber(path.join(folder, 'partition'));
  // A partition has no queue of its own: its folder lies in that of its disk.
  const diskFolder = partition === undefined ? folder : path.dirname(folder);
  const sectorSize = (await readSectorSize(path.join(diskFolder, 'queue', 'logical_block_size'))) ?? 512;
  const physical = await readSectorSize(path.join(diskFolder, 'queue', 'physical_block_size'));
  const disk = await readSysText(path.join(diskFolder, 'dev'));
  const readOnly = [path.join(folder, 'ro'), path.join(diskFolder, 'ro')];
  return {
    number,
    name: path.basename(folder),
    folder,
    byteLength: Math.floor((sectors * 512) / sectorSize) * sectorSize,
    sectorSize,
    physicalSectorSize: Math.max(physical ?? sectorSize, sectorSize),
    readOnly: (await Promise.all(readOnly.map(readSysText))).includes('1'),
    removable: (await readSysText(path.join(diskFolder, 'removable'))) === '1',
    partition,
    disk: disk !== undefined && isDeviceNumber(disk) ? disk : number,
  };
}

export function isDeviceNumber(text: string): text is DeviceNumber {
  return /^\d+:\d+$/.test(text);
}

async function readSysNumber(file: string): Promise<number | undefined> {
  const text = await readSysText(file);
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

async function readSectorSize(file: string): Promise<number | undefined> {
  const size = await readSysNumber(file);
  return size !== undefined && size >= 512 && size <= 65536 && Number.isInteger(Math.log2(size)) ? size : undefined;
}
