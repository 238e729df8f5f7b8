import { createHash } from 'node:crypto';
import { type RandomBytes } from '../../src/restore/new-ids/id-map.ts';

/** Bytes that look random, the same for the same seed. */
export function seededBytes(seed: number): RandomBytes {
  let calls = 0;
  return (byteLength) =>
    new Uint8Array(createHash('sha256').update(`${seed} ${calls++}`).digest()).slice(0, byteLength);
}
