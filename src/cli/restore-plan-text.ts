/** The plan of a restore as a person reads it: two columns, what it costs, what is lost. And its JSON document. */
import type { InspectedTarget } from '../operations/inspect-target.ts';
import type { PeekedPartition } from '../operations/peek-target.ts';
import type { Warning } from '../operations/progress.ts';
import type { RestorePlan } from '../restore/restore-plan.ts';
import type { StoredSnapshot } from '../snapshot/catalog.ts';
import { fileSystemName, SUSPECT, SUSPECT_CURE, versionLine } from './describe-version.ts';
import { humanBytes, humanDuration, layOutTable, visibleText } from './human-format.ts';

export interface RestoreEstimate {
  readonly writeBytesPerSecond: number;
  readonly readBytesPerSecond: number;
  readonly verify: boolean;
}

export interface PlannedRestore {
  readonly snapshot: StoredSnapshot;
  /** Records say that it may hold a file as it was before. */
  readonly isSuspect: boolean;
  readonly target: InspectedTarget;
  /** As the user wrote it. */
  readonly targetWord: string;
  readonly targetModel: string;
  readonly plan: RestorePlan;
  readonly estimate: RestoreEstimate;
}

export function planLines(planned: PlannedRestore): string[] {
  const { snapshot, target, targetWord, targetModel, plan, estimate } = planned;
  const { volume } = snapshot;
  const left = [headOf(target.presentBytes, targetModel), ...partitionLines(target.partitions)];
  const right = [headOf(volume.byteLength, volume.device.model), ...partitionLines(volume.partitions)];
  if (plan.targetBytes > plan.volumeBytes) right.push(`${humanBytes(plan.targetBytes - plan.volumeBytes)} not used`);
  const rows = Array.from({ length: Math.max(left.length, right.length) }, (_, i) => [
    left[i] ?? '',
    `  ${right[i] ?? ''}`,
  ]);
  const titles = [{ title: `now on ${visibleText(targetWord)}` }, { title: '  after the restore' }];
  const rate = `about ${humanDuration(estimateMs(plan, estimate))} at ${humanBytes(estimate.writeBytesPerSecond)}/s`;
  return [
    versionLine(snapshot.id, snapshot),
    ...layOutTable(titles, rows).map((line) => `  ${line}`),
    `  writes ${humanBytes(plan.dataBytes + (plan.targetIsZero ? 0 : plan.zeroBytes))}; ${rate}${estimate.verify ? ', read back included' : ', not read back'}`,
    ...growthLines(planned),
    ...suspectLines(planned),
  ];
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

/** What is left to do by hand on a bigger target; the command can be pasted. */
export function leftToDoLines({ snapshot, targetWord, plan }: PlannedRestore): string[] {
  if (plan.targetBytes <= plan.volumeBytes) return [];
  const unused = `  ${humanBytes(plan.targetBytes - plan.volumeBytes)} of the target are not used: the partitions keep their size`;
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
    warnings: suspectWarnings(planned),
  };
}

function estimateMs(plan: RestorePlan, { writeBytesPerSecond, readBytesPerSecond, verify }: RestoreEstimate): number {
  const bytes = plan.dataBytes + (plan.targetIsZero ? 0 : plan.zeroBytes);
  const seconds = bytes / writeBytesPerSecond + (verify ? bytes / readBytesPerSecond : 0);
  return Math.max(Math.round(seconds * 1000), 100);
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
