/** A GPT for a disk of another size: both copies, the protective MBR, and the last partition's new end. */
import { clipExtents, extentPairs, extentsFrom } from '../../bytes/extent-list.ts';
import { type BlockSource } from '../../device/block-source.ts';
import { decodeMbr, PROTECTIVE_TYPE, type MbrEntry } from '../../layout/mbr.ts';
import { mergeEdits, type Edit } from '../edits.ts';
import { encodeGptCopy, entriesSectors, type GptCopies } from './gpt-copies.ts';
import { mbrEntryEdits } from './mbr-resize.ts';
import { endOf, type TableShape } from './table-shape.ts';

/** One sector number more than the MBR can say (32 bits). */
const MBR_END_LBA = 2 ** 32;
const ENTRY_LAST_LBA_AT = 40;

/** Bytes that header and entries of the backup take at the end of a disk. */
export function gptTailBytes({ primary, sectorSize }: GptCopies): number {
  return (1 + entriesSectors(primary.header, sectorSize)) * sectorSize;
}

/** True when an entry of a hybrid MBR repeats the last partition, which then cannot pass what 32 bits can say. */
export function isLastInHybridMbr(sector: Uint8Array, { last, layout }: TableShape): boolean {
  const first = last.byteOffset / layout.sectorSize;
  const entries = decodeMbr(sector)?.entries ?? [];
  return entries.some((entry) => isHybrid(entry) && entry.firstLba === first);
}

/**
 * The edits that make the GPT one of a disk of `diskBytes` bytes, on which the last partition has `partitionBytes`. Old
 * backups are cleared: a stale header inside a partition, or in front of the new one, misleads repair tools.
 */
export async function gptResizeEdits(
  source: BlockSource,
  shape: TableShape,
  gpt: GptCopies,
  diskBytes: number,
  partitionBytes: number,
): Promise<Edit[]> {
  const { sectorSize, primary } = gpt;
  const { last, layout } = shape;
  const headerLba = Math.floor(diskBytes / sectorSize) - 1;
  const entriesLba = headerLba - entriesSectors(primary.header, sectorSize);
  const lastUsableLba = entriesLba - 1;
  const entries = new Uint8Array(primary.entries);
  const at = (last.number - 1) * primary.header.entryBytes + ENTRY_LAST_LBA_AT;
  const partitionEnd = last.byteOffset + partitionBytes;
  new DataView(entries.buffer).setBigUint64(at, BigInt(partitionEnd / sectorSize - 1), true);
  const own = { headerLba: 1, entriesLba: primary.header.entriesLba, alternateLba: headerLba, lastUsableLba };
  const copies = [
    ...encodeGptCopy(primary, sectorSize, own, entries),
    ...encodeGptCopy(primary, sectorSize, { headerLba, entriesLba, alternateLba: 1, lastUsableLba }, entries),
  ].sort((a, b) => a.byteOffset - b.byteOffset);
  const mbr = await source.read(0, 512);
  const diskEnds = [Math.floor(source.byteLength / sectorSize), headerLba + 1] as const;
  const lbas = [last.byteOffset, endOf(last), partitionEnd].map((byte) => byte / sectorSize);
  const table = mergeEdits(copies, protectiveMbrEdits(mbr, diskEnds, lbas as [number, number, number]));
  // What is cut off is not there to be cleared, and what partitions hold is theirs whatever it looks like.
  const clearEnd = Math.min(source.byteLength, diskBytes);
  const stale = clipExtents(extentsFrom(gpt.backupPlaces), endOf(layout.partitions.at(-1)!), clearEnd);
  const cleared = extentPairs(stale).map(([start, end]) => ({
    byteOffset: start,
    byteLength: end - start,
    bytes: undefined,
  }));
  return mergeEdits(cleared, table);
}

/**
 * A protective entry that reaches the end of the disk reaches the new one; alone, it always does. An entry of a hybrid
 * MBR that repeats the last partition gets its new size, and a protective one behind it makes room. The others stay.
 */
function protectiveMbrEdits(
  sector: Uint8Array,
  [oldDiskEnd, diskEnd]: readonly [number, number],
  [first, oldEnd, end]: readonly [first: number, oldEnd: number, end: number],
): Edit[] {
  const entries = decodeMbr(sector)!.entries.filter((entry) => entry.sectorCount > 0);
  const isAlone = entries.length === 1;
  return entries.flatMap((entry) => {
    if (isHybrid(entry)) {
      return entry.firstLba === first ? mbrEntryEdits(0, entry, entry.firstLba, end - first) : [];
    }
    const entryEnd = entry.firstLba + entry.sectorCount;
    const reachesEnd = isAlone || entryEnd >= Math.min(oldDiskEnd, diskEnd, MBR_END_LBA - 1);
    const newFirst = entry.firstLba >= oldEnd ? Math.max(entry.firstLba, end) : entry.firstLba;
    const newEnd = reachesEnd ? diskEnd : entryEnd;
    // UEFI 2.10, table 5.4: the size is FFFFFFFF where it does not fit.
    const sectorCount = Math.min(newEnd - newFirst, MBR_END_LBA - 1);
    return mbrEntryEdits(0, entry, newFirst, Math.max(0, sectorCount));
  });
}

function isHybrid(entry: MbrEntry): boolean {
  return entry.sectorCount > 0 && entry.type !== PROTECTIVE_TYPE;
}
