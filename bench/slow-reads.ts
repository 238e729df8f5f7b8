import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const CONTROLLER = '/sys/fs/cgroup/blkio';

/** True where the kernel can slow a device down (control groups version 1, `blkio.throttle`). */
export const canSlowReads: boolean = existsSync(join(CONTROLLER, 'blkio.throttle.read_bps_device'));

/**
 * Lets a device give at most so many bytes a second, like a card in a reader, to scripts that begin with the line that
 * `use` gets. Source: Linux Documentation/admin-guide/cgroup-v1/blkio-controller.rst.
 */
export function withSlowReads<T>(device: string, bytesPerSecond: number, use: (firstLine: string) => T): T {
  const group = join(CONTROLLER, `cardkeep-bench-${process.pid}`);
  mkdirSync(group);
  try {
    const numbers = readFileSync(`/sys/block/${basename(device)}/dev`, 'utf8').trim();
    writeFileSync(join(group, 'blkio.throttle.read_bps_device'), `${numbers} ${bytesPerSecond}`);
    return use(`echo $$ > ${join(group, 'cgroup.procs')}`);
  } finally {
    rmdirSync(group);
  }
}
