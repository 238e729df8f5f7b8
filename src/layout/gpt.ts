/**
 * The GUID partition table: a header with a checksum of itself and of the array of entries; the primary copy in
 * LBA 1, the backup in the last LBA. Source: UEFI 2.10 section 5.3 (tables 5.5 and 5.6).
 */
import { crc32 } from 'node:zlib';
import { ByteView } from '../bytes/byte-view.ts';
import { toHex } from '../bytes/hex.ts';
import { type BlockSource } from '../device/block-source.ts';
import { readIfPossible, type TablePartition } from './table-partition.ts';

export interface GptHeader {
  /** Lower case, as `blkid` prints PTUUID. */
  readonly diskGuid: string;
  readonly myLba: number;
  readonly alternateLba: number;
  readonly entriesLba: number;
  readonly entryCount: number;
  readonly entryBytes: number;
  readonly entriesCrc: number;
}

/** One copy of the table, header and entries valid. */
export interface Gpt {
  readonly header: GptHeader;
  readonly partitions: readonly TablePartition[];
}

/** Tables of 128 entries take 16 KiB; the largest that tools make have some thousand. A header may claim 2^64 bytes. */
const MAX_ENTRIES_BYTES = 4 * 1024 * 1024;
const UNUSED_TYPE = '00000000-0000-0000-0000-000000000000';

/** Decodes and checks a header; undefined if it is not one: signature, size, checksum, own place, caps. */
export function decodeGptHeader(sector: Uint8Array, lba: number): GptHeader | undefined {
  if (sector.byteLength < 512) return undefined;
  const view = new ByteView(sector, 'GPT header');
  if (String.fromCharCode(...view.slice(0, 8)) !== 'EFI PART') return undefined;
  const headerBytes = view.u32le(12);
  if (headerBytes < 92 || headerBytes > sector.byteLength) return undefined;
  const header = new Uint8Array(sector.subarray(0, headerBytes));
  header.fill(0, 16, 20);
  if (crc32(header) !== view.u32le(16)) return undefined;
  const entryCount = view.u32le(80);
  const entryBytes = view.u32le(84);
  if (entryBytes < 128 || entryBytes > 4096 || entryBytes % 8 !== 0) return undefined;
  if (entryCount === 0 || entryCount * entryBytes > MAX_ENTRIES_BYTES) return undefined;
  if (view.u64le(24) !== BigInt(lba)) return undefined;
  return {
    diskGuid: decodeGuid(view.slice(56, 16)),
    myLba: lba,
    alternateLba: Number(view.u64le(32)),
    entriesLba: Number(view.u64le(72)),
    entryCount,
    entryBytes,
    entriesCrc: view.u32le(88),
  };
}

/** The used entries. Numbers are places in the array plus 1. */
export function decodeGptEntries(bytes: Uint8Array, header: GptHeader): TablePartition[] {
  const view = new ByteView(bytes, 'GPT entries');
  const partitions: TablePartition[] = [];
  for (let index = 0; index < header.entryCount; index++) {
    const at = index * header.entryBytes;
    const type = decodeGuid(view.slice(at, 16));
    if (type === UNUSED_TYPE) continue;
    const firstLba = view.u64le(at + 32);
    const lastLba = view.u64le(at + 40);
    partitions.push({
      number: index + 1,
      firstLba: Number(firstLba),
      sectorCount: Number(lastLba - firstLba + 1n),
      type,
      name: decodeName(view.slice(at + 56, 72)),
      uniqueId: decodeGuid(view.slice(at + 16, 16)),
    });
  }
  return partitions;
}

/** Reads the copy whose header stands at `lba`; undefined unless header and entries are whole. */
export async function readGptCopy(source: BlockSource, sectorSize: number, lba: number): Promise<Gpt | undefined> {
  const sector = await readIfPossible(source, lba * sectorSize, sectorSize);
  const header = sector && decodeGptHeader(sector, lba);
  if (header === undefined) return undefined;
  const entries = await readIfPossible(source, header.entriesLba * sectorSize, header.entryCount * header.entryBytes);
  if (entries === undefined || crc32(entries) !== header.entriesCrc) return undefined;
  return { header, partitions: decodeGptEntries(entries, header) };
}

/** The first three fields of a GUID are little endian, the rest is big endian (UEFI 2.10, appendix A). */
function decodeGuid(bytes: Uint8Array): string {
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  const hex = toHex(Uint8Array.from(order, (at) => bytes[at]!));
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** 36 UTF-16 units up to the first NUL; a lone surrogate becomes U+FFFD. */
function decodeName(bytes: Uint8Array): string {
  const text = new TextDecoder('utf-16le').decode(bytes);
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}
