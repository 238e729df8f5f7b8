import { expect, it } from 'vitest';
import type { Catalog } from '../../../src/snapshot/catalog.ts';
import { placeDamaged } from '../../../src/snapshot/place-damaged.ts';

function catalog(versions: readonly [number: number, parent: string][], damaged: readonly string[]): Catalog {
  const snapshots = versions.map(([number, parent]) => ({ number, parent, id: `id${number}` }));
  const cards = [{ cardId: 'c', name: 'octopi', snapshots }];
  return { cards, damaged: damaged.map((id) => ({ id, reason: 'a bit' })) } as unknown as Catalog;
}

it.each([
  [
    'between two',
    catalog(
      [
        [1, ''],
        [3, 'lost'],
      ],
      ['lost'],
    ),
    2,
  ],
  ['the first', catalog([[2, 'lost']], ['lost']), 1],
  ['the newest: no version names it', catalog([[1, '']], ['lost']), undefined],
  [
    'two places',
    catalog(
      [
        [1, ''],
        [4, 'lost'],
      ],
      ['lost'],
    ),
    undefined,
  ],
  [
    'another gap: not by guess',
    catalog(
      [
        [1, ''],
        [3, 'id1'],
      ],
      ['lost'],
    ),
    undefined,
  ],
])('%s', (_, from, number) => {
  const cardId = number === undefined ? undefined : 'c';
  expect(placeDamaged(from)).toEqual([{ id: 'lost', reason: 'a bit', cardId, number }]);
});
