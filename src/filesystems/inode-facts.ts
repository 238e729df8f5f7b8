/**
 * What is known of the files behind a `FileExtents`, one row a file under the same number, as columns. By it a later
 * backup tells which files are what they were.
 */
export interface InodeFacts {
  readonly count: number;
  readonly inode: Uint32Array;
  /** Changes each time that the inode's number is used for another file. */
  readonly generation: Uint32Array;
  /** Seconds since 1970, with fractions where the file system keeps them. */
  readonly changeTime: Float64Array;
  readonly modifyTime: Float64Array;
  /** 16 bytes each: a hash of the whole record without access time and checksum. Empty unless it was asked for. */
  readonly fingerprint: Uint8Array;
  /** 1 where a change may leave no trace in the record: times in whole seconds, and files that the kernel writes to
   * below the file system. */
  readonly isUntold: Uint8Array;
}

export const FINGERPRINT_BYTES = 16;

interface InodeFactsRow {
  readonly inode: number;
  readonly generation: number;
  readonly changeTime: number;
  readonly modifyTime: number;
  readonly fingerprint: Uint8Array | undefined;
  readonly isUntold: boolean;
}

export class InodeFactsBuilder {
  readonly #hasFingerprints: boolean;
  #inode = new Uint32Array(256);
  #generation = new Uint32Array(256);
  #changeTime = new Float64Array(256);
  #modifyTime = new Float64Array(256);
  #fingerprint: Uint8Array;
  #isUntold = new Uint8Array(256);
  #count = 0;

  constructor(hasFingerprints: boolean) {
    this.#hasFingerprints = hasFingerprints;
    this.#fingerprint = new Uint8Array(hasFingerprints ? 256 * FINGERPRINT_BYTES : 0);
  }

  add(row: InodeFactsRow): void {
    if (this.#count === this.#inode.length) this.#grow();
    const i = this.#count++;
    this.#inode[i] = row.inode;
    this.#generation[i] = row.generation;
    this.#changeTime[i] = row.changeTime;
    this.#modifyTime[i] = row.modifyTime;
    this.#isUntold[i] = row.isUntold ? 1 : 0;
    if (row.fingerprint !== undefined) this.#fingerprint.set(row.fingerprint, i * FINGERPRINT_BYTES);
  }

  /** The rows with these numbers, in this order; `isUntold` also says yes for the rows in `untold`. */
  pick(rows: readonly number[], untold: { has(row: number): boolean }): InodeFacts {
    const fingerprint = new Uint8Array(this.#hasFingerprints ? rows.length * FINGERPRINT_BYTES : 0);
    for (const [i, row] of rows.entries()) {
      if (!this.#hasFingerprints) break;
      const at = row * FINGERPRINT_BYTES;
      fingerprint.set(this.#fingerprint.subarray(at, at + FINGERPRINT_BYTES), i * FINGERPRINT_BYTES);
    }
    return {
      count: rows.length,
      inode: Uint32Array.from(rows, (row) => this.#inode[row]!),
      generation: Uint32Array.from(rows, (row) => this.#generation[row]!),
      changeTime: Float64Array.from(rows, (row) => this.#changeTime[row]!),
      modifyTime: Float64Array.from(rows, (row) => this.#modifyTime[row]!),
      fingerprint,
      isUntold: Uint8Array.from(rows, (row) => (untold.has(row) ? 1 : this.#isUntold[row]!)),
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
    if (this.#hasFingerprints) {
      this.#fingerprint = grown(this.#fingerprint, new Uint8Array(capacity * FINGERPRINT_BYTES));
    }
  }
}
