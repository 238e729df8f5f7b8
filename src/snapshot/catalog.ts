/**
 * All versions of a store by card, and the ways to name one: `7f3a`, `octopi`, `octopi~1`, `octopi@3`, `latest`,
 * `latest~1`.
 */
import { CardkeepError, CorruptDataError, NotFoundError } from '../errors.ts';
import type { Store } from '../store/store.ts';
import { decodeSnapshot } from './snapshot-codec.ts';
import { whatIsMeant } from './similar-names.ts';
import type { Snapshot } from './snapshot.ts';
import { byAge, inOrderWritten } from './version-order.ts';

export interface StoredSnapshot extends Snapshot {
  /** Full hexadecimal ID. */
  readonly id: string;
}

/** The versions of one card, by number: the last one is its newest, whatever time it bears. */
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
/** Names the version that was written last, over all cards. */
const LATEST = 'latest';

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

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Throws NotFoundError, E_AMBIGUOUS (usage) when an ID prefix fits several versions, and E_DAMAGED when the version could
 * be one whose file is damaged: an older one must never stand in for it unsaid.
 */
export function findSnapshot(catalog: Catalog, reference: string): StoredSnapshot {
  const all = catalog.cards.flatMap((card) => card.snapshots);
  const [damaged] = catalog.damaged;
  const isRelative = !reference.includes('@') && findByPrefix(all, reference) === undefined;
  const isDamagedId = isIdPrefix(reference) && catalog.damaged.some(({ id }) => id.startsWith(reference.toLowerCase()));
  const named = /^(.+?)(?:([@~])(\d{1,9}))?$/u.exec(reference);
  const card = named === null ? undefined : catalog.cards.find(({ name }) => name === named[1]);
  if (damaged !== undefined && (isRelative || isDamagedId)) throw damagedVersion(damaged, card?.snapshots ?? all);
  if (all.length === 0) throw noSuch('the store holds no version yet', 'cardkeep backup');
  if (named?.[1] === LATEST) return latestVersion(catalog, named[2], Number(named[3] ?? 0));
  if (card !== undefined && named !== null) {
    const version = versionOf(card, named[2], Number(named[3] ?? 0));
    if (version !== undefined) return version;
    if (damaged !== undefined) throw damagedVersion(damaged, card.snapshots);
    throw noSuchVersion(card, `${named[2]}${named[3]}`);
  }
  const found = findByPrefix(all, reference);
  if (found !== undefined) return found;
  throw noSuch(`there is no card or version ${JSON.stringify(reference)}`, whatIsMeant(catalog.cards, reference));
}

function isIdPrefix(reference: string): boolean {
  return isHexadecimal(reference) && reference.length >= SHORTEST_ID_PREFIX;
}

function isHexadecimal(text: string): boolean {
  return /^[0-9a-f]+$/iu.test(text);
}

function findByPrefix(all: readonly StoredSnapshot[], reference: string): StoredSnapshot | undefined {
  if (!isIdPrefix(reference)) return undefined;
  const prefix = reference.toLowerCase();
  const found = all.filter(({ id }) => id.startsWith(prefix));
  if (found.length < 2) return found[0];
  throw new CardkeepError('usage', 'E_AMBIGUOUS', `${reference} fits ${found.length} versions`, {
    hint: `give more digits: ${found.map(({ id }) => id.slice(0, prefix.length + 4)).join(', ')}`,
  });
}

function damagedVersion(damaged: Catalog['damaged'][number], readable: readonly StoredSnapshot[]): CardkeepError {
  const newest = readable.at(-1);
  const others =
    newest === undefined
      ? 'no other version is left'
      : `name one that is whole, such as ${newest.card}@${newest.number}`;
  return new CorruptDataError(`version ${damaged.id.slice(0, 8)} is damaged, and may be the one that is meant`, {
    hint: `${others}; cardkeep check tells more`,
  });
}

/** Finds a card by its exact name. */
export function findCard(catalog: Catalog, name: string): Card {
  const card = catalog.cards.find((candidate) => candidate.name === name);
  if (card !== undefined) return card;
  throw noSuch(
    `there is no card ${JSON.stringify(name)}`,
    catalog.cards.length === 0 ? 'cardkeep backup' : whatIsMeant(catalog.cards, name),
  );
}

function versionOf(card: Card, sign: string | undefined, number: number): StoredSnapshot | undefined {
  return sign === '@'
    ? card.snapshots.findLast((snapshot) => snapshot.number === number)
    : card.snapshots.at(-1 - number);
}

function latestVersion(catalog: Catalog, sign: string | undefined, stepsBack: number): StoredSnapshot {
  if (sign === '@') throw noSuch('latest is no card and has no numbers', 'for example: latest, latest~1 or octopi@3');
  const written = inOrderWritten(catalog.cards);
  const version = written.at(-1 - stepsBack);
  if (version !== undefined) return version;
  throw noSuch(`there is no version ${LATEST}~${stepsBack}`, `the store holds ${written.length}: cardkeep list`);
}

function noSuchVersion(card: Card, wanted: string): NotFoundError {
  const numbers = card.snapshots.map((snapshot) => snapshot.number);
  const range = numbers.length > 6 ? `${numbers[0]} to ${numbers.at(-1)}` : numbers.join(', ');
  return noSuch(`${card.name} has no version ${wanted}`, `it has ${range}`);
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
        : isHexadecimal(name)
          ? 'has only hexadecimal digits: it would be taken for the ID of a version'
          : name === LATEST || name.startsWith('-')
            ? 'would be taken for a version or an option'
            : undefined;
  if (problem === undefined) return;
  throw new CardkeepError('usage', 'E_CARD_NAME', `the card name ${JSON.stringify(name)} ${problem}`, {
    hint: `for example: --card ${isHexadecimal(name) && name.length < 60 ? `${name}-card` : 'octopi'}`,
  });
}
