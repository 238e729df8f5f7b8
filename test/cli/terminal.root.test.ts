/** What a terminal shows in the end: the control characters of the bar are carried out, nothing of it stays. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commandLine, MAIN } from '../support/command-line.ts';
import { temporaryFolder } from '../support/loop-device.ts';
import { run, shell } from '../support/run.ts';
import { shownLines } from '../support/terminal-screen.ts';

const folder = temporaryFolder();
const cardkeep = commandLine(folder.path);
afterAll(() => folder[Symbol.dispose]());
// Of a known format, kept whole; large enough that a key comes in time.
beforeAll(() => shell(`(printf 'LUKS\\272\\276'; head -c 700000000 /dev/urandom) > ${folder.path}/card.img`));

/** Types `keys` when the terminal shows `when`; `rows` are few, so that the screen scrolls. */
function onTerminal(when: string, keys: string, words: readonly string[]): { raw: string; lines: string[] } {
  const raw = run('python3', [TYPIST, when, keys, cardkeep.home, folder.path, process.execPath, MAIN, ...words]);
  return { raw, lines: shownLines(raw) };
}

const TYPIST = path.join(folder.path, 'typist.py');
writeFileSync(
  TYPIST,
  `
import os, pty, sys, fcntl, termios, struct
when, keys, home, folder, *command = sys.argv[1:]
child, terminal = pty.fork()
if child == 0:
    os.chdir(folder)
    os.environ.update(HOME=home, TERM='xterm', TZ='UTC', PATH=folder + '/bin:' + os.environ['PATH'])
    for i in range(12): print('line', i)
    os.execv(command[0], command)
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', 10, 100, 0, 0))
seen = b''
typed = False
while True:
    try: part = os.read(terminal, 65536)
    except OSError: break
    if not part: break
    seen += part
    if not typed and when.encode() in seen:
        typed = True
        os.write(terminal, keys.encode().decode('unicode_escape').encode())
os.waitpid(child, 0)
sys.stdout.buffer.write(seen)
sys.exit(0 if typed else 9)
`,
);

it('Ctrl-C takes the bar away; the messages begin on clean lines', () => {
  const { raw, lines } = onTerminal('%', String.raw`\x03`, ['backup', 'card.img', '--card', 'big', '--store', 'store']);
  expect(raw).toContain('read   [');
  expect(lines.slice(lines.findIndex((line) => line.startsWith('made')))).toEqual([
    `made a store in ${folder.path}/store`,
    'stopping; once more to end at once',
    'cardkeep: E_STOPPED: stopped',
    '  nothing is lost: the same command goes on with what was stored by now',
    '',
  ]);
  // The cursor is shown again.
  expect(raw.lastIndexOf('\u001b[?25h')).toBeGreaterThan(raw.lastIndexOf('\u001b[?25l'));
});

it('an error takes the bar away too', () => {
  mkdirSync(path.join(folder.path, 'full'));
  run('mount', ['-t', 'tmpfs', '-o', 'size=60M', 'none', path.join(folder.path, 'full')]);
  try {
    const { raw, lines } = onTerminal('%', '', ['backup', 'card.img', '--card', 'big', '--store', 'full/store']);
    expect(raw).toContain('read   [');
    expect(
      lines.slice(
        lines.findIndex((line) => line.startsWith('made')),
        -1,
      ),
    ).toEqual([
      `made a store in ${folder.path}/full/store`,
      expect.stringMatching(/^cardkeep: E_NO_SPACE: /u),
      expect.stringMatching(/^ {2}make room there/u),
    ]);
  } finally {
    run('umount', [path.join(folder.path, 'full')]);
  }
});

it('what takes its time shows that it lives, whatever it is', () => {
  mkdirSync(path.join(folder.path, 'bin'));
  writeFileSync(path.join(folder.path, 'bin/lsblk'), '#!/bin/sh\nsleep 2\necho \'{"blockdevices": []}\'\n', {
    mode: 0o755,
  });
  const { raw, lines } = onTerminal('working', '', ['devices']);
  expect(raw).toMatch(/working 1\.\d s/u);
  expect(lines.slice(lines.indexOf('line 11') + 1, -1)).toEqual([
    expect.stringMatching(/^no card/u),
    expect.any(String),
  ]);
  // Not for those who want no progress.
  expect(() => onTerminal('working', '', ['devices', '--quiet'])).toThrow(/exited with 9/u);
});

it('a summary stands alone, and Ctrl-C at a question leaves the question', () => {
  const done = onTerminal('%', '', ['backup', 'card.img', '--card', 'big', '--store', 'store']);
  expect(done.lines.join('\n')).toMatch(
    /^line 11\nbig, version 1 \(.*\n {2}card .*\n[^[]*\n {2}all versions: cardkeep list\n$/mu,
  );
  expect(done.lines.join('\n')).not.toMatch(/\[=|working|reading the store|finishing/u);
  const asked = onTerminal('[y/N]', String.raw`\x03`, ['restore', 'big', 'out.img', '--store', 'store']);
  expect(asked.lines.slice(asked.lines.findIndex((line) => line.includes('[y/N]')))).toEqual([
    expect.stringMatching(/Restore\? \[y\/N\] \^C$/u),
    'stopping; once more to end at once',
    'cardkeep: E_STOPPED: stopped',
    '',
  ]);
  expect(existsSync(path.join(folder.path, 'out.img'))).toBe(false);
});
