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
  lines.push(...partitionTable(volume));
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

function partitionTable(volume: Volume): string[] {
  const { partitions } = volume;
  return layOutTable(
    [{}, {}, {}, { align: 'right' }, { align: 'right' }, {}],
    partitions.map((partition) => [
      partition.number === 0 ? 'whole' : `p${partition.number}`,
      fileSystemName(partition.fileSystem) || partitionTypeName(partition.type),
      visibleText(partition.label),
      humanBytes(partition.byteLength),
      ...contentWords(partition, volume),
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

/** What is in use, and one or two words about it; the whole reason stands in the notes. */
function contentWords(partition: SnapshotPartition, volume: Volume): [used: string, state: string] {
  const { clean, note, liveBytes } = partition;
  if (clean !== undefined) {
    return [`${humanBytes(liveBytes)} used`, clean ? 'clean' : 'was not shut down cleanly'];
  }
  if (liveBytes > 0) return [`${humanBytes(liveBytes)} kept`, note === '' ? '' : 'all but zeros'];
  // Bytes that two partitions claim count for the first of them, and those past the end are not there.
  return ['', isAlone(partition, volume) ? 'nothing but zeros' : 'all of it kept'];
}

function isAlone(partition: SnapshotPartition, { byteLength, partitions }: Volume): boolean {
  const end = partition.byteOffset + partition.byteLength;
  return (
    end <= byteLength &&
    partitions.every((other) => {
      const isApart = other.byteOffset >= end || other.byteOffset + other.byteLength <= partition.byteOffset;
      return other === partition || isApart;
    })
  );
}

/** Of a version that records call suspect, and what a user can do about it. */
export const SUSPECT = 'suspect: a file was changed without a trace, this version may hold it as it was before';
export const SUSPECT_CURE = 'name another version, or make a good new one: sudo cardkeep backup --full';

export function isUnclean(snapshot: Snapshot): boolean {
  return snapshot.volume.partitions.some(({ clean }) => clean === false);
}
