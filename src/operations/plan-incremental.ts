/** The quick backup: what need not be read because the file system itself says that it has not changed. */
import { chooseBase, type NoBase } from '../capture/base-choice.ts';
import { assumeZero, type CapturePlan } from '../capture/capture-plan.ts';
import { findInBase } from '../capture/carried-pieces.ts';
import { extendToCells } from '../capture/directory-cells.ts';
import { planCarry, type CarryPlan } from '../capture/carry-plan.ts';
import type { DiskMap } from '../capture/disk-map.ts';
import { findSteadyZeros } from '../capture/steady-zeros.ts';
import type { ChunkId } from '../codec/chunk-id.ts';
import type { BlockSource } from '../device/block-source.ts';
import { CardkeepError } from '../errors.ts';
import { fromHex } from '../bytes/hex.ts';
import {
  decodeAttachment,
  decodeHotFiles,
  decodeLastRead,
  HOT_FILES,
  LAST_READ,
  type HotFile,
} from '../snapshot/attachments.ts';
import type { StoredSnapshot } from '../snapshot/catalog.ts';
import { WINDOW_BYTES } from '../snapshot/map-node.ts';
import { openSnapshotSource, UNREADABLE } from '../snapshot/snapshot-source.ts';
import type { Volume } from '../snapshot/snapshot.ts';
import type { Store } from '../store/store.ts';
import { compareWithBase } from './compare-with-base.ts';
import { HotFiles } from './hot-files.ts';

export interface Incremental {
  readonly base: StoredSnapshot;
  /** What is left to be read, but for what `carry` carries. */
  readonly plan: CapturePlan;
  readonly carry: CarryPlan;
  readonly hot: HotFiles;
  /** By index of the partition. */
  readonly changedInPlace: ReadonlyMap<number, readonly number[]>;
  /** Why some partitions are read as a whole. */
  readonly reasons: readonly string[];
}

/** All is to be read; what was changed in place may be known all the same. */
export type NothingCarried = NoBase & Partial<Pick<Incremental, 'changedInPlace'>>;

export interface IncrementalOptions {
  /** All versions of the card, ascending. */
  readonly versions: readonly StoredSnapshot[];
  /** False for those that the card does not descend from, as a restore was recorded since. */
  readonly isAncestor: (snapshot: StoredSnapshot) => boolean;
  /** What is known of the card, its map still empty. */
  readonly outline: Volume;
  readonly proofPercent: number;
  readonly has: (id: ChunkId) => boolean | Promise<boolean>;
  readonly nowMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Damage of the base gives a reason, not an error. */
export async function planIncremental(
  store: Pick<Store, 'readChunk'>,
  source: BlockSource,
  disk: DiskMap,
  plan: CapturePlan,
  options: IncrementalOptions,
): Promise<Incremental | NothingCarried> {
  const choice = chooseBase(options.versions, options.outline, options.isAncestor);
  if ('reason' in choice) return choice;
  const base = choice.snapshot;
  // Who made it did not look for files that are written to in place.
  if (!hasHotFiles(base)) {
    return { reason: `version ${base.number} does not say which files are to be read each time` };
  }
  try {
    const baseSource = openSnapshotSource(store, base.volume);
    const comparison = await compareWithBase(source, disk, choice, baseSource, {
      nowSeconds: options.nowMs / 1000,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    if ('reason' in comparison) return comparison;
    const hot = new HotFiles(await readHotFiles(store, base));
    for (const [region, isSame] of comparison.isSame.entries()) {
      const { entry, report } = disk.partitions[disk.regions[region]!.partition ?? -1] ?? {};
      if (isSame === undefined || entry === undefined || report === undefined || !('inodes' in report)) continue;
      if (report.inodes !== undefined) hot.takeOut(entry.number, report.inodes, isSame);
    }
    const isSame: (Uint8Array | undefined)[] = [];
    for (const [region, same] of comparison.isSame.entries()) {
      isSame[region] = same && (await extendToCells(same, plan.regions[region]!.cells, baseSource.map));
    }
    const found = await findInBase(plan.regions, isSame, baseSource.map);
    const lastRead = await readLastRead(store, base);
    const carry = await planCarry(plan.regions, found, { ...options, lastRead });
    const compared = comparison.isSame.flatMap((isSame, region) => (isSame === undefined ? [] : [region]));
    const steady = await findSteadyZeros(disk, plan, compared, baseSource.map);
    const { changedInPlace, reasons } = comparison;
    if (carry.runs.count === 0 && carry.provedBytes === 0) {
      if (carry.lacksChunks) return { reason: damaged(base), changedInPlace };
      const reason = `each of its files changed since version ${base.number}, was written within two minutes of the card's last use, or is read each time`;
      return { reason, changedInPlace };
    }
    return { base, plan: assumeZero(plan, steady), carry, hot, changedInPlace, reasons };
  } catch (error) {
    if (!(error instanceof CardkeepError)) throw error;
    if (error.code === UNREADABLE) return { reason: `version ${base.number} lacks what could not be read` };
    if (error.kind !== 'damaged' && error.kind !== 'not-found') throw error;
    return { reason: damaged(base) };
  }
}

function damaged({ number }: StoredSnapshot): string {
  return `version ${number} in the store is damaged`;
}

export function hasHotFiles({ attachments }: Pick<StoredSnapshot, 'attachments'>): boolean {
  return attachments.some(({ kind }) => kind === HOT_FILES);
}

/** The files that a version says are to be read each time; none where it does not say. */
export async function readHotFiles(
  store: Pick<Store, 'readChunk'>,
  snapshot: Pick<StoredSnapshot, 'attachments'>,
): Promise<HotFile[]> {
  const parts: HotFile[][] = [];
  for await (const body of readAttachments(store, snapshot, HOT_FILES)) parts.push(decodeHotFiles(body));
  return parts.flat();
}

/** By window, the number of the version that last read all of it. */
export async function readLastRead(store: Pick<Store, 'readChunk'>, snapshot: StoredSnapshot): Promise<Uint32Array> {
  const windows = Math.ceil(snapshot.volume.byteLength / WINDOW_BYTES);
  let versions: Uint32Array = new Uint32Array(windows);
  for await (const body of readAttachments(store, snapshot, LAST_READ)) versions = decodeLastRead(body, windows);
  return versions.map((version) => (version === 0 ? snapshot.number : version));
}

async function* readAttachments(
  store: Pick<Store, 'readChunk'>,
  { attachments }: Pick<StoredSnapshot, 'attachments'>,
  wanted: string,
): AsyncGenerator<Uint8Array> {
  for (const { kind, node } of attachments) {
    if (kind === wanted) yield decodeAttachment(await store.readChunk(fromHex(node)));
  }
}
