/** Small things that tests of the store share. */
import type { MachineIdentity } from '../../src/store/machine-identity.ts';
import type { SessionOptions } from '../../src/store/start-session.ts';

/** An identity that never matches: leases decide alone. */
export const NOWHERE: MachineIdentity = {
  machineId: '',
  bootId: '',
  pidNamespace: '',
  processId: 0,
  processStart: '',
};

export function testSession(options: Partial<SessionOptions> = {}): SessionOptions {
  return { host: 'test-host', tool: 'cardkeep test', machine: NOWHERE, now: () => 0, ...options };
}

/** Bytes that look random and are the same each time: a xorshift generator. */
export function noiseBytes(byteLength: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(byteLength);
  let state = (seed * 2_654_435_761 + 1) >>> 0 || 1;
  for (let i = 0; i < byteLength; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state >>> 11;
  }
  return bytes;
}

/** Bytes that compress to about half. */
export function textBytes(byteLength: number, seed: number): Uint8Array {
  const noise = noiseBytes(byteLength, seed);
  for (let i = 0; i < byteLength; i++) if (i % 32 > 12) noise[i] = 0x61 + (i % 7);
  return noise;
}
