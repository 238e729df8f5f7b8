/** What a version costs alone: the bytes that only it holds, which forgetting it would free. */
import { throwIfAborted } from '../errors.ts';
import type { Catalog, StoredSnapshot } from '../snapshot/catalog.ts';
import { RUN_DATA } from '../snapshot/map-node.ts';
import type { LeafNode } from '../snapshot/map-node.ts';
import type { Store } from '../store/store.ts';
import { walkNewLeaves } from './walk-maps.ts';

/** Leaves that are looked at before the answer is not worth the time: some seconds of work. */
const MOST_LEAVES = 4096;

/**
 * Plain bytes of the chunks that no other version refers to; undefined when the store is too large to say quickly.
 * Throws CorruptDataError when a map cannot be read.
 */
export async function measureOwnBytes(
  store: Pick<Store, 'readChunk'>,
  catalog: Catalog,
  snapshot: StoredSnapshot,
  signal?: AbortSignal,
): Promise<number | undefined> {
  let leaves = 0;
  const ownBytes = new Map<string, number>();
  for await (const leaf of walkNewLeaves(store, snapshot.volume, new Set())) {
    throwIfAborted(signal);
    if (++leaves > MOST_LEAVES) return undefined;
    for (const [key, byteLength] of chunkLengths(leaf)) {
      ownBytes.set(key, Math.max(byteLength, ownBytes.get(key) ?? 0));
    }
  }
  const others = catalog.cards.flatMap((card) => card.snapshots).filter(({ id }) => id !== snapshot.id);
  const seen = new Set<string>();
  for (const { volume } of others) {
    for await (const leaf of walkNewLeaves(store, volume, seen)) {
      throwIfAborted(signal);
      if (++leaves > MOST_LEAVES) return undefined;
      for (const id of leaf.chunks) ownBytes.delete(chunkKey(id));
    }
    if (ownBytes.size === 0) break;
  }
  return [...ownBytes.values()].reduce((sum, byteLength) => sum + byteLength, 0);
}

/** Half of an ID is enough to tell chunks apart here, and half the memory. */
function chunkKey(id: Uint8Array): string {
  return Buffer.from(id.buffer, id.byteOffset, 16).toString('latin1');
}

/** A chunk is as long as its last use reaches, because it ends with data. */
function* chunkLengths(leaf: LeafNode): Generator<[key: string, byteLength: number]> {
  const lengths = new Uint32Array(leaf.chunks.length);
  for (let i = 0; i < leaf.count; i++) {
    const what = leaf.what[i]!;
    if (what < RUN_DATA) continue;
    const end = leaf.chunkOffset[i]! + leaf.length[i]!;
    lengths[what - RUN_DATA] = Math.max(lengths[what - RUN_DATA]!, end);
  }
  for (const [place, id] of leaf.chunks.entries()) yield [chunkKey(id), lengths[place]!];
}
