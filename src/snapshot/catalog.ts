/** All versions of a store by card, and the ways to name one: `7f3a`, `octopi`, `octopi~1`, `octopi@3`, `latest`. */
import { CardkeepError, NotFoundError } from '../errors.ts';
import type { Store } from '../store/store.ts';
import { decodeSnapshot } from './snapshot-codec.ts';
import type { Snapshot } from './snapshot.ts';

export interface StoredSnapshot extends Snapshot {
  /** Full hexadecimal ID. */
  readonly id: string;
}

/** The versions of one card, oldest first. */
export interface Card {
  readonly cardId: string;
  readonly name: string;
  readonly snapshots: readonly StoredSnapshot[];
}

export interface Catalog {
  /** By name, then by age. */
  readonly cards: readonly Card[];
  /** Snapshot files that could not be read, with the reason; a listing goes on without them and says so. */
  readonly damaged: readonly { readonly id: string; readonly reason: string }[];
}

const SHORTEST_ID_PREFIX = 4;
const LONGEST_CARD_NAME = 100;

export async function readCatalog(store: Pick<Store, 'listSnapshotIds' | 'readSnapshot'>): Promise<Catalog> {
  const byCard = new Map<string, StoredSnapshot[]>();
  const damaged: { id: string; reason: string }[] = [];
  for (const id of await store.listSnapshotIds()) {
    try {
      const snapshot = decodeSnapshot(await store.readSnapshot(id));
      const versions = byCard.get(snapshot.cardId) ?? [];
      versions.push({ ...snapshot, id });
      byCard.set(snapshot.cardId, versions);
    } catch (error) {
      if (!(error instanceof CardkeepError) || error.kind !== 'damaged') throw error;
      damaged.push({ id, reason: error.message });
    }
  }
  const cards = [...byCard].map(([cardId, versions]): Card => {
    const snapshots = versions.sort(byAge);
    return { cardId, name: snapshots.at(-1)!.card, snapshots };
  });
  return { cards: cards.sort((a, b) => compare(a.name, b.name) || byAge(a.snapshots[0]!, b.snapshots[0]!)), damaged };
}

/** Number, then time, then ID: a Pi has no clock, so time alone orders nothing. */
function byAge(a: StoredSnapshot, b: StoredSnapshot): number {
  return a.number - b.number || a.startedMs - b.startedMs || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Throws NotFoundError, or E_AMBIGUOUS (usage) when an ID prefix fits several versions. */
export function findSnapshot(catalog: Catalog, reference: string): StoredSnapshot {
  const all = catalog.cards.flatMap((card) => card.snapshots);
  if (all.length === 0) throw noSuch('the store holds no version yet', 'cardkeep backup');
  if (reference === 'latest') return all.reduce((a, b) => (b.finishedMs >= a.finishedMs ? b : a));
  const named = /^(.+?)(?:([@~])(\d{1,9}))?$/u.exec(reference);
  const card = named === null ? undefined : catalog.cards.find(({ name }) => name === named[1]);
  if (card !== undefined && named !== null) return versionOf(card, named[2], Number(named[3] ?? 0));
  if (/^[0-9a-f]+$/iu.test(reference) && reference.length >= SHORTEST_ID_PREFIX) {
    const prefix = reference.toLowerCase();
    const found = all.filter(({ id }) => id.startsWith(prefix));
    if (found.length > 1) {
      throw new CardkeepError('usage', 'E_AMBIGUOUS', `${reference} fits ${found.length} versions`, {
        hint: `give more digits: ${found.map(({ id }) => id.slice(0, prefix.length + 4)).join(', ')}`,
      });
    }
    if (found[0] !== undefined) return found[0];
  }
  const names = catalog.cards.map(({ name }) => name).join(', ');
  throw noSuch(`there is no card or version ${JSON.stringify(reference)}`, `cards in this store: ${names}`);
}

/** Finds a card by its exact name. */
export function findCard(catalog: Catalog, name: string): Card {
  const card = catalog.cards.find((candidate) => candidate.name === name);
  if (card !== undefined) return card;
  const names = catalog.cards.map((candidate) => candidate.name).join(', ');
  throw noSuch(
    `there is no card ${JSON.stringify(name)}`,
    names === '' ? 'cardkeep backup' : `cards in this store: ${names}`,
  );
}

function versionOf(card: Card, sign: string | undefined, number: number): StoredSnapshot {
  const found =
    sign === '@' ? card.snapshots.findLast((snapshot) => snapshot.number === number) : card.snapshots.at(-1 - number);
  if (found !== undefined) return found;
  const numbers = card.snapshots.map((snapshot) => snapshot.number);
  const range = numbers.length > 6 ? `${numbers[0]} to ${numbers.at(-1)}` : numbers.join(', ');
  throw noSuch(`${card.name} has no version ${sign}${number}`, `it has ${range}`);
}

function noSuch(message: string, hint: string): NotFoundError {
  return new NotFoundError(message, { hint });
}

/** Throws E_CARD_NAME (usage) for a name that could be taken for something else on the command line. */
export function checkCardName(name: string): void {
  const problem =
    name === '' || name.length > LONGEST_CARD_NAME
      ? `must have 1 to ${LONGEST_CARD_NAME} characters`
      : /[:@~/\p{Cc}]/u.test(name)
        ? 'must not hold : @ ~ / or control characters'
        : /^[0-9a-f]+$/iu.test(name) || name === 'latest' || name.startsWith('-')
          ? 'would be taken for a version or an option'
          : undefined;
  if (problem === undefined) return;
  throw new CardkeepError('usage', 'E_CARD_NAME', `the card name ${JSON.stringify(name)} ${problem}`, {
    hint: 'for example: --card octopi',
  });
}
