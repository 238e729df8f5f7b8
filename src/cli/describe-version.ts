/** A version in words: the head line and the lines about the card, as the summary, `show` and `list` print them. */
import type { Snapshot, SnapshotPartition, Volume } from '../snapshot/snapshot.ts';
import { humanBytes, humanTime, layOutTable, visibleText } from './human-format.ts';

const SHORT_ID_DIGITS = 8;

export function shortId(id: string): string {
  return id.slice(0, SHORT_ID_DIGITS);
}

/** `octopi, version 3 (7f3a9c21), 2026-11-21 08:14`. */
export function versionLine(id: string, snapshot: Snapshot): string {
  return `${visibleText(snapshot.card)}, version ${snapshot.number} (${shortId(id)}), ${humanTime(snapshot.startedMs)}`;
}

/** The card and its partitions, two spaces in front. */
export function cardLines(volume: Volume): string[] {
  const { device, byteLength } = volume;
  const what = [humanBytes(byteLength), visibleText(device.model)].filter((part) => part !== '').join(' ');
  const lines = [`card   ${what}${tableWords(volume)}`];
  lines.push(...partitionTable(volume.partitions));
  return lines.map((line) => `  ${line}`);
}

function tableWords({ table, signature }: Volume): string {
  if (table === 'mbr') return signature === '' ? ', MBR' : `, MBR 0x${signature}`;
  if (table === 'gpt') return signature === '' ? ', GPT' : `, GPT ${formatGuid(signature)}`;
  return ', no partition table';
}

/** 32 hex digits as 8-4-4-4-12. */
function formatGuid(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, '$1-$2-$3-$4-$5');
}

function partitionTable(partitions: readonly SnapshotPartition[]): string[] {
  return layOutTable(
    [{}, {}, {}, { align: 'right' }, { align: 'right' }, {}],
    partitions.map((partition) => [
      partition.number === 0 ? 'whole' : `p${partition.number}`,
      fileSystemName(partition.fileSystem) || partitionTypeName(partition.type),
      visibleText(partition.label),
      humanBytes(partition.byteLength),
      `${humanBytes(partition.liveBytes)} used`,
      stateWords(partition),
    ]),
  );
}

/** As people write it: `FAT32`, `ext4`, `swap`. */
export function fileSystemName(type: string): string {
  return visibleText(/^(?:fat|ntfs|lvm|luks|zfs|xfs)/iu.test(type) ? type.toUpperCase() : type);
}

function partitionTypeName(type: string): string {
  if (type === '') return 'unknown';
  return type.startsWith('0x') ? `type ${visibleText(type)}` : 'unknown';
}

/** One or two words for the table; the whole reason stands in the notes. */
function stateWords({ clean, note }: SnapshotPartition): string {
  if (clean === true) return 'clean';
  if (clean === false) return 'was not shut down cleanly';
  return note === '' ? '' : 'all of it kept';
}

export function isUnclean(snapshot: Snapshot): boolean {
  return snapshot.volume.partitions.some(({ clean }) => clean === false);
}
