/** Which ID becomes which. Things that share an ID today (two copies of a root) share the new one too. */
import { fromHex, toHex } from '../../bytes/hex.ts';
import { CardkeepError } from '../../errors.ts';

/** Gives `byteLength` unpredictable bytes. */
export type RandomBytes = (byteLength: number) => Uint8Array;

export type IdKind = 'disk signature' | 'GUID' | 'UUID' | 'FAT serial';

export interface IdMap {
  /** The new ID of whatever has `before`, as `blkid` prints it. */
  renew(kind: IdKind, before: string): string;
  /** Another way to write an ID, or an ID that is made of one: `1a2b3c4d-02`. */
  alias(before: string, after: string): void;
  /** The new one of an ID that stands in a file, in any case; undefined for what is not renewed. */
  find(before: string): string | undefined;
}

const BYTES: Readonly<Record<IdKind, number>> = { 'disk signature': 4, GUID: 16, UUID: 16, 'FAT serial': 4 };
const TRIES = 16;

export function createIdMap(random: RandomBytes): IdMap {
  const renewed = new Map<string, string>();
  const taken = new Set<string>();
  return {
    renew(kind, before) {
      const known = renewed.get(before.toLowerCase());
      if (known !== undefined) return known;
      taken.add(before.toLowerCase());
      for (let i = 0; i < TRIES; i++) {
        const after = formatId(kind, random(BYTES[kind]));
        const isZero = /^[0-]*$/.test(after);
        if (isZero || taken.has(after.toLowerCase())) continue;
        taken.add(after.toLowerCase());
        // Zeros are no ID: two of them need not become the same.
        if (!/^[0-]*$/.test(before)) renewed.set(before.toLowerCase(), after);
        return after;
      }
      throw new CardkeepError(
        'failed',
        'E_NO_RANDOM',
        'the source of random numbers gives the same ones again and again',
      );
    },
    alias(before, after) {
      renewed.set(before.toLowerCase(), after);
    },
    find: (before) => renewed.get(before.toLowerCase()),
  };
}

/** The 16 bytes of a UUID, in the order in which it is written. */
export function uuidBytes(uuid: string): Uint8Array {
  return fromHex(uuid.replaceAll('-', ''));
}

/** The 16 bytes of a GUID: the first three fields are little endian (UEFI 2.10, appendix A). */
export function guidBytes(guid: string): Uint8Array {
  const bytes = uuidBytes(guid);
  return Uint8Array.from([3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15], (at) => bytes[at]!);
}

function formatId(kind: IdKind, bytes: Uint8Array): string {
  const hex = toHex(bytes);
  if (kind === 'disk signature') return hex;
  if (kind === 'FAT serial') return `${hex.slice(0, 4)}-${hex.slice(4)}`.toUpperCase();
  // RFC 9562: version 4 (random), variant 10.
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20)}`;
}
