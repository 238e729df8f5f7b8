/** Runs the tools of the platform that know its disks (lsblk, diskutil, PowerShell), with limits on time and output. */
import { execFile } from 'node:child_process';
import { CardkeepError } from '../errors.ts';

/** Runs a program without a shell and returns what it printed. Throws E_TOOL_MISSING, E_TOOL_FAILED. */
export type RunCommand = (command: string, args: readonly string[]) => Promise<string>;

/** A hanging card reader makes these tools hang. */
const TIME_LIMIT_MS = 30_000;
/** A hundred disks with all columns are about 1 MB. */
const OUTPUT_LIMIT_BYTES = 16 * 1024 * 1024;

export const runCommand: RunCommand = async (command, args) => runLimited(command, args, TIME_LIMIT_MS);

/** As `runCommand` with another time limit. */
export async function runLimited(command: string, args: readonly string[], timeLimitMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const limits = {
      timeout: timeLimitMs,
      maxBuffer: OUTPUT_LIMIT_BYTES,
      killSignal: 'SIGKILL',
      windowsHide: true,
    } as const;
    const child = execFile(command, [...args], { encoding: 'utf8', ...limits }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(toolError(command, error, stderr));
    });
    child.stdin?.end();
  });
}

function toolError(
  command: string,
  error: Error & { killed?: boolean; code?: unknown },
  stderr: string,
): CardkeepError {
  if (error.code === 'ENOENT' || error.code === 'EACCES') {
    return new CardkeepError('failed', 'E_TOOL_MISSING', `the program ${command} cannot be run`, {
      cause: error,
      hint: command === 'lsblk' ? 'install util-linux, or name the device itself' : 'name the device itself',
    });
  }
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') {
    return new CardkeepError('failed', 'E_TOOL_FAILED', `${command} printed too much`, { cause: error });
  }
  if (error.killed === true) {
    return new CardkeepError('failed', 'E_TOOL_FAILED', `${command} did not answer`, {
      cause: error,
      hint: 'a card reader may hang: unplug it and plug it in again',
    });
  }
  const firstLine = stderr.split('\n').find((line) => line.trim() !== '') ?? 'without a message';
  return new CardkeepError('failed', 'E_TOOL_FAILED', `${command} failed: ${firstLine.slice(0, 200)}`, {
    cause: error,
  });
}
