/**
 * Metadata is cut on a grid. A cell of it that holds directories and nothing else is a piece of its own, which need not
 * be read again while all of its directories are what they were: whoever changes a directory changes its inode, in the
 * same transaction of the journal.
 */
import { ascendingOrder } from '../bytes/columns.ts';
import { clipExtents, coversExtent, extentPairs, ExtentListBuilder } from '../bytes/extent-list.ts';
import type { ExtentList } from '../bytes/extent-list.ts';
import type { MapReader } from '../snapshot/map-reader.ts';
import type { Region } from './disk-map.ts';
import type { PieceRow } from './file-pieces.ts';

/** 4 GiB of directories; those behind are read each time. Bounded memory for trees made to have more. */
const MAX_CELLS = 262_144;

export interface DirectoryCells {
  readonly count: number;
  /** Number of the first cell among the files of the region: behind the last directory. */
  readonly firstFile: number;
  /** For each cell the numbers of its directories among the files of the region. */
  readonly directories: readonly (readonly number[])[];
  /** For each cell its absolute byte offset. */
  readonly starts: readonly number[];
  readonly cellBytes: number;
  /** All their bytes, absolute. */
  readonly bytes: ExtentList;
  readonly rows: readonly PieceRow[];
}

/** `metadata` of the region, absolute; `cellBytes`: of the grid, which begins with the region. */
export function findDirectoryCells(region: Region, metadata: ExtentList, cellBytes: number): DirectoryCells {
  const { directories, byteOffset } = region;
  const firstFile = directories === undefined ? 0 : directories.firstFile + directories.count;
  const found = new CellCollector(byteOffset, metadata, cellBytes, firstFile);
  if (directories === undefined) return found.build();
  const { extents, firstFile: firstDirectory } = directories;
  for (const row of ascendingOrder(extents.byteOffset, extents.count)) {
    const start = extents.byteOffset[row]!;
    found.add(firstDirectory + extents.file[row]!, start, start + extents.byteLength[row]!);
  }
  return found.build();
}

/**
 * `isSame` of the files and directories of a region, with an entry for each cell: 1 if all of its directories are what
 * they were and the base holds nothing else in it.
 */
export async function extendToCells(isSame: Uint8Array, cells: DirectoryCells, base: MapReader): Promise<Uint8Array> {
  const extended = new Uint8Array(cells.firstFile + cells.count);
  extended.set(isSame);
  for (const [i, directories] of cells.directories.entries()) {
    const isUnchanged = directories.every((directory) => isSame[directory] === 1);
    if (isUnchanged && (await isHeldAlone(cells, i, base))) extended[cells.firstFile + i] = 1;
  }
  return extended;
}

/** Else its chunk was cut from more than what would be cut today. */
async function isHeldAlone(
  { starts, cellBytes, bytes }: DirectoryCells,
  cell: number,
  base: MapReader,
): Promise<boolean> {
  for await (const run of base.runs(starts[cell]!, starts[cell]! + cellBytes)) {
    if (run.state === 'data' && !coversExtent(bytes, run.byteOffset, run.byteOffset + run.byteLength)) return false;
  }
  return true;
}

class CellCollector {
  readonly #regionOffset: number;
  readonly #metadata: ExtentList;
  readonly #cellBytes: number;
  readonly #firstFile: number;
  readonly #directories: number[][] = [];
  readonly #starts: number[] = [];
  readonly #bytes = new ExtentListBuilder();
  readonly #rows: PieceRow[] = [];
  #cell = -1;
  /** What is known of the cell that is being collected: its directories, and how far their bytes are counted. */
  #inCell: number[] = [];
  #heldBytes = 0;
  #reached = 0;
  #isWhole = true;

  constructor(regionOffset: number, metadata: ExtentList, cellBytes: number, firstFile: number) {
    this.#regionOffset = regionOffset;
    this.#metadata = metadata;
    this.#cellBytes = cellBytes;
    this.#firstFile = firstFile;
  }

  /** A run of a directory, relative to the region; runs come in the order of the card. */
  add(directory: number, start: number, end: number): void {
    for (let at = start; at < end;) {
      const cell = Math.floor(at / this.#cellBytes);
      const to = Math.min(end, (cell + 1) * this.#cellBytes);
      if (cell !== this.#cell) this.#begin(cell);
      this.#inCell.push(directory);
      this.#heldBytes += Math.max(0, to - Math.max(at, this.#reached));
      this.#reached = Math.max(this.#reached, to);
      this.#isWhole &&= coversExtent(this.#metadata, this.#regionOffset + at, this.#regionOffset + to);
      at = to;
    }
  }

  build(): DirectoryCells {
    this.#begin(-1);
    return {
      count: this.#starts.length,
      firstFile: this.#firstFile,
      directories: this.#directories,
      starts: this.#starts,
      cellBytes: this.#cellBytes,
      bytes: this.#bytes.build(),
      rows: this.#rows,
    };
  }

  #begin(cell: number): void {
    if (this.#cell >= 0 && this.#isWhole) this.#finish();
    this.#cell = cell;
    this.#inCell = [];
    this.#heldBytes = 0;
    this.#reached = 0;
    this.#isWhole = true;
  }

  #finish(): void {
    if (this.#starts.length === MAX_CELLS) return;
    const start = this.#regionOffset + this.#cell * this.#cellBytes;
    const end = start + this.#cellBytes;
    const held = extentPairs(clipExtents(this.#metadata, start, end));
    if (held.reduce((sum, [from, to]) => sum + (to - from), 0) !== this.#heldBytes) return;
    const file = this.#firstFile + this.#starts.length;
    for (const [i, [from, to]] of held.entries()) {
      this.#bytes.add(from, to);
      this.#rows.push({ byteOffset: from, byteLength: to - from, pieceOffset: from - start, file, isFirst: i === 0 });
    }
    this.#starts.push(start);
    this.#directories.push([...new Set(this.#inCell)]);
  }
}
