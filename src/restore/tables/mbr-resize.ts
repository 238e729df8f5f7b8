/** An MBR whose last partition, primary or logical, gets another length. All that it touches are sizes. */
import { extentPairs } from '../../bytes/extent-list.ts';
import { type BlockSource } from '../../device/block-source.ts';
import { decodeMbr, isExtended, type MbrEntry } from '../../layout/mbr.ts';
import { type Edit } from '../edits.ts';
import { endOf, type Refusal, type TableShape } from './table-shape.ts';

/** Cylinder 1023, head 254, sector 63, as an entry holds it: "look at the LBA" (Linux block/partitions/msdos.c does). */
const CHS_SATURATED = Uint8Array.of(0xfe, 0xff, 0xff);
const ENTRY_BYTES = 16;
const TABLE_AT = 446;
const FIRST_LBA_AT = 8;

/** The place of a table in the MBR or an EBR, and of one entry in it. */
interface FoundEntry {
  readonly sectorOffset: number;
  readonly entry: MbrEntry;
}

/**
 * The edits of one entry of the table in the sector at `sectorOffset`. The end in cylinders, heads and sectors is said
 * to be out of reach. A size of zero clears the entry.
 */
export function mbrEntryEdits(sectorOffset: number, entry: MbrEntry, firstLba: number, sectorCount: number): Edit[] {
  if (entry.firstLba === firstLba && entry.sectorCount === sectorCount) return [];
  const at = sectorOffset + TABLE_AT + ENTRY_BYTES * (entry.slot - 1);
  if (sectorCount === 0) return [{ byteOffset: at, byteLength: ENTRY_BYTES, bytes: undefined }];
  const sizes = new Uint8Array(8);
  const view = new DataView(sizes.buffer);
  view.setUint32(0, firstLba, true);
  view.setUint32(4, sectorCount, true);
  return [
    { byteOffset: at + 5, byteLength: CHS_SATURATED.byteLength, bytes: CHS_SATURATED },
    { byteOffset: at + FIRST_LBA_AT, byteLength: sizes.byteLength, bytes: sizes },
  ];
}

/**
 * The edits that give the last partition `partitionBytes`, and let the extended partition around it end at
 * `containerEnd` (bytes of the volume); the link that leads to its EBR covers it still.
 */
export async function mbrResizeEdits(
  source: BlockSource,
  shape: TableShape,
  partitionBytes: number,
  containerEnd: number,
): Promise<Edit[] | Refusal> {
  const { layout, last, container } = shape;
  const { sectorSize } = layout;
  const mbr = decodeMbr(await source.read(0, 512))!;
  const sectorCount = partitionBytes / sectorSize;
  const slot = mbr.entries.find((entry) => entry.slot === (container ?? last).number)!;
  if (container === undefined) return mbrEntryEdits(0, slot, slot.firstLba, sectorCount);
  const end = (last.byteOffset + partitionBytes) / sectorSize;
  const oldEnd = endOf(last) / sectorSize;
  const records = await readRecords(source, shape);
  const own = records.filter(({ sectorOffset, entry }) => isEntryOf(shape, sectorOffset, entry));
  const found = own[0];
  if (found === undefined || own.length > 1) return { reason: `partition ${last.number} is named by no single EBR` };
  const links = records.filter(({ entry }) => {
    return isExtended(entry) && container.byteOffset + entry.firstLba * sectorSize === found.sectorOffset;
  });
  const linkFirst = found.sectorOffset / sectorSize;
  return [
    ...mbrEntryEdits(0, slot, slot.firstLba, containerEnd / sectorSize - slot.firstLba),
    ...mbrEntryEdits(found.sectorOffset, found.entry, found.entry.firstLba, sectorCount),
    ...links.flatMap(({ sectorOffset, entry }) => {
      // Some systems let a link reach to the end of the extended partition.
      const wasWider = linkFirst + entry.sectorCount > oldEnd;
      const isEnough = wasWider && end >= oldEnd && linkFirst + entry.sectorCount >= end;
      return isEnough ? [] : mbrEntryEdits(sectorOffset, entry, entry.firstLba, end - linkFirst);
    }),
  ].sort((a, b) => a.byteOffset - b.byteOffset);
}

async function readRecords(source: BlockSource, { layout }: TableShape): Promise<FoundEntry[]> {
  const found: FoundEntry[] = [];
  for (const [start, end] of extentPairs(layout.ebrExtents)) {
    for (let sectorOffset = start; sectorOffset < end; sectorOffset += layout.sectorSize) {
      const entries = decodeMbr(await source.read(sectorOffset, 512))?.entries ?? [];
      found.push(...entries.filter((entry) => entry.sectorCount > 0).map((entry) => ({ sectorOffset, entry })));
    }
  }
  return found;
}

function isEntryOf({ layout, last }: TableShape, sectorOffset: number, entry: MbrEntry): boolean {
  const { sectorSize } = layout;
  const isSame = sectorOffset + entry.firstLba * sectorSize === last.byteOffset;
  return !isExtended(entry) && isSame && entry.sectorCount * sectorSize === last.byteLength;
}
