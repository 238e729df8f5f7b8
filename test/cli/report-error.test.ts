import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { reportError } from '../../src/cli/report-error.ts';
import { CardkeepError } from '../../src/errors.ts';
import { commandLine } from '../support/command-line.ts';
import { temporaryFolder } from '../support/loop-device.ts';
import { makeSmallCard } from '../support/small-card.ts';

const folder = temporaryFolder();
const cardkeep = commandLine(folder.path);
afterAll(() => folder[Symbol.dispose]());
afterEach(() => vi.restoreAllMocks());

const PLAIN = { json: false, verbose: false, isRoot: false };

/** What is written to stderr, and the exit code. */
function report(thrown: unknown, options: Partial<typeof PLAIN> = {}): { code: number; text: string } {
  let text = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((part) => {
    text += String(part);
    return true;
  });
  return { code: reportError(thrown, { ...PLAIN, ...options }), text };
}

const systemError = (code: string): Error =>
  Object.assign(new Error(`${code}: whatever, open '/x'`), { code, syscall: 'open', path: '/x' });

it.each([
  ['failed', 1],
  ['usage', 2],
  ['damaged', 4],
  ['refused', 5],
  ['locked', 6],
  ['not-found', 7],
  ['stopped', 130],
] as const)('%s has exit code %i', (kind, code) => {
  const error = new CardkeepError(kind, 'E_CODE', 'what \u001b[31m', { hint: 'cure' });
  expect(report(error)).toEqual({ code, text: 'cardkeep: E_CODE: what \\x1b[31m\n  cure\n' });
});

it.each([
  ['ENOENT', 7, 'cardkeep: E_NOT_FOUND: /x: no such file or folder\n'],
  ['EACCES', 1, 'cardkeep: E_NO_PERMISSION: /x: permission denied\n  run it with sudo\n'],
  ['ENOSPC', 1, 'cardkeep: E_NO_SPACE: /x: the disk is full\n  make room there, then run the same command again\n'],
  ['EBUSY', 5, 'cardkeep: E_BUSY: /x: it is in use\n  unmount it, or end the program that has it open\n'],
  ['EIO', 1, 'cardkeep: E_IO: /x: the device reports an I/O error\n'],
  ['EMLINK', 1, "cardkeep: E_SYSTEM: EMLINK: whatever, open '/x'\n"],
])('an error %s of the system is said in words', (name, code, text) => {
  expect(report(systemError(name))).toEqual({ code, text });
});

it('a bug is one line; its stack comes with --verbose only', () => {
  const line = 'cardkeep: E_INTERNAL: a bug in cardkeep: TypeError: x is not a function\n';
  expect(report(new TypeError('x is not\na function'))).toEqual({
    code: 1,
    text: `${line}  please report it, with what --verbose prints\n`,
  });
  const { text } = report(new TypeError('x is not a function'), { verbose: true });
  expect(text.startsWith(line)).toBe(true);
  expect(text).toMatch(/\n {6}at .*report-error\.test\.ts/u);
});

it('sudo is no cure for root', () => {
  expect(report(systemError('EPERM'), { isRoot: true }).text).toBe(
    'cardkeep: E_NO_PERMISSION: /x: permission denied\n',
  );
});

it('a store that somebody needs alone has exit code 6, for writers only', () => {
  makeSmallCard(path.join(folder.path, 'card.img'));
  cardkeep.json('backup', 'card.img', '--store', 'store');
  writeFileSync(path.join(folder.path, 'store/locks/exclusive'), 'whoever');
  expect(cardkeep.run('backup', 'card.img', '--store', 'store')).toMatchObject({
    status: 6,
    stderr: expect.stringMatching(/^cardkeep: E_STORE_LOCKED: .*\n {2}.+\n$/u),
  });
  expect(JSON.parse(cardkeep.run('backup', 'card.img', '--store', 'store', '--json').stdout)).toMatchObject({
    error: { code: 'E_STORE_LOCKED' },
  });
  expect(cardkeep.run('list', '--store', 'store')).toMatchObject({ status: 0 });
  expect(existsSync(path.join(folder.path, 'store/locks/exclusive'))).toBe(true);
});
