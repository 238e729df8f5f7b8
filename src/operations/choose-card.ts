/** Which card a device is: a known one with the same identity, or a new one with a name of its own. */
import { toHex } from '../bytes/hex.ts';
import { CardkeepError } from '../errors.ts';
import { checkCardName } from '../snapshot/catalog.ts';
import type { Card, Catalog } from '../snapshot/catalog.ts';
import type { Volume } from '../snapshot/snapshot.ts';

export interface ChosenCard {
  readonly cardId: string;
  readonly name: string;
  /** 1 for a new card. */
  readonly number: number;
  /** Snapshot ID of the version before; empty for a new card. */
  readonly parent: string;
  /** Said to the user when the choice is not the plain one. */
  readonly notice: string | undefined;
}

export interface CardWish {
  /** Given by the user; undefined: by identity, else `suggestedName`. */
  readonly name: string | undefined;
  /** Host name or root label found on the card. */
  readonly suggestedName: string;
}

/** Throws E_CARD_NAME, and E_WHICH_CARD when several known cards have the IDs of this one (both usage). */
export function chooseCard(
  catalog: Catalog,
  volume: Volume,
  wish: CardWish,
  randomBytes: (n: number) => Uint8Array,
): ChosenCard {
  if (wish.name !== undefined) {
    checkCardName(wish.name);
    const known = catalog.cards.find(({ name }) => name === wish.name);
    if (known !== undefined) return nextVersion(known, catalog);
    return newCard(wish.name, undefined, randomBytes);
  }
  const alike = catalog.cards.filter((card) => isSameCard(card, volume));
  if (alike.length === 1) return nextVersion(alike[0]!, catalog);
  if (alike.length > 1) {
    throw new CardkeepError(
      'usage',
      'E_WHICH_CARD',
      `several cards of this store have the IDs of this one: ${alike.map(({ name }) => name).join(', ')}`,
      { hint: `say which it is: --card ${alike[0]!.name}` },
    );
  }
  const plainName = nameFrom(wish.suggestedName);
  const name = freeName(catalog, plainName);
  return newCard(name, noticeOfNew(name, plainName, catalog, volume), randomBytes);
}

function noticeOfNew(name: string, plainName: string, catalog: Catalog, volume: Volume): string | undefined {
  if (catalog.cards.length > 0 && !hasIdentity(volume)) {
    return `kept as the new card ${name}: it bears no ID by which to know it again (--card NAME says which card it is)`;
  }
  return name === plainName ? undefined : `named ${name}: another card has the plain name`;
}

/** Numbers are never used again: each version that cannot be read may have taken one of this card's. */
function nextVersion(card: Card, { damaged }: Catalog): ChosenCard {
  const last = card.snapshots.at(-1)!;
  const number = last.number + damaged.length + 1;
  return { cardId: card.cardId, name: card.name, number, parent: last.id, notice: undefined };
}

function newCard(name: string, notice: string | undefined, randomBytes: (n: number) => Uint8Array): ChosenCard {
  return { cardId: toHex(randomBytes(16)), name, number: 1, parent: '', notice };
}

/** Same size, table signature and file-system UUIDs, and no serial number that says otherwise. */
function isSameCard(card: Card, volume: Volume): boolean {
  const known = card.snapshots.at(-1)!.volume;
  const serials = [known.device.serial, volume.device.serial];
  if (serials.every((serial) => serial !== '') && serials[0] !== serials[1]) return false;
  return hasIdentity(volume) && identityOf(known) === identityOf(volume);
}

/** False for what has neither table nor a known file system, or IDs of zeros: size alone tells no two cards apart. */
function hasIdentity({ signature, partitions }: Volume): boolean {
  return [signature, ...partitions.map(({ uuid }) => uuid)].some((id) => /[^0-]/u.test(id));
}

function identityOf(volume: Volume): string {
  return [
    volume.byteLength,
    volume.signature,
    ...volume.partitions.map(({ byteOffset, uuid }) => `${byteOffset}:${uuid}`),
  ].join(' ');
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
