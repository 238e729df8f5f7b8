/**
 * Which process on which boot of which machine holds a lock, so that a lock whose process is gone can be taken over at
 * once and not only when its lease has run out. Empty strings where the platform cannot tell: such an identity never
 * matches, and the lease decides alone.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { pid, platform } from 'node:process';
import { promisify } from 'node:util';

export interface MachineIdentity {
  /** A hash: `/etc/machine-id` itself is to be kept private (machine-id(5)). */
  readonly machineId: string;
  readonly bootId: string;
  /** Process numbers mean something only within one PID namespace. */
  readonly pidNamespace: string;
  readonly processId: number;
  /** When the process began, in whatever form the platform gives: numbers are used again. */
  readonly processStart: string;
}

const run = promisify(execFile);

/** The identity of this process. Never throws. */
export async function readMachineIdentity(): Promise<MachineIdentity> {
  const [machine, bootId, pidNamespace] = await readPlatform();
  return {
    machineId: machine === '' ? '' : createHash('sha256').update(`cardkeep ${machine}`).digest('hex').slice(0, 32),
    bootId,
    pidNamespace,
    processId: pid,
    processStart: await readProcessStart(pid),
  };
}

/** True only when it is certain that the process which `holder` names ran on this very boot and has ended. */
export async function isProcessGone(holder: MachineIdentity, here: MachineIdentity): Promise<boolean> {
  const isHere =
    holder.machineId !== '' &&
    holder.bootId !== '' &&
    holder.pidNamespace !== '' &&
    holder.processStart !== '' &&
    holder.machineId === here.machineId &&
    holder.bootId === here.bootId &&
    holder.pidNamespace === here.pidNamespace;
  if (!isHere) return false;
  // That this process can see its own start proves that it could see another's.
  if ((await readProcessStart(here.processId)) !== here.processStart) return false;
  return (await readProcessStart(holder.processId)) !== holder.processStart;
}

async function readPlatform(): Promise<readonly [machine: string, bootId: string, pidNamespace: string]> {
  if (platform === 'linux') {
    return Promise.all([
      readText('/etc/machine-id'),
      readText('/proc/sys/kernel/random/boot_id'),
      readlink('/proc/self/ns/pid').catch(() => ''),
    ]);
  }
  if (platform === 'darwin') {
    const [machine = '', bootId = ''] = (await output('/usr/sbin/sysctl', ['-n', 'kern.uuid', 'kern.bootsessionuuid']))
      .split('\n')
      .map((line) => line.trim());
    return [machine, bootId, 'darwin'];
  }
  return ['', '', ''];
}

/** Linux: field 22 of /proc/PID/stat, in clock ticks since boot (proc_pid_stat(5)). Empty when there is none. */
async function readProcessStart(processId: number): Promise<string> {
  if (platform === 'darwin') return output('/bin/ps', ['-o', 'lstart=', '-p', String(processId)]);
  if (platform !== 'linux') return '';
  const stat = await readText(`/proc/${processId}/stat`);
  // The second field is the command in parentheses and may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A zombie holds nothing any more; it only waits for its parent to look.
  return fields[0] === 'Z' || fields[0] === 'X' ? '' : (fields[19] ?? '');
}

async function readText(path: string): Promise<string> {
  return (await readFile(path, 'utf8').catch(() => '')).trim();
}

async function output(command: string, args: readonly string[]): Promise<string> {
  try {
    return (await run(command, [...args], { timeout: 5000 })).stdout.trim();
  } catch {
    return '';
  }
}
