/**
 * The contents of files cut into pieces at multiples of 128 KiB of the logical offset, whatever their places on the
 * device: content is found again when it is cut where it begins. Columns, in file order; `order` sorts the rows by
 * their place on the device.
 */
import { ascendingOrder } from '../bytes/columns.ts';
import { ExtentListBuilder, extentsFrom, findExtent } from '../bytes/extent-list.ts';
import type { ExtentList } from '../bytes/extent-list.ts';
import type { FileExtents } from '../filesystems/file-extents.ts';

export const FILE_PIECE_BYTES: number = 128 * 1024;

export interface FilePieces {
  readonly rowCount: number;
  /** Absolute byte offset on the device. */
  readonly byteOffset: Float64Array;
  readonly byteLength: Uint32Array;
  /** Offset of the row in its piece. */
  readonly pieceOffset: Uint32Array;
  readonly piece: Uint32Array;
  readonly pieceCount: number;
  /** The first so many are contents of files, those behind them directories. */
  readonly contentPieces: number;
  /** For each piece the number of its file. */
  readonly fileOf: Uint32Array;
  /** For each piece 1 if it begins where its file begins. */
  readonly startsFile: Uint8Array;
  /** First row of each piece; one more element than pieces. */
  readonly firstRow: Uint32Array;
  /** Row numbers by ascending byteOffset. */
  readonly order: Uint32Array;
}

/** Cuts the runs of `files`, which begin at `regionOffset`, leaving out the bytes of `excluded` (absolute). */
export function cutFilePieces(
  files: FileExtents,
  regionOffset: number,
  regionBytes: number,
  excluded: ExtentList,
): FilePieces {
  const rows = new RowBuilder();
  let lastFile = -1;
  let lastPieceStart = -1;
  for (let i = 0; i < files.count; i++) {
    const runEnd = Math.min(files.byteOffset[i]! + files.byteLength[i]!, regionBytes);
    const file = files.file[i]!;
    for (let at = files.byteOffset[i]!; at < runEnd;) {
      const logical = files.logicalOffset[i]! + (at - files.byteOffset[i]!);
      const pieceStart = Math.floor(logical / FILE_PIECE_BYTES) * FILE_PIECE_BYTES;
      const length = Math.min(runEnd - at, pieceStart + FILE_PIECE_BYTES - logical);
      const isNew = file !== lastFile || pieceStart !== lastPieceStart;
      const begins = isNew ? { file, startsFile: pieceStart === 0 } : undefined;
      if (addOutside(rows, regionOffset + at, length, logical - pieceStart, begins, excluded)) {
        lastFile = file;
        lastPieceStart = pieceStart;
      }
      at += length;
    }
  }
  return rows.build();
}

/** Bytes that more than one row names, or a row and `metadata`. Such bytes belong to no file piece. */
export function contestedExtents(pieces: FilePieces, metadata: ExtentList): ExtentList {
  const contested: [start: number, end: number][] = [];
  let claimedTo = 0;
  let m = 0;
  for (const row of pieces.order) {
    const start = pieces.byteOffset[row]!;
    const end = start + pieces.byteLength[row]!;
    if (start < claimedTo) contested.push([start, Math.min(end, claimedTo)]);
    while (m < metadata.count && metadata.ends[m]! <= start) m++;
    for (let k = m; k < metadata.count && metadata.starts[k]! < end; k++) {
      contested.push([Math.max(start, metadata.starts[k]!), Math.min(end, metadata.ends[k]!)]);
    }
    claimedTo = Math.max(claimedTo, end);
  }
  return extentsFrom(contested);
}

/** All bytes that rows name. */
export function claimedExtents(pieces: FilePieces): ExtentList {
  const claimed = new ExtentListBuilder();
  for (const row of pieces.order)
    claimed.add(pieces.byteOffset[row]!, pieces.byteOffset[row]! + pieces.byteLength[row]!);
  return claimed.build();
}

/** A row of a piece that is added to others; rows of one piece stand together. */
export interface PieceRow {
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly pieceOffset: number;
  readonly file: number;
  readonly isFirst: boolean;
}

/** Pieces that are no contents of files, behind those that are. */
export function appendPieces(contents: FilePieces, more: readonly PieceRow[]): FilePieces {
  if (more.length === 0) return contents;
  const rows = new RowBuilder(contents);
  for (const { byteOffset, byteLength, pieceOffset, file, isFirst } of more) {
    rows.add(byteOffset, byteLength, pieceOffset, isFirst ? { file, startsFile: false } : undefined);
  }
  return { ...rows.build(), contentPieces: contents.pieceCount };
}

/** Adds the parts of a run that lie outside `excluded`; true when there were any. */
function addOutside(
  rows: RowBuilder,
  byteOffset: number,
  byteLength: number,
  pieceOffset: number,
  begins: PieceStart | undefined,
  excluded: ExtentList,
): boolean {
  const end = byteOffset + byteLength;
  let startsPiece = begins;
  let from = byteOffset;
  let added = false;
  const add = (to: number): void => {
    if (to <= from) return;
    rows.add(from, to - from, pieceOffset + (from - byteOffset), startsPiece);
    startsPiece = undefined;
    added = true;
  };
  for (let k = findExtent(excluded, byteOffset); k < excluded.count && excluded.starts[k]! < end; k++) {
    add(excluded.starts[k]!);
    from = Math.max(from, excluded.ends[k]!);
  }
  add(end);
  return added;
}

/** Given with the first row of a piece. */
interface PieceStart {
  readonly file: number;
  readonly startsFile: boolean;
}

class RowBuilder {
  #byteOffset: Float64Array = new Float64Array(1024);
  #byteLength: Uint32Array = new Uint32Array(1024);
  #pieceOffset: Uint32Array = new Uint32Array(1024);
  #piece: Uint32Array = new Uint32Array(1024);
  #count = 0;
  readonly #fileOf: number[] = [];
  readonly #startsFile: number[] = [];

  /** Goes on behind other pieces. */
  constructor(before?: FilePieces) {
    if (before === undefined) return;
    this.#byteOffset = before.byteOffset;
    this.#byteLength = before.byteLength;
    this.#pieceOffset = before.pieceOffset;
    this.#piece = before.piece;
    this.#count = before.rowCount;
    this.#fileOf = [...before.fileOf];
    this.#startsFile = [...before.startsFile];
  }

  add(byteOffset: number, byteLength: number, pieceOffset: number, begins: PieceStart | undefined): void {
    if (this.#count === this.#byteOffset.length) this.#grow();
    if (begins !== undefined) {
      this.#fileOf.push(begins.file);
      this.#startsFile.push(begins.startsFile ? 1 : 0);
    }
    this.#byteOffset[this.#count] = byteOffset;
    this.#byteLength[this.#count] = byteLength;
    this.#pieceOffset[this.#count] = pieceOffset;
    this.#piece[this.#count] = this.#fileOf.length - 1;
    this.#count++;
  }

  build(): FilePieces {
    const byteOffset = this.#byteOffset.slice(0, this.#count);
    const piece = this.#piece.slice(0, this.#count);
    const pieceCount = this.#fileOf.length;
    const firstRow = new Uint32Array(pieceCount + 1).fill(this.#count);
    for (let row = this.#count - 1; row >= 0; row--) firstRow[piece[row]!] = row;
    return {
      rowCount: this.#count,
      byteOffset,
      byteLength: this.#byteLength.slice(0, this.#count),
      pieceOffset: this.#pieceOffset.slice(0, this.#count),
      piece,
      pieceCount,
      contentPieces: pieceCount,
      fileOf: Uint32Array.from(this.#fileOf),
      startsFile: Uint8Array.from(this.#startsFile),
      firstRow,
      order: ascendingOrder(byteOffset),
    };
  }

  #grow(): void {
    const grow = <T extends Uint32Array | Float64Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    const capacity = Math.max(1024, this.#byteOffset.length * 2);
    this.#byteOffset = grow(this.#byteOffset, new Float64Array(capacity));
    this.#byteLength = grow(this.#byteLength, new Uint32Array(capacity));
    this.#pieceOffset = grow(this.#pieceOffset, new Uint32Array(capacity));
    this.#piece = grow(this.#piece, new Uint32Array(capacity));
  }
}
