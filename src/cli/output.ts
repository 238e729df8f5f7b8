/** The only place that writes to stdout: results for a person, or one JSON document. All else goes to stderr. */
import { write, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CardkeepError, systemErrorCode } from '../errors.ts';
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

const writeTo = promisify(write);
/** A pipe that does not wait, and is full. */
const FULL_PIPE_MS = 5;

/** Bytes that are the result; returns when they are written. Throws E_OUTPUT (failed) when the reader has gone. */
export async function writeBytes(bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.byteLength;) {
    try {
      done += (await writeTo(process.stdout.fd, bytes, done, bytes.byteLength - done, null)).bytesWritten;
    } catch (error) {
      if (systemErrorCode(error) === 'EPIPE') {
        throw new CardkeepError('failed', 'E_OUTPUT', 'the program that reads this has ended', { cause: error });
      }
      if (systemErrorCode(error) !== 'EAGAIN') throw error;
      await sleep(FULL_PIPE_MS);
    }
  }
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
