/** Programs of the system that compress or decompress what is piped through them. */
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { platform } from 'node:os';
import { CardkeepError, systemErrorCode, throwIfAborted } from '../../errors.ts';
import { settleSoon } from './settle-soon.ts';

/** A program with its arguments, and what to do where it is missing. */
export interface Filter {
  readonly command: string;
  readonly args: readonly string[];
  /** The package that brings it. */
  readonly packages: { readonly debian: string; readonly homebrew: string };
}

/** The program ended with an error; `said` is the first line that it wrote about it. */
export class FilterError extends Error {
  override readonly name: string = 'FilterError';
  readonly said: string;

  constructor(command: string, said: string) {
    super(`${command}: ${said}`);
    this.said = said;
  }
}

/** What a program says is kept up to here. */
const MOST_SAID = 4096;

/**
 * What the program makes of `input`. Each part of the input is given on before the next one is asked for. Throws
 * E_TOOL_MISSING with the cure, FilterError when the program fails, and what `input` throws.
 */
export async function* runFilter(
  filter: Filter,
  input: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  throwIfAborted(signal);
  // In a session of its own: Ctrl-C on the terminal is ours, and would look like a failure of the program.
  const child = spawn(filter.command, [...filter.args], { detached: platform() !== 'win32', windowsHide: true });
  const end = endOf(child, filter);
  end.catch(() => undefined);
  const stop = (): void => void child.kill('SIGKILL');
  signal?.addEventListener('abort', stop, { once: true });
  const feeding = feed(child, input);
  let inputFault: { readonly error: unknown } | undefined;
  feeding.catch((error: unknown) => {
    inputFault = { error };
    // Without its input it would wait for ever.
    stop();
  });
  try {
    yield* outputOf(child);
    await end;
    throwIfAborted(signal);
    if (!(await feeding)) throw new FilterError(filter.command, 'it ended before it had read all');
  } catch (error) {
    throwIfAborted(signal);
    // An input that fails makes the program fail: the first is the reason.
    throw inputFault === undefined ? error : inputFault.error;
  } finally {
    signal?.removeEventListener('abort', stop);
    stop();
    await settleSoon(Promise.allSettled([feeding, end]));
  }
}

async function* outputOf(child: ChildProcessWithoutNullStreams): AsyncGenerator<Uint8Array> {
  for await (const part of child.stdout) yield part as Uint8Array;
}

/** Settles when the program has ended and said all. */
async function endOf(child: ChildProcessWithoutNullStreams, filter: Filter): Promise<void> {
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (said.length < MOST_SAID) said += text;
  });
  let status: readonly unknown[];
  try {
    status = await once(child, 'close');
  } catch (error) {
    throw toolMissing(filter, error);
  }
  const [code, killedBy] = status;
  if (code === 0) return;
  const line = said.split('\n').find((text) => text.trim() !== '');
  throw new FilterError(filter.command, line?.slice(0, 200) ?? `ended with ${String(killedBy ?? code)}`);
}

/** True when the program took all of it. */
async function feed(child: ChildProcessWithoutNullStreams, input: AsyncIterable<Uint8Array>): Promise<boolean> {
  const { stdin } = child;
  let isOpen = true;
  const closed = new Promise<void>((resolve) => {
    // A program that ended early says why with its exit code.
    stdin.on('error', () => undefined);
    stdin.once('close', () => {
      isOpen = false;
      resolve();
    });
  });
  for await (const part of input) {
    if (!isOpen) return false;
    const written = new Promise<void>((resolve) => {
      stdin.write(part, () => resolve());
    });
    await Promise.race([written, closed]);
  }
  stdin.end();
  return true;
}

function toolMissing({ command, packages }: Filter, cause: unknown): CardkeepError {
  const isThere = systemErrorCode(cause) !== 'ENOENT';
  const message = isThere ? `the program ${command} cannot be run` : `the program ${command} is not installed`;
  const hint =
    platform() === 'darwin'
      ? `install it: brew install ${packages.homebrew}`
      : `install it: sudo apt-get install ${packages.debian}`;
  return new CardkeepError('failed', 'E_TOOL_MISSING', message, { cause, hint });
}
