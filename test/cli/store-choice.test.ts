import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { commandLine } from '../support/command-line.ts';
import type { CommandLine } from '../support/command-line.ts';
import { temporaryFolder } from '../support/loop-device.ts';

let folder: ReturnType<typeof temporaryFolder>;
let cardkeep: CommandLine;
beforeEach(() => {
  folder = temporaryFolder();
  cardkeep = commandLine(folder.path);
});
afterEach(() => folder[Symbol.dispose]());

const inFolder = (...names: string[]): string => path.join(folder.path, ...names);

it('init makes a store and remembers it for this user', () => {
  expect(cardkeep.run('init', 'one')).toEqual({
    status: 0,
    stdout: `made a store in ${inFolder('one')}\n  it is your default from now on; next: cardkeep backup\n`,
    stderr: '',
  });
  expect(JSON.parse(readFileSync(inFolder('home/.config/cardkeep/settings.json'), 'utf8'))).toEqual({
    store: inFolder('one'),
  });
  expect(cardkeep.run('list').stdout).toContain(`no version yet in ${inFolder('one')}\n`);
  expect(existsSync(inFolder('home/.cardkeep'))).toBe(false);
});

it('init without a path takes ~/.cardkeep, and a store that is there is chosen again', () => {
  cardkeep.json('init', 'one');
  expect(cardkeep.json('init')).toEqual({
    store: inFolder('home/.cardkeep'),
    storeId: expect.stringMatching(/^[0-9a-f]{32}$/u),
    made: true,
  });
  expect(cardkeep.json('init', 'one')).toMatchObject({ store: inFolder('one'), made: false });
  expect(cardkeep.run('list').stdout).toContain(inFolder('one'));
});

it('--store comes before $CARDKEEP_STORE, that before the choice of init', () => {
  for (const name of ['one', 'two', 'three']) cardkeep.json('init', name);
  expect(cardkeep.run('list').stdout).toContain(inFolder('three'));
  expect(cardkeep.runWith({ CARDKEEP_STORE: 'two' }, 'list').stdout).toContain(inFolder('two'));
  expect(cardkeep.runWith({ CARDKEEP_STORE: 'two' }, 'list', '--store', 'one').stdout).toContain(inFolder('one'));
  expect(cardkeep.runWith({ CARDKEEP_STORE: '' }, '--store', 'one', 'list').stdout).toContain(inFolder('one'));
});

it('keeps the choice under XDG_CONFIG_HOME', () => {
  cardkeep.runWith({ XDG_CONFIG_HOME: inFolder('xdg') }, 'init', 'one');
  expect(existsSync(inFolder('xdg/cardkeep/settings.json'))).toBe(true);
  expect(cardkeep.run('list')).toMatchObject({ status: 7 });
});

it('says that the chosen store is not there instead of making another one in its place', () => {
  cardkeep.json('init', 'one');
  writeFileSync(inFolder('home/.config/cardkeep/settings.json'), JSON.stringify({ store: inFolder('usb/store') }));
  writeFileSync(inFolder('card.img'), Buffer.alloc(1 << 20));
  const { status, stderr } = cardkeep.run('backup', 'card.img', '--raw');
  expect({ status, stderr }).toEqual({
    status: 7,
    stderr: expect.stringMatching(
      /^cardkeep: E_NO_STORE: .*usb\/store \(chosen by cardkeep init\)\n {2}plug in the disk/u,
    ),
  });
  expect(existsSync(inFolder('usb'))).toBe(false);
});

it('does not put a store among other files', () => {
  mkdirSync(inFolder('photos'));
  writeFileSync(inFolder('photos/cat.jpg'), 'meow');
  writeFileSync(inFolder('file'), '');
  expect(cardkeep.run('init', 'photos')).toMatchObject({ status: 5, stderr: expect.stringContaining('E_NOT_EMPTY') });
  expect(cardkeep.run('init', 'file')).toMatchObject({ status: 2, stderr: expect.stringContaining('E_NOT_A_FOLDER') });
  expect(cardkeep.run('init', 'no/such')).toMatchObject({ status: 7, stderr: expect.stringContaining('E_NO_FOLDER') });
  expect(existsSync(inFolder('home/.config'))).toBe(false);
});

it('names settings that it cannot understand', () => {
  mkdirSync(inFolder('home/.config/cardkeep'), { recursive: true });
  writeFileSync(inFolder('home/.config/cardkeep/settings.json'), '{"store": 5');
  expect(cardkeep.run('list')).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^cardkeep: E_SETTINGS: .*\n {2}remove it/u),
  });
});
