import { ByteView } from '../bytes/byte-view.ts';
import { type BlockSource } from '../device/block-source.ts';
import { readGptCopy, type Gpt, type GptHeader } from './gpt.ts';
import { PROTECTIVE_TYPE, type Mbr } from './mbr.ts';
import { type FoundTable } from './place-partitions.ts';
import { readIfPossible, type TablePartition } from './table-partition.ts';

/**
 * Reads the GPT with LBAs of `sectorSize` bytes: the primary, or if that is damaged the backup. Undefined when no copy
 * is whole. Only for disks whose MBR has a protective entry: a card that held a GPT once and was written with an MBR
 * image keeps a valid old backup at its end.
 */
export async function readGptTable(source: BlockSource, sectorSize: number, mbr: Mbr): Promise<FoundTable | undefined> {
  const lastLba = Math.floor(source.byteLength / sectorSize) - 1;
  const primary = await readGptCopy(source, sectorSize, 1);
  const alternateLba = primary?.header.alternateLba ?? (await claimedAlternate(source, sectorSize));
  const backups = await readBackups(source, sectorSize, new Set([lastLba, alternateLba]), primary);
  const gpt = primary ?? backups[0];
  if (gpt === undefined) return undefined;
  const notes: string[] = [];
  if (primary === undefined) notes.push('the primary GPT is damaged, the backup copy was used');
  else if (backups.length === 0) notes.push('the backup GPT is missing or damaged');
  else if (alternateLba !== lastLba) notes.push('the backup GPT is not at the end of the device');
  const hybrid = mbr.entries.filter((entry) => entry.sectorCount > 0 && entry.type !== PROTECTIVE_TYPE);
  if (hybrid.length > 0) notes.push('there is a hybrid MBR beside the GPT');
  const stranger = hybrid.find((entry) => !gpt.partitions.some((partition) => isSameRange(partition, entry)));
  return {
    table: 'gpt',
    signature: gpt.header.diskGuid,
    sectorSize,
    partitions: gpt.partitions,
    extended: [],
    tableRanges: [
      [0, sectorSize],
      ...primaryRanges(gpt.header, sectorSize),
      ...backups.flatMap(copyRanges(sectorSize)),
    ],
    ebrLbas: [],
    keepWhole: stranger && `partition ${stranger.slot} of the hybrid MBR is none of the GPT's`,
    notes,
  };
}

/** The whole copies at the given places that belong to the same disk as the primary. */
async function readBackups(
  source: BlockSource,
  sectorSize: number,
  lbas: ReadonlySet<number | undefined>,
  primary: Gpt | undefined,
): Promise<Gpt[]> {
  const found: Gpt[] = [];
  for (const lba of lbas) {
    if (lba === undefined || lba < 2) continue;
    const copy = await readGptCopy(source, sectorSize, lba);
    if (copy === undefined) continue;
    if (primary === undefined || primary.header.diskGuid === copy.header.diskGuid) found.push(copy);
  }
  return found;
}

/** Where a primary header that fails its checks says the backup is; the backup is checked on its own anyway. */
async function claimedAlternate(source: BlockSource, sectorSize: number): Promise<number | undefined> {
  const sector = await readIfPossible(source, sectorSize, 512);
  const lba = sector && Number(new ByteView(sector, 'GPT header').u64le(32));
  return lba !== undefined && Number.isSafeInteger(lba) ? lba : undefined;
}

/** The primary's header and entries, also when it is damaged: then a table of the same size right behind LBA 1. */
function primaryRanges(header: GptHeader, sectorSize: number): [start: number, end: number][] {
  const entriesLba = header.myLba === 1 ? header.entriesLba : 2;
  return copyRanges(sectorSize)({ header: { ...header, myLba: 1, entriesLba }, partitions: [] });
}

function copyRanges(sectorSize: number): (copy: Gpt) => [start: number, end: number][] {
  return ({ header }) => {
    const entriesAt = header.entriesLba * sectorSize;
    const entriesSectors = Math.ceil((header.entryCount * header.entryBytes) / sectorSize);
    return [
      [header.myLba * sectorSize, (header.myLba + 1) * sectorSize],
      [entriesAt, entriesAt + entriesSectors * sectorSize],
    ];
  };
}

function isSameRange(a: TablePartition, b: { readonly firstLba: number; readonly sectorCount: number }): boolean {
  return a.firstLba === b.firstLba && a.sectorCount === b.sectorCount;
}
