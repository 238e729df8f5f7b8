/** What a restore has done, for a person and as its JSON document. */
import { platform } from 'node:os';
import { describeTarget } from '../device/device-guards.ts';
import { ejectTarget } from '../device/eject.ts';
import { runCommand } from '../device/run-command.ts';
import { CardkeepError } from '../errors.ts';
import type { PeekedPartition } from '../operations/peek-target.ts';
import type { Warning } from '../operations/progress.ts';
import type { RestoreCounts } from '../restore/execute-restore.ts';
import type { CliContext } from './context.ts';
import { humanBytes, humanDuration, visibleText } from './human-format.ts';
import { writeJson, writeLines, writeNotice } from './output.ts';
import { beforeAndAfterLines, leftToDoLines, restoreWarnings, shapeDocument } from './restore-plan-text.ts';
import type { PlannedRestore } from './restore-plan-text.ts';

export interface RestoreOutcome {
  readonly counts: RestoreCounts;
  /** What is on the target now, as it says itself. */
  readonly partitions: readonly PeekedPartition[];
  readonly isReadBackCached: boolean;
  readonly elapsedMs: number;
  /** Undefined: nobody asked for it. */
  readonly ejected: EjectOutcome | undefined;
}

export type EjectOutcome = { readonly done: true } | { readonly done: false; readonly why: string };

/** The card is written and read back: that it cannot be ejected is no failure of the restore. */
export async function ejectWritten(targetPath: string): Promise<EjectOutcome> {
  try {
    const options = { run: runCommand, platform: platform() };
    const isOut = await ejectTarget(await describeTarget(targetPath, options), options);
    return isOut ? { done: true } : { done: false, why: 'eject it by "Safely Remove Hardware"' };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const hint = error instanceof CardkeepError && error.hint !== undefined ? `; ${error.hint}` : '';
    return { done: false, why: `it was not ejected: ${error.message}${hint}` };
  }
}

export function tellRestored(context: CliContext, planned: PlannedRestore, outcome: RestoreOutcome): void {
  const { snapshot, target, targetWord } = planned;
  const { writtenBytes, zeroedBytes, unchangedBytes, verifiedBytes } = outcome.counts;
  if (context.options.json === true) {
    writeJson({
      snapshot: snapshot.id,
      target: target.path,
      writtenBytes,
      zeroedBytes,
      skippedEqualBytes: unchangedBytes,
      verifiedBytes,
      ...shapeDocument(planned),
      resumed: planned.isResumed,
      ...(outcome.ejected && { ejected: outcome.ejected.done }),
      warnings: [...restoreWarnings(planned), ...ejectWarnings(outcome)],
      elapsedMs: outcome.elapsedMs,
    });
    return;
  }
  if (context.options.quiet === true) {
    writeNotice(ejectWarnings(outcome).map(({ message }) => `  ${message}`));
    return;
  }
  const name = visibleText(`${snapshot.card}@${snapshot.number}`);
  writeLines([
    `${name} is on ${visibleText(targetWord)}`,
    ...(target.presentBytes === 0 ? [] : beforeAndAfterLines(planned, outcome.partitions)),
    `  ${workDone(planned, outcome)}, in ${humanDuration(outcome.elapsedMs)}`,
    ...leftToDoLines(planned),
    ...(outcome.ejected?.done === true ? [`  ${visibleText(targetWord)} can be taken out`] : []),
    ...ejectWarnings(outcome).map(({ message }) => `  ${message}`),
  ]);
}

function workDone({ plan, estimate }: PlannedRestore, { counts, isReadBackCached }: RestoreOutcome): string {
  const wroteBytes = counts.writtenBytes + (plan.targetIsZero ? 0 : counts.zeroedBytes);
  const less = isReadBackCached ? ' (through the cache: this proves less)' : '';
  if (estimate.compares && wroteBytes === 0) {
    return `nothing had to be written: read and compared ${humanBytes(counts.unchangedBytes)}${less}`;
  }
  const there = estimate.compares ? `, ${humanBytes(counts.unchangedBytes)} were there already` : '';
  const checked = estimate.verify
    ? `read back and compared ${humanBytes(counts.verifiedBytes)}${less}`
    : 'not read back (--no-verify)';
  return `wrote ${humanBytes(wroteBytes)}${there}, ${checked}`;
}

function ejectWarnings({ ejected }: RestoreOutcome): Warning[] {
  return ejected?.done === false ? [{ code: 'W_NOT_EJECTED', message: ejected.why }] : [];
}
