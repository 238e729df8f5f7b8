/** `restore SNAPSHOT TARGET`: inspect -> plan -> show -> ask -> look again -> write -> read back. */
import { chown, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { openTarget } from '../device/file-device.ts';
import type { TargetFacts } from '../device/device-guards.ts';
import type { FileDevice } from '../device/file-device.ts';
import { runCommand } from '../device/run-command.ts';
import { CardkeepError, systemErrorCode } from '../errors.ts';
import { guardTarget, guardTargetAgain } from '../operations/guard-target.ts';
import type { GuardTargetOptions } from '../operations/guard-target.ts';
import { inspectTarget, requireSameContent } from '../operations/inspect-target.ts';
import { planSnapshotRestore, restoreSnapshot } from '../operations/restore-snapshot.ts';
import { readSuspects } from '../operations/suspects.ts';
import type { RestoreCounts } from '../restore/execute-restore.ts';
import { readCatalog } from '../snapshot/catalog.ts';
import type { Store } from '../store/store.ts';
import { askYesNo, canAsk, cannotAsk, declined } from './ask.ts';
import type { CliContext } from './context.ts';
import { CURES } from './cures.ts';
import { humanBytes, humanDuration, visibleText } from './human-format.ts';
import { writeJson, writeLines, writeNotice } from './output.ts';
import { withProgress } from './progress-display.ts';
import { EXIT_DONE, withStopHint } from './report-error.ts';
import { leftToDoLines, planDocument, planLines, suspectLines, suspectWarnings } from './restore-plan-text.ts';
import type { PlannedRestore, RestoreEstimate } from './restore-plan-text.ts';
import { requireSpace, targetPathOf, versionMeantBy } from './restore-target.ts';
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
  const targetPath = await targetPathOf(targetWord);
  const opened = await openChosenStore(context);
  await using store = opened.store;
  const snapshot = await versionMeantBy(await readCatalog(store), reference, targetWord);
  const isSuspect = (await readSuspects(store)).has(snapshot.id);
  const imagePath = snapshot.host === hostname() ? snapshot.volume.device.path : undefined;
  const guard = { storePath: opened.path, imagePath, force: flags.force === true, run: runCommand };
  const facts = await guardTarget(targetPath, guard);
  const target = await inspectTarget(targetPath, snapshot.volume.byteLength, context.commandLine);
  const nowMs = context.now();
  const options = { verify: flags.verify, targetIsZero: target.kind !== 'device', nowMs, signal: context.signal };
  const plan = await withProgress(context, async (onProgress) =>
    planSnapshotRestore(store, snapshot, target, { ...options, onProgress }),
  );
  if (target.kind !== 'device') await requireSpace(targetPath, plan, target);
  const speed = target.kind === 'device' ? CARD_SPEED : FILE_SPEED;
  const estimate: RestoreEstimate = { ...speed, verify: flags.verify };
  const planned = { snapshot, isSuspect, target, targetWord, targetModel: facts.model, plan, estimate };
  const work: Work = { ...planned, store, facts, guard };
  if (flags.dryRun === true) {
    if (context.options.json === true) writeJson(planDocument(work));
    else writeLines([...planLines(work), '  nothing was written']);
    return EXIT_DONE;
  }
  await confirm(context, flags, work);
  // Awaited here: the store is closed when this function returns.
  return await write(context, work);
}

async function confirm(context: CliContext, flags: RestoreFlags, work: Work): Promise<void> {
  const { json, quiet } = context.options;
  const where = visibleText(work.targetWord);
  if (flags.yes === true) {
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

async function write(context: CliContext, work: Work): Promise<number> {
  const { store, snapshot, target, plan, estimate } = work;
  const startMs = context.now();
  // Somebody may have mounted or changed the card while the question stood there.
  await guardTargetAgain(work.facts, work.guard);
  const device = await openWritable(work, context.commandLine);
  let counts: RestoreCounts;
  try {
    if (target.kind === 'device') await requireSameContent(target, device);
    const { targetIsZero } = plan;
    const options = { verify: estimate.verify, targetIsZero, nowMs: startMs, signal: context.signal };
    counts = await withStopHint(stopHint(work), async () =>
      withProgress(context, async (onProgress) =>
        restoreSnapshot(store, snapshot, device, plan, { ...options, onProgress }),
      ),
    );
    await device.close();
  } catch (error) {
    await device.close().catch(() => undefined);
    // Half an image is of no use, and looks like a whole one.
    if (target.kind === 'new') await unlink(target.path).catch(() => undefined);
    throw saysWhatIsLeft(error, work);
  }
  await giveToUser(context, work);
  tell(context, work, counts, device, context.now() - startMs);
  return EXIT_DONE;
}

function stopHint({ target, targetWord }: Work): string {
  return target.kind === 'new'
    ? `${targetWord} was removed again`
    : `${targetWord} is not whole: run the same command again`;
}

/** A store that is damaged is noticed where its bytes are needed: the target is half written then. */
function saysWhatIsLeft(error: unknown, { target, targetWord }: Work): unknown {
  if (!(error instanceof CardkeepError) || (error.code !== 'E_DAMAGED' && error.kind !== 'not-found')) return error;
  const left =
    target.kind === 'new'
      ? `${targetWord} was removed again`
      : `${targetWord} is not whole now: put another version on it`;
  const hint = `${left}; ${error.hint ?? CURES[error.code] ?? 'cardkeep check'}`;
  return new CardkeepError(error.kind, error.code, error.message, { hint, cause: error });
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
  if (target.kind === 'device') return openTarget(target.path, options);
  return openTarget(target.path, { ...options, create: plan.targetBytes, replace: target.kind === 'file' });
}

function tell(context: CliContext, work: Work, counts: RestoreCounts, device: FileDevice, elapsedMs: number): void {
  const { snapshot, target, targetWord, plan, estimate } = work;
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
      warnings: suspectWarnings(work),
      elapsedMs,
    });
    return;
  }
  if (context.options.quiet === true) return;
  const name = visibleText(`${snapshot.card}@${snapshot.number}`);
  const wroteBytes = writtenBytes + (plan.targetIsZero ? 0 : zeroedBytes);
  const checked = estimate.verify
    ? `read back and compared ${humanBytes(verifiedBytes)}${device.isReadBackCached ? ' (through the cache: this proves less)' : ''}`
    : 'not read back (--no-verify)';
  writeLines([
    `${name} is on ${visibleText(targetWord)}`,
    `  wrote ${humanBytes(wroteBytes)}, ${checked}, in ${humanDuration(elapsedMs)}`,
    ...leftToDoLines(work),
  ]);
}
