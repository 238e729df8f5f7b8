/**
 * An index file tells where chunks lie (FORMAT.md, "Index"): a header, frame 0 with an IndexHead, then one frame a
 * page. All pages but the last have the same number of records, so that a page is found by arithmetic.
 *
 *     record  0 32  chunk ID    32  4  frame (row of the head's table)    36  4  offset in its body    40  4  length
 */
import { equalBytes } from '../bytes/hex.ts';
import { CorruptDataError } from '../errors.ts';
import { encodeHeader, FILE_KIND, HEADER_BYTES, requireHeader } from './envelope.ts';
import {
  decodeFrameHeader,
  decodeItemFrame,
  encodeItemFrame,
  FRAME_HEADER_BYTES,
  FRAME_KIND,
  itemFrameLength,
} from './frame.ts';
import { MAX_FRAME_BYTES, MAX_INDEX_RECORDS, MAX_PACK_BYTES, MAX_PAGE_RECORDS } from './limits.ts';
import { decodeIndexHead, encodeIndexHead, type IndexedPack, type IndexHead } from './messages.ts';
import type { Storage, StorageEntry } from './storage.ts';

const ID_BYTES = 32;
export const INDEX_RECORD_BYTES = 44;
export const FRAME_ROW_BYTES = 16;

/** 11 KiB a page: a lookup that misses the page cache reads no more than that, and fences stay 1/8 byte a record. */
const PAGE_RECORDS = 256;

export interface IndexContent {
  readonly supersedes: readonly Uint8Array[];
  readonly packs: readonly IndexedPack[];
  /** Rows of 16 bytes: place in `packs`, offset, payload length, length after decompression. */
  readonly frames: Uint8Array;
  /** Records of 44 bytes in any order. */
  readonly records: Uint8Array;
}

/** An index file that was opened: its head, and where its pages lie. */
export interface OpenIndex {
  readonly name: string;
  readonly head: IndexHead;
  readonly pagesOffset: number;
  readonly pageCount: number;
}

export function encodeIndexFile(storeId: Uint8Array, content: IndexContent): Uint8Array {
  const records = sortRecords(content.records);
  const count = records.byteLength / INDEX_RECORD_BYTES;
  const pageCount = Math.ceil(count / PAGE_RECORDS);
  if (count > MAX_INDEX_RECORDS) throw new RangeError('too many records for one index file');
  const pageBytes = PAGE_RECORDS * INDEX_RECORD_BYTES;
  const fences = new Uint8Array(pageCount * 32);
  for (let page = 0; page < pageCount; page++) {
    fences.set(records.subarray(page * pageBytes, page * pageBytes + 32), page * 32);
  }
  const { supersedes, packs, frames } = content;
  const head = encodeIndexHead({ supersedes, packs, frames, fences, records: count, pageRecords: PAGE_RECORDS });
  const parts = [encodeHeader(FILE_KIND.index, storeId), encodeItemFrame(FRAME_KIND.message, 0, head)];
  for (let page = 0; page < pageCount; page++) {
    const item = records.subarray(page * pageBytes, (page + 1) * pageBytes);
    parts.push(encodeItemFrame(FRAME_KIND.page, page + 1, item));
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** Reads and checks the head. Throws CorruptDataError, or NotFoundError when the file is gone. */
export async function openIndexFile(storage: Storage, entry: StorageEntry, storeId: Uint8Array): Promise<OpenIndex> {
  const { name } = entry;
  const start = await storage.read(name, 0, HEADER_BYTES + FRAME_HEADER_BYTES);
  requireHeader(start, FILE_KIND.index, storeId, name);
  const { payloadLength } = decodeFrameHeader(start.subarray(HEADER_BYTES), name);
  const frame = await storage.read(name, HEADER_BYTES, FRAME_HEADER_BYTES + payloadLength);
  const head = decodeIndexHead(decodeItemFrame(frame, FRAME_KIND.message, 0, name), name);
  const open = {
    name,
    head,
    pagesOffset: HEADER_BYTES + frame.byteLength,
    pageCount: Math.ceil(head.records / Math.max(1, head.pageRecords)),
  };
  checkHead(head, name);
  if (open.pagesOffset + pagesLength(head) !== entry.byteLength) {
    throw new CorruptDataError(`${name} does not have the length that its head gives`);
  }
  return open;
}

function checkHead(head: IndexHead, name: string): void {
  const { records, pageRecords, frames, fences, packs } = head;
  const pageCount = Math.ceil(records / Math.max(1, pageRecords));
  if (
    records > MAX_INDEX_RECORDS ||
    pageRecords === 0 ||
    pageRecords > MAX_PAGE_RECORDS ||
    fences.byteLength !== pageCount * 32 ||
    frames.byteLength % FRAME_ROW_BYTES !== 0
  ) {
    throw new CorruptDataError(`${name} has a head beyond its limits`);
  }
  for (const pack of packs) {
    if (pack.byteLength > MAX_PACK_BYTES) throw new CorruptDataError(`${name} lists a pack that is too long`);
  }
  const view = new DataView(frames.buffer, frames.byteOffset, frames.byteLength);
  for (let at = 0; at < frames.byteLength; at += FRAME_ROW_BYTES) {
    const pack = packs[view.getUint32(at, true)];
    const offset = view.getUint32(at + 4, true);
    const payloadLength = view.getUint32(at + 8, true);
    const rawLength = view.getUint32(at + 12, true);
    if (
      pack === undefined ||
      offset < HEADER_BYTES ||
      payloadLength > MAX_FRAME_BYTES ||
      rawLength > MAX_FRAME_BYTES ||
      offset + FRAME_HEADER_BYTES + payloadLength > pack.byteLength
    ) {
      throw new CorruptDataError(`${name} lists a frame that cannot be`);
    }
  }
}

function pagesLength(head: IndexHead): number {
  const full = Math.floor(head.records / head.pageRecords);
  const rest = head.records % head.pageRecords;
  const restLength = rest === 0 ? 0 : itemFrameLength(rest * INDEX_RECORD_BYTES);
  return full * itemFrameLength(head.pageRecords * INDEX_RECORD_BYTES) + restLength;
}

/** Where page `page` lies in its file. */
export function pagePlace(index: OpenIndex, page: number): { byteOffset: number; byteLength: number } {
  const { records, pageRecords } = index.head;
  const inPage = Math.min(pageRecords, records - page * pageRecords);
  const fullLength = itemFrameLength(pageRecords * INDEX_RECORD_BYTES);
  return {
    byteOffset: index.pagesOffset + page * fullLength,
    byteLength: itemFrameLength(inPage * INDEX_RECORD_BYTES),
  };
}

/** The records of a page, from the bytes of its frame. */
export function decodePage(frame: Uint8Array, index: OpenIndex, page: number): Uint8Array {
  const records = decodeItemFrame(frame, FRAME_KIND.page, page + 1, `page ${page} of ${index.name}`);
  const fence = index.head.fences.subarray(page * 32, page * 32 + 32);
  if (
    itemFrameLength(records.byteLength) !== frame.byteLength ||
    Buffer.compare(records.subarray(0, 32), fence) !== 0
  ) {
    throw new CorruptDataError(`page ${page} of ${index.name} is not the one that belongs here`);
  }
  return records;
}

/** Reads all pages in order, some MiB at a time. */
export async function* readPages(storage: Storage, index: OpenIndex): AsyncGenerator<Uint8Array> {
  const full = itemFrameLength(index.head.pageRecords * INDEX_RECORD_BYTES);
  const pagesAtOnce = Math.max(1, Math.floor((4 * 1024 * 1024) / full));
  for (let first = 0; first < index.pageCount; first += pagesAtOnce) {
    const last = Math.min(first + pagesAtOnce, index.pageCount) - 1;
    const start = pagePlace(index, first).byteOffset;
    const end = pagePlace(index, last);
    const bytes = await storage.read(index.name, start, end.byteOffset + end.byteLength - start);
    for (let page = first; page <= last; page++) {
      const place = pagePlace(index, page);
      const at = place.byteOffset - start;
      yield decodePage(bytes.subarray(at, at + place.byteLength), index, page);
    }
  }
}

function sortRecords(records: Uint8Array): Uint8Array {
  const count = records.byteLength / INDEX_RECORD_BYTES;
  const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
  const prefixes = new Uint32Array(count);
  for (let i = 0; i < count; i++) prefixes[i] = view.getUint32(i * INDEX_RECORD_BYTES, false);
  const order = Uint32Array.from({ length: count }, (_, i) => i).sort((a, b) => {
    return prefixes[a]! - prefixes[b]! || compareRecords(records, a, b) || a - b;
  });
  const sorted = new Uint8Array(records.byteLength);
  for (let i = 0; i < count; i++) {
    const from = order[i]! * INDEX_RECORD_BYTES;
    sorted.set(records.subarray(from, from + INDEX_RECORD_BYTES), i * INDEX_RECORD_BYTES);
  }
  return sorted;
}

function compareRecords(records: Uint8Array, a: number, b: number): number {
  for (let i = 4; i < 32; i++) {
    const difference = records[a * INDEX_RECORD_BYTES + i]! - records[b * INDEX_RECORD_BYTES + i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

export interface IndexRecord {
  /** Row of the head's frames. */
  readonly frame: number;
  readonly offsetInRaw: number;
  readonly byteLength: number;
}

/** The record at this place of a decoded page if it is that of `id`. */
export function readRecord(page: Uint8Array, number: number, id: Uint8Array): IndexRecord | undefined {
  const at = number * INDEX_RECORD_BYTES;
  if (!equalBytes(page.subarray(at, at + ID_BYTES), id)) return undefined;
  const view = new DataView(page.buffer, page.byteOffset + at, INDEX_RECORD_BYTES);
  return {
    frame: view.getUint32(ID_BYTES, true),
    offsetInRaw: view.getUint32(ID_BYTES + 4, true),
    byteLength: view.getUint32(ID_BYTES + 8, true),
  };
}
