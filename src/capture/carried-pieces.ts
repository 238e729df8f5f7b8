/**
 * Finds the pieces of unchanged files in the map of the base. A piece is carried over only if the base holds all of its
 * bytes, as data or zero, at the very places where the card has them, cut as they would be cut today.
 */
import { equalBytes } from '../bytes/hex.ts';
import type { ChunkId } from '../codec/chunk-id.ts';
import type { MapReader, MapRun } from '../snapshot/map-reader.ts';
import type { RegionPlan } from './capture-plan.ts';

/** `chunk` of a run that is zero. */
export const ZERO_CHUNK = -1;
const NOT_SEEN = -2;

/** Runs of the base that lie in carried pieces, ascending by byteOffset, as columns. */
export interface BaseRuns {
  count: number;
  byteOffset: Float64Array;
  byteLength: Uint32Array;
  /** Number of its ID, for `chunkIdAt`, or ZERO_CHUNK. */
  chunk: Int32Array;
  chunkOffset: Uint32Array;
  /** Which region and which of its file pieces. */
  region: Uint32Array;
  piece: Uint32Array;
  /** 32 bytes each, one for each piece that is not all zero: pieces with the same content have one of their own. */
  ids: Uint8Array;
  idCount: number;
}

const ID_BYTES = 32;

/** A view of the ID with this number. */
export function chunkIdAt({ ids }: Pick<BaseRuns, 'ids'>, number: number): ChunkId {
  return ids.subarray(number * ID_BYTES, (number + 1) * ID_BYTES);
}

export interface FoundPieces {
  readonly runs: BaseRuns;
  /** By region: for each file piece 1 if the base has it; undefined for regions where nothing can be carried. */
  readonly isFound: readonly (Uint8Array | undefined)[];
  /** By region: for each file piece the number of its chunk's ID, or ZERO_CHUNK where all of it is zero. */
  readonly chunkOf: readonly (Int32Array | undefined)[];
}

/** `isSame`: by region, for each file 1 if its contents are those of the base. */
export async function findInBase(
  regions: readonly RegionPlan[],
  isSame: readonly (Uint8Array | undefined)[],
  base: MapReader,
): Promise<FoundPieces> {
  const runs = new BaseRunsBuilder();
  const isFound: (Uint8Array | undefined)[] = [];
  const chunkOf: (Int32Array | undefined)[] = [];
  for (const [number, plan] of regions.entries()) {
    const same = isSame[number];
    const finder = same === undefined ? undefined : new PieceFinder(plan, number, same, runs);
    if (finder !== undefined) await finder.walk(base);
    isFound.push(finder?.isFound);
    chunkOf.push(finder?.chunkOf);
  }
  return { runs: runs.runs, isFound, chunkOf };
}

class PieceFinder {
  readonly isFound: Uint8Array;
  readonly chunkOf: Int32Array;
  readonly #plan: RegionPlan;
  readonly #region: number;
  readonly #runs: BaseRunsBuilder;
  /** Where in its piece the chunk begins. */
  readonly #chunkStart: Float64Array;

  constructor(plan: RegionPlan, region: number, isSame: Uint8Array, runs: BaseRunsBuilder) {
    const { fileOf } = plan.files;
    this.#plan = plan;
    this.#region = region;
    this.#runs = runs;
    this.isFound = fileOf.length === 0 ? new Uint8Array(0) : Uint8Array.from(fileOf, (file) => isSame[file]!);
    this.chunkOf = new Int32Array(fileOf.length).fill(NOT_SEEN);
    this.#chunkStart = new Float64Array(fileOf.length);
  }

  /** Goes through the rows of the pieces and the runs of the base side by side, both in the order of the device. */
  async walk(base: MapReader): Promise<void> {
    const { files, region } = this.#plan;
    const runs = base.runs(region.byteOffset, region.byteOffset + region.byteLength);
    let step = await runs.next();
    for (const row of files.order) {
      const piece = files.piece[row]!;
      if (this.isFound[piece] === 0) continue;
      let at = files.byteOffset[row]!;
      const end = at + files.byteLength[row]!;
      while (step.done !== true && endOf(step.value) <= at) step = await runs.next();
      while (step.done !== true && step.value.byteOffset <= at && at < end) {
        const to = Math.min(end, endOf(step.value));
        const pieceOffset = files.pieceOffset[row]! + (at - files.byteOffset[row]!);
        if (!this.#add(piece, at, to, pieceOffset, step.value)) this.isFound[piece] = 0;
        at = to;
        if (endOf(step.value) <= at && at < end) step = await runs.next();
      }
      if (at < end) this.isFound[piece] = 0;
    }
    await runs.return(undefined);
    for (const [piece, chunk] of this.chunkOf.entries()) if (chunk === NOT_SEEN) this.chunkOf[piece] = ZERO_CHUNK;
  }

  /** False when the base holds it in another way than a backup of today would. */
  #add(piece: number, from: number, to: number, pieceOffset: number, run: MapRun): boolean {
    if (run.state === 'unreadable') return false;
    let chunk = ZERO_CHUNK;
    let chunkOffset = 0;
    if (run.chunk !== undefined) {
      chunkOffset = run.chunkOffset + (from - run.byteOffset);
      const chunkStart = pieceOffset - chunkOffset;
      if (this.chunkOf[piece] === NOT_SEEN) {
        this.chunkOf[piece] = this.#runs.addId(run.chunk);
        this.#chunkStart[piece] = chunkStart;
      }
      chunk = this.chunkOf[piece]!;
      const isOne = equalBytes(chunkIdAt(this.#runs.runs, chunk), run.chunk);
      if (!isOne || chunkStart < 0 || this.#chunkStart[piece] !== chunkStart) return false;
    }
    this.#runs.add(from, to - from, chunk, chunkOffset, this.#region, piece);
    return true;
  }
}

function endOf({ byteOffset, byteLength }: MapRun): number {
  return byteOffset + byteLength;
}

class BaseRunsBuilder {
  readonly runs: BaseRuns = {
    count: 0,
    byteOffset: new Float64Array(1024),
    byteLength: new Uint32Array(1024),
    chunk: new Int32Array(1024),
    chunkOffset: new Uint32Array(1024),
    region: new Uint32Array(1024),
    piece: new Uint32Array(1024),
    ids: new Uint8Array(1024 * ID_BYTES),
    idCount: 0,
  };

  /** Returns its number. */
  addId(id: ChunkId): number {
    const { runs } = this;
    const at = runs.idCount * ID_BYTES;
    if (at === runs.ids.length) runs.ids = grown(runs.ids, new Uint8Array(at * 2));
    runs.ids.set(id, at);
    return runs.idCount++;
  }

  add(byteOffset: number, byteLength: number, chunk: number, chunkOffset: number, region: number, piece: number): void {
    const { runs } = this;
    if (runs.count === runs.chunk.length) this.#grow();
    const i = runs.count++;
    runs.byteOffset[i] = byteOffset;
    runs.byteLength[i] = byteLength;
    runs.chunk[i] = chunk;
    runs.chunkOffset[i] = chunkOffset;
    runs.region[i] = region;
    runs.piece[i] = piece;
  }

  #grow(): void {
    const { runs } = this;
    const capacity = runs.chunk.length * 2;
    runs.byteOffset = grown(runs.byteOffset, new Float64Array(capacity));
    runs.byteLength = grown(runs.byteLength, new Uint32Array(capacity));
    runs.chunk = grown(runs.chunk, new Int32Array(capacity));
    runs.chunkOffset = grown(runs.chunkOffset, new Uint32Array(capacity));
    runs.region = grown(runs.region, new Uint32Array(capacity));
    runs.piece = grown(runs.piece, new Uint32Array(capacity));
  }
}

function grown<T extends Uint8Array | Uint32Array | Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
