import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { checkRange, type BlockSource } from '../../src/device/block-source.ts';

/**
 * An image file as a source, closed at the end of the block: `using source = openFileSource(file)`. Reads end in no
 * order, as those of devices do.
 */
export function openFileSource(file: string, sectorSize = 512): BlockSource & Disposable {
  const descriptor = openSync(file, 'r');
  const byteLength = fstatSync(descriptor).size;
  return {
    byteLength,
    sectorSize,
    async read(byteOffset, length, into) {
      checkRange({ byteLength }, byteOffset, length);
      if (Math.random() < 0.3) await nextTurn();
      const bytes = into?.subarray(0, length) ?? new Uint8Array(length);
      for (let done = 0; done < length;) {
        const got = readSync(descriptor, bytes, done, length - done, byteOffset + done);
        if (got === 0) throw new Error('the file became shorter');
        done += got;
      }
      return bytes;
    },
    [Symbol.dispose]() {
      closeSync(descriptor);
    },
  };
}
