/**
 * Both copies of a GPT as raw sectors, so that what is not understood is kept. Source: UEFI 2.10 section 5.3. The
 * fields of the header that are changed here:
 *
 *   16 4 checksum of the header   24 8 own LBA       32 8 LBA of the other copy   48 8 last usable LBA
 *   56 16 disk GUID               72 8 LBA of the entries                          88 4 checksum of the entries
 */
import { crc32 } from 'node:zlib';
import { equalBytes } from '../../bytes/hex.ts';
import { type BlockSource } from '../../device/block-source.ts';
import { decodeGptHeader, type GptHeader } from '../../layout/gpt.ts';
import { readIfPossible } from '../../layout/table-partition.ts';
import { type Edit } from '../edits.ts';

/** One whole copy. */
export interface GptCopy {
  readonly header: GptHeader;
  /** The sector of the header, all of it. */
  readonly sector: Uint8Array;
  /** `entryCount * entryBytes` bytes. */
  readonly entries: Uint8Array;
}

export interface GptCopies {
  readonly sectorSize: number;
  readonly primary: GptCopy;
  /** Undefined when it is missing or damaged. */
  readonly backup: GptCopy | undefined;
  /** Bytes `[start, end)` that are no partition's and belong to a backup copy: where one is, or is said to be. */
  readonly backupPlaces: readonly (readonly [start: number, end: number])[];
}

/** Where a copy stands and what its header says beyond what it says already. */
export interface GptPlace {
  readonly headerLba: number;
  readonly entriesLba: number;
  readonly alternateLba: number;
  readonly lastUsableLba?: number;
  readonly diskGuid?: Uint8Array;
}

/**
 * Refuses a damaged primary and copies that differ: which of them is right is for the owner to decide. A backup that is
 * missing or damaged is what an image written to a larger card has.
 */
export async function readGptCopies(
  source: BlockSource,
  sectorSize: number,
): Promise<GptCopies | { readonly reason: string }> {
  const primary = await readCopy(source, sectorSize, 1);
  if (primary === undefined) {
    return { reason: 'the primary GPT is damaged: restore it as it is, then let sgdisk or gdisk rebuild it' };
  }
  const lastLba = Math.floor(source.byteLength / sectorSize) - 1;
  const { alternateLba, diskGuid } = primary.header;
  const backupPlaces = [placeBefore(alternateLba, primary.header, sectorSize)];
  let backup: GptCopy | undefined;
  for (const lba of new Set([lastLba, alternateLba])) {
    if (!(lba > 1 && lba <= lastLba)) continue;
    const sector = await readIfPossible(source, lba * sectorSize, sectorSize);
    const header = sector && decodeGptHeader(sector, lba);
    if (header === undefined) continue;
    backupPlaces.push(...placesOf(header, sectorSize));
    const copy = await readCopy(source, sectorSize, lba);
    // At the end of a card may stand what an earlier table left there; the primary knows where its own backup is.
    if (copy?.header.diskGuid === diskGuid) backup = copy;
  }
  if (backup !== undefined && !equalBytes(backup.entries, primary.entries)) {
    return { reason: 'the two copies of the GPT differ: restore it as it is, then let sgdisk or gdisk decide' };
  }
  return { sectorSize, primary, backup, backupPlaces };
}

/** The places of a GPT copy at the end of a disk whose MBR does not announce any: left over from an earlier table. */
export async function readOldGptPlaces(
  source: BlockSource,
  sectorSize: number,
): Promise<(readonly [start: number, end: number])[]> {
  const lba = Math.floor(source.byteLength / sectorSize) - 1;
  const sector = await readIfPossible(source, lba * sectorSize, sectorSize);
  const header = sector && decodeGptHeader(sector, lba);
  return header === undefined ? [] : placesOf(header, sectorSize);
}

/** Sectors of the array of entries. */
export function entriesSectors({ entryCount, entryBytes }: GptHeader, sectorSize: number): number {
  return Math.ceil((entryCount * entryBytes) / sectorSize);
}

/** Header and entries of one copy as edits, the header first; `entries` are those of `copy` or changed ones. */
export function encodeGptCopy(copy: GptCopy, sectorSize: number, place: GptPlace, entries: Uint8Array): Edit[] {
  const sector = new Uint8Array(copy.sector);
  const view = new DataView(sector.buffer, sector.byteOffset, sector.byteLength);
  view.setBigUint64(24, BigInt(place.headerLba), true);
  view.setBigUint64(32, BigInt(place.alternateLba), true);
  if (place.lastUsableLba !== undefined) view.setBigUint64(48, BigInt(place.lastUsableLba), true);
  if (place.diskGuid !== undefined) sector.set(place.diskGuid, 56);
  view.setBigUint64(72, BigInt(place.entriesLba), true);
  view.setUint32(88, crc32(entries), true);
  view.setUint32(16, 0, true);
  view.setUint32(16, crc32(sector.subarray(0, view.getUint32(12, true))), true);
  const padded = new Uint8Array(entriesSectors(copy.header, sectorSize) * sectorSize);
  padded.set(entries);
  return [
    { byteOffset: place.headerLba * sectorSize, byteLength: sector.byteLength, bytes: sector },
    { byteOffset: place.entriesLba * sectorSize, byteLength: padded.byteLength, bytes: padded },
  ];
}

async function readCopy(source: BlockSource, sectorSize: number, lba: number): Promise<GptCopy | undefined> {
  const sector = await readIfPossible(source, lba * sectorSize, sectorSize);
  const header = sector && decodeGptHeader(sector, lba);
  if (sector === undefined || header === undefined) return undefined;
  const entries = await readIfPossible(source, header.entriesLba * sectorSize, header.entryCount * header.entryBytes);
  if (entries === undefined || crc32(entries) !== header.entriesCrc) return undefined;
  return { header, sector, entries };
}

/** The usual place: entries, then the header. */
function placeBefore(headerLba: number, header: GptHeader, sectorSize: number): readonly [start: number, end: number] {
  return [(headerLba - entriesSectors(header, sectorSize)) * sectorSize, (headerLba + 1) * sectorSize];
}

function placesOf(header: GptHeader, sectorSize: number): (readonly [start: number, end: number])[] {
  const entriesAt = header.entriesLba * sectorSize;
  return [
    [header.myLba * sectorSize, (header.myLba + 1) * sectorSize],
    [entriesAt, entriesAt + entriesSectors(header, sectorSize) * sectorSize],
  ];
}
