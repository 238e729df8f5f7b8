/**
 * Which partition table a disk has, and where its partitions lie. The law is "unknown means keep": a table that is
 * nonsense or ambiguous gives a reason to keep everything, never a guess.
 */
import { EMPTY_EXTENTS, extentsFrom } from '../bytes/extent-list.ts';
import { type BlockSource } from '../device/block-source.ts';
import { throwIfAborted } from '../errors.ts';
import { decodeGptHeader } from './gpt.ts';
import { readGptTable } from './gpt-table.ts';
import { decodeMbr, hasValidBootIndicators, looksLikeBootSector, PROTECTIVE_TYPE, type Mbr } from './mbr.ts';
import { readMbrTable } from './mbr-table.ts';
import { placePartitions, type DiskLayout, type FoundTable, type PartitionEntry } from './place-partitions.ts';
import { readIfPossible } from './table-partition.ts';

export type { DiskLayout, PartitionEntry };

export interface LayoutOptions {
  /**
   * Whether a known file system (or RAID, LVM, LUKS member) starts at a byte of the source. With it, 512 and 4096 byte
   * sectors are both tried, and a table on top of a bare file system is noticed.
   */
  readonly isFileSystemAt?: (byteOffset: number) => Promise<boolean>;
  readonly signal?: AbortSignal | undefined;
}

/** So many partitions of a table are asked for a file system when the sector size is in doubt. */
const MAX_ASKED = 16;

/**
 * Reads MBR, logical partitions and GPT. A damaged medium gives `keepWhole`; throws E_STOPPED, and errors of the source
 * that are not the medium's.
 */
export async function readDiskLayout(source: BlockSource, options: LayoutOptions = {}): Promise<DiskLayout> {
  throwIfAborted(options.signal);
  if (source.byteLength < 512) return noTable(source, {});
  const sector = await readIfPossible(source, 0, 512);
  if (sector === undefined) return noTable(source, { keepWhole: 'sector 0 cannot be read' });
  const mbr = decodeMbr(sector);
  if (mbr === undefined || !hasValidBootIndicators(mbr)) return noTable(source, {});
  const isBootSector = looksLikeBootSector(sector);
  const isBare = isBootSector || ((await options.isFileSystemAt?.(0)) ?? false);
  if (mbr.entries.some((entry) => entry.type === PROTECTIVE_TYPE)) return gptLayout(source, mbr, isBare, options);
  const used = mbr.entries.filter((entry) => entry.sectorCount > 0);
  const pretended = isBootSector && used.every((entry) => entry.firstLba === 0);
  if (pretended || (isBare && used.length === 0)) return noTable(source, {});
  if (used.length === 0) return keepDisk(source, 'mbr', mbr.diskSignature, 'the partition table is empty');
  if (isBare) return keepDisk(source, 'mbr', mbr.diskSignature, 'there is a partition table and a bare file system');
  return mbrLayout(source, mbr, options);
}

/** Whether a GPT that no MBR protects stands at the end: left over, or the MBR was overwritten by mistake. */
async function hasOldGpt(source: BlockSource, sectorSize: number): Promise<boolean> {
  const lba = Math.floor(source.byteLength / sectorSize) - 1;
  const sector = await readIfPossible(source, lba * sectorSize, sectorSize);
  return sector !== undefined && decodeGptHeader(sector, lba) !== undefined;
}

async function mbrLayout(source: BlockSource, mbr: Mbr, options: LayoutOptions): Promise<DiskLayout> {
  const found: FoundTable[] = [];
  const sizes = options.isFileSystemAt === undefined ? [source.sectorSize] : candidateSizes(source);
  for (const sectorSize of sizes) {
    throwIfAborted(options.signal);
    found.push(await readMbrTable(source, sectorSize, mbr));
  }
  const chosen = await chooseBySectorSize(found, source, mbr.diskSignature, options);
  if (!(await hasOldGpt(source, chosen.sectorSize))) return chosen;
  return { ...chosen, notes: [...chosen.notes, 'an old GPT at the end of the device is not in use'] };
}

async function gptLayout(source: BlockSource, mbr: Mbr, isBare: boolean, options: LayoutOptions): Promise<DiskLayout> {
  const found: FoundTable[] = [];
  for (const sectorSize of candidateSizes(source)) {
    throwIfAborted(options.signal);
    const table = await readGptTable(source, sectorSize, mbr);
    if (table !== undefined) found.push(table);
  }
  const signature = found[0]?.signature ?? '';
  if (found.length === 0) return keepDisk(source, 'gpt', '', 'the MBR announces a GPT, but no copy of it is whole');
  if (isBare) return keepDisk(source, 'gpt', signature, 'there is a GPT and a bare file system');
  return chooseBySectorSize(found, source, signature, options);
}

/** The source's own sector size first; an image may come from a disk with the other one. */
function candidateSizes(source: BlockSource): number[] {
  return [...new Set([source.sectorSize, 512, 4096])];
}

/**
 * The reading under which known file systems lie at the starts of partitions. If that is true of more than one, a stale
 * file system is as likely as a real one, and nothing may be taken away; unless the source's own sector size explains
 * every partition and the other does not. Without any the first is as good as the others,
 * because partitions that hold nothing known are kept whole.
 */
async function chooseBySectorSize(
  found: readonly FoundTable[],
  source: BlockSource,
  signature: string,
  options: LayoutOptions,
): Promise<DiskLayout> {
  const layouts = found.map((table) => placePartitions(table, source.byteLength));
  const first = layouts[0]!;
  if (layouts.length === 1) return first;
  const backed: DiskLayout[] = [];
  const complete: DiskLayout[] = [];
  for (const layout of layouts) {
    throwIfAborted(options.signal);
    const known = await countKnown(layout, options);
    if (known > 0) backed.push(layout);
    const explainsAll = known > 0 && known === layout.partitions.length && layout.keepWhole === undefined;
    if (explainsAll && !layout.hasPartitionPastEnd) complete.push(layout);
  }
  // A partition at 1 MiB and one at 8 MiB: read with sectors of 4096 bytes, the first lies where the second is.
  if (complete.length === 1 && complete[0] === first) return first;
  if (backed.length > 1) {
    return keepDisk(source, first.table, signature, 'the partition table fits 512 and 4096 byte sectors');
  }
  return backed[0] ?? layouts.find((layout) => !layout.hasPartitionPastEnd) ?? first;
}

/** How many partitions begin with a known file system; of a table with very many the first ones are asked. */
async function countKnown(layout: DiskLayout, options: LayoutOptions): Promise<number> {
  let known = 0;
  for (const partition of layout.partitions.slice(0, MAX_ASKED)) {
    if (await options.isFileSystemAt?.(partition.byteOffset)) known++;
  }
  return known;
}

function noTable(source: BlockSource, extra: { readonly keepWhole?: string }): DiskLayout {
  return {
    table: 'none',
    signature: '',
    sectorSize: source.sectorSize,
    partitions: [],
    extended: [],
    tableExtents: EMPTY_EXTENTS,
    ebrExtents: EMPTY_EXTENTS,
    hasOverlap: false,
    hasPartitionPastEnd: false,
    notes: [],
    ...extra,
  };
}

function keepDisk(source: BlockSource, table: DiskLayout['table'], signature: string, keepWhole: string): DiskLayout {
  const tableExtents = extentsFrom([[0, Math.min(source.sectorSize, source.byteLength)]]);
  return { ...noTable(source, { keepWhole }), table, signature, tableExtents };
}
