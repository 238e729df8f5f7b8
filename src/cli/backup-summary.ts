/** What `backup` tells when it is done: the thing people paste, and the JSON document. */
import type { CreatedSnapshot } from '../operations/create-snapshot.ts';
import type { SnapshotEstimate } from '../operations/estimate-snapshot.ts';
import type { Warning } from '../operations/progress.ts';
import { cardLines, versionLine } from './describe-version.ts';
import { humanBytes, humanDuration, visibleText, withHumanSizes } from './human-format.ts';

export interface Surroundings {
  /** True for the first version of the store. */
  readonly isOnly: boolean;
}

/** The summary on a terminal. */
export function backupSummary(created: CreatedSnapshot, surroundings: Surroundings): string[] {
  const { id, snapshot, storedBytes, elapsedMs, warnings } = created;
  return [
    versionLine(id, snapshot),
    ...cardLines(snapshot.volume),
    `  ${readWords(created, surroundings)}`,
    ...reasonLines(created),
    `  ${newWords(snapshot.counts.newBytes, storedBytes)}, in ${humanDuration(elapsedMs)}`,
    ...warnings.map(warningLine),
    '  all versions: cardkeep list',
  ];
}

function readWords({ snapshot, base }: CreatedSnapshot, { isOnly }: Surroundings): string {
  const { read, carried, proved, newBytes, live } = snapshot.counts;
  const parts = [`read ${humanBytes(read)}`];
  if (base !== undefined && carried + proved > 0) {
    parts.push(`${humanBytes(carried + proved)} unchanged since version ${base.number}`);
    if (proved > 0) return `${parts.join('; ')}, ${humanBytes(proved)} of it re-checked`;
  } else if (!isOnly && live > newBytes && newBytes > 0) {
    parts.push(`${humanBytes(live - newBytes)} of it in the store already`);
  }
  return parts.join('; ');
}

/** Why it took longer than it might have. */
function reasonLines({ snapshot }: CreatedSnapshot): string[] {
  const { parent, mode, modeReason } = snapshot;
  if (parent === '' || mode === 'raw' || modeReason === '') return [];
  const what = mode === 'full' ? 'all of it was read' : 'partitions that were read as a whole';
  return [`  ${what}: ${visibleText(modeReason)}`];
}

function newWords(newBytes: number, storedBytes: number): string {
  return newBytes === 0
    ? `nothing new, ${humanBytes(storedBytes)} stored`
    : `new ${humanBytes(newBytes)}, stored as ${humanBytes(storedBytes)}`;
}

export function warningLine({ message }: Warning): string {
  return `  note: ${visibleText(withHumanSizes(message))}`;
}

export function backupDocument(created: CreatedSnapshot): object {
  const { id, snapshot, storedBytes, elapsedMs, unclean, warnings } = created;
  const { counts, volume } = snapshot;
  return {
    snapshot: id,
    card: snapshot.card,
    base: snapshot.base === '' ? null : snapshot.base,
    mode: snapshot.mode,
    modeReason: snapshot.modeReason,
    deviceBytes: volume.byteLength,
    liveBytes: counts.live,
    readBytes: counts.read,
    carriedBytes: counts.carried,
    provedBytes: counts.proved,
    newBytes: counts.newBytes,
    newChunks: counts.newChunks,
    storedBytes,
    elapsedMs,
    unclean,
    unreadable: [],
    warnings,
  };
}

export function estimateDocument(estimate: SnapshotEstimate, estimatedMs: number): object {
  const { card, mode, modeReason, deviceBytes, wouldReadBytes, warnings } = estimate;
  return { card, mode, modeReason, deviceBytes, wouldReadBytes, estimatedMs, warnings };
}

export function estimateLines(estimate: SnapshotEstimate, estimatedMs: number): string[] {
  const { card, mode, modeReason, deviceBytes, wouldReadBytes, warnings } = estimate;
  return [
    `${visibleText(card)}: would read ${humanBytes(wouldReadBytes)} of ${humanBytes(deviceBytes)}, in about ${humanDuration(estimatedMs)}`,
    `  ${mode}${modeReason === '' ? '' : `: ${visibleText(modeReason)}`}`,
    ...warnings.map(warningLine),
    '  nothing was stored',
  ];
}
