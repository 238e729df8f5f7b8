/** The central directory of a ZIP archive: PKWARE APPNOTE.TXT 6.3.10, sections 4.3 and 4.5. */
import { ByteView } from '../../bytes/byte-view.ts';
import { CorruptDataError } from '../../errors.ts';
import type { BlockSource } from '../block-source.ts';

export interface ZipEntry {
  /** Of no use as a path. */
  readonly name: string;
  readonly isEncrypted: boolean;
  /** 0: stored, 8: deflated; section 4.4.5. */
  readonly method: number;
  readonly crc32: number;
  readonly packedBytes: number;
  readonly byteLength: number;
  /** Milliseconds since 1970; undefined where the archive gives no day. */
  readonly modifiedMs: number | undefined;
  readonly localHeaderOffset: number;
}

const END_BYTES = 22;
const MOST_COMMENT_BYTES = 0xffff;
const END_MAGIC = 0x06054b50;
const END64_LOCATOR_BYTES = 20;
const END64_LOCATOR_MAGIC = 0x07064b50;
const END64_BYTES = 56;
const END64_MAGIC = 0x06064b50;
const ENTRY_BYTES = 46;
const ENTRY_MAGIC = 0x02014b50;
const LOCAL_BYTES = 30;
const LOCAL_MAGIC = 0x04034b50;
/** An archive with a disk image has a handful of entries; this is room for 100 000 of them. */
const MOST_DIRECTORY_BYTES = 16 * 1024 * 1024;
/** Stands for a value in the ZIP64 extra field. */
const IN_ZIP64 = 0xffffffff;
const ZIP64_FIELD = 0x0001;
/** Info-ZIP's "extended timestamp" (proginfo/extrafld.txt): UTC. */
const TIME_FIELD = 0x5455;
/** General purpose bits 0 and 6: encrypted; 13: the directory is. */
const ENCRYPTED_BITS = 0x2041;
const UTF8_BIT = 0x0800;

/** Throws CorruptDataError for what is no whole archive. */
export async function readZipDirectory(file: BlockSource): Promise<ZipEntry[]> {
  const { byteOffset, byteLength } = await findDirectory(file);
  if (byteLength > MOST_DIRECTORY_BYTES)
    throw new CorruptDataError('the ZIP directory is larger than any archive needs');
  if (byteOffset + byteLength > file.byteLength) throw new CorruptDataError('the ZIP directory lies behind its end');
  const view = new ByteView(await file.read(byteOffset, byteLength), 'the ZIP directory');
  const entries: ZipEntry[] = [];
  for (let at = 0; at < byteLength;) {
    if (view.u32le(at) !== ENTRY_MAGIC) throw new CorruptDataError('the ZIP directory is damaged');
    const nameBytes = view.u16le(at + 28);
    const extraBytes = view.u16le(at + 30);
    const extra = new ByteView(view.slice(at + ENTRY_BYTES + nameBytes, extraBytes), 'the extra field of a ZIP entry');
    entries.push(decodeEntry(view, at, view.slice(at + ENTRY_BYTES, nameBytes), extra));
    at += ENTRY_BYTES + nameBytes + extraBytes + view.u16le(at + 32);
  }
  return entries;
}

/** Where the packed bytes of an entry begin. Throws CorruptDataError. */
export async function readZipDataOffset(file: BlockSource, entry: ZipEntry): Promise<number> {
  const damaged = (): CorruptDataError => new CorruptDataError(`the ZIP entry ${entry.name} lies outside the archive`);
  if (entry.localHeaderOffset + LOCAL_BYTES > file.byteLength) throw damaged();
  const view = new ByteView(await file.read(entry.localHeaderOffset, LOCAL_BYTES), 'the header of a ZIP entry');
  if (view.u32le(0) !== LOCAL_MAGIC) throw new CorruptDataError('the header of a ZIP entry is not where it should be');
  const dataOffset = entry.localHeaderOffset + LOCAL_BYTES + view.u16le(26) + view.u16le(28);
  if (dataOffset + entry.packedBytes > file.byteLength) throw damaged();
  return dataOffset;
}

interface Place {
  readonly byteOffset: number;
  readonly byteLength: number;
}

async function findDirectory(file: BlockSource): Promise<Place> {
  const tailBytes = Math.min(file.byteLength, END_BYTES + MOST_COMMENT_BYTES);
  const tailOffset = file.byteLength - tailBytes;
  const view = new ByteView(await file.read(tailOffset, tailBytes), 'the end of the ZIP archive');
  for (let at = tailBytes - END_BYTES; at >= 0; at--) {
    const isEnd = view.u32le(at) === END_MAGIC && at + END_BYTES + view.u16le(at + 20) === tailBytes;
    if (!isEnd) continue;
    const fromZip64 = await findZip64Directory(file, tailOffset + at);
    return fromZip64 ?? { byteOffset: view.u32le(at + 16), byteLength: view.u32le(at + 12) };
  }
  throw new CorruptDataError('the ZIP archive has no end');
}

/** Section 4.3.14 and 4.3.15; `endOffset`: of the record that every archive has. */
async function findZip64Directory(file: BlockSource, endOffset: number): Promise<Place | undefined> {
  const locatorOffset = endOffset - END64_LOCATOR_BYTES;
  if (locatorOffset < 0) return undefined;
  const locator = new ByteView(await file.read(locatorOffset, END64_LOCATOR_BYTES), 'the ZIP64 locator');
  if (locator.u32le(0) !== END64_LOCATOR_MAGIC) return undefined;
  const end64Offset = locator.safe64le(8);
  if (end64Offset + END64_BYTES > locatorOffset) throw new CorruptDataError('the ZIP64 end lies behind its locator');
  const end64 = new ByteView(await file.read(end64Offset, END64_BYTES), 'the ZIP64 end');
  if (end64.u32le(0) !== END64_MAGIC) throw new CorruptDataError('the ZIP64 end is not where it should be');
  return { byteOffset: end64.safe64le(48), byteLength: end64.safe64le(40) };
}

function decodeEntry(view: ByteView, at: number, name: Uint8Array, extra: ByteView): ZipEntry {
  const flags = view.u16le(at + 8);
  // In this order in the ZIP64 field, each only where the 32-bit one says so (section 4.5.3).
  const short = [view.u32le(at + 24), view.u32le(at + 20), view.u32le(at + 42)] as const;
  const zip64 = findField(extra, ZIP64_FIELD);
  let used = 0;
  const [byteLength, packedBytes, localHeaderOffset] = short.map((value) => {
    if (value !== IN_ZIP64 || zip64 === undefined) return value;
    used += 8;
    return zip64.safe64le(used - 8);
  });
  return {
    name: Buffer.from(name).toString((flags & UTF8_BIT) === 0 ? 'latin1' : 'utf8'),
    isEncrypted: (flags & ENCRYPTED_BITS) !== 0,
    method: view.u16le(at + 10),
    crc32: view.u32le(at + 16),
    packedBytes: packedBytes!,
    byteLength: byteLength!,
    modifiedMs: utcTime(findField(extra, TIME_FIELD)) ?? dosTime(view.u16le(at + 14), view.u16le(at + 12)),
    localHeaderOffset: localHeaderOffset!,
  };
}

function findField(extra: ByteView, id: number): ByteView | undefined {
  for (let at = 0; at + 4 <= extra.byteLength;) {
    const byteLength = extra.u16le(at + 2);
    // Some programs leave a rest there that is no field.
    if (at + 4 + byteLength > extra.byteLength) return undefined;
    if (extra.u16le(at) === id) return new ByteView(extra.slice(at + 4, byteLength), 'the extra field of a ZIP entry');
    at += 4 + byteLength;
  }
  return undefined;
}

function utcTime(field: ByteView | undefined): number | undefined {
  const hasTime = field !== undefined && field.byteLength >= 5 && (field.u8(0) & 1) !== 0;
  return hasTime ? (field.u32le(1) | 0) * 1000 : undefined;
}

/** MS-DOS date and time, local to whoever made the archive. The first day that it has stands for none. */
function dosTime(day: number, time: number): number | undefined {
  const [year, month, date] = [1980 + (day >>> 9), (day >>> 5) & 15, day & 31];
  if (month === 0 || date === 0 || (year === 1980 && month === 1 && date === 1)) return undefined;
  return new Date(year, month - 1, date, time >>> 11, (time >>> 5) & 63, (time & 31) * 2).getTime();
}
