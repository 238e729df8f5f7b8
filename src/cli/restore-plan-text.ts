/** The plan of a restore as a person reads it: two columns, what it costs, what is lost. And its JSON document. */
import type { InspectedTarget } from '../operations/inspect-target.ts';
import type { PeekedPartition } from '../operations/peek-target.ts';
import type { Warning } from '../operations/progress.ts';
import type { Reshaped } from '../operations/reshape-snapshot.ts';
import type { RestorePlan } from '../restore/restore-plan.ts';
import type { StoredSnapshot } from '../snapshot/catalog.ts';
import { fileSystemName, SUSPECT, SUSPECT_CURE, versionLine } from './describe-version.ts';
import { humanBytes, humanDuration, layOutTable, visibleText } from './human-format.ts';
import {
  newIdLines,
  partitionsAfter,
  reshapeDocument,
  reshapeLines,
  reshapeTodoLines,
  reshapeWarnings,
} from './reshape-text.ts';
import type { ReshapedVersion } from './reshape-text.ts';

export interface RestoreEstimate {
  readonly writeBytesPerSecond: number;
  readonly readBytesPerSecond: number;
  readonly verify: boolean;
  /** What is there is read, and only what differs is written. */
  readonly compares: boolean;
}

export interface PlannedRestore {
  readonly snapshot: StoredSnapshot;
  /** Records say that it may hold a file as it was before. */
  readonly isSuspect: boolean;
  /** A restore of this version that was broken off goes on. */
  readonly isResumed: boolean;
  /** What the version does not use is zeroed. */
  readonly isWiped: boolean;
  readonly target: InspectedTarget;
  /** As the user wrote it. */
  readonly targetWord: string;
  readonly targetModel: string;
  readonly plan: RestorePlan;
  /** What is changed in the version on its way. */
  readonly reshaped: Reshaped;
  /** The flags that lead to the same result once more. */
  readonly shapeWords: readonly string[];
  readonly estimate: RestoreEstimate;
}

export function planLines(planned: PlannedRestore): string[] {
  const { snapshot, plan } = planned;
  const after = partitionsAfter(versionOf(planned));
  return [
    versionLine(snapshot.id, snapshot),
    ...twoColumns(planned, `now on ${visibleText(planned.targetWord)}`, 'after the restore', after),
    `  ${workLine(planned)}`,
    ...reshapeLines(versionOf(planned), 'plan'),
    ...reshapeTodoLines(versionOf(planned)),
    ...newIdLines(versionOf(planned)),
    ...(planned.isWiped && !plan.targetIsZero ? ['  what the version does not use is zeroed (--wipe)'] : []),
    ...growthLines(planned),
    ...suspectLines(planned),
  ];
}

/** What was on the target before, and what it says itself that is on it now. */
export function beforeAndAfterLines(planned: PlannedRestore, partitions: readonly PeekedPartition[]): string[] {
  return twoColumns(planned, 'before', 'now', partitions);
}

function twoColumns(
  { snapshot, target, targetModel, plan }: PlannedRestore,
  before: string,
  after: string,
  partitions: readonly PeekedPartition[],
): string[] {
  const { device } = snapshot.volume;
  const unfinished = target.unfinished === undefined ? [] : ['an unfinished restore'];
  const left = [headOf(target.presentBytes, targetModel), ...unfinished, ...partitionLines(target.partitions)];
  const right = [headOf(plan.volumeBytes, device.model), ...partitionLines(partitions)];
  if (plan.targetBytes > plan.volumeBytes) right.push(`${humanBytes(plan.targetBytes - plan.volumeBytes)} not used`);
  const rows = Array.from({ length: Math.max(left.length, right.length) }, (_, i) => [
    left[i] ?? '',
    `  ${right[i] ?? ''}`,
  ]);
  return layOutTable([{ title: before }, { title: `  ${after}` }], rows).map((line) => `  ${line}`);
}

function workLine({ plan, estimate, isResumed }: PlannedRestore): string {
  const most = estimateMs(plan, estimate);
  const at = `at ${humanBytes(estimate.writeBytesPerSecond)}/s`;
  const included = estimate.verify ? 'read back included' : 'not read back';
  const all = humanBytes(plan.dataBytes + (plan.targetIsZero ? 0 : plan.zeroBytes));
  if (!estimate.compares) return `writes ${all}; about ${humanDuration(most)} ${at}, ${included}`;
  const goesOn = isResumed ? 'goes on where it was broken off: ' : '';
  const least = humanDuration(leastMs(plan, estimate));
  return `${goesOn}writes what differs of ${all}; ${least} if nothing does, to ${humanDuration(most)} ${at}, ${included}`;
}

/** A file takes the size of the version; a device has to have it. */
function growthLines({ target, targetWord, plan }: PlannedRestore): string[] {
  const { kind, presentBytes } = target;
  if (kind !== 'file' || presentBytes === 0 || presentBytes === plan.targetBytes) return [];
  const does = presentBytes < plan.targetBytes ? 'grows' : 'shrinks';
  return [
    `  the file ${visibleText(targetWord)} ${does} from ${humanBytes(presentBytes)} to ${humanBytes(plan.targetBytes)}`,
  ];
}

/** Empty for a version that is not suspect. */
export function suspectLines({ isSuspect }: Pick<PlannedRestore, 'isSuspect'>): string[] {
  return isSuspect ? [`  ${SUSPECT}`, `  ${SUSPECT_CURE}`] : [];
}

export function suspectWarnings({ isSuspect }: Pick<PlannedRestore, 'isSuspect'>): Warning[] {
  return isSuspect ? [{ code: 'W_SUSPECT', message: `${SUSPECT}; ${SUSPECT_CURE}` }] : [];
}

/** What came out other than the version is, and what is left to do by hand; the commands can be pasted. */
export function leftToDoLines(planned: PlannedRestore): string[] {
  const version = versionOf(planned);
  return [...reshapeLines(version, 'done'), ...reshapeTodoLines(version), ...unusedLines(planned)];
}

function unusedLines({ snapshot, targetWord, plan }: PlannedRestore): string[] {
  if (plan.targetBytes <= plan.volumeBytes) return [];
  const unused = `  ${humanBytes(plan.targetBytes - plan.volumeBytes)} of the target are not used: the partitions keep their size (--expand grows the last one)`;
  if (snapshot.volume.table !== 'gpt') return [unused];
  return [unused, `  its backup partition table belongs at the end: sudo sgdisk -e ${visibleText(targetWord)}`];
}

export function planDocument(planned: PlannedRestore): object {
  const { snapshot, target, plan, estimate } = planned;
  return {
    snapshot: snapshot.id,
    target: target.path,
    targetBytes: plan.targetBytes,
    wouldWriteBytes: plan.dataBytes,
    wouldZeroBytes: plan.zeroBytes,
    estimatedMs: estimateMs(plan, estimate),
    ...shapeDocument(planned),
    warnings: restoreWarnings(planned),
  };
}

export function shapeDocument(planned: PlannedRestore): object {
  return reshapeDocument(versionOf(planned));
}

export function restoreWarnings(planned: PlannedRestore): Warning[] {
  return [...suspectWarnings(planned), ...reshapeWarnings(versionOf(planned))];
}

function versionOf({ snapshot, reshaped, target }: PlannedRestore): ReshapedVersion {
  return { volume: snapshot.volume, reshaped, devicePath: target.kind === 'device' ? target.path : undefined };
}

/** When all has to be written. */
function estimateMs(plan: RestorePlan, { writeBytesPerSecond, readBytesPerSecond, verify }: RestoreEstimate): number {
  const bytes = plan.dataBytes + (plan.targetIsZero ? 0 : plan.zeroBytes);
  const seconds = bytes / writeBytesPerSecond + (verify ? bytes / readBytesPerSecond : 0);
  return Math.max(Math.round(seconds * 1000), 100);
}

/** When it is read once, and that is all. */
function leastMs(plan: RestorePlan, { readBytesPerSecond }: RestoreEstimate): number {
  return ((plan.dataBytes + plan.zeroBytes) / readBytesPerSecond) * 1000;
}

/** `16.9 GB SanDisk SU16G`. */
function headOf(byteLength: number, model: string): string {
  return byteLength === 0 ? 'nothing' : `${humanBytes(byteLength)} ${visibleText(model)}`.trimEnd();
}

function partitionLines(partitions: readonly PeekedPartition[]): string[] {
  return layOutTable(
    [{}, {}, {}, { align: 'right' }],
    partitions.map(({ number, fileSystem, label, byteLength }) => [
      number === 0 ? 'whole' : `p${number}`,
      fileSystemName(fileSystem) || 'unknown',
      visibleText(label),
      humanBytes(byteLength),
    ]),
  );
}
