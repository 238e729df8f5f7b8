/**
 * Where the contents of all files of one file system lie, as columns: one row is one run of bytes that is contiguous
 * on the partition and in its file. 500 000 files cost about 30 MB.
 */
export interface FileExtents {
  readonly count: number;
  /** Which file (a dense number, not the inode number); rows of one file stand together, ascending by logical offset. */
  readonly file: Uint32Array;
  /** Byte offset of the run in its file. */
  readonly logicalOffset: Float64Array;
  /** Byte offset of the run in the partition. */
  readonly byteOffset: Float64Array;
  readonly byteLength: Float64Array;
}

/** Collects rows file by file. Runs that continue the last one, in the file and on the partition, are joined. */
export class FileExtentsBuilder {
  #file = new Uint32Array(256);
  #logicalOffset = new Float64Array(256);
  #byteOffset = new Float64Array(256);
  #byteLength = new Float64Array(256);
  #count = 0;
  #files = 0;

  /** Begins the next file; following rows belong to it. */
  nextFile(): void {
    this.#files++;
  }

  /** Adds a run of the current file. Runs of a file must come in ascending logical order. */
  add(logicalOffset: number, byteOffset: number, byteLength: number): void {
    const file = this.#files - 1;
    if (file < 0) throw new RangeError('nextFile() comes first');
    const last = this.#count - 1;
    if (
      last >= 0 &&
      this.#file[last] === file &&
      this.#logicalOffset[last]! + this.#byteLength[last]! === logicalOffset &&
      this.#byteOffset[last]! + this.#byteLength[last]! === byteOffset
    ) {
      this.#byteLength[last] = this.#byteLength[last]! + byteLength;
      return;
    }
    if (this.#count === this.#file.length) this.#grow();
    this.#file[this.#count] = file;
    this.#logicalOffset[this.#count] = logicalOffset;
    this.#byteOffset[this.#count] = byteOffset;
    this.#byteLength[this.#count] = byteLength;
    this.#count++;
  }

  build(): FileExtents {
    return {
      count: this.#count,
      file: this.#file.slice(0, this.#count),
      logicalOffset: this.#logicalOffset.slice(0, this.#count),
      byteOffset: this.#byteOffset.slice(0, this.#count),
      byteLength: this.#byteLength.slice(0, this.#count),
    };
  }

  #grow(): void {
    const capacity = this.#file.length * 2;
    const grown = (from: Float64Array): Float64Array<ArrayBuffer> => {
      const to = new Float64Array(capacity);
      to.set(from);
      return to;
    };
    const file = new Uint32Array(capacity);
    file.set(this.#file);
    this.#file = file;
    this.#logicalOffset = grown(this.#logicalOffset);
    this.#byteOffset = grown(this.#byteOffset);
    this.#byteLength = grown(this.#byteLength);
  }
}

export const NO_FILES: FileExtents = new FileExtentsBuilder().build();
