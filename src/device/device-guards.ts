/**
 * The facts that decide whether a device may be read or overwritten: what uses it, whether the running system lives
 * on it, and which other paths do. Only looks; `target-problems.ts` says what the facts forbid.
 */
import { stat } from 'node:fs/promises';
import { platform as thisPlatform } from 'node:os';
import path from 'node:path';
import { systemErrorCode } from '../errors.ts';
import { newTarget } from './file-target.ts';
import { describeListedTarget } from './listed-target.ts';
import { readDiskIdentity } from './linux-identity.ts';
import { KERNEL_ROOTS, deviceNumberOf, readSysBlock, readSysText } from './linux-sysfs.ts';
import type { DeviceNumber, KernelRoots, SysBlock } from './linux-sysfs.ts';
import { isSystemMountPoint } from './listed-device.ts';
import { readMounts, readSwaps } from './mount-table.ts';
import { rawDiskPath } from './open-device.ts';
import { openError } from './open-errors.ts';
import type { RunCommand } from './run-command.ts';
import { StorageStack, fileKey, readAllBlocks } from './storage-stack.ts';
import type { Foundation } from './storage-stack.ts';

/** Facts about a device or image file at one moment. Texts are '' if unknown. */
export interface TargetFacts {
  /** As it was given. */
  readonly path: string;
  /** `new`: there is nothing yet. */
  readonly kind: 'device' | 'file' | 'new';
  readonly byteLength: number;
  readonly sectorSize: number;
  readonly model: string;
  readonly serial: string;
  /** As in ListedDevice. */
  readonly bus: string;
  readonly removable: boolean;
  readonly readOnly: boolean;
  /** The running system or its swap lies on this disk. */
  readonly system: boolean;
  /** The whole disk: `/dev/sda`. Equals `path` for what is no partition. */
  readonly diskPath: string;
  /** Undefined for a whole disk and for a file. */
  readonly partition: number | undefined;
  /** File systems in it that are mounted, also through LUKS, LVM, RAID and loop devices. */
  readonly mounts: readonly MountedPart[];
  /** What else holds it. */
  readonly uses: readonly DeviceUse[];
  /** True if the file system of `file` (or of the nearest folder above it that exists), or `file` itself, is in it. */
  readonly holds: (file: string) => Promise<boolean>;
}

export interface MountedPart {
  /** What was mounted: `/dev/sda2`. */
  readonly source: string;
  readonly mountPoint: string;
}

export interface DeviceUse {
  /** `/dev/md0`, `/dev/dm-3`; for swap, what is swapped to. */
  readonly name: string;
  readonly by: 'swap' | 'RAID' | 'LVM' | 'LUKS' | 'loop' | 'device mapper' | 'another device';
}

export interface DescribeTargetOptions {
  /** Used where the kernel does not tell by itself (macOS, Windows). */
  readonly run: RunCommand;
  readonly platform?: NodeJS.Platform | undefined;
  readonly roots?: KernelRoots | undefined;
}

/** Throws E_NEED_ROOT when even looking is not allowed. A path that is not there gives facts of kind `new`. */
export async function describeTarget(target: string, options: DescribeTargetOptions): Promise<TargetFacts> {
  const platform = options.platform ?? thisPlatform();
  const systemPath = rawDiskPath(target, platform);
  try {
    if (platform !== 'linux') return await describeListedTarget(target, { run: options.run, platform });
    const stats = await stat(systemPath);
    const roots = options.roots ?? KERNEL_ROOTS;
    if (stats.isBlockDevice()) return await describeBlock(target, deviceNumberOf(stats.rdev), roots);
    return await describeFile(target, stats, roots);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return newTarget(target);
    throw openError(error, { path: target, role: 'target', platform });
  }
}

/** Facts about the block device with this number. Linux. */
export async function describeBlock(target: string, number: DeviceNumber, roots: KernelRoots): Promise<TargetFacts> {
  const block = await readSysBlock(number, roots);
  const disk = block === undefined ? undefined : await readSysBlock(block.disk, roots);
  const identity = disk === undefined ? NO_IDENTITY : await readDiskIdentity(disk.folder);
  const mounts = await readMounts(roots);
  const stack = new StorageStack(roots, mounts);
  const isTouched = ({ devices }: Foundation): boolean =>
    devices.has(number) || (block?.partition !== undefined && devices.get(block.disk)?.whole === true);
  const onDisk = ({ devices }: Foundation): boolean => devices.has(block?.disk ?? number);
  return {
    path: target,
    kind: 'device',
    byteLength: block?.byteLength ?? 0,
    sectorSize: block?.sectorSize ?? 512,
    model: identity.model,
    serial: identity.serial,
    bus: identity.bus,
    removable: (disk?.removable ?? false) || identity.isSdCard,
    readOnly: block?.readOnly ?? false,
    diskPath: disk === undefined || block?.partition === undefined ? target : nodePath(disk),
    partition: block?.partition,
    ...(await findUses(stack, roots, { mounts, isTouched, onDisk, ownDisk: block?.disk ?? number })),
    holds: async (file) => isTouched(await stack.beneathPath(await nearestExisting(file))),
  };
}

async function describeFile(
  target: string,
  stats: { readonly dev: number; readonly ino: number; readonly size: number; isFile(): boolean },
  roots: KernelRoots,
): Promise<TargetFacts> {
  const mounts = await readMounts(roots);
  const stack = new StorageStack(roots, mounts);
  const key = fileKey(stats);
  const isTouched = ({ files }: Foundation): boolean => files.has(key);
  return {
    ...newTarget(target),
    kind: 'file',
    byteLength: stats.size,
    ...(await findUses(stack, roots, { mounts, isTouched, onDisk: isTouched, ownDisk: undefined })),
    holds: async (file) => isTouched(await stack.beneathPath(await nearestExisting(file))),
  };
}

interface UseQuestion {
  readonly mounts: Awaited<ReturnType<typeof readMounts>>;
  readonly isTouched: (foundation: Foundation) => boolean;
  readonly onDisk: (foundation: Foundation) => boolean;
  readonly ownDisk: DeviceNumber | undefined;
}

async function findUses(
  stack: StorageStack,
  roots: KernelRoots,
  { mounts, isTouched, onDisk, ownDisk }: UseQuestion,
): Promise<Pick<TargetFacts, 'mounts' | 'uses' | 'system'>> {
  const mounted: MountedPart[] = [];
  const uses: DeviceUse[] = [];
  let system = false;
  for (const mount of mounts) {
    const foundation = await stack.beneathMount(mount);
    if (isTouched(foundation)) mounted.push({ source: mount.source, mountPoint: mount.mountPoint });
    if (onDisk(foundation) && isSystemMountPoint(mount.mountPoint)) system = true;
  }
  for (const swap of await readSwaps(roots)) {
    const foundation = await stack.beneathPath(swap);
    if (isTouched(foundation)) uses.push({ name: swap, by: 'swap' });
    if (onDisk(foundation)) system = true;
  }
  for (const block of await readAllBlocks(roots)) {
    if (block.disk === ownDisk || block.partition !== undefined) continue;
    if (isTouched(await stack.beneathDevice(block.number)))
      uses.push({ name: nodePath(block), by: await userKind(block) });
  }
  return { mounts: mounted, uses, system };
}

async function userKind({ name, folder }: SysBlock): Promise<DeviceUse['by']> {
  if (name.startsWith('md')) return 'RAID';
  if (name.startsWith('loop')) return 'loop';
  if (!name.startsWith('dm-')) return 'another device';
  // Who made it stands before the first dash: LVM-..., CRYPT-LUKS2-...
  const uuid = (await readSysText(path.join(folder, 'dm', 'uuid'))) ?? '';
  if (uuid.startsWith('LVM-')) return 'LVM';
  return uuid.startsWith('CRYPT-') ? 'LUKS' : 'device mapper';
}

function nodePath({ name }: SysBlock): string {
  return `/dev/${name.replaceAll('!', '/')}`;
}

const NO_IDENTITY = { model: '', serial: '', bus: '', isSdCard: false };

/** A store that is not made yet will be where its folder is. */
async function nearestExisting(file: string): Promise<string> {
  let candidate = path.resolve(file);
  for (;;) {
    const exists = await stat(candidate).then(
      () => true,
      () => false,
    );
    if (exists || path.dirname(candidate) === candidate) return candidate;
    candidate = path.dirname(candidate);
  }
}
