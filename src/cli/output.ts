/** The only place that writes to stdout: results for a person, or one JSON document. All else goes to stderr. */
import { writeSync } from 'node:fs';
import { hideLiveLine } from './live-line.ts';

/** Text as it is; help and version come through here too. */
export function writeText(text: string): void {
  hideLiveLine();
  process.stdout.write(text);
}

export function writeLines(lines: readonly string[]): void {
  if (lines.length > 0) writeText(`${lines.join('\n')}\n`);
}

/** The one JSON document of a command. */
export function writeJson(document: unknown): void {
  writeText(`${JSON.stringify(document, undefined, 2)}\n`);
}

/** What is said beside the result: notices, errors, questions. */
export function writeNotice(lines: readonly string[]): void {
  hideLiveLine();
  if (lines.length > 0) process.stderr.write(`${lines.join('\n')}\n`);
}

/** When the reader has gone (`cardkeep list | head -1`) there is nobody left to tell: end quietly. */
export function endWhenNobodyReads(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') {
        try {
          writeSync(2, `cardkeep: E_OUTPUT: ${error.message}\n`);
        } catch {
          // There is no place left to say it.
        }
        process.exitCode = 1;
      }
      if (stream === process.stdout) process.exit();
    });
  }
}
