import { spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface Usage {
  readonly wallSeconds: number;
  /** User and system time of the process and all its descendants. */
  readonly cpuSeconds: number;
  /** Of the largest single process. */
  readonly peakRssBytes: number;
}

/**
 * Runs a shell script under GNU time. Part of the measured time is writing everything out to disk (`syncfs` of the
 * work folder), for every tool the same. What the tool prints goes to `log.txt` of the work folder.
 * @throws Error with the end of the output when the script fails.
 */
export function measureScript(script: string, workFolder: string, env: Readonly<Record<string, string>>): Usage {
  const usagePath = join(workFolder, 'usage.txt');
  const logPath = join(workFolder, 'log.txt');
  const whole = `set -euo pipefail\n${script}\nsync -f '${workFolder}'`;
  const startTime = performance.now();
  const result = spawnSync('time', ['-q', '-o', usagePath, '-f', '%U %S %M', 'bash', '-c', whole], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const wallSeconds = (performance.now() - startTime) / 1000;
  const output = `${result.stdout}\n${result.stderr}`;
  appendFileSync(logPath, `--- ${script}\n${output.slice(-8000)}\n`);
  if (result.error !== undefined) throw new Error(`GNU time does not run: ${result.error.message}`);
  if (result.status !== 0) throw new Error(`exit ${String(result.status)}: ${script}\n${output.trim().slice(-2000)}`);
  const [user = 0, system = 0, peakKibibytes = 0] = readFileSync(usagePath, 'utf8').trim().split(' ').map(Number);
  return { wallSeconds, cpuSeconds: user + system, peakRssBytes: peakKibibytes * 1024 };
}

/** Sum of the sizes of all files below a folder. */
export function measureFolderBytes(folder: string): number {
  let byteLength = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) byteLength += measureFolderBytes(path);
    else if (entry.isFile()) byteLength += statSync(path).size;
  }
  return byteLength;
}
