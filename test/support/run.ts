import { spawnSync } from 'node:child_process';

/** Runs a system tool; throws with its output unless it exits with `status` (0). Returns what it printed. */
export function run(
  command: string,
  args: readonly string[],
  options: { status?: number; input?: string } = {},
): string {
  const result = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    env: { ...process.env, LC_ALL: 'C', PATH: `${process.env['PATH']}:/usr/sbin:/sbin` },
    ...(options.input === undefined ? {} : { input: options.input }),
  });
  if (result.error !== undefined) throw result.error;
  if (result.status !== (options.status ?? 0)) {
    throw new Error(`${command} ${args.join(' ')} exited with ${result.status}: ${result.stdout}${result.stderr}`);
  }
  return result.stdout;
}

/** Runs a shell script with `set -e`. */
export function shell(script: string): string {
  return run('bash', ['-ec', script]);
}

/** Exit status and all output of a tool that may fail; for tools whose verdicts are compared. */
export function verdict(command: string, args: readonly string[]): { status: number | null; output: string } {
  const result = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C', PATH: `${process.env['PATH']}:/usr/sbin:/sbin` },
  });
  return { status: result.status, output: result.stdout + result.stderr };
}

/** How what a tool says of two images differs; their names do not count. Empty when it does not. */
export function compareOutput(command: string, options: readonly string[], source: string, copy: string): string[] {
  const [expected, actual] = [source, copy].map((image) => {
    const { status, stdout, stderr } = spawnSync(command, [...options, image], {
      encoding: 'latin1',
      timeout: 60_000,
      maxBuffer: 256 * 1024 * 1024,
      env: { ...process.env, LC_ALL: 'C', PATH: `${process.env['PATH']}:/usr/sbin:/sbin` },
    });
    return `${status} ${stdout}${stderr}`.replaceAll(image, 'IMAGE');
  });
  return expected === actual ? [] : [`${command} ${options.join(' ')} says\n- ${expected}\n+ ${actual}`];
}

/** What a program makes of bytes on its standard input. */
export function filterThrough(command: string, args: readonly string[], input: Uint8Array): Buffer {
  const result = spawnSync(command, args, { input, maxBuffer: 256 * 1024 * 1024 });
  if (result.error !== undefined) throw result.error;
  if (result.status !== 0) throw new Error(`${command} exited with ${result.status}: ${result.stderr.toString()}`);
  return result.stdout;
}
