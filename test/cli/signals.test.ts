import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commandLine } from '../support/command-line.ts';
import type { Outcome } from '../support/command-line.ts';
import { temporaryFolder } from '../support/loop-device.ts';
import { shell } from '../support/run.ts';

const folder = temporaryFolder();
const cardkeep = commandLine(folder.path);
afterAll(() => folder[Symbol.dispose]());
// Of a known format, kept whole; large enough that a signal comes in time.
beforeAll(() => shell(`(printf 'LUKS\\272\\276'; head -c 500000000 /dev/urandom) > ${folder.path}/card.img`));

/** Runs the command and calls `act` when stderr matches `when`. */
async function runUntil(
  words: string[],
  when: RegExp,
  act: (child: { kill(signal: NodeJS.Signals): boolean }) => void,
): Promise<Outcome> {
  const child = cardkeep.start(...words);
  let stderr = '';
  let acted = false;
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    stderr += part;
    if (acted || !when.test(stderr)) return;
    acted = true;
    act(child);
  });
  const [stdout, [status]] = await Promise.all([text(child.stdout!), once(child, 'exit') as Promise<[number | null]>]);
  expect(acted).toBe(true);
  return { status, stdout, stderr };
}

it('SIGUSR1 prints the status line, SIGINT stops with 130, and the store is sound', async () => {
  const words = ['backup', 'card.img', '--card', 'big', '--store', 'store'];
  const outcome = await runUntil(words, /made a store/u, (child) => {
    const poll = setInterval(() => child.kill('SIGUSR1'), 100);
    setTimeout(() => {
      clearInterval(poll);
      child.kill('SIGINT');
    }, 900);
  });
  expect(outcome).toMatchObject({ status: 130, stdout: '' });
  expect(outcome.stderr).toMatch(/\n(?:scan, [\d.]+ s so far|read \d+%, [\d.]+ of 500\.0 MB.*)\n/u);
  expect(outcome.stderr).toMatch(/cardkeep: E_STOPPED: stopped\n {2}nothing is lost: the same command goes on/u);
  expect(outcome.stderr).not.toContain('Debugger');
  expect(readdirSync(path.join(folder.path, 'store/locks'))).toEqual([]);
  expect(cardkeep.json('check', '--read-data', '--store', 'store')).toMatchObject({ ok: true, snapshots: 0 });
});

it('stops a restore, and leaves no half image', async () => {
  cardkeep.json('backup', 'card.img', '--card', 'big', '--store', 'store');
  const words = ['restore', 'big', 'out.img', '--yes', '--store', 'store', '--json'];
  const child = cardkeep.start(...words);
  const appears = setInterval(() => {
    if (!existsSync(path.join(folder.path, 'out.img'))) return;
    clearInterval(appears);
    child.kill('SIGTERM');
  }, 5);
  const [stdout, [status]] = await Promise.all([text(child.stdout!), once(child, 'exit') as Promise<[number | null]>]);
  clearInterval(appears);
  expect(status).toBe(130);
  expect(JSON.parse(stdout)).toEqual({
    error: { code: 'E_STOPPED', message: 'stopped', hint: 'out.img was removed again' },
  });
  expect(existsSync(path.join(folder.path, 'out.img'))).toBe(false);
});
