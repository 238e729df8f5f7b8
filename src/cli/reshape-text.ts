/** What a restore or an export changes in a version, in words and as data. */
import type { ResizedContent } from '../operations/expand-partition.ts';
import { growCommand } from '../operations/grow-command.ts';
import type { Warning } from '../operations/progress.ts';
import type { Reshaped } from '../operations/reshape-snapshot.ts';
import type { NewIds } from '../restore/new-ids/plan-new-ids.ts';
import type { SnapshotPartition, Volume } from '../snapshot/snapshot.ts';
import { fileSystemName } from './describe-version.ts';
import { humanBytes, layOutTable, visibleText, withHumanSizes } from './human-format.ts';

export interface ReshapedVersion {
  readonly volume: Volume;
  readonly reshaped: Reshaped;
  /** The device that it is on afterwards; undefined for an image file. */
  readonly devicePath: string | undefined;
}

const UNKNOWN_DEVICE = '/dev/sdX';

/** The partitions of the version with their new sizes. */
export function partitionsAfter({ volume, reshaped }: ReshapedVersion): SnapshotPartition[] {
  const { partition } = reshaped.resized ?? {};
  return volume.partitions.map((entry) =>
    entry.number === partition?.number ? { ...entry, byteLength: partition.newByteLength } : entry,
  );
}

/** `tense`: of a plan, or of what was done. */
export function reshapeLines(version: ReshapedVersion, tense: 'plan' | 'done'): string[] {
  const { resized, notes } = version.reshaped;
  const lines: string[] = [];
  if (resized !== undefined) lines.push(...sizeLines(version, resized, tense));
  lines.push(...notes.map((note) => withHumanSizes(note)));
  return lines.map((line) => `  ${visibleText(line)}`);
}

/** Which ID becomes which; empty where all are kept. */
export function newIdLines({ reshaped: { ids } }: ReshapedVersion): string[] {
  return ids === undefined ? [] : idLines(ids).map((line) => `  ${visibleText(line)}`);
}

/** What is left to do by hand; the commands can be pasted. */
export function reshapeTodoLines(version: ReshapedVersion): string[] {
  const todo = todoOf(version);
  return todo === undefined ? [] : [`  ${visibleText(todo)}`];
}

/** For the JSON documents. */
export function reshapeDocument(version: ReshapedVersion): object {
  const { resized, ids } = version.reshaped;
  const isCut = resized !== undefined && resized.partition.newByteLength < resized.partition.oldByteLength;
  const entries = resized === undefined || !isResized(resized) ? [] : [resizedEntry(version, resized)];
  return {
    grown: isCut ? [] : entries,
    ...(isCut && { cut: entries }),
    ...(ids && { newIds: { changes: ids.changes, rewritten: ids.rewritten, kept: ids.kept } }),
  };
}

export function reshapeWarnings(version: ReshapedVersion): Warning[] {
  const { ids, notes, resized } = version.reshaped;
  const todo = todoOf(version);
  return [
    ...notes.map((message) => ({ code: 'W_SIZE', message })),
    ...(resized !== undefined && todo !== undefined ? [{ code: 'W_NOT_GROWN', message: todo }] : []),
    ...(ids?.warnings ?? []).map((message) => ({ code: 'W_NEW_IDS', message })),
  ];
}

/** The flags that lead to the same result once more. */
export function shapeWords(flags: {
  readonly expand?: boolean;
  readonly fit?: boolean;
  readonly size?: string;
  readonly newIds?: boolean;
  readonly wipe?: boolean;
}): string[] {
  return [
    ...(flags.expand === undefined ? [] : [flags.expand ? '--expand' : '--no-expand']),
    ...(flags.fit === true ? ['--fit'] : []),
    ...(flags.size === undefined ? [] : ['--size', flags.size]),
    ...(flags.newIds === true ? ['--new-ids'] : []),
    ...(flags.wipe === true ? ['--wipe'] : []),
  ];
}

function isResized({ partition, fileSystemBytes }: ResizedContent): boolean {
  const isContentResized = fileSystemBytes !== undefined && fileSystemBytes.before !== fileSystemBytes.after;
  return partition.newByteLength !== partition.oldByteLength || isContentResized;
}

function sizeLines({ volume, reshaped }: ReshapedVersion, resized: ResizedContent, tense: 'plan' | 'done'): string[] {
  const { partition, fileSystem, fileSystemBytes, keepsSizeBecause, usesMetaGroups } = resized;
  const isCut = reshaped.editedBytes < volume.byteLength;
  if (!isResized(resized)) {
    const gone = humanBytes(volume.byteLength - reshaped.editedBytes);
    return [isCut ? `no partition is cut: the last ${gone} of the card belong to none` : 'nothing grows'];
  }
  const verb = tense === 'plan' ? (isCut ? 'is cut' : 'grows') : isCut ? 'was cut' : 'grew';
  const sizes = ({ before, after }: { before: number; after: number }): string =>
    `from ${humanBytes(before)} to ${humanBytes(after)}${closeSizes(before, after)}`;
  const { oldByteLength: before, newByteLength: after, number } = partition;
  const name = contentName(volume, partition.number, fileSystem);
  const lines: string[] = [];
  if (before === after || number === 0) {
    if (fileSystemBytes !== undefined) lines.push(`${whole(number)}${name} ${verb} ${sizes(fileSystemBytes)}`);
  } else {
    const withIt = fileSystemBytes === undefined ? '' : `, and its ${name} with it`;
    lines.push(`p${number} ${verb} ${sizes({ before, after })}${withIt}${isCut ? '; no file is moved' : ''}`);
  }
  if (keepsSizeBecause !== undefined) lines.push(`its ${name} keeps its size: ${keepsSizeBecause}`);
  if (usesMetaGroups) {
    lines.push(
      `its ${name} gets the feature meta_bg, because it outgrows what it was made for: some boot loaders cannot read it`,
    );
  }
  return lines;
}

/** Sizes that look the same to a person. */
function closeSizes(before: number, after: number): string {
  return humanBytes(before) === humanBytes(after) ? ` (by ${humanBytes(Math.abs(after - before))})` : '';
}

function whole(number: number): string {
  return number === 0 ? 'the ' : `the file system of p${number}, `;
}

/** Undefined where nothing is left to do. */
function todoOf({ volume, reshaped, devicePath }: ReshapedVersion): string | undefined {
  const { resized } = reshaped;
  if (resized === undefined || resized.fileSystemBytes !== undefined) return undefined;
  const { partition, fileSystem, keepsSizeBecause } = resized;
  if (reshaped.editedBytes <= volume.byteLength || !isResized(resized)) return undefined;
  const { uuid = '' } = volume.partitions.find(({ number }) => number === partition.number) ?? {};
  const path = partitionPath(devicePath ?? UNKNOWN_DEVICE, partition.number);
  const command = growCommand(fileSystem, path, uuid);
  const name = contentName(volume, partition.number, fileSystem);
  if (command === undefined) return `the ${name} in it keeps its size, and no tool is known that grows it`;
  if (keepsSizeBecause !== undefined) return `to grow the ${name}, after its first mount: ${command}`;
  return `the ${name} in it keeps its size; what grows it: ${command}`;
}

function contentName({ partitions }: Volume, number: number, fileSystem: string): string {
  const known = partitions.find((entry) => entry.number === number)?.fileSystem ?? '';
  return fileSystemName(known === '' ? fileSystem : known) || 'unknown content';
}

/** As the kernel names it. */
function partitionPath(device: string, number: number): string {
  if (number === 0) return device;
  if (device.startsWith('/dev/disk/')) return `${device}-part${number}`;
  return `${device}${/\d$/u.test(device) ? 'p' : ''}${number}`;
}

function resizedEntry(version: ReshapedVersion, resized: ResizedContent): object {
  const { partition, fileSystem, fileSystemBytes, usesMetaGroups, keepsSizeBecause } = resized;
  return {
    partition: partition.number,
    fileSystem,
    oldByteLength: partition.oldByteLength,
    newByteLength: partition.newByteLength,
    oldFileSystemBytes: fileSystemBytes?.before ?? null,
    newFileSystemBytes: fileSystemBytes?.after ?? null,
    usesMetaGroups,
    reason: keepsSizeBecause ?? null,
    leftToDo: todoOf(version) ?? null,
  };
}

function idLines({ changes, rewritten, kept, warnings }: NewIds): string[] {
  const table = layOutTable(
    [{}, {}, {}, {}],
    changes.map(({ partition, what, before, after }) => [
      partition === 0 ? 'disk' : `p${partition}`,
      what,
      before,
      `becomes ${after}`,
    ]),
  );
  const files = rewritten.map(
    ({ partition, path, count }) => `${partition}${path.startsWith('/') ? '' : '/'}${path} (${count})`,
  );
  return [
    'new IDs, drawn anew at each run:',
    ...table.map((line) => `  ${line}`),
    ...(files.length === 0 ? [] : [`  put into the files that name them: ${files.join(', ')}`]),
    ...kept.map(({ partition, type, reason }) => `  p${partition} (${type}) keeps its ID: ${reason}`),
    ...warnings.map((warning) => `  note: ${warning}`),
  ];
}
