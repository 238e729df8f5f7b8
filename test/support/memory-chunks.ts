import { toHex } from '../../src/bytes/hex.ts';
import { createChunkHasher } from '../../src/codec/chunk-id.ts';
import { NotFoundError } from '../../src/errors.ts';
import type { Store, WriteSession } from '../../src/store/store.ts';

/** The least of a store that capture and map need: chunks by ID in a Map. */
export async function memoryChunks(): Promise<{
  store: Store;
  session: WriteSession;
  chunks: Map<string, Uint8Array>;
}> {
  const hasher = await createChunkHasher(new Uint8Array(32).fill(7));
  const chunks = new Map<string, Uint8Array>();
  const counts = { newChunks: 0, newBytes: 0, storedBytes: 0 };
  const session = {
    counts,
    async has(id: Uint8Array) {
      return chunks.has(toHex(id));
    },
    async put(_kind: string, id: Uint8Array, bytes: Uint8Array) {
      chunks.set(toHex(id), new Uint8Array(bytes));
      counts.newBytes += bytes.byteLength;
    },
  };
  const store = {
    hasher,
    async readChunk(id: Uint8Array) {
      const bytes = chunks.get(toHex(id));
      if (bytes === undefined) throw new NotFoundError(`no chunk ${toHex(id)}`);
      return bytes;
    },
  };
  return { store: store as unknown as Store, session: session as unknown as WriteSession, chunks };
}
