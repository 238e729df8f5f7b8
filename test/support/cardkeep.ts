import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../dist/cli/cardkeep.cjs');

/** Runs the built command with `--store` and `--json`-style arguments; throws unless it exits with 0. */
export function cardkeep(store: string, ...args: string[]): unknown {
  const { status, stdout, stderr } = runCardkeep(store, ...args);
  if (status !== 0) throw new Error(`cardkeep ${args.join(' ')} exited with ${status}: ${stdout}${stderr}`);
  return JSON.parse(stdout);
}

/** Runs the built command; any exit status. Standard input is empty, so it cannot ask. */
export function runCardkeep(
  store: string,
  ...args: string[]
): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, '--store', store, ...args], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    input: '',
  });
  return { status, stdout, stderr };
}
