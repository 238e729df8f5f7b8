/** The built command as a user runs it: with a home of its own, no terminal, any exit code. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const MAIN: string = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../dist/cli/cardkeep.cjs');

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandLine {
  readonly home: string;
  run(...words: string[]): Outcome;
  runWith(environment: Readonly<Record<string, string>>, ...words: string[]): Outcome;
  /** Expects exit code 0 and one JSON document. */
  json(...words: string[]): unknown;
  /** On a terminal of `columns`, typing `input`; what the terminal shows, both streams together. */
  runOnTerminal(input: string, ...words: string[]): Outcome;
  start(...words: string[]): ReturnType<typeof spawn>;
}

/** `more` goes into the environment of every run. */
export function commandLine(folder: string, more: Readonly<Record<string, string>> = {}): CommandLine {
  const home = path.join(folder, 'home');
  mkdirSync(home, { recursive: true });
  const systemPath = `${process.env['PATH']}:/usr/sbin:/sbin`;
  const environment: Record<string, string> = { PATH: systemPath, HOME: home, TZ: 'UTC', ...more };
  const run = (more: Readonly<Record<string, string>>, command: string, words: readonly string[]): Outcome => {
    const { status, stdout, stderr, error } = spawnSync(command, words, {
      encoding: 'utf8',
      cwd: folder,
      env: { ...environment, ...more },
      maxBuffer: 64 * 1024 * 1024,
      input: '',
    });
    if (error !== undefined) throw error;
    return { status, stdout, stderr };
  };
  return {
    home,
    run: (...words) => run({}, process.execPath, [MAIN, ...words]),
    runWith: (more, ...words) => run(more, process.execPath, [MAIN, ...words]),
    json(...words) {
      const { status, stdout, stderr } = run({}, process.execPath, [MAIN, ...words, '--json']);
      if (status !== 0) throw new Error(`cardkeep ${words.join(' ')} exited with ${status}: ${stdout}${stderr}`);
      return JSON.parse(stdout);
    },
    runOnTerminal(input, ...words) {
      const quoted = [process.execPath, MAIN, ...words].map((word) => `'${word}'`).join(' ');
      // script(1) gives the command a terminal and hands on its exit code; the input comes when it had time to ask.
      const line = `(sleep 2; printf '${input}'; sleep 1) | script -qec "stty cols 100; ${quoted}" /dev/null`;
      return run({ TERM: 'xterm' }, 'bash', ['-c', line]);
    },
    start: (...words) => spawn(process.execPath, [MAIN, ...words], { cwd: folder, env: environment }),
  };
}
