/** Which chunks lie in given packs, by what the index files say: for packs that cannot say it themselves any more. */
import { toHex } from '../bytes/hex.ts';
import { CardkeepError } from '../errors.ts';
import { FRAME_ROW_BYTES, INDEX_RECORD_BYTES, openIndexFile, readPages } from '../store/index-file.ts';
import type { OpenIndex } from '../store/index-file.ts';
import { INDEX_FOLDER, hashInName } from '../store/names.ts';
import type { Store } from '../store/store.ts';

/** All index files of a store that can be read, superseded ones included. */
export async function* openIndexFiles(store: Pick<Store, 'storage' | 'config'>): AsyncGenerator<OpenIndex> {
  for (const entry of await store.storage.list(INDEX_FOLDER)) {
    if (hashInName(entry.name) === undefined) continue;
    try {
      yield await openIndexFile(store.storage, entry, store.config.storeId);
    } catch (error) {
      if (!(error instanceof CardkeepError)) throw error;
    }
  }
}

/** Yields the IDs of the chunks in `packs` (hashes in their names), each with the hash of its pack. */
export async function* chunksOfPacks(
  store: Pick<Store, 'storage' | 'config'>,
  packs: ReadonlySet<string>,
): AsyncGenerator<{ readonly id: Uint8Array; readonly pack: string }> {
  for await (const open of openIndexFiles(store)) {
    const hashes = open.head.packs.map((pack) => toHex(pack.id));
    if (!hashes.some((hash) => packs.has(hash))) continue;
    const rows = open.head.frames;
    const frames = new DataView(rows.buffer, rows.byteOffset, rows.byteLength);
    try {
      for await (const page of readPages(store.storage, open)) {
        const records = new DataView(page.buffer, page.byteOffset, page.byteLength);
        for (let at = 0; at < page.byteLength; at += INDEX_RECORD_BYTES) {
          const row = records.getUint32(at + 32, true) * FRAME_ROW_BYTES;
          if (row >= rows.byteLength) continue;
          const pack = hashes[frames.getUint32(row, true)];
          if (pack !== undefined && packs.has(pack)) yield { id: page.subarray(at, at + 32), pack };
        }
      }
    } catch (error) {
      if (!(error instanceof CardkeepError)) throw error;
    }
  }
}
