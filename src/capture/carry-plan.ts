/**
 * Which pieces are carried over from the base without being read, and which of them are read all the same as a proof:
 * those of the windows that were not read for the longest time.
 */
import type { ChunkId } from '../codec/chunk-id.ts';
import { WINDOW_BYTES } from '../snapshot/map-node.ts';
import type { FilePiece, IsLeftOut, RegionPlan } from './capture-plan.ts';
import { chunkIdAt, ZERO_CHUNK, type BaseRuns, type FoundPieces } from './carried-pieces.ts';

export interface CarryPlan {
  readonly isCarried: IsLeftOut;
  /** What a piece that is read as a proof must turn out to be; undefined for every other piece. */
  expected(piece: FilePiece): Expected | undefined;
  /** Runs of carried pieces only. */
  readonly runs: BaseRuns;
  /** All bytes in them. */
  readonly unreadBytes: number;
  /** Bytes of data in them. */
  readonly carriedBytes: number;
  /** True when the store lacks chunks of what could have been carried over, or does not trust them. */
  readonly lacksChunks: boolean;
  /** Bytes of data that are read as a proof. */
  readonly provedBytes: number;
  /** For each window of the volume the number of the version that last read all of it; 0: the one being made. */
  readonly lastRead: Uint32Array;
}

/** `id` is undefined for a piece of zeros. */
export interface Expected {
  readonly id: ChunkId | undefined;
}

export interface CarryRules {
  /** By window, the number of the version that last read it. */
  readonly lastRead: Uint32Array;
  /** Percent of the carried bytes to be read as a proof. */
  readonly proofPercent: number;
  /** True for a chunk that is in the store and sound. */
  readonly has: (id: ChunkId) => boolean | Promise<boolean>;
}

const CARRIED = 1;
const PROVED = 2;

export async function planCarry(
  regions: readonly RegionPlan[],
  found: FoundPieces,
  rules: CarryRules,
): Promise<CarryPlan> {
  const lacksChunks = await dropAbsent(found, rules.has);
  const windows = new Windows(rules.lastRead.length);
  for (const [region, { files }] of regions.entries()) {
    const isFound = found.isFound[region];
    if (isFound !== undefined) windows.addHomes(region, files, isFound);
  }
  const { runs } = found;
  for (let i = 0; i < runs.count; i++) {
    if (found.isFound[runs.region[i]!]![runs.piece[i]!] !== CARRIED) continue;
    windows.addBytes(runs.region[i]!, runs.piece[i]!, runs.byteLength[i]!, runs.chunk[i] !== ZERO_CHUNK);
  }
  const provedBytes = windows.chooseProof(rules, found);
  const carriedRuns = onlyCarried(runs, found);
  return {
    isCarried: (region, piece) => found.isFound[region]?.[piece] === CARRIED,
    expected({ region, number }) {
      if (found.isFound[region]?.[number] !== PROVED) return undefined;
      const chunk = found.chunkOf[region]![number]!;
      return { id: chunk === ZERO_CHUNK ? undefined : chunkIdAt(runs, chunk) };
    },
    runs: carriedRuns,
    unreadBytes: carriedRuns.byteLength.subarray(0, carriedRuns.count).reduce((sum, length) => sum + length, 0),
    carriedBytes: windows.dataBytes - provedBytes,
    lacksChunks,
    provedBytes,
    lastRead: windows.lastReadAfter(rules.lastRead),
  };
}

/** A piece whose chunk the store lacks, or does not trust, is read again; true if there are such. */
async function dropAbsent({ runs, isFound, chunkOf }: FoundPieces, has: CarryRules['has']): Promise<boolean> {
  const isThere = new Uint8Array(runs.idCount);
  for (const i of nearlyInOrder(runs)) {
    const answer = has(chunkIdAt(runs, i));
    isThere[i] = (typeof answer === 'boolean' ? answer : await answer) ? 1 : 0;
  }
  for (const [region, pieces] of isFound.entries()) {
    if (pieces === undefined) continue;
    for (let piece = 0; piece < pieces.length; piece++) {
      const chunk = chunkOf[region]![piece]!;
      if (chunk !== ZERO_CHUNK && isThere[chunk] === 0) pieces[piece] = 0;
    }
  }
  return isThere.includes(0);
}

/** Numbers of the IDs in the order of the index, so that each of its pages is read about once whatever memory holds. */
function nearlyInOrder({ ids, idCount }: BaseRuns): Uint32Array {
  const view = new DataView(ids.buffer, ids.byteOffset, ids.byteLength);
  // The first 32 bits decide: sorting numbers is many times faster than sorting by bytes.
  const keys = new Float64Array(idCount);
  for (let i = 0; i < idCount; i++) keys[i] = Math.floor(view.getUint32(i * 32) / 2 ** 11) * 2 ** 32 + i;
  return Uint32Array.from(keys.sort(), (key) => key % 2 ** 32);
}

/** The pieces by the window in which they begin. */
class Windows {
  /** Without zeros, which have to be read for a proof all the same. */
  dataBytes = 0;
  #totalBytes = 0;
  readonly #bytes: Float64Array;
  readonly #dataBytes: Float64Array;
  readonly #hasPieces: Uint8Array;
  readonly #isProved: Uint8Array;
  readonly #homes: Uint32Array[] = [];

  constructor(count: number) {
    this.#bytes = new Float64Array(count);
    this.#dataBytes = new Float64Array(count);
    this.#hasPieces = new Uint8Array(count);
    this.#isProved = new Uint8Array(count);
  }

  addHomes(region: number, files: RegionPlan['files'], isFound: Uint8Array): void {
    const homes = new Uint32Array(isFound.length);
    const isSeen = new Uint8Array(isFound.length);
    for (const row of files.order) {
      const piece = files.piece[row]!;
      if (isSeen[piece] === 1) continue;
      isSeen[piece] = 1;
      homes[piece] = Math.floor(files.byteOffset[row]! / WINDOW_BYTES);
      if (isFound[piece] === CARRIED) this.#hasPieces[homes[piece]] = 1;
    }
    this.#homes[region] = homes;
  }

  addBytes(region: number, piece: number, byteLength: number, isData: boolean): void {
    const home = this.#homes[region]![piece]!;
    this.#bytes[home] = this.#bytes[home]! + byteLength;
    this.#totalBytes += byteLength;
    if (!isData) return;
    this.#dataBytes[home] = this.#dataBytes[home]! + byteLength;
    this.dataBytes += byteLength;
  }

  /** Marks pieces as proved, window by window, until the share is reached. Returns their bytes of data. */
  chooseProof({ lastRead, proofPercent }: CarryRules, { isFound }: FoundPieces): number {
    const wanted = (this.#totalBytes * proofPercent) / 100;
    const oldestFirst = [...this.#hasPieces.keys()]
      .filter((window) => this.#hasPieces[window] === 1)
      .sort((a, b) => lastRead[a]! - lastRead[b]! || a - b);
    let proved = 0;
    let provedData = 0;
    for (const window of oldestFirst) {
      if (wanted === 0) break;
      // At least one; a window that would pass the share waits for the next run, a smaller one does not.
      if (proved > 0 && proved + this.#bytes[window]! > wanted) continue;
      this.#isProved[window] = 1;
      proved += this.#bytes[window]!;
      provedData += this.#dataBytes[window]!;
    }
    for (const [region, homes] of this.#homes.entries()) {
      const pieces = isFound[region];
      if (pieces === undefined) continue;
      for (const [piece, home] of homes.entries()) {
        if (pieces[piece] === CARRIED && this.#isProved[home] === 1) pieces[piece] = PROVED;
      }
    }
    return provedData;
  }

  lastReadAfter(before: Uint32Array): Uint32Array {
    return before.map((version, window) => {
      return this.#hasPieces[window] === 1 && this.#isProved[window] === 0 ? version : 0;
    });
  }
}

function onlyCarried(runs: BaseRuns, { isFound }: FoundPieces): BaseRuns {
  const kept = { ...runs, count: 0 };
  for (let i = 0; i < runs.count; i++) {
    if (isFound[runs.region[i]!]![runs.piece[i]!] !== CARRIED) continue;
    const to = kept.count++;
    kept.byteOffset[to] = runs.byteOffset[i]!;
    kept.byteLength[to] = runs.byteLength[i]!;
    kept.chunk[to] = runs.chunk[i]!;
    kept.chunkOffset[to] = runs.chunkOffset[i]!;
    kept.region[to] = runs.region[i]!;
    kept.piece[to] = runs.piece[i]!;
  }
  return kept;
}
