/** `backup [SOURCE]`: a new version of a card. */
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { deviceMeantBy } from '../device/device-name.ts';
import type { BlockSource } from '../device/block-source.ts';
import { CardkeepError } from '../errors.ts';
import { createSnapshot } from '../operations/create-snapshot.ts';
import { estimateSnapshot } from '../operations/estimate-snapshot.ts';
import type { CreateSnapshotOptions } from '../operations/create-snapshot.ts';
import { estimateReadMs } from '../operations/estimate-time.ts';
import type { Warning } from '../operations/progress.ts';
import type { DeviceIdentity } from '../snapshot/snapshot.ts';
import { checkCardName, readCatalog } from '../snapshot/catalog.ts';
import { readMachineIdentity } from '../store/machine-identity.ts';
import { askYesNo, canAsk, declined } from './ask.ts';
import { backupDocument, backupSummary, estimateDocument, estimateLines } from './backup-summary.ts';
import { openBackupSource, STDIN } from './backup-source.ts';
import type { CliContext } from './context.ts';
import { humanTime, visibleText } from './human-format.ts';
import { writeJson, writeLines, writeNotice } from './output.ts';
import { parseTime } from './parse-time.ts';
import { withProgress } from './progress-display.ts';
import { EXIT_DONE, withStopHint } from './report-error.ts';
import { findChosenStore, openOrMakeStore } from './store-choice.ts';
import { withStorePlace } from './store-place.ts';

export interface BackupFlags {
  readonly card?: string;
  readonly note?: string;
  readonly tag?: readonly string[];
  readonly at?: string;
  readonly full?: boolean;
  readonly proof?: string;
  readonly raw?: boolean;
  readonly keepSwap?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

export async function backUp(context: CliContext, wanted: string | undefined, flags: BackupFlags): Promise<number> {
  if (flags.card !== undefined) checkCardName(flags.card);
  if (flags.at !== undefined) parseTime(flags.at);
  if (flags.proof !== undefined) parsePercent(flags.proof);
  const sourcePath = wanted === undefined ? await chooseCard(context, flags) : await placeOf(wanted);
  const raw = flags.raw === true;
  const { source, device, madeMs } = await openBackupSource(context, {
    path: sourcePath,
    word: wanted ?? sourcePath,
    raw,
  });
  await using _ = source;
  const options = await snapshotOptions(context, flags, device, madeMs);
  if (madeMs !== undefined && flags.at === undefined) tellTime(context, madeMs);
  if (flags.dryRun === true) return await tellEstimate(context, source, options);
  return await store(context, source, flags, options);
}

function tellTime({ options: { json, quiet } }: CliContext, madeMs: number): void {
  if (json !== true && quiet !== true) {
    writeNotice([`its version bears the time of the file, ${humanTime(madeMs)} (--at gives another)`]);
  }
}

/** Throws E_USAGE. */
function parsePercent(text: string): number {
  const percent = /^\d+(\.\d+)?%?$/u.test(text) ? Number.parseFloat(text) : Number.NaN;
  if (percent >= 0 && percent <= 100) return percent;
  throw new CardkeepError('usage', 'E_USAGE', `${text} is no share in percent`, { hint: 'for example: --proof 5' });
}

/** Throws E_NO_SOURCE for a device without its folder: `sda`, where no file has that name. */
async function placeOf(word: string): Promise<string> {
  if (word === STDIN) return word;
  const place = path.resolve(word);
  const device = await deviceMeantBy(word);
  if (device === undefined || existsSync(place)) return place;
  throw new CardkeepError('not-found', 'E_NO_SOURCE', `there is no file ${word} here`, {
    hint: `the device is ${device}: sudo cardkeep backup ${device}`,
  });
}

async function chooseCard(context: CliContext, flags: BackupFlags): Promise<string> {
  const { offerCard } = await import('./offer-card.ts');
  return offerCard(context, flags.yes === true);
}

/** A question only where somebody can answer: a script that says --card goes on as it did. */
async function confirmSameIds(context: CliContext, { message }: Warning): Promise<void> {
  if (!canAsk()) return;
  writeNotice([`note: ${visibleText(message)}`]);
  if (!(await askYesNo('Make a second card of it?', context.signal))) throw declined();
}

async function store(
  context: CliContext,
  source: BlockSource,
  flags: BackupFlags,
  options: CreateSnapshotOptions,
): Promise<number> {
  const { json, quiet } = context.options;
  const onSameIds =
    flags.yes === true ? undefined : async (notice: Warning): Promise<void> => confirmSameIds(context, notice);
  const opened = await openOrMakeStore(context);
  await using store = opened.store;
  if (opened.isNew && quiet !== true) writeNotice([`made a store in ${opened.path}`]);
  const created = await withStopHint(
    'nothing is lost: the same command goes on with what was stored by now',
    async () =>
      withStorePlace(context, opened.path, async () =>
        withProgress(context, async (onProgress) =>
          createSnapshot(store, source, { ...options, onProgress, onSameIds }),
        ),
      ),
  );
  if (json === true) {
    writeJson(backupDocument(created));
  } else if (quiet !== true) {
    const all = (await readCatalog(store)).cards.flatMap((card) => card.snapshots);
    writeLines(backupSummary(created, { isOnly: all.length === 1 }));
  }
  return EXIT_DONE;
}

async function tellEstimate(context: CliContext, source: BlockSource, options: CreateSnapshotOptions): Promise<number> {
  const opened = await findChosenStore(context);
  await using _ = opened?.store;
  const estimate = await withProgress(context, async (onProgress) =>
    estimateSnapshot(opened?.store, source, { ...options, onProgress }),
  );
  const estimatedMs = await estimateReadMs(source, estimate.wouldReadBytes, context.signal);
  if (context.options.json === true) writeJson(estimateDocument(estimate, estimatedMs));
  else writeLines(estimateLines(estimate, estimatedMs));
  return EXIT_DONE;
}

async function snapshotOptions(
  context: CliContext,
  flags: BackupFlags,
  device: DeviceIdentity,
  madeMs: number | undefined,
): Promise<CreateSnapshotOptions> {
  const { signal, now, tool } = context;
  const host = hostname();
  return {
    signal,
    now,
    device,
    card: flags.card,
    note: flags.note,
    tags: flags.tag,
    atMs: flags.at === undefined ? madeMs : parseTime(flags.at),
    full: flags.full,
    proofPercent: flags.proof === undefined ? undefined : parsePercent(flags.proof),
    raw: flags.raw,
    keepSwap: flags.keepSwap,
    utcOffsetMinutes: -new Date(now()).getTimezoneOffset(),
    session: { kind: 'backup', host, tool, machine: await readMachineIdentity(), now, signal },
  };
}
