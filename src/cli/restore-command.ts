/** `restore VERSION TARGET`: inspect -> plan -> show -> ask -> look again -> write -> read back. */
import { chown, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { TargetFacts } from '../device/device-guards.ts';
import { openTarget } from '../device/file-device.ts';
import type { FileDevice } from '../device/file-device.ts';
import { runCommand } from '../device/run-command.ts';
import { CardkeepError, systemErrorCode } from '../errors.ts';
import { guardTarget, guardTargetAgain } from '../operations/guard-target.ts';
import type { GuardTargetOptions } from '../operations/guard-target.ts';
import { inspectTarget, requireSameContent } from '../operations/inspect-target.ts';
import type { InspectedTarget } from '../operations/inspect-target.ts';
import { peekPartitions } from '../operations/peek-target.ts';
import type { Progress } from '../operations/progress.ts';
import { planSnapshotRestore, restoreSnapshot } from '../operations/restore-snapshot.ts';
import { readSuspects } from '../operations/suspects.ts';
import type { RestoreCounts } from '../restore/execute-restore.ts';
import { readCatalog } from '../snapshot/catalog.ts';
import type { Store } from '../store/store.ts';
import { askYesNo, canAsk, cannotAsk, declined } from './ask.ts';
import type { CliContext } from './context.ts';
import { visibleText } from './human-format.ts';
import { writeJson, writeLines, writeNotice } from './output.ts';
import { withProgress } from './progress-display.ts';
import { EXIT_DONE, withStopHint } from './report-error.ts';
import { saysWhatIsLeft, stopHint } from './restore-leftovers.ts';
import type { RestoreStage } from './restore-leftovers.ts';
import { shapeWords } from './reshape-text.ts';
import { planDocument, planLines, suspectLines } from './restore-plan-text.ts';
import type { PlannedRestore, RestoreEstimate } from './restore-plan-text.ts';
import { shapeOf, wantedFileBytes, withAnswer } from './restore-shape.ts';
import type { ShapeFlags } from './restore-shape.ts';
import { ejectWritten, tellRestored } from './restore-summary.ts';
import { isUnfinishedOf, requireSpace, targetPathOf, versionMeantBy } from './restore-target.ts';
import { openChosenStore } from './store-choice.ts';

export interface RestoreFlags extends ShapeFlags {
  /** False with --no-verify. */
  readonly verify: boolean;
  /** False with --no-compare. */
  readonly compare: boolean;
  readonly resume?: boolean;
  readonly wipe?: boolean;
  readonly eject?: boolean;
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

/** What a common card reaches; a file is as fast as its disk. */
const CARD_SPEED = { writeBytesPerSecond: 20e6, readBytesPerSecond: 60e6 };
const FILE_SPEED = { writeBytesPerSecond: 200e6, readBytesPerSecond: 400e6 };

interface Work extends PlannedRestore {
  readonly store: Store;
  readonly facts: TargetFacts;
  readonly guard: GuardTargetOptions;
}

export async function restore(
  context: CliContext,
  reference: string,
  targetWord: string,
  flags: RestoreFlags,
): Promise<number> {
  requireFlags(flags);
  const targetPath = await targetPathOf(targetWord);
  const opened = await openChosenStore(context);
  await using store = opened.store;
  const work = await plan(context, { store, storePath: opened.path, reference, targetPath, targetWord }, flags);
  if (flags.dryRun === true) {
    if (context.options.json === true) writeJson(planDocument(work));
    else writeLines([...planLines(work), '  nothing was written']);
    return EXIT_DONE;
  }
  await confirm(context, flags, work);
  // Awaited here: the store is closed when this function returns.
  return await write(context, work, flags);
}

function requireFlags({ resume, compare }: RestoreFlags): void {
  if (resume !== true || compare) return;
  throw new CardkeepError(
    'usage',
    'E_USAGE',
    '--resume compares what is there already: it cannot go with --no-compare',
    {
      hint: 'leave one of them out',
    },
  );
}

interface Words {
  readonly store: Store;
  readonly storePath: string;
  readonly reference: string;
  readonly targetPath: string;
  readonly targetWord: string;
}

async function plan(context: CliContext, words: Words, given: RestoreFlags): Promise<Work> {
  const { store, storePath, targetPath, targetWord } = words;
  const catalog = await readCatalog(store);
  const snapshot = await versionMeantBy(catalog, words.reference, targetWord);
  const isSuspect = (await readSuspects(store)).has(snapshot.id);
  const imagePath = snapshot.host === hostname() ? snapshot.volume.device.path : undefined;
  const guard = { storePath, imagePath, force: given.force === true, run: runCommand };
  const facts = await guardTarget(targetPath, guard);
  const target = await lookAt(context, targetPath, snapshot.volume.byteLength, given);
  const flags = await withAnswer(context, store, snapshot, target, given);
  const isResumed = flags.resume === true && isUnfinishedOf(catalog, target, snapshot, targetWord);
  const compares = flags.compare && target.presentBytes > 0;
  const targetIsFile = target.kind !== 'device';
  const reshaped = await shapeOf(context, store, snapshot, target.byteLength, flags);
  const { edits, editedBytes } = reshaped;
  const options = {
    edits,
    editedBytes,
    targetIsZero: targetIsFile && !compares,
    targetIsFile,
    // A file that is overwritten ends as a new one would: what was deleted in another is not kept in this one.
    wipe: flags.wipe === true || targetIsFile,
    signal: context.signal,
  };
  const plan = await withProgress(context, async (onProgress) =>
    planSnapshotRestore(store, snapshot, target, { ...options, onProgress }),
  );
  if (targetIsFile) await requireSpace(targetPath, plan, target);
  const estimate: RestoreEstimate = { ...(targetIsFile ? FILE_SPEED : CARD_SPEED), verify: flags.verify, compares };
  const how = { isSuspect, isResumed, isWiped: flags.wipe === true, targetModel: facts.model };
  const shape = { reshaped, shapeWords: shapeWords(flags) };
  return { snapshot, ...how, ...shape, target, targetWord, plan, estimate, store, facts, guard };
}

/** A file takes the size that is asked for, else that of the version. */
async function lookAt(
  context: CliContext,
  targetPath: string,
  volumeBytes: number,
  flags: RestoreFlags,
): Promise<InspectedTarget> {
  const target = await inspectTarget(targetPath, volumeBytes, context.commandLine);
  const byteLength = wantedFileBytes(flags, target.kind !== 'device') ?? target.byteLength;
  return { ...target, byteLength };
}

async function confirm(context: CliContext, flags: RestoreFlags, work: Work): Promise<void> {
  const { json, quiet } = context.options;
  const where = visibleText(work.targetWord);
  if (flags.yes === true || work.isResumed) {
    // Not a summary: who restores to have the card back must know it.
    if (json !== true) writeNotice(quiet === true ? suspectLines(work) : planLines(work));
    return;
  }
  if (!canAsk()) {
    const what = work.target.kind === 'new' ? `${where} would be made` : `all that is on ${where} would be overwritten`;
    throw cannotAsk(what, 'look at the plan with --dry-run, then say --yes');
  }
  writeNotice(planLines(work));
  const loss = work.target.kind === 'new' ? `${where} is made.` : `All that is on ${where} now is lost.`;
  if (!(await askYesNo(`${loss} Restore?`, context.signal))) throw declined();
}

async function write(context: CliContext, work: Work, flags: RestoreFlags): Promise<number> {
  const { target } = work;
  const startMs = context.now();
  // Somebody may have mounted or changed the card while the question stood there.
  await guardTargetAgain(work.facts, work.guard);
  const device = await openWritable(work, context.commandLine);
  const state: { stage: RestoreStage } = { stage: 'untouched' };
  let counts: RestoreCounts;
  let partitions: Awaited<ReturnType<typeof peekPartitions>>;
  try {
    counts = await withStopHint(
      () => stopHint(work, state.stage),
      async () => writeTo(context, work, device, state),
    );
    partitions = await peekPartitions(device);
    await device.close();
  } catch (error) {
    await device.close().catch(() => undefined);
    // Half an image is of no use, and looks like a whole one.
    if (target.kind === 'new') await unlink(target.path).catch(() => undefined);
    throw saysWhatIsLeft(error, work, state.stage);
  }
  await giveToUser(context, work);
  const elapsedMs = context.now() - startMs;
  const ejected = flags.eject === true ? await ejectWritten(target.path) : undefined;
  tellRestored(context, work, { counts, partitions, isReadBackCached: device.isReadBackCached, elapsedMs, ejected });
  return EXIT_DONE;
}

async function writeTo(
  context: CliContext,
  work: Work,
  device: FileDevice,
  state: { stage: RestoreStage },
): Promise<RestoreCounts> {
  const { store, snapshot, target, plan, estimate } = work;
  const beforeFirstWrite = async (): Promise<void> => {
    if (!plan.targetIsZero) await requireSameContent(target, device);
    if (target.kind === 'device') await guardTargetAgain(work.facts, work.guard);
    state.stage = 'begun';
  };
  // Another card is told at once, not when the first byte differs.
  if (!plan.targetIsZero) await requireSameContent(target, device);
  const { verify, compares: compare } = estimate;
  const options = { verify, compare, beforeFirstWrite, nowMs: context.now(), signal: context.signal };
  return withProgress(context, async (show) => {
    const onProgress = (progress: Progress): void => {
      if (progress.phase === 'verify') state.stage = 'written';
      show(progress);
    };
    return restoreSnapshot(store, snapshot, device, plan, { ...options, onProgress });
  });
}

/** Under sudo the image belongs to the user who called. */
async function giveToUser({ user: { owner } }: CliContext, { target }: Work): Promise<void> {
  if (owner === undefined || target.kind !== 'new') return;
  try {
    await chown(target.path, owner.uid, owner.gid);
  } catch (error) {
    // exFAT, SMB and the like have no owners to set.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(systemErrorCode(error) ?? '')) throw error;
  }
}

async function openWritable({ target, plan }: Work, commandLine: string): Promise<FileDevice> {
  const options = { exclusive: true, commandLine } as const;
  if (!plan.targetIsZero) return openTarget(target.path, options);
  return openTarget(target.path, { ...options, create: plan.targetBytes, replace: target.kind === 'file' });
}
