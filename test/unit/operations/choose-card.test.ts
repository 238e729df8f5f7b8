import { describe, expect, it } from 'vitest';
import { chooseCard } from '../../../src/operations/choose-card.ts';
import type { Catalog } from '../../../src/snapshot/catalog.ts';
import type { Volume } from '../../../src/snapshot/snapshot.ts';

function volume(signature: string, uuids: readonly string[], serial = ''): Volume {
  return {
    byteLength: 16e9,
    signature,
    device: { serial },
    partitions: uuids.map((uuid, i) => ({ byteOffset: i * 1e9, uuid })),
  } as unknown as Volume;
}

function catalogOf(...known: readonly Volume[]): Catalog {
  const cards = known.map((one, i) => {
    const cardId = String(i).repeat(32);
    return { cardId, name: `known${i}`, snapshots: [{ id: 'ab', cardId, number: 3, volume: one }] };
  });
  return { cards, damaged: [] } as unknown as Catalog;
}

const WISH = { name: undefined, suggestedName: 'card' };
const random = (n: number): Uint8Array => new Uint8Array(n).fill(9);

describe('which card it is', () => {
  it.each([
    ['its table and file systems', volume('12345678', ['a', 'b'])],
    ['its table alone', volume('12345678', ['', ''])],
    ['its file system alone', volume('', ['5d0c'])],
    ['a file system under a table without an ID', volume('00000000', ['5d0c'])],
  ])('is known by %s', (_, one) => {
    expect(chooseCard(catalogOf(one), one, WISH, random)).toMatchObject({ name: 'known0', number: 4, parent: 'ab' });
  });

  it.each([
    ['no table and no known file system', volume('', [''])],
    ['a table without an ID over partitions without one', volume('00000000', ['', ''])],
    ['IDs of zeros', volume('00000000', ['0000-0000'])],
  ])('%s: another card of that size is not taken for it', (_, one) => {
    const chosen = chooseCard(catalogOf(one), one, WISH, random);
    expect(chosen).toMatchObject({ name: 'card', number: 1, parent: '' });
    expect(chosen.notice).toMatch(/no ID.*--card/u);
  });

  it('another serial number is another card', () => {
    const known = volume('12345678', ['a'], 'one');
    expect(chooseCard(catalogOf(known), volume('12345678', ['a'], 'two'), WISH, random).number).toBe(1);
  });

  it('two known cards with its IDs: the user says which', () => {
    const one = volume('12345678', ['a']);
    expect(() => chooseCard(catalogOf(one, one), one, WISH, random)).toThrow(/known0, known1/u);
  });
});
