/** The nodes of the maps of several versions, each distinct one once: what versions share costs nothing again. */
import { fromHex, toHex } from '../bytes/hex.ts';
import type { ChunkId } from '../codec/chunk-id.ts';
import { CorruptDataError } from '../errors.ts';
import { decodeNode, isLeaf } from '../snapshot/map-node.ts';
import type { LeafNode } from '../snapshot/map-node.ts';
import { levelsFor } from '../snapshot/map-writer.ts';
import type { Volume } from '../snapshot/snapshot.ts';
import type { Store } from '../store/store.ts';

/** Yields the leaves that `seen` (node IDs with their levels) does not hold yet, and enters all that were visited. */
export async function* walkNewLeaves(
  store: Pick<Store, 'readChunk'>,
  volume: Volume,
  seen: Set<string>,
): AsyncGenerator<LeafNode> {
  if (volume.mapRoot === '') return;
  if (volume.levels !== levelsFor(volume.byteLength)) {
    throw new CorruptDataError('the map of this version does not fit the size of its volume');
  }
  const waiting: { readonly id: ChunkId; readonly level: number }[] = [
    { id: fromHex(volume.mapRoot), level: volume.levels - 1 },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const key = `${next.level}${toHex(next.id)}`;
    if (seen.has(key)) continue;
    const node = decodeNode(await store.readChunk(next.id), next.level);
    if (isLeaf(node)) yield node;
    else for (const id of node.children) if (id !== undefined) waiting.push({ id, level: next.level - 1 });
    seen.add(key);
  }
}
