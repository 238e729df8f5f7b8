/** Which card a device is: a known one with the same identity, or a new one with a name of its own. */
import { toHex } from '../bytes/hex.ts';
import { CardkeepError } from '../errors.ts';
import { checkCardName } from '../snapshot/catalog.ts';
import type { Card, Catalog, StoredSnapshot } from '../snapshot/catalog.ts';
import type { SnapshotPartition, Volume } from '../snapshot/snapshot.ts';
import { inOrderWritten } from '../snapshot/version-order.ts';
import type { Warning } from './progress.ts';

export interface ChosenCard {
  readonly cardId: string;
  readonly name: string;
  /** 1 for a new card. */
  readonly number: number;
  /** The newest version of the card until now; undefined for a new card. */
  readonly previous: StoredSnapshot | undefined;
  /** Another card of the store has the same IDs: nothing on the card tells the two apart. */
  readonly hasTwin: boolean;
  /** Said to the user when the choice is not the plain one. */
  readonly notices: readonly Warning[];
}

export interface CardWish {
  /** Given by the user; undefined: by identity, else `suggestedName`. */
  readonly name: string | undefined;
  /** Host name or root label found on the card. */
  readonly suggestedName: string;
}

/** Code of the notice that a new card has the IDs of a known one. */
export const SAME_IDS = 'W_SAME_IDS';

/** Partitions in one notice: a table may have hundreds. */
const MOST_NAMED = 4;

/** Throws E_CARD_NAME, and E_WHICH_CARD when several known cards have the IDs of this one (both usage). */
export function chooseCard(
  catalog: Catalog,
  volume: Volume,
  wish: CardWish,
  randomBytes: (n: number) => Uint8Array,
): ChosenCard {
  const alike = catalog.cards.filter((card) => isSameCard(newestOf(card).volume, volume));
  if (wish.name !== undefined) {
    checkCardName(wish.name);
    const known = catalog.cards.find(({ name }) => name === wish.name);
    if (known !== undefined) {
      const hasTwin = alike.some((card) => card !== known);
      return { ...nextVersion(known, catalog, noticesOfOtherIds(known, volume)), hasTwin };
    }
    return newCard(wish.name, noticesOfSameIds(wish.name, likeliestFirst(alike)), randomBytes);
  }
  if (alike.length === 1) return nextVersion(alike[0]!, catalog, []);
  if (alike.length > 1) throw severalCards(likeliestFirst(alike));
  const plainName = nameFrom(wish.suggestedName);
  const name = freeName(catalog, plainName);
  return newCard(name, noticesOfNew(name, plainName, catalog, volume), randomBytes);
}

function newestOf(card: Card): StoredSnapshot {
  return card.snapshots.at(-1)!;
}

/** The card with the most versions first (a mistyped name makes few), of several the one written last. */
function likeliestFirst(cards: readonly Card[]): Card[] {
  const last = new Map(inOrderWritten(cards).map(({ cardId }, i) => [cardId, i]));
  return cards.toSorted((a, b) => b.snapshots.length - a.snapshots.length || last.get(b.cardId)! - last.get(a.cardId)!);
}

function severalCards(cards: readonly Card[]): CardkeepError {
  const names = cards.map((card) => `${card.name} (version ${newestOf(card).number}, ${timeOf(newestOf(card))})`);
  const message = `several cards of this store have the IDs of this one: ${names.join(', ')}`;
  return new CardkeepError('usage', 'E_WHICH_CARD', message, {
    hint: `say which it is, most likely the one with the most versions: --card ${cards[0]!.name}`,
  });
}

/** Day and minute where the version was made. */
function timeOf({ finishedMs, utcOffsetMinutes }: StoredSnapshot): string {
  const date = new Date(finishedMs + utcOffsetMinutes * 60_000);
  return Number.isNaN(date.getTime()) ? 'no time' : date.toISOString().slice(0, 16).replace('T', ' ');
}

function noticesOfNew(name: string, plainName: string, catalog: Catalog, volume: Volume): Warning[] {
  const code = 'W_CARD_NAME';
  if (catalog.cards.length > 0 && !hasIdentity(volume)) {
    const why = 'it bears no ID by which to know it again (--card NAME says which card it is)';
    return [{ code, message: `kept as the new card ${name}: ${why}` }];
  }
  return name === plainName ? [] : [{ code, message: `named ${name}: another card has the plain name` }];
}

/** A name that is mistyped makes a second card of one that is known. */
function noticesOfSameIds(name: string, alike: readonly Card[]): Warning[] {
  const [card] = alike;
  if (card === undefined) return [];
  const price = 'as long as the store has both, every backup of either reads all of it';
  const message = `kept as the new card ${name}, but it has the IDs of ${card.name}: ${price}; if it is that card, name it from now on with --card ${card.name}`;
  return [{ code: SAME_IDS, message }];
}

function noticesOfOtherIds(card: Card, volume: Volume): Warning[] {
  const newest = newestOf(card);
  const differences = differencesOf(newest.volume, volume);
  if (differences.length === 0) return [];
  const message = `is this the card ${card.name}? since version ${newest.number} it has another ${differences.join(', ')}`;
  return [{ code: 'W_OTHER_IDS', message }];
}

/** Numbers are never used again: each version that cannot be read may have taken one of this card's. */
function nextVersion(card: Card, { damaged }: Catalog, notices: readonly Warning[]): ChosenCard {
  const previous = newestOf(card);
  return {
    cardId: card.cardId,
    name: card.name,
    number: previous.number + damaged.length + 1,
    previous,
    hasTwin: false,
    notices,
  };
}

function newCard(name: string, notices: readonly Warning[], randomBytes: (n: number) => Uint8Array): ChosenCard {
  return { cardId: toHex(randomBytes(16)), name, number: 1, previous: undefined, hasTwin: false, notices };
}

/** Same size, table signature and file-system UUIDs, and no serial number that says otherwise. */
function isSameCard(known: Volume, volume: Volume): boolean {
  return hasIdentity(volume) && differencesOf(known, volume).length === 0;
}

/** In words, each fit to stand behind "another"; empty when nothing tells the two apart. */
function differencesOf(known: Volume, volume: Volume): string[] {
  const differences: string[] = [];
  const serials = [known.device.serial, volume.device.serial];
  if (serials.every((serial) => serial !== '') && serials[0] !== serials[1]) {
    differences.push(`serial number (${serials.join(', now ')})`);
  }
  if (known.byteLength !== volume.byteLength) {
    differences.push(`size (${known.byteLength} bytes, now ${volume.byteLength} bytes)`);
  }
  if (known.signature !== volume.signature) {
    differences.push(`disk signature (${known.signature || 'none'}, now ${volume.signature || 'none'})`);
  }
  const placeOf = ({ byteOffset, uuid }: SnapshotPartition): string => `${byteOffset}:${uuid}`;
  const before = known.partitions.map(placeOf);
  const now = volume.partitions.map(placeOf);
  const changed = Array.from({ length: Math.max(before.length, now.length) }, (_, i) => i).filter(
    (i) => before[i] !== now[i],
  );
  if (changed.length > 0) {
    const names = changed.map((i) => nameOfPartition(known.partitions[i], volume.partitions[i]));
    const more = names.length > MOST_NAMED ? `; and ${names.length - MOST_NAMED} more` : '';
    differences.push(`file-system ID or place (${names.slice(0, MOST_NAMED).join('; ')}${more})`);
  }
  return differences;
}

function nameOfPartition(known: SnapshotPartition | undefined, now: SnapshotPartition | undefined): string {
  const number = (now ?? known)?.number ?? 0;
  const words = [known, now].map((partition) => (partition === undefined ? 'not there' : partition.uuid || 'no ID'));
  return `${number === 0 ? 'the file system' : `p${number}`} ${words[0] === words[1] ? 'moved' : words.join(', now ')}`;
}

/** False for what has neither table nor a known file system, or IDs of zeros: size alone tells no two cards apart. */
function hasIdentity({ signature, partitions }: Volume): boolean {
  return [signature, ...partitions.map(({ uuid }) => uuid)].some((id) => /[^0-]/u.test(id));
}

/** A label or host name made fit to be a card name. */
function nameFrom(suggestion: string): string {
  const name = suggestion
    .replaceAll(/[^\p{L}\p{N}._-]+/gu, '-')
    .replaceAll(/^-+|-+$/gu, '')
    .slice(0, 60);
  return name === '' || /^[0-9a-f]+$/iu.test(name) || name === 'latest' ? `card-${name}`.replace(/-$/u, '') : name;
}

function freeName(catalog: Catalog, name: string): string {
  const taken = new Set(catalog.cards.map((card) => card.name));
  let candidate = name;
  for (let i = 2; taken.has(candidate); i++) candidate = `${name}-${i}`;
  return candidate;
}
