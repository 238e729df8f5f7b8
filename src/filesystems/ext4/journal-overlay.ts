/** The file system as it will be after recovery, as a source: nothing is written anywhere. */
import { type BlockSource, checkRange } from '../../device/block-source.ts';
import { JOURNAL_MAGIC } from './journal-superblock.ts';
import { type JournalLog } from './journal-log.ts';
import { type Journal } from './journal.ts';

/** Reads come from `partition`, but for blocks that the log replaces. */
export function overlayJournal(partition: BlockSource, journal: Journal, log: JournalLog): BlockSource {
  const { blockSize } = journal.superblock;
  const replaced = Float64Array.from(log.replaced.keys()).sort();
  const readReplaced = async (block: number): Promise<Uint8Array> => {
    const { journalBlock, isEscaped } = log.replaced.get(block)!;
    const bytes = await partition.read(journal.blocks[journalBlock]! * blockSize, blockSize);
    if (isEscaped) new DataView(bytes.buffer, bytes.byteOffset).setUint32(0, JOURNAL_MAGIC);
    return bytes;
  };
  return {
    byteLength: partition.byteLength,
    sectorSize: partition.sectorSize,
    async read(byteOffset, byteLength, into) {
      checkRange(partition, byteOffset, byteLength);
      const bytes = await partition.read(byteOffset, byteLength, into);
      const end = byteOffset + byteLength;
      for (let i = lowerBound(replaced, Math.floor(byteOffset / blockSize)); i < replaced.length; i++) {
        const start = replaced[i]! * blockSize;
        if (start >= end) break;
        const block = await readReplaced(replaced[i]!);
        const from = Math.max(0, byteOffset - start);
        bytes.set(block.subarray(from, Math.min(blockSize, end - start)), start + from - byteOffset);
      }
      return bytes;
    },
  };
}

/** Index of the first value that is not below `wanted`. */
function lowerBound(values: Float64Array, wanted: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
