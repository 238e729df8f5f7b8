import { checkRange } from '../../src/device/block-source.ts';
import type { VerifiableTarget } from '../../src/restore/execute-restore.ts';

export interface MemoryTarget extends VerifiableTarget {
  readonly bytes: Uint8Array;
  /** Called before each write with its number, from 1; may throw to fail it. */
  beforeWrite: (number: number, byteOffset: number) => void;
  writes: number;
}

/** A device in memory whose writes can be made to fail. */
export function memoryTarget(bytes: Uint8Array, sectorSize = 512): MemoryTarget {
  const target: MemoryTarget = {
    bytes,
    byteLength: bytes.byteLength,
    sectorSize,
    writes: 0,
    beforeWrite: () => undefined,
    async read(at, length, into) {
      checkRange(target, at, length);
      const part = bytes.subarray(at, at + length);
      if (into === undefined) return new Uint8Array(part);
      into.set(part);
      return into.subarray(0, length);
    },
    async readUncached(at, length, into) {
      return target.read(at, length, into);
    },
    async readMedium(at, length, into) {
      return target.read(at, length, into);
    },
    async write(at, data) {
      checkRange(target, at, data.byteLength);
      target.writes++;
      target.beforeWrite(target.writes, at);
      bytes.set(data, at);
    },
    async flush() {
      // Memory is as durable as it gets.
    },
  };
  return target;
}
