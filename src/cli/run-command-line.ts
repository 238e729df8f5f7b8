/** One run of the command: signals in, exit code out. Heavy modules load only when a command needs them. */
import { CommanderError } from 'commander';
import { CardkeepError } from '../errors.ts';
import { readCallingUser } from './calling-user.ts';
import type { GlobalOptions } from './context.ts';
import { pastableCommand } from './cures.ts';
import { hideLiveLine } from './live-line.ts';
import { endWhenNobodyReads, writeNotice } from './output.ts';
import { buildProgram } from './program.ts';
import { startDisplay } from './progress-display.ts';
import { EXIT_DONE, EXIT_USAGE, reportError } from './report-error.ts';
import { readVersion } from './version.ts';

export async function runCommandLine(words: readonly string[]): Promise<number> {
  endWhenNobodyReads();
  const version = readVersion();
  const controller = new AbortController();
  const commandLine = pastableCommand(words, process.env);
  stopOnSignals(controller);
  let exitCode = EXIT_DONE;
  const program = buildProgram({ version, isJson: isGiven(words, '--json') }, async (command, action) => {
    const options = command.optsWithGlobals<GlobalOptions>();
    const { signal } = controller;
    using display = await startDisplay({ ...options, now: Date.now, signal });
    exitCode = await action({
      options,
      display,
      environment: process.env,
      user: await readCallingUser(process.env),
      signal,
      now: Date.now,
      tool: `cardkeep ${version}`,
      commandLine,
    });
  });
  try {
    await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && isAnswered(error)) return EXIT_DONE;
    const json = isGiven(words, '--json');
    if (error instanceof CommanderError && isHelpShown(error) && !json) return EXIT_USAGE;
    return reportError(error instanceof CommanderError ? usageError(error, words) : error, {
      json,
      verbose: isGiven(words, '--verbose'),
      commandLine,
    });
  }
}

/** The first signal lets the work end cleanly; the second one ends the process as if nobody listened. */
function stopOnSignals(controller: AbortController): void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const stop = (): void => {
    for (const signal of signals) process.off(signal, stop);
    // Behind `^C` a new line begins, unless the bar and the `^C` in it were taken away.
    const isClear = hideLiveLine();
    if (process.stderr.isTTY) writeNotice([...(isClear ? [] : ['']), 'stopping; once more to end at once']);
    controller.abort(new CardkeepError('stopped', 'E_STOPPED', 'stopped'));
  };
  for (const signal of signals) process.on(signal, stop);
  // Without a listener, Node takes it as the wish to start its debugger; the progress display adds a real one.
  process.on('SIGUSR1', () => undefined);
}

/** Help and version that were asked for are answers, not errors: `--help`, `help`, `help backup`. */
function isAnswered(error: CommanderError): boolean {
  const isAskedHelp = error.code === 'commander.helpDisplayed' || (isHelpShown(error) && error.exitCode === 0);
  return isAskedHelp || error.code === 'commander.version';
}

/** By `cardkeep help`, and without a command: then its exit code is not 0. */
function isHelpShown({ code }: CommanderError): boolean {
  return code === 'commander.help';
}

function usageError(error: CommanderError, words: readonly string[]): CardkeepError {
  const name = words.find((word) => !word.startsWith('-'));
  const message =
    error.code === 'commander.help'
      ? 'which command?'
      : error.message.replace(/^error: /u, '').replaceAll(/\s*\n\s*/gu, ' ');
  const isCommand = name !== undefined && error.code !== 'commander.unknownCommand' && error.code !== 'commander.help';
  return new CardkeepError('usage', 'E_USAGE', message, {
    hint: `see: cardkeep ${isCommand ? `${name} ` : ''}--help`,
    cause: error,
  });
}

/** For errors in the options themselves, when nothing was parsed. */
function isGiven(words: readonly string[], option: string): boolean {
  const end = words.indexOf('--');
  return (end < 0 ? words : words.slice(0, end)).includes(option);
}
