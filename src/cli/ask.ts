/** Questions. They go to stderr, so that a result on stdout stays clean; only a terminal can answer. */
import { createInterface } from 'node:readline/promises';
import { CardkeepError } from '../errors.ts';

/** True when somebody sits there who can read the question and answer it. */
export function canAsk(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** True for y or yes; the end of the input is a no. Throws E_STOPPED when the signal comes first. */
export async function askYesNo(question: string, signal: AbortSignal): Promise<boolean> {
  // `terminal: false`: the terminal itself edits the line, and Ctrl-C stays a signal.
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  try {
    const ended = new Promise<string>((resolve) => {
      lines.once('close', () => resolve(''));
    });
    const answer = await Promise.race([lines.question(`${question} [y/N] `, { signal }), ended]);
    return /^(?:y|yes)$/iu.test(answer.trim());
  } finally {
    lines.close();
    process.stdin.pause();
  }
}

/** Nobody can be asked and nobody said yes beforehand: nothing is touched. */
export function cannotAsk(what: string, cure: string): CardkeepError {
  return new CardkeepError('refused', 'E_CONFIRM', `${what}, and there is no terminal to ask on`, { hint: cure });
}

/** The answer was no. */
export function declined(): CardkeepError {
  return new CardkeepError('refused', 'E_DECLINED', 'nothing was done');
}
