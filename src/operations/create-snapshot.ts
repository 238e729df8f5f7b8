/**
 * Back up: scan the tables and file systems, read what is live and may have changed, store what is new, write the
 * version last.
 */
import { toHex } from '../bytes/hex.ts';
import type { CarryPlan } from '../capture/carry-plan.ts';
import type { CaptureResult } from '../capture/chunk-pipeline.ts';
import { checkWitness, readWitness } from '../capture/witness.ts';
import type { BlockSource } from '../device/block-source.ts';
import { isKeepWhole } from '../filesystems/filesystem.ts';
import { readCatalog } from '../snapshot/catalog.ts';
import type { StoredSnapshot } from '../snapshot/catalog.ts';
import { encodeSnapshot } from '../snapshot/snapshot-codec.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { SessionOptions, Store } from '../store/store.ts';
import { warningsOf } from './backup-warnings.ts';
import { captureCard } from './capture-card.ts';
import { describeVolume } from './describe-volume.ts';
import { prepareCapture, type CaptureWishes } from './prepare-capture.ts';
import { beginPhase, type Warning } from './progress.ts';

export interface CreateSnapshotOptions extends CaptureWishes {
  readonly note?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  /** Time that the version bears, ms since 1970; undefined: now. When it was written is kept beside it. */
  readonly atMs?: number | undefined;
  readonly session: SessionOptions;
  readonly utcOffsetMinutes: number;
}

export interface CreatedSnapshot {
  /** Full hexadecimal ID. */
  readonly id: string;
  readonly snapshot: Snapshot;
  /** The version that unchanged parts were taken over from. */
  readonly base: StoredSnapshot | undefined;
  /** Growth of the store, the snapshot file included. */
  readonly storedBytes: number;
  readonly elapsedMs: number;
  readonly unclean: boolean;
  readonly warnings: readonly Warning[];
}

/** Commits a new version, or throws and leaves the store without one. */
export async function createSnapshot(
  store: Store,
  source: BlockSource,
  options: CreateSnapshotOptions,
): Promise<CreatedSnapshot> {
  const startedMs = options.now();
  const prepared = await prepareCapture(store, source, options);
  const { disk, incremental } = prepared.card;
  // As it was when the card was looked at: by that it was decided what is read.
  const witness = await readWitness(prepared.card.source, disk);
  beginPhase(options, 'open');
  await using session = await store.startSession(options.session);
  const taken = await captureCard(store, session, prepared.card, options);
  const { captured, base, carry } = taken;
  beginPhase(options, 'finish');
  await session.flush();
  await checkWitness(source, witness);
  const card = prepared.chooseAgain(await readCatalog(store));
  const snapshot: Snapshot = {
    cardId: card.cardId,
    card: card.name,
    number: card.number,
    parent: card.previous?.id ?? '',
    base: base?.id ?? '',
    startedMs: options.atMs ?? startedMs,
    finishedMs: options.now(),
    utcOffsetMinutes: options.utcOffsetMinutes,
    host: options.session.host,
    tool: options.session.tool,
    note: options.note ?? '',
    tags: options.tags ?? [],
    mode: taken.mode,
    modeReason: taken.modeReason,
    volume: describeVolume(source, disk, options.device, {
      levels: captured.map.levels,
      mapRoot: captured.map.root === undefined ? '' : toHex(captured.map.root),
      liveBytesOfPartition: captured.liveBytesOfPartition,
    }),
    counts: countsOf(captured, carry, session.counts),
    attachments: taken.attachments,
    proof: proofOf(captured, carry, base, incremental.versions),
  };
  const id = await session.commitSnapshot(encodeSnapshot(snapshot));
  return {
    id,
    snapshot,
    base,
    storedBytes: session.counts.storedBytes,
    elapsedMs: options.now() - startedMs,
    unclean: disk.partitions.some(({ report }) => !isKeepWhole(report) && !report.clean),
    warnings: [...taken.warnings, ...warningsOf(disk, card, prepared.catalog, options)],
  };
}

function countsOf(
  captured: CaptureResult,
  carry: CarryPlan | undefined,
  written: { newBytes: number; newChunks: number; storedBytes: number },
): Snapshot['counts'] {
  return {
    live: captured.liveBytes,
    read: captured.readBytes,
    carried: carry?.carriedBytes ?? 0,
    proved: carry?.provedBytes ?? 0,
    newBytes: written.newBytes,
    newChunks: written.newChunks,
    stored: written.storedBytes,
  };
}

function proofOf(
  { liveBytes }: CaptureResult,
  carry: CarryPlan | undefined,
  base: StoredSnapshot | undefined,
  versions: readonly StoredSnapshot[],
): Snapshot['proof'] {
  if (carry === undefined || base === undefined || carry.carriedBytes === 0) {
    return { readShare: 1000, oldestReadSnapshot: '' };
  }
  const oldest = carry.lastRead.reduce(
    (least, version) => (version === 0 ? least : Math.min(least, version)),
    base.number,
  );
  const found = versions.find(({ number }) => number === oldest);
  // A version that is not there any more can only be told by the one that referred to it.
  const oldestReadSnapshot = found?.id ?? (base.proof.oldestReadSnapshot || base.id);
  return { readShare: Math.floor((1 - carry.carriedBytes / liveBytes) * 1000), oldestReadSnapshot };
}
