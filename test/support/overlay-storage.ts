/** A storage that reads what another holds and keeps to itself what is written: what is tried in it leaves no trace. */
import { NotFoundError } from '../../src/errors.ts';
import { memoryStorage } from '../../src/store/memory-storage.ts';
import type { Storage } from '../../src/store/storage.ts';

export function overlayStorage(below: Storage): Storage {
  const above = memoryStorage({ description: `a copy of ${below.description}` });
  const removed = new Set<string>();
  return {
    ...above,
    async createExclusive(name, bytes) {
      const isThere = (await below.list(name.slice(0, name.lastIndexOf('/')))).some((entry) => entry.name === name);
      if (isThere && !removed.has(name)) return false;
      return above.createExclusive(name, bytes);
    },
    async read(name, byteOffset, byteLength) {
      try {
        return await above.read(name, byteOffset, byteLength);
      } catch (error) {
        if (!(error instanceof NotFoundError) || removed.has(name)) throw error;
        return below.read(name, byteOffset, byteLength);
      }
    },
    async list(folder) {
      const own = await above.list(folder);
      const names = new Set(own.map(({ name }) => name));
      const others = (await below.list(folder)).filter(({ name }) => !names.has(name) && !removed.has(name));
      return [...own, ...others];
    },
    async remove(name) {
      removed.add(name);
      await above.remove(name);
    },
    now: async () => below.now(),
  };
}
