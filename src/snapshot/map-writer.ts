/**
 * Builds the map of a volume while it is read. Runs come roughly in device order; a window is written as soon as
 * nothing can be added to it, so memory holds the open windows and 32 bytes for each finished one.
 */
import type { ChunkId } from '../codec/chunk-id.ts';
import type { Store, WriteSession } from '../store/store.ts';
import { encodeInner, encodeLeaf, NODE_CHILDREN, RUN_DATA, RUN_ZERO, WINDOW_BYTES } from './map-node.ts';
import type { LeafNode } from './map-node.ts';

export interface MapRoot {
  /** Levels of the tree; 1: the root is a leaf. */
  readonly levels: number;
  /** Undefined: all of the volume is free. */
  readonly root: ChunkId | undefined;
}

interface Run {
  readonly start: number;
  readonly length: number;
  /** Undefined: zero. */
  readonly chunk: ChunkId | undefined;
  readonly chunkOffset: number;
}

interface OpenWindow {
  readonly runs: Run[];
  /** Pieces that are still being assembled and have bytes in this window. */
  holds: number;
}

export class MapWriter {
  readonly #hasher: Store['hasher'];
  readonly #session: Pick<WriteSession, 'has' | 'put'>;
  readonly #open = new Map<number, OpenWindow>();
  readonly #leaves = new Map<number, ChunkId>();
  /** Windows below this one get no further pieces, only the ends of those that hold them. */
  #firstOpen = 0;

  constructor(store: Pick<Store, 'hasher'>, session: Pick<WriteSession, 'has' | 'put'>) {
    this.#hasher = store.hasher;
    this.#session = session;
  }

  /** `[byteOffset, byteOffset + byteLength)` must read as zero. */
  addZero(byteOffset: number, byteLength: number): void {
    this.#add(byteOffset, byteLength, undefined, 0);
  }

  /** `[byteOffset, byteOffset + byteLength)` is what lies in `chunk` from `chunkOffset` on. */
  addData(byteOffset: number, byteLength: number, chunk: ChunkId, chunkOffset: number): void {
    this.#add(byteOffset, byteLength, chunk, chunkOffset);
  }

  /** Keeps the windows of a range open until `release` of the same range. */
  hold(byteOffset: number, byteLength: number): void {
    for (const window of windowsOf(byteOffset, byteLength)) this.#windowAt(window).holds++;
  }

  release(byteOffset: number, byteLength: number): void {
    for (const window of windowsOf(byteOffset, byteLength)) this.#windowAt(window).holds--;
  }

  /** Says that all runs before `byteOffset` have come, but for windows on hold; writes the windows that are complete. */
  async advance(byteOffset: number): Promise<void> {
    const firstOpen = Math.floor(byteOffset / WINDOW_BYTES);
    if (firstOpen === this.#firstOpen) return;
    this.#firstOpen = firstOpen;
    await this.#closeBefore(firstOpen);
  }

  /** Writes what is left and the levels above. `volumeBytes` decides how many levels there are. */
  async finish(volumeBytes: number): Promise<MapRoot> {
    await this.#closeBefore(Number.POSITIVE_INFINITY);
    if (this.#open.size > 0) throw new Error('a window of the map is still on hold');
    let level: ReadonlyMap<number, ChunkId> = this.#leaves;
    let levels = 1;
    for (; levels < levelsFor(volumeBytes); levels++) level = await this.#writeLevel(level, levels);
    return { levels, root: level.get(0) };
  }

  #add(byteOffset: number, byteLength: number, chunk: ChunkId | undefined, chunkOffset: number): void {
    for (const window of windowsOf(byteOffset, byteLength)) {
      const windowStart = window * WINDOW_BYTES;
      const start = Math.max(byteOffset, windowStart);
      const end = Math.min(byteOffset + byteLength, windowStart + WINDOW_BYTES);
      this.#windowAt(window).runs.push({
        start: start - windowStart,
        length: end - start,
        chunk,
        chunkOffset: chunkOffset + (start - byteOffset),
      });
    }
  }

  #windowAt(window: number): OpenWindow {
    let open = this.#open.get(window);
    if (open === undefined) {
      if (this.#leaves.has(window)) throw new Error(`window ${window} of the map is already written`);
      open = { runs: [], holds: 0 };
      this.#open.set(window, open);
    }
    return open;
  }

  async #closeBefore(firstOpen: number): Promise<void> {
    for (const [window, open] of this.#open) {
      if (window >= firstOpen || open.holds > 0) continue;
      this.#open.delete(window);
      if (open.runs.length === 0) continue;
      this.#leaves.set(window, await this.#put(encodeLeaf(leafFrom(open.runs))));
    }
  }

  async #writeLevel(children: ReadonlyMap<number, ChunkId>, level: number): Promise<Map<number, ChunkId>> {
    const groups = new Map<number, (ChunkId | undefined)[]>();
    for (const [index, id] of children) {
      const parent = Math.floor(index / NODE_CHILDREN);
      let group = groups.get(parent);
      if (group === undefined) {
        group = Array.from({ length: NODE_CHILDREN }, () => undefined);
        groups.set(parent, group);
      }
      group[index % NODE_CHILDREN] = id;
    }
    const ids = new Map<number, ChunkId>();
    for (const [index, group] of groups) ids.set(index, await this.#put(encodeInner({ level, children: group })));
    return ids;
  }

  async #put(bytes: Uint8Array): Promise<ChunkId> {
    const id = this.#hasher.hash(bytes);
    if (!(await this.#session.has(id))) await this.#session.put('node', id, bytes);
    return id;
  }
}

/** How many levels a map of `volumeBytes` has: each level above the leaves widens it 64 times. */
export function levelsFor(volumeBytes: number): number {
  let levels = 1;
  for (let covered = WINDOW_BYTES; covered < volumeBytes; covered *= NODE_CHILDREN) levels++;
  return levels;
}

function* windowsOf(byteOffset: number, byteLength: number): Generator<number> {
  const last = Math.floor((byteOffset + byteLength - 1) / WINDOW_BYTES);
  for (let window = Math.floor(byteOffset / WINDOW_BYTES); window <= last; window++) yield window;
}

/** Sorts runs, joins what continues, and numbers the chunks in order of first use. */
function leafFrom(runs: Run[]): LeafNode {
  runs.sort((a, b) => a.start - b.start);
  const start = new Uint32Array(runs.length);
  const length = new Uint32Array(runs.length);
  const what = new Uint32Array(runs.length);
  const chunkOffset = new Uint32Array(runs.length);
  const chunks: ChunkId[] = [];
  const places = new Map<string, number>();
  let count = 0;
  for (const run of runs) {
    let kind = RUN_ZERO;
    if (run.chunk !== undefined) {
      const key = Buffer.from(run.chunk.buffer, run.chunk.byteOffset, run.chunk.byteLength).toString('latin1');
      let place = places.get(key);
      if (place === undefined) {
        place = chunks.push(run.chunk) - 1;
        places.set(key, place);
      }
      kind = RUN_DATA + place;
    }
    const last = count - 1;
    const touches = last >= 0 && start[last]! + length[last]! === run.start && what[last] === kind;
    if (touches && (kind < RUN_DATA || chunkOffset[last]! + length[last]! === run.chunkOffset)) {
      length[last] = length[last]! + run.length;
      continue;
    }
    start[count] = run.start;
    length[count] = run.length;
    what[count] = kind;
    chunkOffset[count] = kind < RUN_DATA ? 0 : run.chunkOffset;
    count++;
  }
  return { level: 0, count, start, length, what, chunkOffset, chunks };
}
