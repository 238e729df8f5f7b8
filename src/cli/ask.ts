/** Questions. They go to stderr, so that a result on stdout stays clean; only a terminal can answer. */
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import type { Interface } from 'node:readline/promises';
import { CardkeepError } from '../errors.ts';
import { withoutLiveLine } from './live-line.ts';

/** True when somebody sits there who can read the question and answer it. */
export function canAsk(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

export interface AskOptions {
  /** An empty line is a yes. */
  readonly isYesByDefault?: boolean;
}

/** True for y or yes; the end of the input is a no. Throws E_STOPPED when the signal comes first. */
export async function askYesNo(question: string, signal: AbortSignal, options: AskOptions = {}): Promise<boolean> {
  return withoutLiveLine(async () => ask(question, signal, options.isYesByDefault === true));
}

async function ask(question: string, signal: AbortSignal, isYesByDefault: boolean): Promise<boolean> {
  process.stderr.write(`${question} ${isYesByDefault ? '[Y/n]' : '[y/N]'} `);
  // `terminal: false`: the terminal itself edits the line, and Ctrl-C stays a signal.
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  try {
    const ended = new Promise<string>((resolve) => {
      lines.once('close', () => resolve('no'));
    });
    const answer = (await Promise.race([nextLine(lines, signal), ended])).trim();
    return answer === '' ? isYesByDefault : /^(?:y|yes)$/iu.test(answer);
  } finally {
    lines.close();
    process.stdin.pause();
  }
}

/** Not `question`, which ends the line of the terminal once more when it is stopped. */
async function nextLine(lines: Interface, signal: AbortSignal): Promise<string> {
  return String((await once(lines, 'line', { signal }))[0]);
}

/** Nobody can be asked and nobody said yes beforehand: nothing is touched. */
export function cannotAsk(what: string, cure: string): CardkeepError {
  return new CardkeepError('refused', 'E_CONFIRM', `${what}, and there is no terminal to ask on`, { hint: cure });
}

/** The answer was no. */
export function declined(): CardkeepError {
  return new CardkeepError('refused', 'E_DECLINED', 'nothing was done');
}
