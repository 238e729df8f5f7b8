#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { writeText } from './output.ts';
import { readVersion } from './version.ts';

const words = process.argv.slice(2);
if (words.length === 1 && (words[0] === '--version' || words[0] === '-V')) {
  writeText(`${readVersion()}\n`);
} else {
  // A backup makes thousands of short-lived buffers outside the heap, which is small. Marking it in steps on several
  // threads, each time that such memory has grown, cost a quarter of all CPU seconds; marking it at once costs little.
  setFlagsFromString('--no-incremental-marking');
  const { runCommandLine } = await import('./run-command-line.ts');
  process.exitCode = await runCommandLine(words);
}
