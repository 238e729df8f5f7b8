/**
 * What is known of the files and directories behind two `FileExtents`, as columns: one row a file under the same number,
 * then one row a directory. By it a later backup tells which of them are what they were.
 */
export interface InodeFacts {
  readonly count: number;
  readonly fileCount: number;
  readonly inode: Uint32Array;
  /** Changes each time that the inode's number is used for another file. */
  readonly generation: Uint32Array;
  /** Seconds since 1970, with fractions where the file system keeps them. */
  readonly changeTime: Float64Array;
  readonly modifyTime: Float64Array;
  /** Byte offset of the record in the partition. */
  readonly recordOffset: Float64Array;
  /** 1 where a change may leave no trace in the record: times in whole seconds, and files that the kernel writes to
   * below the file system. */
  readonly isUntold: Uint8Array;
  readonly mapBlocks: MapBlocks;
}

/** Blocks outside of the records that say where a file lies, as columns. */
export interface MapBlocks {
  readonly file: Uint32Array;
  /** In the partition. */
  readonly byteOffset: Float64Array;
}

interface InodeFactsRow {
  readonly inode: number;
  readonly generation: number;
  readonly changeTime: number;
  readonly modifyTime: number;
  readonly recordOffset: number;
  readonly isUntold: boolean;
}

export class InodeFactsBuilder {
  #inode = new Uint32Array(256);
  #generation = new Uint32Array(256);
  #changeTime = new Float64Array(256);
  #modifyTime = new Float64Array(256);
  #recordOffset = new Float64Array(256);
  #isUntold = new Uint8Array(256);
  #count = 0;
  readonly #mapOwners: number[] = [];
  readonly #mapBlocks: number[] = [];

  add(row: InodeFactsRow): void {
    if (this.#count === this.#inode.length) this.#grow();
    const i = this.#count++;
    this.#inode[i] = row.inode;
    this.#generation[i] = row.generation;
    this.#changeTime[i] = row.changeTime;
    this.#modifyTime[i] = row.modifyTime;
    this.#isUntold[i] = row.isUntold ? 1 : 0;
    this.#recordOffset[i] = row.recordOffset;
  }

  /** A block that says where the file of a row lies. */
  addMapBlock(row: number, byteOffset: number): void {
    this.#mapOwners.push(row);
    this.#mapBlocks.push(byteOffset);
  }

  /**
   * The rows with these numbers, in this order, those of files first; `isUntold` also says yes for the rows in `untold`.
   */
  pick(rows: readonly number[], untold: { has(row: number): boolean }, fileCount: number = rows.length): InodeFacts {
    return {
      count: rows.length,
      fileCount,
      inode: Uint32Array.from(rows, (row) => this.#inode[row]!),
      generation: Uint32Array.from(rows, (row) => this.#generation[row]!),
      changeTime: Float64Array.from(rows, (row) => this.#changeTime[row]!),
      modifyTime: Float64Array.from(rows, (row) => this.#modifyTime[row]!),
      recordOffset: Float64Array.from(rows, (row) => this.#recordOffset[row]!),
      isUntold: Uint8Array.from(rows, (row) => (untold.has(row) ? 1 : this.#isUntold[row]!)),
      mapBlocks: this.#pickMapBlocks(rows),
    };
  }

  #pickMapBlocks(rows: readonly number[]): MapBlocks {
    const places = new Map<number, number>();
    const wanted = new Set(this.#mapOwners);
    for (const [i, row] of rows.entries()) if (wanted.has(row)) places.set(row, i);
    const picked = [...this.#mapOwners.keys()].filter((i) => places.has(this.#mapOwners[i]!));
    return {
      file: Uint32Array.from(picked, (i) => places.get(this.#mapOwners[i]!)!),
      byteOffset: Float64Array.from(picked, (i) => this.#mapBlocks[i]!),
    };
  }

  #grow(): void {
    const grown = <T extends Uint8Array | Uint32Array | Float64Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    const capacity = this.#inode.length * 2;
    this.#inode = grown(this.#inode, new Uint32Array(capacity));
    this.#generation = grown(this.#generation, new Uint32Array(capacity));
    this.#changeTime = grown(this.#changeTime, new Float64Array(capacity));
    this.#modifyTime = grown(this.#modifyTime, new Float64Array(capacity));
    this.#isUntold = grown(this.#isUntold, new Uint8Array(capacity));
    this.#recordOffset = grown(this.#recordOffset, new Float64Array(capacity));
  }
}
