/**
 * Logical partitions: an extended partition starts with an extended boot record (EBR), a table like the MBR's that
 * holds the next logical partition (its start is relative to this EBR) and a link to the next EBR (relative to the
 * first). Some systems use all four entries. Source: Linux block/partitions/msdos.c, parse_extended().
 */
import { type BlockSource } from '../device/block-source.ts';
import { decodeMbr, hasValidBootIndicators, isExtended, type Mbr, type MbrEntry } from './mbr.ts';
import { readIfPossible, type TablePartition } from './table-partition.ts';

export interface EbrChain {
  readonly partitions: readonly TablePartition[];
  /** Sectors that hold an EBR, in chain order. */
  readonly ebrLbas: readonly number[];
  /** Why the chain cannot be followed to its end: partitions may be missing then. */
  readonly problem?: string;
}

/** Linux stops at 256 partitions (DISK_MAX_PARTS); a longer chain is hostile. */
const MAX_LINKS = 256;

/** Follows the chain of one extended partition. `firstNumber` is the number of its first logical partition, 5 or more. */
export async function readEbrChain(
  source: BlockSource,
  sectorSize: number,
  extended: MbrEntry,
  firstNumber: number,
): Promise<EbrChain> {
  const partitions: TablePartition[] = [];
  const ebrLbas: number[] = [];
  const seen = new Set<number>();
  let lba = extended.firstLba;
  let linkSectors = extended.sectorCount;
  for (;;) {
    if (seen.has(lba)) return { partitions, ebrLbas, problem: 'the chain of logical partitions runs in a circle' };
    if (ebrLbas.length === MAX_LINKS) return { partitions, ebrLbas, problem: 'there are too many logical partitions' };
    seen.add(lba);
    const sector = await readIfPossible(source, lba * sectorSize, 512);
    const ebr = sector && decodeMbr(sector);
    if (ebr === undefined || !hasValidBootIndicators(ebr)) {
      return { partitions, ebrLbas, problem: `the chain of logical partitions is broken at sector ${lba}` };
    }
    ebrLbas.push(lba);
    addLogicals(ebr, lba, linkSectors, firstNumber, partitions);
    const link = ebr.entries.find((entry) => isExtended(entry) && entry.firstLba > 0);
    if (link === undefined) return { partitions, ebrLbas };
    if (link.firstLba >= extended.sectorCount) {
      return { partitions, ebrLbas, problem: 'the chain of logical partitions leaves the extended partition' };
    }
    lba = extended.firstLba + link.firstLba;
    linkSectors = link.sectorCount;
  }
}

function addLogicals(ebr: Mbr, lba: number, linkSectors: number, firstNumber: number, into: TablePartition[]): void {
  for (const entry of ebr.entries) {
    if (entry.sectorCount === 0 || isExtended(entry)) continue;
    // The third and fourth entry often hold rubbish: they count only if they lie within their link.
    if (entry.slot > 2 && entry.firstLba + entry.sectorCount > linkSectors) continue;
    into.push({
      number: firstNumber + into.length,
      firstLba: lba + entry.firstLba,
      sectorCount: entry.sectorCount,
      type: `0x${entry.type.toString(16)}`,
      name: '',
    });
  }
}
