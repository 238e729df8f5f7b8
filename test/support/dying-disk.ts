/** A disk in memory with a cache of its own that can be lost: what was not flushed survives by sectors, at random. */
import { checkRange } from '../../src/device/block-source.ts';
import { CardkeepError } from '../../src/errors.ts';
import type { VerifiableTarget } from '../../src/restore/execute-restore.ts';
import { randomFrom } from '../fuzz/random.ts';

export interface DyingDisk extends VerifiableTarget {
  /** Writes and flushes so far. */
  readonly operations: number;
  /** What is there when it is plugged in again. */
  survivors(seed: number): Buffer;
}

const SECTOR = 512;

/** From its write or flush with this number on (from 1) it takes nothing any more. */
export function dyingDisk(before: Uint8Array, diesAt = Number.POSITIVE_INFINITY): DyingDisk {
  const now = Buffer.from(before);
  const durable = Buffer.from(before);
  let pending: { readonly byteOffset: number; readonly bytes: Uint8Array }[] = [];
  let operations = 0;
  const count = (what: string): void => {
    if (++operations >= diesAt) throw new CardkeepError('failed', 'EIO', `cannot ${what} the disk (EIO)`);
  };
  const read: VerifiableTarget['read'] = async (at, length, into) => {
    checkRange(now, at, length);
    if (into === undefined) return new Uint8Array(now.subarray(at, at + length));
    into.set(now.subarray(at, at + length));
    return into.subarray(0, length);
  };
  return {
    byteLength: before.byteLength,
    sectorSize: SECTOR,
    get operations() {
      return operations;
    },
    read,
    readMedium: read,
    readUncached: read,
    async write(byteOffset, data) {
      checkRange(now, byteOffset, data.byteLength);
      const bytes = new Uint8Array(data);
      // It may have taken a part of it before it died.
      pending.push({ byteOffset, bytes });
      count('write');
      now.set(bytes, byteOffset);
    },
    async flush() {
      count('flush');
      for (const { byteOffset, bytes } of pending) durable.set(bytes, byteOffset);
      pending = [];
    },
    survivors(seed) {
      const random = randomFrom(seed);
      const left = Buffer.from(durable);
      for (const { byteOffset, bytes } of pending) {
        for (let at = 0; at < bytes.byteLength; at += SECTOR) {
          if (random.oneIn(2)) left.set(bytes.subarray(at, at + SECTOR), byteOffset + at);
        }
      }
      return left;
    },
  };
}
