import { spawnSync } from 'node:child_process';

/** How a command is run; the default shows nothing but errors. */
export interface CommandOptions {
  readonly input?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
}

/**
 * Runs one command to its end and returns what it wrote to standard output.
 * @throws Error with the command line and the end of its output when it exits non-zero.
 */
export function runCommand(command: readonly [string, ...string[]], options: CommandOptions = {}): string {
  const [program, ...args] = command;
  const result = spawnSync(program, args, {
    input: options.input ?? '',
    cwd: options.cwd,
    env: { ...process.env, LC_ALL: 'C', ...options.env },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (result.error !== undefined) throw new Error(`${program}: ${result.error.message}`);
  if (result.status !== 0) {
    const output = `${result.stdout}\n${result.stderr}`.trim().slice(-4000);
    throw new Error(`exit ${String(result.status ?? result.signal)}: ${command.join(' ')}\n${output}`);
  }
  return result.stdout;
}

/** Is this program somewhere on the PATH (or in the places only root has on it)? */
export function hasCommand(program: string): boolean {
  const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;
  return (
    spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program], { env: { ...process.env, PATH: path } }).status === 0
  );
}
