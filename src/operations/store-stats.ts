/** What the store holds and what each card costs in it. */
import { toHex } from '../bytes/hex.ts';
import type { Catalog } from '../snapshot/catalog.ts';
import { FRAME_KIND } from '../store/frame.ts';
import { FRAME_ROW_BYTES } from '../store/index-file.ts';
import type { Store } from '../store/store.ts';
import { openIndexFiles } from './chunks-of-packs.ts';

export interface CardStats {
  readonly card: string;
  readonly snapshots: number;
  /** Size of the device at its newest version. */
  readonly deviceBytes: number;
  /** All versions as they would be restored, without sharing. */
  readonly plainBytes: number;
  /** What its versions brought that the store did not have, plain and as stored. */
  readonly newBytes: number;
  readonly storedBytes: number;
}

export interface StoreStatistics {
  /** All files of the store. */
  readonly storeBytes: number;
  readonly packs: number;
  readonly chunks: number;
  readonly snapshots: number;
  /** Used bytes of all versions, without sharing. */
  readonly plainBytes: number;
  /** Plain bytes of the distinct chunks, those that no version uses yet included. */
  readonly uniqueBytes: number;
  readonly cards: readonly CardStats[];
}

/** What no version that can be read brought: backups that run, or were stopped and perhaps went on later. */
export interface StoppedStats {
  /** Not in an index: their chunks are not counted. */
  readonly unindexedPacks: number;
  readonly newBytes: number;
  readonly storedBytes: number;
}

export async function readStoppedStats(store: Store, stats: StoreStatistics): Promise<StoppedStats> {
  const sum = (pick: (card: CardStats) => number): number => stats.cards.reduce((total, card) => total + pick(card), 0);
  return {
    unindexedPacks: Math.max(stats.packs - (await store.listPacks()).length, 0),
    newBytes: Math.max(stats.uniqueBytes - sum(({ newBytes }) => newBytes), 0),
    storedBytes: Math.max(stats.storeBytes - sum(({ storedBytes }) => storedBytes), 0),
  };
}

export async function readStoreStats(store: Store, catalog: Catalog): Promise<StoreStatistics> {
  const { storeBytes, packs, chunks, snapshots } = await store.stats();
  const cards = catalog.cards.map((card): CardStats => {
    const sum = (pick: (counts: (typeof card.snapshots)[number]['counts']) => number): number =>
      card.snapshots.reduce((total, { counts }) => total + pick(counts), 0);
    return {
      card: card.name,
      snapshots: card.snapshots.length,
      deviceBytes: card.snapshots.at(-1)?.volume.byteLength ?? 0,
      plainBytes: sum(({ live }) => live),
      newBytes: sum(({ newBytes }) => newBytes),
      storedBytes: sum(({ stored }) => stored),
    };
  });
  const plainBytes = cards.reduce((total, card) => total + card.plainBytes, 0);
  return { storeBytes, packs, chunks, snapshots, plainBytes, uniqueBytes: await plainChunkBytes(store), cards };
}

/** From the heads of the index files: what the frames of data packs hold after decompression. */
async function plainChunkBytes(store: Store): Promise<number> {
  const counted = new Set<string>();
  let total = 0;
  for await (const { head } of openIndexFiles(store)) {
    const isNew = head.packs.map(({ id, kind }) => kind === FRAME_KIND.chunks && !counted.has(toHex(id)));
    for (const { id } of head.packs) counted.add(toHex(id));
    const rows = new DataView(head.frames.buffer, head.frames.byteOffset, head.frames.byteLength);
    for (let at = 0; at < head.frames.byteLength; at += FRAME_ROW_BYTES) {
      if (isNew[rows.getUint32(at, true)] === true) total += rows.getUint32(at + 12, true);
    }
  }
  return total;
}
