import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandLine } from '../support/command-line.ts';
import { temporaryFolder } from '../support/loop-device.ts';

const folder = temporaryFolder();
const cardkeep = commandLine(folder.path);
afterAll(() => folder[Symbol.dispose]());

const COMMANDS = ['devices', 'backup', 'list', 'show', 'restore', 'check', 'stats', 'init'];

describe.each(COMMANDS)('%s --help', (command) => {
  it('goes to stdout with two examples and the exit codes', () => {
    const { status, stdout, stderr } = cardkeep.run(command, '--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const examples = /Examples:\n((?: {2}.+\n)+)/u.exec(stdout)?.[1] ?? '';
    expect(examples.trim().split('\n')).toHaveLength(2);
    expect(examples).toContain(`cardkeep ${command}`);
    expect(stdout).toMatch(/Exit codes:\n +0 {2}done\n/u);
    for (const option of ['--store', '--json', '--quiet', '--no-progress', '--verbose'])
      expect(stdout).toContain(option);
  });
});

it('lists every command', () => {
  const { status, stdout } = cardkeep.run('--help');
  expect(status).toBe(0);
  for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${command}\\b`, 'mu'));
});

it('help that is asked for is an answer; none was asked for without a command', () => {
  expect(cardkeep.run('help')).toEqual(cardkeep.run('--help'));
  expect(cardkeep.run('help', 'backup')).toEqual(cardkeep.run('backup', '--help'));
  expect(cardkeep.run('help').status).toBe(0);
  expect(cardkeep.run('help', 'backpu')).toMatchObject({ status: 2, stdout: '' });
  expect(cardkeep.run()).toEqual({ status: 2, stdout: '', stderr: cardkeep.run('--help').stdout });
  expect(cardkeep.run('--help').stdout).toContain('Without a command: this help and exit code 2.');
  expect(cardkeep.run('help', 'backup').stdout.replaceAll(/\s+/gu, ' ')).toContain(
    'default: a known card with the same IDs, else its host name or root label',
  );
});

describe('exit codes', () => {
  const damaged = path.join(folder.path, 'damaged');
  beforeAll(() => {
    writeFileSync(path.join(folder.path, 'file'), 'x');
    mkdirSync(damaged);
    for (const name of ['config-1', 'config-1.copy']) writeFileSync(path.join(damaged, name), 'rubbish');
  });

  it.each([
    [['backup', 'file', '--raw', '--store', 'damaged'], 4],
    [['list', '--store', 'damaged'], 4],
    [['show', 'a', '--store', 'damaged'], 4],
    [['restore', 'a', 'new.img', '--store', 'damaged'], 4],
    [['check', '--store', 'damaged'], 4],
    [['stats', '--store', 'damaged'], 4],
    [['init', 'damaged'], 4],
    [['backup', 'absent.img'], 7],
    [['list', '--store', 'absent'], 7],
    [['show', 'a', '--store', 'absent'], 7],
    [['restore', 'a', 'new.img', '--store', 'absent'], 7],
    [['check', '--store', 'absent'], 7],
    [['stats', '--store', 'absent'], 7],
    [['init', 'no/such/folder'], 7],
    [['init', '.'], 5],
  ])('%j gives %i, and its help lists it', (words, code) => {
    expect(cardkeep.run(...words).status).toBe(code);
    const codes = /Exit codes:\n((?: +\d+ {2}.+\n)+)/u.exec(cardkeep.run(words[0] ?? '', '--help').stdout)?.[1] ?? '';
    expect(codes).toMatch(new RegExp(`^ +${code} {2}`, 'mu'));
  });

  it('none is listed that cannot be', () => {
    // Only those who write wait for others.
    for (const command of COMMANDS.filter((name) => name !== 'backup')) {
      expect(cardkeep.run(command, '--help').stdout).not.toContain('locked');
    }
  });
});

it('prints its version alone', () => {
  expect(cardkeep.run('--version')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/u) });
});

it.each([
  [[], /^Usage: cardkeep/u],
  [['backpu'], /^cardkeep: E_USAGE: unknown command 'backpu' \(Did you mean backup\?\)\n {2}see: cardkeep --help\n$/u],
  [['list', '--wrong'], /^cardkeep: E_USAGE: unknown option '--wrong'\n {2}see: cardkeep list --help\n$/u],
  [['restore', 'octopi'], /^cardkeep: E_USAGE: missing required argument 'target'\n/u],
  [['list', 'a', 'b'], /^cardkeep: E_USAGE: too many arguments for 'list'/u],
  [['list', '--store'], /^cardkeep: E_USAGE: option '--store <path>' argument missing\n/u],
  [['list', '--store', 's3://bucket/cards'], /^cardkeep: E_STORE_PLACE: /u],
  [['backup', 'x', '--at', 'noon'], /^cardkeep: E_TIME: "noon" is not a time\n {2}for example: /u],
  [['backup', 'x', '--card', 'a/b'], /^cardkeep: E_CARD_NAME: /u],
  [['restore', 'octopi', '-'], /^cardkeep: E_USAGE: /u],
])('%j is wrong use: exit code 2', (words, stderr) => {
  expect(cardkeep.run(...words)).toEqual({ status: 2, stdout: '', stderr: expect.stringMatching(stderr) });
});

it.each([[['backpu']], [['list', '--wrong']], [[]], [['restore', 'octopi']], [['backup', 'x', '--at', 'noon']]])(
  '%j --json says so in JSON',
  (words) => {
    const { status, stdout, stderr } = cardkeep.run(...words, '--json');
    expect({ status, stderr }).toEqual({ status: 2, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      error: { code: expect.stringMatching(/^E_[A-Z_]+$/u), message: expect.any(String), hint: expect.any(String) },
    });
  },
);

it('says what is not there with exit code 7', () => {
  expect(cardkeep.run('list')).toEqual({
    status: 7,
    stdout: '',
    stderr: 'cardkeep: E_NO_STORE: there is no store yet\n  the first backup makes one: cardkeep backup\n',
  });
  expect(cardkeep.run('backup', 'absent.img')).toMatchObject({
    status: 7,
    stderr: expect.stringContaining('E_NO_SOURCE'),
  });
  expect(cardkeep.run('list', '--store', 'absent', '--json')).toMatchObject({ status: 7, stderr: '' });
});
