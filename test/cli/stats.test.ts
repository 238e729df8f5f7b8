/** What `list` and `stats` say of a store in which backups were stopped: one without its version file is like that. */
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { commandLine, MAIN } from '../support/command-line.ts';
import { temporaryFolder } from '../support/loop-device.ts';
import { run, shell } from '../support/run.ts';
import { makeSmallCard, putBootFile } from '../support/small-card.ts';

const folder = temporaryFolder();
const cardkeep = commandLine(folder.path);
afterAll(() => folder[Symbol.dispose]());
makeSmallCard(path.join(folder.path, 'card.img'));

function remove(name: string): void {
  const inside = path.join(folder.path, 'home/.cardkeep', name);
  for (const file of readdirSync(inside)) rmSync(path.join(inside, file));
}

it('counts versions that add up, when no backup was stopped', () => {
  cardkeep.json('backup', 'card.img', '--note', 'a note that is too long for a narrow terminal by far');
  putBootFile(path.join(folder.path, 'card.img'), 'new.txt', 'a new file\n');
  cardkeep.json('backup', 'card.img');
  expect(cardkeep.run('stats').stdout).toMatch(
    /: 2 versions, \d+ chunks, \d packs\n {2}holds {3}6\.\d MB of used bytes in all versions, 2\.\d times its size\n {2}chunks {2}3\.\d MB, each stored once\n\n {2}card .*\n {2}octopi .*\n$/u,
  );
});

it('lists in lines that fit a narrow terminal', () => {
  for (const columns of [40, 60, 80]) {
    const command = `stty cols ${columns}; ${process.execPath} ${MAIN} list`;
    const shown = run('env', [`HOME=${cardkeep.home}`, 'script', '-qec', command, '/dev/null']);
    const lines = shown.split(/\r?\n/u);
    expect(lines.filter((line) => line.length > columns)).toEqual([]);
    expect(shown).toMatch(columns === 40 ? /^ {2}version {2}time/mu : /^ {2}version {2}.*time .*used .*new/mu);
  }
  expect(cardkeep.run('list').stdout).toContain('for a narrow terminal by far\n');
});

it('says that a backup was stopped, and what it stored', () => {
  remove('snapshots');
  expect(cardkeep.run('list').stdout).toMatch(
    /^no version yet in .*, but a backup has begun\n {2}if it was stopped, it goes on when it is run again\n$/u,
  );
  expect(cardkeep.run('stats').stdout).toMatch(
    /: 0 versions, \d+ chunks, \d packs\n {2}holds {3}no version yet; .* goes on when it is run again\n {2}chunks {2}3\.\d MB, each stored once\n$/u,
  );
  cardkeep.json('backup', 'card.img');
  expect(cardkeep.run('stats').stdout).toMatch(/\n {2}octopi .*\n {2}\(stopped backups\) +3\.\d MB +3(?:\.\d)? MB\n$/u);
  expect(Object.keys(cardkeep.json('stats') as object)).toEqual([
    'storeBytes',
    'packs',
    'chunks',
    'snapshots',
    'plainBytes',
    'uniqueBytes',
    'cards',
  ]);
});

it('says what is not counted in yet', () => {
  shell(`cp -r ${cardkeep.home}/.cardkeep ${folder.path}/unindexed; rm ${folder.path}/unindexed/indexes/*`);
  expect(cardkeep.run('stats', '--store', 'unindexed').stdout).toMatch(
    /\n {2}beside {2}\d packs not counted in yet: a backup runs, or was broken off\n/u,
  );
});
