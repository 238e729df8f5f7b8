import { describe, expect, it } from 'vitest';
import { chooseCard } from '../../../src/operations/choose-card.ts';
import type { Warning } from '../../../src/operations/progress.ts';
import type { Catalog } from '../../../src/snapshot/catalog.ts';
import type { Volume } from '../../../src/snapshot/snapshot.ts';

function volume(signature: string, uuids: readonly string[], serial = ''): Volume {
  return {
    byteLength: 16e9,
    signature,
    device: { serial },
    partitions: uuids.map((uuid, i) => ({ number: i + 1, byteOffset: i * 1e9, uuid })),
  } as unknown as Volume;
}

function catalogOf(...known: readonly Volume[]): Catalog {
  const cards = known.map((one, i) => {
    const cardId = String(i).repeat(32);
    const times = { startedMs: 0, finishedMs: Date.UTC(2026, 10, 21, 7, 14 + i), utcOffsetMinutes: 60 };
    return { cardId, name: `known${i}`, snapshots: [{ id: 'ab', cardId, number: 3, volume: one, ...times }] };
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
    expect(chooseCard(catalogOf(one), one, WISH, random)).toMatchObject({
      name: 'known0',
      number: 4,
      previous: { id: 'ab' },
      notices: [],
    });
  });

  it.each([
    ['no table and no known file system', volume('', [''])],
    ['a table without an ID over partitions without one', volume('00000000', ['', ''])],
    ['IDs of zeros', volume('00000000', ['0000-0000'])],
  ])('%s: another card of that size is not taken for it', (_, one) => {
    const chosen = chooseCard(catalogOf(one), one, WISH, random);
    expect(chosen).toMatchObject({ name: 'card', number: 1, previous: undefined });
    expect(chosen.notices).toMatchObject([{ code: 'W_CARD_NAME', message: expect.stringMatching(/no ID.*--card/u) }]);
  });

  it('another serial number is another card', () => {
    const known = volume('12345678', ['a'], 'one');
    expect(chooseCard(catalogOf(known), volume('12345678', ['a'], 'two'), WISH, random).number).toBe(1);
  });

  it('two known cards with its IDs: the user says which, most likely the one written last of those with the most versions', () => {
    const one = volume('12345678', ['a']);
    expect(() => chooseCard(catalogOf(one, one), one, WISH, random)).toThrow(
      expect.objectContaining({
        code: 'E_WHICH_CARD',
        message: expect.stringMatching(
          /: known1 \(version 3, 2026-11-21 08:15\), known0 \(version 3, 2026-11-21 08:14\)$/u,
        ),
        hint: expect.stringMatching(/--card known1$/u),
      }),
    );
  });

  it('of two with its IDs the one with more versions is the likelier', () => {
    const one = volume('12345678', ['a']);
    const { cards, damaged } = catalogOf(one, one);
    const [first, second] = cards;
    const [version] = first!.snapshots;
    const catalog = { cards: [{ ...first!, snapshots: [version!, version!] }, second!], damaged };
    expect(() => chooseCard(catalog, one, WISH, random)).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(/--card known0$/u) }),
    );
  });

  it.each([
    ['cafe', 'card-cafe'],
    ['2024', 'card-2024'],
    ['latest', 'card-latest'],
    ['-my card:/', 'my-card'],
    ['', 'card'],
    ['x'.repeat(300), 'x'.repeat(60)],
  ])('a host name %j gives the name %s, which can be given again', (suggestedName, name) => {
    const one = volume('12345678', ['a']);
    expect(chooseCard(catalogOf(), one, { name: undefined, suggestedName }, random).name).toBe(name);
    expect(chooseCard(catalogOf(), one, { name, suggestedName }, random).name).toBe(name);
  });
});

describe('a name that the user gives', () => {
  const known = volume('12345678', ['a', 'b']);
  const noticesOf = (name: string, now: Volume, catalog = catalogOf(known)): readonly Warning[] =>
    chooseCard(catalog, now, { ...WISH, name }, random).notices;

  it('new for a card that is known: the known one is named', () => {
    expect(noticesOf('knwon', known)).toEqual([
      {
        code: 'W_SAME_IDS',
        message: expect.stringMatching(
          /new card knwon.* IDs of known0: .*every backup of either reads all.*--card known0$/u,
        ),
      },
    ]);
    expect(noticesOf('knwon', known, catalogOf(known, known))[0]?.message).toContain('--card known1');
  });

  it('new for a new card, or known for the card itself: nothing to say', () => {
    expect(noticesOf('other', volume('87654321', ['c', 'd']))).toEqual([]);
    expect(noticesOf('known0', known)).toEqual([]);
  });

  it.each([
    ['disk signature (12345678, now 87654321)', volume('87654321', ['a', 'b'])],
    ['file-system ID or place (p2 b, now c)', volume('12345678', ['a', 'c'])],
    ['file-system ID or place (p2 b, now not there)', volume('12345678', ['a'])],
    ['size (16000000000 bytes, now 8000000000 bytes)', { ...known, byteLength: 8e9 }],
  ])('known, but it has another %s', (words, now) => {
    expect(noticesOf('known0', now)).toEqual([
      { code: 'W_OTHER_IDS', message: `is this the card known0? since version 3 it has another ${words}` },
    ]);
  });

  it('known, but with hundreds of partitions that differ: a few are named', () => {
    const many = (mark: string): Volume =>
      volume(
        '12345678',
        Array.from({ length: 300 }, (_, i) => `${mark}${i}`),
      );
    expect(noticesOf('known0', many('y'), catalogOf(many('x')))[0]?.message).toMatch(/p4 x3, now y3; and 296 more\)$/u);
  });
});
