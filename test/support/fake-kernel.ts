import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DeviceNumber, KernelRoots } from '../../src/device/linux-sysfs.ts';

export interface FakeDevice {
  readonly number: DeviceNumber;
  readonly sectors?: number;
  /** Name of its disk: a partition. */
  readonly diskName?: string;
  /** Names of the devices that it lies on. */
  readonly slaves?: readonly string[];
  /** More files of its folder in sysfs: `queue/logical_block_size`. */
  readonly files?: Readonly<Record<string, string>>;
  /** Where the hardware sits below /sys/devices: `pci0/usb1/1-1/1-1:1.0/host0`. */
  readonly hardware?: string;
  /** The bus that its hardware hangs on: `mmc`. */
  readonly bus?: string;
}

/** A made-up /sys and /proc: stacks of storage that the machine which runs the tests does not have. */
export function fakeKernel(
  devices: Readonly<Record<string, FakeDevice>>,
  mounts: readonly (readonly [number: string, mountPoint: string, source: string, fileSystem?: string])[] = [],
): KernelRoots & Disposable {
  const root = mkdtempSync(path.join(tmpdir(), 'cardkeep-kernel-'));
  const sys = path.join(root, 'sys');
  const proc = path.join(root, 'proc');
  const put = (file: string, text: string): void => {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `${text}\n`);
  };
  const folderOf = (name: string): string => {
    const device = devices[name]!;
    if (device.diskName !== undefined) return path.join(folderOf(device.diskName), name);
    return path.join(sys, 'devices', device.hardware ?? 'virtual', 'block', name);
  };
  for (const [name, device] of Object.entries(devices)) {
    const folder = folderOf(name);
    put(path.join(folder, 'dev'), device.number);
    put(path.join(folder, 'size'), `${device.sectors ?? 2048}`);
    if (device.diskName !== undefined) put(path.join(folder, 'partition'), /\d+$/.exec(name)![0]);
    for (const [file, text] of Object.entries(device.files ?? {})) put(path.join(folder, file), text);
    for (const place of ['dev/block', 'class/block']) mkdirSync(path.join(sys, place), { recursive: true });
    symlinkSync(folder, path.join(sys, 'dev/block', device.number));
    symlinkSync(folder, path.join(sys, 'class/block', name));
    if (device.hardware !== undefined) symlinkSync('../..', path.join(folder, 'device'));
    if (device.bus !== undefined) symlinkSync(`/sys/bus/${device.bus}`, path.join(folder, 'device', 'subsystem'));
  }
  for (const [name, device] of Object.entries(devices)) {
    const slaves = path.join(folderOf(name), 'slaves');
    mkdirSync(slaves, { recursive: true });
    for (const slave of device.slaves ?? []) symlinkSync(folderOf(slave), path.join(slaves, slave));
  }
  const lines = mounts.map(
    ([number, mountPoint, source, fileSystem], i) =>
      `${30 + i} 1 ${number} / ${mountPoint.replaceAll(' ', String.raw`\040`)} rw shared:1 - ${fileSystem ?? 'ext4'} ${source} rw`,
  );
  put(path.join(proc, 'self/mountinfo'), lines.join('\n'));
  put(path.join(proc, 'swaps'), 'Filename\tType\tSize\tUsed\tPriority');
  return {
    sys,
    proc,
    [Symbol.dispose]() {
      rmSync(root, { recursive: true, force: true });
    },
  };
}
