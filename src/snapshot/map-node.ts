/**
 * Map nodes: which chunk lies where on the volume. FORMAT.md, "Map". A leaf tells of one window of 16 MiB, a node
 * above of up to 64 children. Nodes are canonical: the same content always gives the same bytes, so that unchanged
 * windows cost nothing and a quick backup equals a full one. Decoding refuses every other form.
 */
import { equalBytes } from '../bytes/hex.ts';
import type { ChunkId } from '../codec/chunk-id.ts';
import { cardkeep } from '../codec/generated/messages.js';
import { decodeMessage, encodeMessage } from '../codec/wire.ts';
import { CorruptDataError } from '../errors.ts';

/** Bytes of the volume that one leaf tells of; for ever, because it fixes the content of every leaf. */
export const WINDOW_BYTES: number = 16 * 1024 * 1024;
/** Children of a node above the leaves. */
export const NODE_CHILDREN = 64;
const CHUNK_ID_BYTES = 32;

export const RUN_ZERO = 0;
export const RUN_UNREADABLE = 1;
/** `what` of a data run is RUN_DATA + place of its chunk in the leaf's list. */
export const RUN_DATA = 16;

/** Runs of one window, ascending and disjoint; bytes in no run are free. */
export interface LeafNode {
  readonly level: 0;
  readonly count: number;
  /** Offset in the window, in bytes. */
  readonly start: Uint32Array;
  readonly length: Uint32Array;
  readonly what: Uint32Array;
  /** Where in its chunk a data run begins; 0 for other runs. */
  readonly chunkOffset: Uint32Array;
  /** Distinct, in order of first use. */
  readonly chunks: readonly ChunkId[];
}

export interface InnerNode {
  readonly level: number;
  /** By child position 0 to 63; undefined: that child's whole range is free. */
  readonly children: readonly (ChunkId | undefined)[];
}

export type MapNode = LeafNode | InnerNode;

export function isLeaf(node: MapNode): node is LeafNode {
  return node.level === 0;
}

/** The bytes of a leaf. Throws RangeError when the runs are not canonical (a bug of the caller). */
export function encodeLeaf(leaf: LeafNode): Uint8Array {
  const problem = leafProblem(leaf);
  if (problem !== undefined) throw new RangeError(problem);
  const gap: number[] = [];
  const chunkOffset: number[] = [];
  let end = 0;
  for (let i = 0; i < leaf.count; i++) {
    gap.push(leaf.start[i]! - end);
    end = leaf.start[i]! + leaf.length[i]!;
    if (leaf.what[i]! >= RUN_DATA) chunkOffset.push(leaf.chunkOffset[i]!);
  }
  return encodeMessage(
    cardkeep.Node,
    new cardkeep.Node({
      chunks: joinIds(leaf.chunks),
      gap,
      length: [...leaf.length.subarray(0, leaf.count)],
      what: [...leaf.what.subarray(0, leaf.count)],
      chunkOffset,
    }),
  );
}

export function encodeInner(node: InnerNode): Uint8Array {
  const distinct = new Map<string, number>();
  const nodes: ChunkId[] = [];
  const slot: number[] = [];
  const slotNode: number[] = [];
  for (const [position, child] of node.children.entries()) {
    if (child === undefined) continue;
    const key = Buffer.from(child).toString('latin1');
    let place = distinct.get(key);
    if (place === undefined) {
      place = nodes.push(child) - 1;
      distinct.set(key, place);
    }
    slot.push(position);
    slotNode.push(place);
  }
  return encodeMessage(cardkeep.Node, new cardkeep.Node({ nodes: joinIds(nodes), level: node.level, slot, slotNode }));
}

/** Decodes a node of `level`. Throws CorruptDataError unless the bytes are exactly what encoding its content gives. */
export function decodeNode(bytes: Uint8Array, level: number): MapNode {
  const message = decodeMessage(cardkeep.Node, bytes, 'map node');
  if (message.level !== level) throw new CorruptDataError(`map node has level ${message.level}, not ${level}`);
  if (message.chunks.byteLength % CHUNK_ID_BYTES !== 0 || message.nodes.byteLength % CHUNK_ID_BYTES !== 0) {
    throw new CorruptDataError('map node: its list of IDs is cut short');
  }
  const node = level === 0 ? leafOf(message) : innerOf(message, level);
  const again = isLeaf(node) ? encodeLeaf(node) : encodeInner(node);
  if (!equalBytes(again, bytes)) throw new CorruptDataError('map node is not in canonical form');
  return node;
}

function leafOf(message: cardkeep.Node): LeafNode {
  const count = message.gap.length;
  if (message.length.length !== count || message.what.length !== count) {
    throw new CorruptDataError('map node: its columns differ in length');
  }
  const start = new Uint32Array(count);
  const chunkOffset = new Uint32Array(count);
  let end = 0;
  let dataRuns = 0;
  for (let i = 0; i < count; i++) {
    start[i] = end + message.gap[i]!;
    end += message.gap[i]! + message.length[i]!;
    if (end > WINDOW_BYTES) throw new CorruptDataError('map node: a run passes the end of its window');
    if (message.what[i]! >= RUN_DATA) chunkOffset[i] = message.chunkOffset[dataRuns++] ?? 0;
  }
  const leaf: LeafNode = {
    level: 0,
    count,
    start,
    length: Uint32Array.from(message.length),
    what: Uint32Array.from(message.what),
    chunkOffset,
    chunks: splitIds(message.chunks),
  };
  const problem = leafProblem(leaf);
  if (problem !== undefined) throw new CorruptDataError(`map node: ${problem}`);
  return leaf;
}

function innerOf(message: cardkeep.Node, level: number): InnerNode {
  const nodes = splitIds(message.nodes);
  if (message.slot.length !== message.slotNode.length || message.slot.length === 0) {
    throw new CorruptDataError('map node: its columns differ in length or are empty');
  }
  const children: (ChunkId | undefined)[] = Array.from({ length: NODE_CHILDREN }, () => undefined);
  for (const [i, slot] of message.slot.entries()) {
    const child = nodes[message.slotNode[i]!];
    if (slot >= NODE_CHILDREN || child === undefined) throw new CorruptDataError('map node: no such child');
    children[slot] = child;
  }
  return { level, children };
}

/** Why the runs are not canonical, or undefined. */
function leafProblem(leaf: LeafNode): string | undefined {
  let end = 0;
  let chunksUsed = 0;
  for (let i = 0; i < leaf.count; i++) {
    const start = leaf.start[i]!;
    const what = leaf.what[i]!;
    if (start < end || leaf.length[i] === 0) return 'runs overlap or are empty';
    if (what > RUN_UNREADABLE && what < RUN_DATA) return `unknown kind of run ${what}`;
    if (what >= RUN_DATA) {
      const chunk = what - RUN_DATA;
      if (chunk > chunksUsed || chunk >= leaf.chunks.length) return 'chunks are not in order of first use';
      if (chunk === chunksUsed) chunksUsed++;
    }
    if (i > 0 && start === end && continues(leaf, i)) return 'runs are not maximal';
    end = start + leaf.length[i]!;
  }
  if (end > WINDOW_BYTES) return 'a run passes the end of its window';
  return chunksUsed === leaf.chunks.length ? undefined : 'a chunk is listed but not used';
}

/** True when run `i`, which begins where run `i - 1` ends, could have been one with it. */
function continues(leaf: LeafNode, i: number): boolean {
  if (leaf.what[i] !== leaf.what[i - 1]) return false;
  return leaf.what[i]! < RUN_DATA || leaf.chunkOffset[i] === leaf.chunkOffset[i - 1]! + leaf.length[i - 1]!;
}

function joinIds(ids: readonly ChunkId[]): Uint8Array {
  const joined = new Uint8Array(ids.length * CHUNK_ID_BYTES);
  for (const [i, id] of ids.entries()) joined.set(id, i * CHUNK_ID_BYTES);
  return joined;
}

/** Copies, so that one ID that is kept does not pin the whole message (`slice` of a Buffer would be a view). */
function splitIds(joined: Uint8Array): ChunkId[] {
  return Array.from(
    { length: joined.byteLength / CHUNK_ID_BYTES },
    (_, i) => new Uint8Array(joined.subarray(i * CHUNK_ID_BYTES, (i + 1) * CHUNK_ID_BYTES)),
  );
}
