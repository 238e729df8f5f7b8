import { expect, it } from 'vitest';
import { layOutToFit } from '../../src/cli/fit-table.ts';

const COLUMNS = [{ title: 'version' }, { title: 'id', dropAs: 2 }, { title: 'mode', dropAs: 1 }, { title: 'note' }];
const ROWS = [
  ['@1', '7f3a9c21', 'full', 'before the upgrade'],
  ['@12', '00c0ffee', 'incremental', ''],
];

it.each([
  [
    Number.POSITIVE_INFINITY,
    [
      'version  id        mode         note',
      '@1       7f3a9c21  full         before the upgrade',
      '@12      00c0ffee  incremental',
    ],
  ],
  [
    45,
    [
      'version  id        mode         note',
      '@1       7f3a9c21  full         before the u…',
      '@12      00c0ffee  incremental',
    ],
  ],
  [37, ['version  id        note', '@1       7f3a9c21  before the upgrade', '@12      00c0ffee']],
  [31, ['version  id        note', '@1       7f3a9c21  before the…', '@12      00c0ffee']],
  [21, ['version  note', '@1       before the…', '@12']],
  [12, ['version', '@1', '@12']],
])('in %d cells the note is cut, then columns go', (width, lines) => {
  expect(layOutToFit(COLUMNS, ROWS, width)).toEqual(lines);
});

it('a last column without words takes no room', () => {
  const columns = [...COLUMNS.slice(0, 3), { title: '' }];
  const rows = ROWS.map((row) => [...row.slice(0, 3), '']);
  expect(layOutToFit(columns, rows, 30)).toEqual([
    'version  id        mode',
    '@1       7f3a9c21  full',
    '@12      00c0ffee  incremental',
  ]);
  expect(layOutToFit(columns, rows, 29)[0]).toBe('version  id');
});
