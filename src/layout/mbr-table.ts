import { type BlockSource } from '../device/block-source.ts';
import { readEbrChain } from './ebr-chain.ts';
import { isExtended, type Mbr, type MbrEntry } from './mbr.ts';
import { type FoundTable } from './place-partitions.ts';
import { type TablePartition } from './table-partition.ts';

/** Reads the partitions of an MBR and of its extended partitions, with LBAs of `sectorSize` bytes. */
export async function readMbrTable(source: BlockSource, sectorSize: number, mbr: Mbr): Promise<FoundTable> {
  const used = mbr.entries.filter((entry) => entry.sectorCount > 0);
  const partitions = used.filter((entry) => !isExtended(entry)).map(asPartition);
  const containers = used.filter(isExtended);
  const ebrLbas: number[] = [];
  const notes: string[] = [];
  let keepWhole: string | undefined;
  let nextNumber = 5;
  for (const extended of containers) {
    const chain = await readEbrChain(source, sectorSize, extended, nextNumber);
    keepWhole ??= chain.problem;
    ebrLbas.push(...chain.ebrLbas);
    partitions.push(...chain.partitions);
    nextNumber += chain.partitions.length;
    for (const logical of chain.partitions) {
      if (liesWithin(logical, extended)) continue;
      notes.push(`logical partition ${logical.number} leaves its extended partition ${extended.slot}`);
    }
  }
  if (containers.length > 1) notes.push('there is more than one extended partition');
  return {
    table: 'mbr',
    signature: mbr.diskSignature,
    sectorSize,
    partitions,
    extended: containers.map(asPartition),
    tableRanges: [0, ...ebrLbas].map((lba) => [lba * sectorSize, (lba + 1) * sectorSize]),
    ebrLbas,
    keepWhole,
    notes,
  };
}

function asPartition(entry: MbrEntry): TablePartition {
  const { slot, firstLba, sectorCount, type } = entry;
  return { number: slot, firstLba, sectorCount, type: `0x${type.toString(16)}`, name: '' };
}

function liesWithin(inner: TablePartition, outer: MbrEntry): boolean {
  const end = inner.firstLba + inner.sectorCount;
  return inner.firstLba > outer.firstLba && end <= outer.firstLba + outer.sectorCount;
}
