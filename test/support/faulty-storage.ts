/** A storage on which the nth call goes wrong, for tests of what is left behind. */
import { temporaryName, type Storage, type StorageWriter } from '../../src/store/storage.ts';

/**
 * `fail`: this call fails with EIO, the rest works. `crash`: neither this call nor any later one happens, as if the
 * process were gone. `torn`: half of what this call writes happens, then as `crash`. `unheard`: the call happens, but
 * its caller is gone before it hears of it.
 */
export type Fault = 'fail' | 'crash' | 'torn' | 'unheard';

export const FAULTS: readonly Fault[] = ['fail', 'crash', 'torn', 'unheard'];

export interface FaultyStorage extends Storage {
  /** Calls so far, those of writers included. */
  readonly calls: () => number;
  /** From now on nothing happens any more. */
  readonly kill: () => void;
}

/** `atCall` counts from 1; 0: never. */
export function faultyStorage(inner: Storage, atCall: number, fault: Fault): FaultyStorage {
  let calls = 0;
  let isDead = false;
  const gone = (): Error => Object.assign(new Error('the process is gone'), { code: 'ECRASH' });

  async function run<T>(act: () => Promise<T>, tear: () => Promise<unknown> = async () => undefined): Promise<T> {
    if (isDead) throw gone();
    if (++calls !== atCall) return act();
    if (fault === 'fail') throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
    isDead = true;
    if (fault === 'torn') await tear();
    if (fault === 'unheard') await act();
    throw gone();
  }

  const half = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, bytes.byteLength >> 1);

  function wrapWriter(writer: StorageWriter): StorageWriter {
    return {
      append: async (bytes) =>
        run(
          async () => writer.append(bytes),
          async () => writer.append(half(bytes)),
        ),
      finish: async (name) => run(async () => writer.finish(name)),
      discard: async () => {
        if (!isDead) await writer.discard();
      },
    };
  }

  async function tearCreate(name: string, bytes: Uint8Array, owner: string): Promise<void> {
    const folder = name.includes('/') ? `${name.slice(0, name.lastIndexOf('/'))}/` : '';
    await inner.create(folder + temporaryName(owner, '0123456789abcdef'), half(bytes));
  }

  return {
    description: inner.description,
    calls: () => calls,
    kill: () => {
      isDead = true;
    },
    create: async (name, bytes, owner) =>
      run(
        async () => inner.create(name, bytes, owner),
        async () => tearCreate(name, bytes, owner ?? 'none'),
      ),
    createExclusive: async (name, bytes) =>
      run(
        async () => inner.createExclusive(name, bytes),
        async () => inner.createExclusive(name, half(bytes)),
      ),
    beginWrite: async (folder, owner) => wrapWriter(await run(async () => inner.beginWrite(folder, owner))),
    read: async (name, byteOffset, byteLength) => run(async () => inner.read(name, byteOffset, byteLength)),
    list: async (folder) => run(async () => inner.list(folder)),
    remove: async (name) => run(async () => inner.remove(name)),
    now: async () => run(async () => inner.now()),
    close: async () => inner.close(),
  };
}
