/** What a backup and its dry run do before they part: tables, file systems, which card it is, what it may descend from. */
import { randomBytes } from 'node:crypto';
import { planCapture } from '../capture/capture-plan.ts';
import { readDiskMap } from '../capture/disk-map.ts';
import type { BlockSource } from '../device/block-source.ts';
import { RememberedReads } from '../device/remembered-reads.ts';
import { readCatalog, type Catalog } from '../snapshot/catalog.ts';
import type { DeviceIdentity, Volume } from '../snapshot/snapshot.ts';
import { inOrderWritten } from '../snapshot/version-order.ts';
import type { Store } from '../store/store.ts';
import type { CardToCapture } from './capture-card.ts';
import { chooseCard, SAME_IDS, type CardWish, type ChosenCard } from './choose-card.ts';
import { describeVolume, suggestCardName } from './describe-volume.ts';
import { beginPhase, type OperationOptions, type Warning } from './progress.ts';
import { proveUnused } from './proven-unused.ts';
import { ancestorsOnly } from './restore-records.ts';

/** Percent of what is carried over that each run reads all the same. */
const PROOF_PERCENT = 1;
/** The metadata of some 100 000 files. */
const REMEMBERED_BYTES = 32 * 1024 * 1024;
/** Where all is read anyway: superblocks and descriptors, to tell whether somebody wrote meanwhile. */
const REMEMBERED_OF_FIRST_BYTES = 1024 * 1024;

export interface CaptureWishes extends OperationOptions {
  readonly device: DeviceIdentity;
  /** Card name given by the user; undefined: by identity. */
  readonly card?: string | undefined;
  readonly raw?: boolean | undefined;
  readonly full?: boolean | undefined;
  readonly keepSwap?: boolean | undefined;
  /** Percent of the bytes carried over that are read all the same, the longest unread first; 1 by default. */
  readonly proofPercent?: number | undefined;
  /** Asked before a card is stored as a new one with the IDs of a known one; throws where that is not wanted. */
  readonly onSameIds?: ((notice: Warning) => Promise<void>) | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface PreparedCapture {
  readonly catalog: Catalog;
  readonly card: CardToCapture;
  readonly chosen: ChosenCard;
  /** Chosen again shortly before the version is written: another backup may have ended meanwhile. */
  readonly chooseAgain: (catalog: Catalog) => ChosenCard;
}

/** Throws what `chooseCard` throws. Without a store there is nothing to descend from. */
export async function prepareCapture(
  store: Store | undefined,
  device: BlockSource,
  wishes: CaptureWishes,
): Promise<PreparedCapture> {
  beginPhase(wishes, 'open');
  const catalog = store === undefined ? { cards: [], damaged: [] } : await readCatalog(store);
  beginPhase(wishes, 'scan');
  const compares = store !== undefined && catalog.cards.length > 0 && wishes.raw !== true;
  const scan = {
    raw: wishes.raw === true,
    keepSwap: wishes.keepSwap === true,
    ...(wishes.signal === undefined ? {} : { signal: wishes.signal }),
  };
  const source = new RememberedReads(device, compares ? REMEMBERED_BYTES : REMEMBERED_OF_FIRST_BYTES);
  const proven = compares && wishes.full !== true ? proveUnused(store, inOrderWritten(catalog.cards)) : undefined;
  const disk = await readDiskMap(source, proven === undefined ? scan : { ...scan, ...proven });
  const empty = { levels: 0, mapRoot: '', liveBytesOfPartition: new Map<number, number>() };
  const outline: Volume = describeVolume(source, disk, wishes.device, empty);
  const wish: CardWish = { name: wishes.card, suggestedName: await suggestCardName(source, disk) };
  const chooseAgain = (from: Catalog): ChosenCard => chooseCard(from, outline, wish, randomBytes);
  const chosen = chooseAgain(catalog);
  const sameIds = chosen.notices.find(({ code }) => code === SAME_IDS);
  if (sameIds !== undefined) await wishes.onSameIds?.(sameIds);
  const versions = catalog.cards.find(({ cardId }) => cardId === chosen.cardId)?.snapshots ?? [];
  const ancestors = new Set(store === undefined ? [] : await ancestorsOnly(store, versions));
  const card: CardToCapture = {
    source,
    disk,
    plan: planCapture(disk),
    readAll: reasonToReadAll(chosen, wishes),
    provesAll: wishes.full === true,
    believed: proven?.believed ?? new Map(),
    scanAgain: async () => readDiskMap(device, scan),
    incremental: {
      versions,
      isAncestor: (snapshot) => ancestors.has(snapshot),
      outline,
      proofPercent: wishes.full === true ? 100 : (wishes.proofPercent ?? PROOF_PERCENT),
      nowMs: wishes.now(),
    },
  };
  return { catalog, card, chosen, chooseAgain };
}

function reasonToReadAll({ previous, hasTwin }: ChosenCard, wishes: CaptureWishes): CardToCapture['readAll'] {
  if (wishes.raw === true) return { mode: 'raw', reason: 'every byte was asked for' };
  if (previous === undefined) return { mode: 'full', reason: 'first version of this card' };
  if (hasTwin) return { mode: 'full', reason: 'another card of the store has the same IDs' };
  return undefined;
}
