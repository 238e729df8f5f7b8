/** Walks the map of a stored volume: leaves by window, runs in device order. */
import { fromHex, toHex } from '../bytes/hex.ts';
import type { ChunkId } from '../codec/chunk-id.ts';
import { CorruptDataError } from '../errors.ts';
import type { Store } from '../store/store.ts';
import { decodeNode, isLeaf, NODE_CHILDREN, RUN_DATA, RUN_UNREADABLE, WINDOW_BYTES } from './map-node.ts';
import type { LeafNode, MapNode } from './map-node.ts';
import { levelsFor } from './map-writer.ts';
import type { Volume } from './snapshot.ts';

/** A range of the volume in one state. What lies between two runs is free. */
export interface MapRun {
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly state: 'data' | 'zero' | 'unreadable';
  /** Data only. */
  readonly chunk: ChunkId | undefined;
  readonly chunkOffset: number;
}

/** Decoded nodes that are kept: a leaf of a dense card is about 60 kB, so this is at most some 8 MB. */
const CACHED_NODES = 128;

export class MapReader {
  readonly #store: Pick<Store, 'readChunk'>;
  readonly #volume: Volume;
  readonly #cache = new Map<string, Promise<MapNode>>();

  constructor(store: Pick<Store, 'readChunk'>, volume: Volume) {
    if (volume.levels !== levelsFor(volume.byteLength)) {
      throw new CorruptDataError('the map of this version does not fit the size of its volume');
    }
    this.#store = store;
    this.#volume = volume;
  }

  /** The leaf of a window of 16 MiB; undefined when all of the window is free. */
  async leaf(window: number): Promise<LeafNode | undefined> {
    if (this.#volume.mapRoot === '') return undefined;
    let id: ChunkId | undefined = fromHex(this.#volume.mapRoot);
    for (let level = this.#volume.levels - 1; ; level--) {
      const node: MapNode = await this.#node(id, level);
      if (isLeaf(node)) return node;
      id = node.children[Math.floor(window / NODE_CHILDREN ** (level - 1)) % NODE_CHILDREN];
      if (id === undefined) return undefined;
    }
  }

  /** All runs that lie in `[start, end)`, cut to it, ascending. */
  async *runs(start: number, end: number): AsyncGenerator<MapRun> {
    const lastWindow = Math.ceil(end / WINDOW_BYTES);
    for (let window = Math.floor(start / WINDOW_BYTES); window < lastWindow; window++) {
      const leaf = await this.leaf(window);
      if (leaf === undefined) continue;
      const windowStart = window * WINDOW_BYTES;
      for (let i = firstRunBehind(leaf, start - windowStart); i < leaf.count; i++) {
        const from = windowStart + leaf.start[i]!;
        const to = from + leaf.length[i]!;
        if (from >= end) return;
        if (to > this.#volume.byteLength) throw new CorruptDataError('the map passes the end of its volume');
        yield runOf(leaf, i, from, Math.max(from, start), Math.min(to, end));
      }
    }
  }

  async #node(id: ChunkId, level: number): Promise<MapNode> {
    const key = `${level}:${toHex(id)}`;
    const node = this.#cache.get(key) ?? this.#readNode(id, level);
    node.catch(() => this.#cache.delete(key));
    this.#cache.delete(key);
    this.#cache.set(key, node);
    if (this.#cache.size > CACHED_NODES) this.#cache.delete(this.#cache.keys().next().value ?? '');
    return node;
  }

  async #readNode(id: ChunkId, level: number): Promise<MapNode> {
    return decodeNode(await this.#store.readChunk(id), level);
  }
}

function runOf(leaf: LeafNode, i: number, runStart: number, from: number, to: number): MapRun {
  const what = leaf.what[i]!;
  if (what < RUN_DATA) {
    const state = what === RUN_UNREADABLE ? 'unreadable' : 'zero';
    return { byteOffset: from, byteLength: to - from, state, chunk: undefined, chunkOffset: 0 };
  }
  const chunk = leaf.chunks[what - RUN_DATA];
  const chunkOffset = leaf.chunkOffset[i]! + (from - runStart);
  return { byteOffset: from, byteLength: to - from, state: 'data', chunk, chunkOffset };
}

/** The first run that ends behind `offsetInWindow`. */
function firstRunBehind(leaf: LeafNode, offsetInWindow: number): number {
  let low = 0;
  let high = leaf.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (leaf.start[middle]! + leaf.length[middle]! <= offsetInWindow) low = middle + 1;
    else high = middle;
  }
  return low;
}
