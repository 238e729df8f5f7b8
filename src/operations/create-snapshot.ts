/**
 * Back up: scan the tables and file systems, read what is live, store what is new, write the version last.
 */
import { randomBytes } from 'node:crypto';
import { toHex } from '../bytes/hex.ts';
import { planCapture } from '../capture/capture-plan.ts';
import type { CapturePlan } from '../capture/capture-plan.ts';
import { captureVolume } from '../capture/chunk-pipeline.ts';
import type { CaptureResult } from '../capture/chunk-pipeline.ts';
import { readDiskMap } from '../capture/disk-map.ts';
import type { DiskMap } from '../capture/disk-map.ts';
import { checkWitness, readWitness } from '../capture/witness.ts';
import type { BlockSource } from '../device/block-source.ts';
import { isKeepWhole } from '../filesystems/filesystem.ts';
import { readCatalog, type Catalog } from '../snapshot/catalog.ts';
import { encodeSnapshot } from '../snapshot/snapshot-codec.ts';
import type { DeviceIdentity, Snapshot, SnapshotMode } from '../snapshot/snapshot.ts';
import type { SessionOptions, Store } from '../store/store.ts';
import { warningsOfDamage, warningsOfDisk, warningsOfTime } from './backup-warnings.ts';
import { chooseCard } from './choose-card.ts';
import type { ChosenCard } from './choose-card.ts';
import { describeVolume, suggestCardName } from './describe-volume.ts';
import { beginPhase } from './progress.ts';
import type { OperationOptions, Warning } from './progress.ts';

export interface CreateSnapshotOptions extends OperationOptions {
  readonly device: DeviceIdentity;
  /** Card name given by the user; undefined: by identity. */
  readonly card?: string | undefined;
  readonly note?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  /** Time that the version bears, ms since 1970; undefined: now. When it was written is kept beside it. */
  readonly atMs?: number | undefined;
  readonly raw?: boolean | undefined;
  readonly full?: boolean | undefined;
  readonly keepSwap?: boolean | undefined;
  readonly session: SessionOptions;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly utcOffsetMinutes: number;
}

export interface CreatedSnapshot {
  /** Full hexadecimal ID. */
  readonly id: string;
  readonly snapshot: Snapshot;
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
  beginPhase(options, 'open');
  const catalog = await readCatalog(store);
  const { disk, plan } = await scan(source, options);
  const witness = await readWitness(source, disk);
  const outline = describeVolume(source, disk, options.device, {
    levels: 0,
    mapRoot: '',
    liveBytesOfPartition: new Map(),
  });
  const wish = { name: options.card, suggestedName: await suggestCardName(source, disk) };
  chooseCard(catalog, outline, wish, randomBytes);
  beginPhase(options, 'open');
  await using session = await store.startSession(options.session);
  const captured = await captureVolume(source, plan, store, session, {
    signal: options.signal,
    onProgress: ({ readBytes, totalBytes, newBytes }) =>
      options.onProgress?.({ phase: 'read', doneBytes: readBytes, totalBytes, newBytes }),
  });
  beginPhase(options, 'finish');
  await session.flush();
  await checkWitness(source, witness);
  // Another backup may have ended meanwhile: the number is taken as late as can be.
  const card = chooseCard(await readCatalog(store), outline, wish, randomBytes);
  const finishedMs = options.now();
  const snapshot: Snapshot = {
    cardId: card.cardId,
    card: card.name,
    number: card.number,
    parent: card.previous?.id ?? '',
    base: '',
    startedMs: options.atMs ?? startedMs,
    finishedMs,
    utcOffsetMinutes: options.utcOffsetMinutes,
    host: options.session.host,
    tool: options.session.tool,
    note: options.note ?? '',
    tags: options.tags ?? [],
    ...modeOf(card, options),
    volume: describeVolume(source, disk, options.device, {
      levels: captured.map.levels,
      mapRoot: captured.map.root === undefined ? '' : toHex(captured.map.root),
      liveBytesOfPartition: captured.liveBytesOfPartition,
    }),
    counts: countsOf(captured, session.counts),
  };
  const id = await session.commitSnapshot(encodeSnapshot(snapshot));
  return {
    id,
    snapshot,
    storedBytes: session.counts.storedBytes,
    elapsedMs: options.now() - startedMs,
    unclean: disk.partitions.some(({ report }) => !isKeepWhole(report) && !report.clean),
    warnings: warningsOf(disk, card, catalog, options),
  };
}

export interface SnapshotEstimate {
  readonly card: string;
  readonly mode: SnapshotMode;
  readonly modeReason: string;
  readonly deviceBytes: number;
  readonly wouldReadBytes: number;
  readonly warnings: readonly Warning[];
  readonly disk: DiskMap;
}

/** What `createSnapshot` would read, without writing anything. */
export async function estimateSnapshot(
  store: Store | undefined,
  source: BlockSource,
  options: CreateSnapshotOptions,
): Promise<SnapshotEstimate> {
  beginPhase(options, 'open');
  const catalog = store === undefined ? { cards: [], damaged: [] } : await readCatalog(store);
  const { disk, plan } = await scan(source, options);
  const outline = describeVolume(source, disk, options.device, {
    levels: 0,
    mapRoot: '',
    liveBytesOfPartition: new Map(),
  });
  const card = chooseCard(
    catalog,
    outline,
    { name: options.card, suggestedName: await suggestCardName(source, disk) },
    randomBytes,
  );
  return {
    card: card.name,
    ...modeOf(card, options),
    deviceBytes: source.byteLength,
    wouldReadBytes: plan.readBytes,
    warnings: warningsOf(disk, card, catalog, options),
    disk,
  };
}

async function scan(
  source: BlockSource,
  options: CreateSnapshotOptions,
): Promise<{ disk: DiskMap; plan: CapturePlan }> {
  beginPhase(options, 'scan');
  const disk = await readDiskMap(source, {
    raw: options.raw === true,
    keepSwap: options.keepSwap === true,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  return { disk, plan: planCapture(disk) };
}

function modeOf(card: ChosenCard, options: CreateSnapshotOptions): { mode: SnapshotMode; modeReason: string } {
  if (options.raw === true) return { mode: 'raw', modeReason: 'every byte was asked for' };
  if (options.full === true) return { mode: 'full', modeReason: 'a full read was asked for' };
  return { mode: 'full', modeReason: card.number === 1 ? 'first version of this card' : 'all that is in use' };
}

function countsOf(
  captured: CaptureResult,
  written: { newBytes: number; newChunks: number; storedBytes: number },
): Snapshot['counts'] {
  return {
    live: captured.liveBytes,
    read: captured.readBytes,
    carried: 0,
    proved: 0,
    newBytes: written.newBytes,
    newChunks: written.newChunks,
    stored: written.storedBytes,
  };
}

function warningsOf(disk: DiskMap, card: ChosenCard, catalog: Catalog, options: CreateSnapshotOptions): Warning[] {
  return [
    ...warningsOfDisk(disk),
    ...card.notices,
    ...warningsOfTime(card, options.atMs, options.now()),
    ...warningsOfDamage(catalog),
  ];
}
