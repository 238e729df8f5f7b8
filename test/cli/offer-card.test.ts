import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { commandLine } from '../support/command-line.ts';
import { temporaryFolder } from '../support/loop-device.ts';
import { makeSmallCard, SMALL_CARD_BYTES } from '../support/small-card.ts';

const folder = temporaryFolder();
const tools = path.join(folder.path, 'tools');
const cardkeep = commandLine(folder.path, { PATH: `${tools}:${process.env['PATH']}:/usr/sbin:/sbin` });
const card = path.join(folder.path, 'card.img');
beforeAll(() => makeSmallCard(card));
afterAll(() => folder[Symbol.dispose]());

/** An lsblk that shows these files as cards in a USB reader. */
function plugIn(...paths: string[]): void {
  mkdirSync(tools, { recursive: true });
  const blockdevices = paths.map((name) => ({
    kname: path.basename(name),
    path: name,
    type: 'disk',
    tran: 'usb',
    rm: true,
    size: SMALL_CARD_BYTES,
    model: 'SD\u001b[31mReader',
    children: [
      { kname: `${path.basename(name)}1`, path: `${name}1`, type: 'part', size: 1, label: 'BOOTFS', fstype: 'vfat' },
    ],
  }));
  writeFileSync(path.join(tools, 'lsblk'), `#!/bin/sh\ncat << 'EOF'\n${JSON.stringify({ blockdevices })}\nEOF\n`);
  chmodSync(path.join(tools, 'lsblk'), 0o755);
}

beforeEach(() => plugIn(card));

it('offers the one card on a terminal', () => {
  const no = cardkeep.runOnTerminal('n\\n', 'backup');
  expect(no.stdout).toContain(`Back up the 25.2 MB SD?[31mReader (BOOTFS) at ${card}? [y/N] `);
  expect(no).toMatchObject({ status: 5, stdout: expect.stringContaining('E_DECLINED') });
  expect(cardkeep.run('list')).toMatchObject({ status: 7 });
  const yes = cardkeep.runOnTerminal('yes\\n', 'backup');
  expect(yes).toMatchObject({ status: 0, stdout: expect.stringContaining('octopi, version 1 (') });
});

it('names it where nobody can be asked', () => {
  expect(cardkeep.run('backup')).toEqual({
    status: 5,
    stdout: '',
    stderr: `cardkeep: E_CONFIRM: a card has to be named, and there is no terminal to ask on\n  cardkeep backup ${card}\n`,
  });
  expect(cardkeep.run('backup', '--yes')).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('octopi, version'),
  });
});

it('lists several cards', () => {
  plugIn(card, '/dev/sdx');
  const { status, stdout, stderr } = cardkeep.run('backup', '--yes');
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(
    /^\/dev\/sdx +25\.2 MB {2}SD\?\[31mReader {2}usb\n {2}\/dev\/sdx1 {2}1 byte {2}vfat {2}BOOTFS\n/u,
  );
  expect(stderr).toContain('cardkeep: E_WHICH_DEVICE: there are 2 cards\n  name one: cardkeep backup /dev/sdx\n');
  expect(JSON.parse(cardkeep.run('backup', '--json').stdout)).toMatchObject({ error: { code: 'E_WHICH_DEVICE' } });
});

it('says what to do without a card', () => {
  plugIn();
  expect(cardkeep.run('backup')).toMatchObject({
    status: 7,
    stderr: expect.stringContaining('put it into the reader'),
  });
  expect(cardkeep.run('devices')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^no card found\n/u) });
  expect(cardkeep.json('devices')).toEqual({ devices: [] });
});

it('says which tool is missing or broken', () => {
  writeFileSync(path.join(tools, 'lsblk'), '#!/bin/sh\necho broken\n');
  expect(cardkeep.run('devices')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('cardkeep: E_TOOL_FAILED: '),
  });
});
