import { describe, expect, it } from 'vitest';
import { checkCardName, findSnapshot } from '../../../src/snapshot/catalog.ts';
import type { Catalog, StoredSnapshot } from '../../../src/snapshot/catalog.ts';

function version(card: string, number: number, id: string, finishedMs: number): StoredSnapshot {
  return { card, number, id, finishedMs, startedMs: finishedMs, cardId: card } as unknown as StoredSnapshot;
}

const OCTOPI = [
  version('octopi', 1, 'aaaa1111', 10),
  version('octopi', 2, 'aaaa2222', 20),
  version('octopi', 5, 'bbbb3333', 30),
];
const FACE = [version('face', 1, 'cccc4444', 25)];
const CATALOG: Catalog = {
  cards: [
    { cardId: 'face', name: 'face', snapshots: FACE },
    { cardId: 'octopi', name: 'octopi', snapshots: OCTOPI },
  ],
  damaged: [],
};
const DAMAGED: Catalog = { ...CATALOG, damaged: [{ id: 'dddd5555', reason: 'a bit' }] };

describe('a version is named', () => {
  it.each([
    ['octopi', 'bbbb3333'],
    ['octopi~1', 'aaaa2222'],
    ['octopi@1', 'aaaa1111'],
    ['latest', 'bbbb3333'],
    ['bbbb', 'bbbb3333'],
    ['AAAA2', 'aaaa2222'],
    ['face', 'cccc4444'],
  ])('%s', (reference, id) => {
    expect(findSnapshot(CATALOG, reference).id).toBe(id);
  });

  it.each([
    ['octopi@3', 'octopi has no version @3', 'it has 1, 2, 5'],
    ['octopi~3', 'octopi has no version ~3', 'it has 1, 2, 5'],
    ['latest~4', 'there is no version latest~4', 'the store holds 4: cardkeep list'],
    ['latest@1', 'latest is no card and has no numbers', 'for example: latest, latest~1 or octopi@3'],
    ['nobody', 'there is no card or version "nobody"', 'cards in this store: face, octopi'],
    ['eeee', 'there is no card or version "eeee"', 'cards in this store: face, octopi'],
    ['5', 'there is no card or version "5"', 'did you mean octopi@5?'],
    ['7', 'there is no card or version "7"', 'cards in this store: face, octopi'],
    ['octopi@latest', 'there is no card or version "octopi@latest"', 'just octopi is its newest'],
    ['octpoi', 'there is no card or version "octpoi"', 'did you mean octopi?'],
    ['octop@2', 'there is no card or version "octop@2"', 'did you mean octopi@2?'],
    ['ocotpu', 'there is no card or version "ocotpu"', 'cards in this store: face, octopi'],
  ])('not by %s', (reference, message, hint) => {
    expect(() => findSnapshot(CATALOG, reference)).toThrow(
      expect.objectContaining({ kind: 'not-found', message, hint }),
    );
  });

  it('not by digits that fit two', () => {
    expect(() => findSnapshot(CATALOG, 'aaaa')).toThrow(expect.objectContaining({ code: 'E_AMBIGUOUS' }));
  });
});

describe('the order of versions', () => {
  const cardOf = (...snapshots: StoredSnapshot[]): Catalog['cards'][number] => {
    const { card } = snapshots[0]!;
    return { cardId: card, name: card, snapshots };
  };
  const namesOf = (catalog: Catalog): string[] =>
    ['latest', 'latest~1', 'latest~2', 'latest~3'].map((reference) => {
      const { card, number } = findSnapshot(catalog, reference);
      return `${card}@${number}`;
    });

  it('latest goes by when they were written, over all cards', () => {
    expect(namesOf(CATALOG)).toEqual(['octopi@5', 'face@1', 'octopi@2', 'octopi@1']);
  });

  it('an old time that the user gave changes nothing', () => {
    const old = { ...version('octopi', 6, 'bbbb4444', 40), startedMs: 1 };
    const catalog = { cards: [cardOf(...OCTOPI, old), cardOf(...FACE)], damaged: [] };
    expect(namesOf(catalog)).toEqual(['octopi@6', 'octopi@5', 'face@1', 'octopi@2']);
    expect(findSnapshot(catalog, 'octopi').id).toBe('bbbb4444');
  });

  it('within a card the number counts, also when the clock had gone back', () => {
    const cards = [cardOf(...OCTOPI, version('octopi', 6, 'bbbb4444', 2)), cardOf(...FACE)];
    expect(namesOf({ cards, damaged: [] })).toEqual(['octopi@6', 'octopi@5', 'face@1', 'octopi@2']);
  });
});

describe('when a version cannot be read', () => {
  it.each(['latest', 'latest~1', 'octopi', 'octopi~1', 'octopi@3', 'dddd', 'dddd5555'])(
    'no other stands in for it: %s',
    (reference) => {
      expect(() => findSnapshot(DAMAGED, reference)).toThrow(
        expect.objectContaining({ kind: 'damaged', message: expect.stringContaining('version dddd5555 is damaged') }),
      );
    },
  );

  it.each([
    ['octopi@2', 'aaaa2222'],
    ['bbbb', 'bbbb3333'],
  ])('one that is named exactly is found: %s', (reference, id) => {
    expect(findSnapshot(DAMAGED, reference).id).toBe(id);
  });

  it('and it was the only one, that is said', () => {
    expect(() => findSnapshot({ cards: [], damaged: DAMAGED.damaged }, 'octopi')).toThrow(
      expect.objectContaining({ kind: 'damaged', hint: expect.stringContaining('no other version is left') }),
    );
  });
});

describe('a card name', () => {
  it.each(['octopi', 'Küche 2', 'pi-4.local', 'face_off', 'deadbeef-pi'])('may be %s', (name) => {
    expect(() => checkCardName(name)).not.toThrow();
  });

  it.each(['', 'a/b', 'a:b', 'a@1', 'a~1', 'latest', 'cafe', '-x', 'a\u001bb', 'x'.repeat(101)])(
    'may not be %j',
    (name) => {
      expect(() => checkCardName(name)).toThrow(expect.objectContaining({ code: 'E_CARD_NAME', kind: 'usage' }));
    },
  );

  it('that could be an ID is refused with one that could not', () => {
    expect(() => checkCardName('c2')).toThrow(
      expect.objectContaining({
        message: 'the card name "c2" has only hexadecimal digits: it would be taken for the ID of a version',
        hint: 'for example: --card c2-card',
      }),
    );
    expect(() => checkCardName('c2-card')).not.toThrow();
  });
});
