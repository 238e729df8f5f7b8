/** `restore SNAPSHOT TARGET`: inspect -> plan -> show -> ask -> look again -> write -> read back. */
import { chown, unlink } from 'node:fs/promises';
import path from 'node:path';
import { openTarget } from '../device/file-device.ts';
import type { FileDevice } from '../device/file-device.ts';
import { CardkeepError } from '../errors.ts';
import { inspectTarget, requireSameTarget } from '../operations/inspect-target.ts';
import type { InspectedTarget } from '../operations/inspect-target.ts';
import { guardTarget } from '../operations/guard-target.ts';
import { planSnapshotRestore, restoreSnapshot } from '../operations/restore-snapshot.ts';
import type { RestoreCounts } from '../restore/execute-restore.ts';
import type { RestorePlan } from '../restore/restore-plan.ts';
import { findSnapshot, readCatalog } from '../snapshot/catalog.ts';
import type { StoredSnapshot } from '../snapshot/catalog.ts';
import type { Store } from '../store/store.ts';
import { askYesNo, canAsk, cannotAsk, declined } from './ask.ts';
import type { CliContext } from './context.ts';
import { humanBytes, humanDuration, visibleText } from './human-format.ts';
import { writeJson, writeLines, writeNotice } from './output.ts';
import { withProgress } from './progress-display.ts';
import { EXIT_DONE } from './report-error.ts';
import { planDocument, planLines } from './restore-plan-text.ts';
import type { RestoreEstimate } from './restore-plan-text.ts';
import { openChosenStore } from './store-choice.ts';

export interface RestoreFlags {
  /** False with --no-verify. */
  readonly verify: boolean;
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

/** What a common card reaches; a file is as fast as its disk. */
const CARD_SPEED = { writeBytesPerSecond: 20e6, readBytesPerSecond: 60e6 };
const FILE_SPEED = { writeBytesPerSecond: 200e6, readBytesPerSecond: 400e6 };

export async function restore(
  context: CliContext,
  reference: string,
  targetWord: string,
  flags: RestoreFlags,
): Promise<number> {
  const targetPath = placeOf(targetWord);
  const opened = await openChosenStore(context);
  await using store = opened.store;
  const snapshot = findSnapshot(await readCatalog(store), reference);
  const target = await inspectTarget(targetPath, snapshot.volume.byteLength);
  await guardTarget(target, { storePath: opened.path, force: flags.force === true });
  const options = { verify: flags.verify, targetIsZero: target.kind !== 'device', signal: context.signal };
  const plan = await planSnapshotRestore(store, snapshot, target, options);
  const speed = target.kind === 'device' ? CARD_SPEED : FILE_SPEED;
  const estimate: RestoreEstimate = { ...speed, verify: flags.verify };
  if (flags.dryRun === true) {
    if (context.options.json === true) writeJson(planDocument(snapshot, targetPath, plan, estimate));
    else writeLines([...planLines(snapshot, target, plan, estimate), '  nothing was written']);
    return EXIT_DONE;
  }
  await confirm(context, flags, target, planLines(snapshot, target, plan, estimate));
  return await write(context, { store, snapshot, target, plan, verify: flags.verify });
}

function placeOf(word: string): string {
  if (word === '-') {
    throw new CardkeepError('usage', 'E_USAGE', 'a restore cannot be written to standard output', {
      hint: 'name an image file or a device: cardkeep restore octopi octopi.img',
    });
  }
  return path.resolve(word);
}

async function confirm(
  context: CliContext,
  flags: RestoreFlags,
  target: InspectedTarget,
  plan: readonly string[],
): Promise<void> {
  const { json, quiet } = context.options;
  if (flags.yes === true) {
    if (json !== true && quiet !== true) writeNotice(plan);
    return;
  }
  const where = visibleText(target.path);
  if (!canAsk())
    throw cannotAsk(`all that is on ${where} would be overwritten`, 'look at the plan with --dry-run, then say --yes');
  writeNotice(plan);
  const loss = target.kind === 'new' ? `${where} is made.` : `All that is on ${where} is lost.`;
  if (!(await askYesNo(`${loss} Restore?`, context.signal))) throw declined();
}

interface Work {
  readonly store: Store;
  readonly snapshot: StoredSnapshot;
  readonly target: InspectedTarget;
  readonly plan: RestorePlan;
  readonly verify: boolean;
}

async function write(context: CliContext, work: Work): Promise<number> {
  const { store, snapshot, target, plan, verify } = work;
  const startMs = context.now();
  const device = await openWritable(target, plan);
  let counts: RestoreCounts;
  try {
    if (target.kind === 'device') await requireSameTarget(target, device);
    counts = await withProgress(context, async (onProgress) =>
      restoreSnapshot(store, snapshot, device, plan, {
        verify,
        targetIsZero: plan.targetIsZero,
        onProgress,
        signal: context.signal,
      }),
    );
  } catch (error) {
    await device.close();
    // Half an image is of no use, and looks like a whole one.
    if (target.kind === 'new') await unlink(target.path).catch(() => undefined);
    throw error;
  }
  await device.close();
  const { owner } = context.user;
  if (target.kind === 'new' && owner !== undefined)
    await chown(target.path, owner.uid, owner.gid).catch(() => undefined);
  tell(context, work, counts, device, context.now() - startMs);
  return EXIT_DONE;
}

async function openWritable(target: InspectedTarget, plan: RestorePlan): Promise<FileDevice> {
  if (target.kind === 'device') return openTarget(target.path, { exclusive: true });
  return openTarget(target.path, { exclusive: true, create: plan.targetBytes, replace: target.kind === 'file' });
}

function tell(context: CliContext, work: Work, counts: RestoreCounts, device: FileDevice, elapsedMs: number): void {
  const { snapshot, target, verify } = work;
  const { writtenBytes, zeroedBytes, verifiedBytes } = counts;
  if (context.options.json === true) {
    writeJson({
      snapshot: snapshot.id,
      target: target.path,
      writtenBytes,
      zeroedBytes,
      skippedEqualBytes: 0,
      verifiedBytes,
      grown: [],
      elapsedMs,
    });
    return;
  }
  if (context.options.quiet === true) return;
  const name = visibleText(`${snapshot.card}@${snapshot.number}`);
  const checked = verify
    ? `read back and compared ${humanBytes(verifiedBytes)}${device.isReadBackCached ? ' (through the cache: this proves less)' : ''}`
    : 'not read back (--no-verify)';
  writeLines([
    `${name} is on ${visibleText(target.path)}`,
    `  wrote ${humanBytes(writtenBytes)}, ${checked}, in ${humanDuration(elapsedMs)}`,
  ]);
}
