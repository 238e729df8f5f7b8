/** Reads a card: what may have changed if that can be told, else all that is in use. */
import { EMPTY_EXTENTS, unionExtents, type ExtentList } from '../bytes/extent-list.ts';
import { toHex } from '../bytes/hex.ts';
import { planCapture, readExtentsOf, type CapturePlan } from '../capture/capture-plan.ts';
import type { CarryPlan } from '../capture/carry-plan.ts';
import { captureVolume, ProofFailedError, type CaptureResult } from '../capture/chunk-pipeline.ts';
import type { DiskMap } from '../capture/disk-map.ts';
import type { RememberedReads } from '../device/remembered-reads.ts';
import { CardkeepError } from '../errors.ts';
import { isKeepWhole } from '../filesystems/filesystem.ts';
import {
  encodeAttachment,
  encodeHotFiles,
  encodeLastRead,
  HOT_FILES,
  LAST_READ,
  type HotFile,
} from '../snapshot/attachments.ts';
import type { StoredSnapshot } from '../snapshot/catalog.ts';
import type { Snapshot, SnapshotMode } from '../snapshot/snapshot.ts';
import type { Store, WriteSession } from '../store/store.ts';
import { HotFiles } from './hot-files.ts';
import {
  hasHotFiles,
  planIncremental,
  readHotFiles,
  type Incremental,
  type IncrementalOptions,
  type NothingCarried,
} from './plan-incremental.ts';
import type { OperationOptions, Warning } from './progress.ts';
import { markSuspects } from './suspects.ts';

export interface CardToCapture {
  /** Gives again what was read of it to make `disk`. */
  readonly source: RememberedReads;
  readonly disk: DiskMap;
  readonly plan: CapturePlan;
  /** Why all of it is to be read whatever can be told; undefined: carry over what can be. */
  readonly readAll: FullRead | undefined;
  /** All is read, and held against what could have been carried over. */
  readonly provesAll: boolean;
  readonly incremental: Omit<IncrementalOptions, 'has' | 'signal'>;
  /** By the place of the partition, IDs (hex) of versions that `disk` believes in what it left out. */
  readonly believed: ReadonlyMap<number, string>;
  /** The disk map without such belief. */
  readonly scanAgain: () => Promise<DiskMap>;
}

/** A read of all that is in use. */
export interface FullRead {
  readonly mode: SnapshotMode;
  readonly reason: string;
  readonly warnings?: readonly Warning[];
  readonly changedInPlace?: Incremental['changedInPlace'];
}

export interface CapturedCard {
  readonly captured: CaptureResult;
  readonly mode: SnapshotMode;
  readonly modeReason: string;
  readonly base: StoredSnapshot | undefined;
  readonly carry: CarryPlan | undefined;
  readonly attachments: Snapshot['attachments'];
  readonly warnings: readonly Warning[];
}

/** While files are compared a card would have nothing to do. */
const READ_AHEAD_BYTES = 32 * 1024 * 1024;
const NOTHING_CARRIED = { base: undefined, carry: undefined } as const;
export const ASKED_FOR = 'a full read was asked for';

export async function captureCard(
  store: Store,
  session: WriteSession,
  card: CardToCapture,
  options: OperationOptions,
): Promise<CapturedCard> {
  const planned = await tellChanges(store, session, card, options);
  if ('reason' in planned) return readAll(store, session, card, planned, options);
  if (!isDescendantOfBelieved(card, planned)) {
    const reason = 'what the last version calls unused may be used by now';
    return readAll(store, session, card, { mode: 'full', reason, changedInPlace: planned.changedInPlace }, options);
  }
  try {
    const captured = await capture(
      store,
      session,
      card.provesAll ? card : { ...card, plan: planned.plan },
      planned.hot,
      planned.carry,
      options,
    );
    if (card.provesAll) {
      const { hot, changedInPlace } = planned;
      const attachments = await putAttachments(store, session, card, { hot, changedInPlace });
      return { ...NOTHING_CARRIED, captured, mode: 'full', modeReason: ASKED_FOR, attachments, warnings: [] };
    }
    return {
      captured,
      mode: 'incremental',
      modeReason: planned.reasons.join('; '),
      base: planned.base,
      carry: planned.carry,
      attachments: await putAttachments(store, session, card, planned),
      warnings: [],
    };
  } catch (error) {
    if (!(error instanceof ProofFailedError)) throw error;
    const warning = await markSuspects(store, card, planned, error);
    const reason = 'a file had changed without a trace';
    const { changedInPlace } = planned;
    return readAll(store, session, card, { mode: 'full', reason, warnings: [warning], changedInPlace }, options);
  }
}

/** True if each partition was compared with the very version that was believed about it. */
function isDescendantOfBelieved({ believed, disk }: CardToCapture, { base, changedInPlace }: Incremental): boolean {
  return disk.partitions.every(({ entry }, index) => {
    const id = believed.get(entry.byteOffset);
    return id === undefined || (id === base.id && changedInPlace.has(index));
  });
}

async function tellChanges(
  store: Store,
  session: WriteSession,
  card: CardToCapture,
  { onProgress, signal }: OperationOptions,
): Promise<Incremental | FullRead> {
  const { source, disk, plan, readAll: told, provesAll, incremental } = card;
  if (told !== undefined) return told;
  onProgress?.({ phase: 'scan', doneBytes: 0, totalBytes: 0 });
  const has = (id: Uint8Array): boolean | Promise<boolean> => session.has(id);
  const ahead = source.readAhead(certainReads(card), READ_AHEAD_BYTES);
  let planned: Incremental | NothingCarried;
  try {
    planned = await planIncremental(store, source, disk, plan, { ...incremental, has, signal });
  } finally {
    source.stopKeeping();
    await ahead;
  }
  if (!('reason' in planned)) return planned;
  return { mode: 'full', ...planned, ...(provesAll ? { reason: ASKED_FOR } : {}) };
}

/** What is read whatever the comparison tells: file systems that nothing can be carried over of, and gaps. */
function certainReads({ disk, plan }: CardToCapture): ExtentList {
  let extents = EMPTY_EXTENTS;
  for (const region of plan.regions) {
    const report = disk.partitions[region.region.partition ?? -1]?.report;
    const isComparable = report !== undefined && !isKeepWhole(report) && report.inodes !== undefined;
    if (!isComparable) extents = unionExtents(extents, readExtentsOf(region));
  }
  return extents;
}

async function readAll(
  store: Store,
  session: WriteSession,
  scanned: CardToCapture,
  full: FullRead,
  options: OperationOptions,
): Promise<CapturedCard> {
  scanned.source.forget();
  const card = await withoutBelief(scanned);
  const { mode, reason: modeReason, warnings = [] } = full;
  // Files are numbered anew by another scan.
  const changedInPlace = card === scanned ? (full.changedInPlace ?? new Map()) : new Map();
  const hot = new HotFiles(await newestHotFiles(store, card.incremental.versions));
  const captured = await capture(store, session, card, hot, undefined, options);
  const attachments = await putAttachments(store, session, card, { hot, changedInPlace });
  return { ...NOTHING_CARRIED, captured, mode, modeReason, attachments, warnings };
}

/**
 * The newest list that can still be read. Files that look as if they were written in place are found again, as all is
 * read now; of those that were seen to be, an older list tells.
 */
async function newestHotFiles(store: Store, versions: readonly StoredSnapshot[]): Promise<HotFile[]> {
  for (const version of versions.toReversed()) {
    if (!hasHotFiles(version)) continue;
    const files = await readHotFiles(store, version).catch(noneIfDamaged);
    if (files !== undefined) return files;
  }
  return [];
}

function noneIfDamaged(error: unknown): undefined {
  if (error instanceof CardkeepError && (error.kind === 'damaged' || error.kind === 'not-found')) return undefined;
  throw error;
}

/** Who reads all believes nothing: what earlier versions said of the card may be of another state of it. */
async function withoutBelief(card: CardToCapture): Promise<CardToCapture> {
  if (card.believed.size === 0) return card;
  const disk = await card.scanAgain();
  return { ...card, disk, plan: planCapture(disk) };
}

async function capture(
  store: Store,
  session: WriteSession,
  { source, disk, plan }: CardToCapture,
  hot: HotFiles,
  carry: CarryPlan | undefined,
  { onProgress, signal }: OperationOptions,
): Promise<CaptureResult> {
  source.stopKeeping();
  return captureVolume(source, plan, store, session, {
    carry,
    signal,
    onFilePiece: (piece, bytes) => hot.look(plan, disk, piece, bytes),
    onProgress: ({ readBytes, totalBytes, newBytes }) =>
      onProgress?.({ phase: 'read', doneBytes: readBytes, totalBytes, newBytes }),
  });
}

async function putAttachments(
  store: Store,
  session: WriteSession,
  { disk }: CardToCapture,
  { hot, changedInPlace, carry }: Pick<Incremental, 'hot' | 'changedInPlace'> & { readonly carry?: CarryPlan },
): Promise<Snapshot['attachments']> {
  const files = hot.after(disk, changedInPlace);
  const bodies = [
    ...encodeHotFiles(files).map((body) => ({ kind: HOT_FILES, body })),
    ...(carry === undefined ? [] : [{ kind: LAST_READ, body: encodeLastRead(carry.lastRead) }]),
  ];
  const attachments: { kind: string; node: string }[] = [];
  for (const { kind, body } of bodies) {
    const node = encodeAttachment(body);
    const id = store.hasher.hash(node);
    if (!(await session.has(id))) await session.put('node', id, node);
    attachments.push({ kind, node: toHex(id) });
  }
  return attachments;
}
