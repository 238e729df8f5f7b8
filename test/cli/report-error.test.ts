import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { CURES, pastableCommand } from '../../src/cli/cures.ts';
import { reportError } from '../../src/cli/report-error.ts';
import { CardkeepError } from '../../src/errors.ts';
import { commandLine } from '../support/command-line.ts';
import { temporaryFolder } from '../support/loop-device.ts';
import { makeSmallCard } from '../support/small-card.ts';

const folder = temporaryFolder();
const cardkeep = commandLine(folder.path);
afterAll(() => folder[Symbol.dispose]());
afterEach(() => vi.restoreAllMocks());

const PLAIN = { json: false, verbose: false, commandLine: "cardkeep backup 'my card.img'" };

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
  ['ENOENT', 7, 'cardkeep: E_NOT_FOUND: /x: no such file or folder\n  is the name right, and its disk mounted?\n'],
  ['EACCES', 1, "cardkeep: E_NO_PERMISSION: /x: permission denied\n  sudo cardkeep backup 'my card.img'\n"],
  ['ENOSPC', 1, 'cardkeep: E_NO_SPACE: /x: the disk is full\n  make room there, then run the same command again\n'],
  ['EBUSY', 5, 'cardkeep: E_BUSY: /x: it is in use\n  unmount it, or end the program that has it open\n'],
  [
    'EIO',
    1,
    'cardkeep: E_IO: /x: the device reports an I/O error\n  the disk, its cable or its reader is failing: try another port or reader, and see: sudo dmesg | tail\n',
  ],
  ['EMLINK', 1, "cardkeep: E_SYSTEM: EMLINK: whatever, open '/x'\n  --verbose tells more\n"],
])('an error %s of the system is said in words', (name, code, text) => {
  vi.spyOn(process, 'getuid').mockReturnValue(1000);
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
  vi.spyOn(process, 'getuid').mockReturnValue(0);
  const { text } = report(systemError('EPERM'));
  expect(text).toMatch(/^cardkeep: E_NO_PERMISSION: \/x: permission denied\n {2}root may not either: .*\n$/u);
  expect(text).not.toContain('sudo');
});

it('the line for sudo names the store that the environment names, and quotes what a shell would read', () => {
  const environment = { CARDKEEP_STORE: '/media/my usb' };
  expect(pastableCommand(['backup', '~x', "it's", 'octopi~1'], {})).toBe(
    String.raw`cardkeep backup '~x' 'it'\''s' octopi~1`,
  );
  expect(pastableCommand(['list'], environment)).toBe("cardkeep --store '/media/my usb' list");
  expect(pastableCommand(['list', '--store=/a'], environment)).toBe('cardkeep list --store=/a');
});

it('sizes are for people, with the exact ones beside; codes of a device are those that users quote', () => {
  const error = new CardkeepError('refused', 'E_CODE', 'it has 15931539456 bytes', { hint: 'take 512 or 4096 bytes' });
  expect(report(error).text).toBe(
    'cardkeep: E_CODE: it has 15.9 GB (15931539456 bytes)\n  take 512 or 4.1 kB (4096 bytes)\n',
  );
  expect(report(new CardkeepError('failed', 'ENOSPC', 'cannot write x (ENOSPC)')).text).toBe(
    'cardkeep: E_NO_SPACE: cannot write x (ENOSPC)\n  make room there, then run the same command again\n',
  );
});

/** Nothing can be done about these, or the caller knows what. */
const NEED_NO_CURE = new Set(['E_CODE', 'E_DECLINED', 'E_STOPPED']);

it('every error has a cure: its own, or the one of its code', () => {
  const source = fileURLToPath(new URL('../../src', import.meta.url));
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const without: string[] = [];
  let seen = 0;
  for (const file of files) {
    const text = readFileSync(path.join(source, file), 'utf8');
    for (const { index } of text.matchAll(/new CardkeepError\(\s*(?:role|'|`|SYSTEM)/gu)) {
      const call = text.slice(index, endOfCall(text, index));
      const codes = call.match(/E_[A-Z_]+/gu) ?? [];
      seen++;
      if (/\bhint\b/u.test(call)) continue;
      without.push(
        ...codes.filter((code) => !(code in CURES) && !NEED_NO_CURE.has(code)).map((code) => `${code} in ${file}`),
      );
    }
  }
  expect(without).toEqual([]);
  expect(seen).toBeGreaterThan(50);
});

function endOfCall(text: string, from: number): number {
  let depth = 0;
  for (let at = text.indexOf('(', from); at < text.length; at++) {
    if (text[at] === '(') depth++;
    else if (text[at] === ')' && --depth === 0) return at;
  }
  return text.length;
}

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
