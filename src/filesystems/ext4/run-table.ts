/** Runs of blocks that inodes map, as columns: one row is contiguous in the file and on the partition. */
import { CorruptDataError } from '../../errors.ts';

export interface RunTable {
  readonly count: number;
  /** Whose run it is: the number that the caller gave to the inode. */
  readonly owner: Uint32Array;
  /** In blocks from the start of the file. */
  readonly logicalBlock: Float64Array;
  /** Block number on the partition. */
  readonly block: Float64Array;
  readonly blockCount: Float64Array;
  /** 1 where the blocks are reserved but read as zero. */
  readonly isUnwritten: Uint8Array;
}

/** More rows than this would not fit into the memory that a backup may use; no sound card comes near. */
const MAX_ROWS = 4_000_000;

/** Collects rows; those that continue the last one are joined to it. */
export class RunTableBuilder {
  #owner = new Uint32Array(256);
  #logicalBlock = new Float64Array(256);
  #block = new Float64Array(256);
  #blockCount = new Float64Array(256);
  #isUnwritten = new Uint8Array(256);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(owner: number, logicalBlock: number, block: number, blockCount: number, isUnwritten: boolean): void {
    const last = this.#count - 1;
    const flag = isUnwritten ? 1 : 0;
    if (
      last >= 0 &&
      this.#owner[last] === owner &&
      this.#isUnwritten[last] === flag &&
      this.#logicalBlock[last]! + this.#blockCount[last]! === logicalBlock &&
      this.#block[last]! + this.#blockCount[last]! === block
    ) {
      this.#blockCount[last] = this.#blockCount[last]! + blockCount;
      return;
    }
    if (this.#count === this.#owner.length) this.#grow();
    this.#owner[this.#count] = owner;
    this.#logicalBlock[this.#count] = logicalBlock;
    this.#block[this.#count] = block;
    this.#blockCount[this.#count] = blockCount;
    this.#isUnwritten[this.#count] = flag;
    this.#count++;
  }

  /** The rows as they came. The builder must not be used any more. */
  build(): RunTable {
    return {
      count: this.#count,
      owner: this.#owner,
      logicalBlock: this.#logicalBlock,
      block: this.#block,
      blockCount: this.#blockCount,
      isUnwritten: this.#isUnwritten,
    };
  }

  #grow(): void {
    if (this.#count >= MAX_ROWS) throw new CorruptDataError('its files lie in too many fragments to be mapped');
    const grown = <T extends Uint8Array | Uint32Array | Float64Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    const capacity = this.#owner.length * 2;
    this.#owner = grown(this.#owner, new Uint32Array(capacity));
    this.#logicalBlock = grown(this.#logicalBlock, new Float64Array(capacity));
    this.#block = grown(this.#block, new Float64Array(capacity));
    this.#blockCount = grown(this.#blockCount, new Float64Array(capacity));
    this.#isUnwritten = grown(this.#isUnwritten, new Uint8Array(capacity));
  }
}

/** The rows by owner and logical block, with neighbours joined. */
export function sortRunTable(table: RunTable): RunTable {
  const { owner, logicalBlock } = table;
  const order = new Uint32Array(table.count).map((_, i) => i);
  order.sort((a, b) => owner[a]! - owner[b]! || logicalBlock[a]! - logicalBlock[b]!);
  const sorted = new RunTableBuilder();
  for (const i of order) {
    sorted.add(owner[i]!, logicalBlock[i]!, table.block[i]!, table.blockCount[i]!, table.isUnwritten[i] === 1);
  }
  return sorted.build();
}
