/**
 * The file allocation table: one entry per cluster that says "free", "bad", "last of its chain" or which cluster is
 * next. Source: fatgen103 pages 13 to 18.
 */
import { endianness } from 'node:os';
import { equalBytes } from '../../bytes/hex.ts';
import { type BlockSource } from '../../device/block-source.ts';
import { throwIfAborted } from '../../errors.ts';
import { type FatGeometry, type FatType } from './boot-sector.ts';
import { createClusterSet, type ClusterSet } from './cluster-set.ts';

/** The entries of the FAT that counts, masked, by cluster number; entries 0 and 1 are the marks. */
export type FatEntries = Uint16Array | Uint32Array;

export interface FatTable {
  /** Undefined when the table is too large to be held in memory. */
  readonly entries: FatEntries | undefined;
  /** Clusters that some FAT uses or names; a cluster is missing only if it is free in all FATs, or bad in all. */
  readonly used: ClusterSet;
  readonly fatsDiffer: boolean;
  /** Entry 1 of each FAT, masked: holds the dirty bits. */
  readonly secondEntries: readonly number[];
}

/** Read and decoded at once. A FAT12 is never longer, so its 1.5 byte entries do not straddle two windows. */
const WINDOW_BYTES = 1024 * 1024;
/** 128 MiB of FAT32 entries: 128 GB in clusters of 4 KiB, 1 TB in clusters of 32 KiB. */
const MAX_ENTRIES_HELD = 32 * 1024 * 1024;

/** The entry that marks a bad cluster. Larger ones end a chain. */
export function badClusterMark(type: FatType): number {
  return { fat12: 0xff7, fat16: 0xfff7, fat32: 0x0ffffff7 }[type];
}

/** The next cluster of a chain, or 0 at its end and where it leaves the volume. */
export function nextCluster(entries: FatEntries, geometry: FatGeometry, cluster: number): number {
  const next = entries[cluster] ?? 0;
  return next >= 2 && next <= geometry.clusterCount + 1 ? next : 0;
}

/** Reads all FATs side by side, once, in large pieces. */
export async function readFatTable(
  source: BlockSource,
  geometry: FatGeometry,
  signal: AbortSignal | undefined,
): Promise<FatTable> {
  const { type, clusterCount, fatCount, fatBytes, fatOffset, activeFat } = geometry;
  const total = clusterCount + 2;
  const held = total <= MAX_ENTRIES_HELD ? newEntries(type, total) : undefined;
  const used = createClusterSet(clusterCount);
  const buffers = Array.from({ length: fatCount }, () => new Uint8Array(Math.min(WINDOW_BYTES, roundUp(fatBytes, 8))));
  const perWindow = entriesPerWindow(type);
  let secondEntries: number[] = [];
  let fatsDiffer = false;
  for (let first = 0; first < total; first += perWindow) {
    throwIfAborted(signal);
    const count = Math.min(perWindow, total - first);
    const byteLength = entriesByteLength(type, count);
    const raw: Uint8Array[] = [];
    for (const [fat, buffer] of buffers.entries()) {
      await source.read(fatOffset + fat * fatBytes + (first / perWindow) * WINDOW_BYTES, byteLength, buffer);
      raw.push(buffer.subarray(0, byteLength));
    }
    if (raw.every(isZero)) continue;
    // Decided before decoding, which changes the bytes in place. The first window is decoded from each FAT for its marks.
    const isTwin = raw.map((bytes, fat) => fat > 0 && first > 0 && equalBytes(bytes, raw[0]!));
    const copies = raw.map((bytes, fat) => (isTwin[fat] ? undefined : decodeEntries(bytes, type, count)));
    if (first === 0) secondEntries = copies.map((copy) => copy![1]!);
    held?.set(copies[activeFat] ?? copies[0]!, first);
    const distinct = distinctCopies(copies, first);
    if (distinct.length > 1) fatsDiffer = true;
    markUsed(distinct, first, geometry, used);
  }
  return { entries: held, used, fatsDiffer, secondEntries };
}

/** The first copy and those that differ from it in an entry of a cluster. */
function distinctCopies(copies: readonly (FatEntries | undefined)[], first: number): FatEntries[] {
  const [main, ...others] = copies.filter((copy) => copy !== undefined);
  // The marks in entries 0 and 1 may differ: some systems set the dirty bits in one FAT only.
  const marks = first === 0 ? 2 : 0;
  const bytes = asBytes(main!.subarray(marks));
  return [main!, ...others.filter((copy) => !equalBytes(asBytes(copy.subarray(marks)), bytes))];
}

function markUsed(copies: readonly FatEntries[], first: number, geometry: FatGeometry, used: ClusterSet): void {
  const bad = badClusterMark(geometry.type);
  const last = geometry.clusterCount + 1;
  const main = copies[0]!;
  for (let i = first === 0 ? 2 : 0; i < main.length; i++) {
    const entry = main[i]!;
    let isFree = entry === 0 || entry === bad;
    if (entry >= 2 && entry <= last) used.add(entry);
    for (let copy = 1; copy < copies.length; copy++) {
      const other = copies[copy]![i]!;
      if (other !== entry) isFree = false;
      // A cluster that a chain names is its content, even when its own entry never reached the card.
      if (other >= 2 && other <= last) used.add(other);
    }
    if (!isFree) used.add(first + i);
  }
}

/** Decodes entries that start at the beginning of `bytes`; the result may share its memory. */
function decodeEntries(bytes: Uint8Array, type: FatType, count: number): FatEntries {
  if (type === 'fat12') return decodeFat12(bytes, count);
  if (endianness() === 'BE') swapBytes(bytes, type);
  if (type === 'fat16') return new Uint16Array(bytes.buffer, bytes.byteOffset, count);
  const entries = new Uint32Array(bytes.buffer, bytes.byteOffset, count);
  // The upper 4 bits are reserved and kept by drivers (fatgen103 page 16).
  for (let i = 0; i < count; i++) entries[i] = entries[i]! & 0x0fffffff;
  return entries;
}

/** Two entries share three bytes, low nibble first. */
function decodeFat12(bytes: Uint8Array, count: number): Uint16Array {
  const entries = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    const at = i + (i >>> 1);
    const pair = bytes[at]! | (bytes[at + 1]! << 8);
    entries[i] = i & 1 ? pair >>> 4 : pair & 0xfff;
  }
  return entries;
}

function swapBytes(bytes: Uint8Array, type: FatType): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (type === 'fat16') buffer.swap16();
  else buffer.swap32();
}

function newEntries(type: FatType, count: number): FatEntries {
  return type === 'fat32' ? new Uint32Array(count) : new Uint16Array(count);
}

function entriesPerWindow(type: FatType): number {
  return type === 'fat32' ? WINDOW_BYTES / 4 : WINDOW_BYTES / 2;
}

function entriesByteLength(type: FatType, count: number): number {
  return { fat12: Math.ceil(count * 1.5), fat16: count * 2, fat32: count * 4 }[type];
}

function asBytes(entries: FatEntries): Uint8Array {
  return new Uint8Array(entries.buffer, entries.byteOffset, entries.byteLength);
}

const ZEROS = new Uint8Array(WINDOW_BYTES);

function isZero(bytes: Uint8Array): boolean {
  return equalBytes(bytes, ZEROS.subarray(0, bytes.byteLength));
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
