/** Mounts and swap of the running Linux: `/proc/self/mountinfo` and `/proc/swaps` (proc(5)). */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { deviceNumberOf, isDeviceNumber, readSysText } from './linux-sysfs.ts';
import type { DeviceNumber, KernelRoots } from './linux-sysfs.ts';

export interface MountEntry {
  /** `st_dev` of its files; the major number is 0 where the file system has no single device (btrfs, overlay, FUSE). */
  readonly number: DeviceNumber;
  readonly mountPoint: string;
  readonly fileSystem: string;
  /** Usually the device: `/dev/sda2`. */
  readonly source: string;
  readonly superOptions: string;
}

/** Lines that do not have the documented form are left out. */
export function decodeMountInfo(text: string): MountEntry[] {
  const mounts: MountEntry[] = [];
  for (const line of text.split('\n')) {
    const [left, right] = splitOnce(line, ' - ');
    const [, , number, , mountPoint] = left.split(' ');
    const [fileSystem, source, superOptions] = right.split(' ');
    if (number === undefined || !isDeviceNumber(number) || mountPoint === undefined || source === undefined) continue;
    mounts.push({
      number,
      mountPoint: decodeOctal(mountPoint),
      fileSystem: fileSystem ?? '',
      source: decodeOctal(source),
      superOptions: decodeOctal(superOptions ?? ''),
    });
  }
  return mounts;
}

export async function readMounts(roots: KernelRoots): Promise<MountEntry[]> {
  return decodeMountInfo((await readSysText(path.join(roots.proc, 'self', 'mountinfo'))) ?? '');
}

/** Paths of the swap partitions and files in use. */
export function decodeSwaps(text: string): string[] {
  return text
    .split('\n')
    .slice(1)
    .map((line) => decodeOctal(line.split(/\s/)[0] ?? '').replace(/ \(deleted\)$/, ''))
    .filter((file) => file !== '');
}

export async function readSwaps(roots: KernelRoots): Promise<string[]> {
  return decodeSwaps((await readSysText(path.join(roots.proc, 'swaps'))) ?? '');
}

/** The device behind a node, or undefined for anything else. */
export async function nodeNumber(file: string): Promise<DeviceNumber | undefined> {
  if (!file.startsWith('/')) return undefined;
  try {
    const stats = await stat(file);
    return stats.isBlockDevice() ? deviceNumberOf(stats.rdev) : undefined;
  } catch {
    return undefined;
  }
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** The kernel writes blanks, newlines and backslashes as three octal digits, byte by byte. */
function decodeOctal(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
