/**
 * What of an inode record tells whether its file has changed. Source of offsets: struct ext4_inode in Linux
 * fs/ext4/ext4.h; of the times: EXT4_INODE_GET_XTIME and ext4_decode_extra_time there.
 */
import { hash } from 'node:crypto';
import { FINGERPRINT_BYTES } from '../inode-facts.ts';
import { type Superblock } from './superblock.ts';

const EXTRA_SIZE_AT = 0x80;
/** i_extra_isize that holds i_ctime_extra and i_mtime_extra (offsets 0x84 and 0x88, counted from 0x80). */
const EXTRA_SIZE_WITH_TIMES = 12;
/** Access time, its extra bits, and the two halves of the checksum: they change while the file does not. */
const IGNORED: readonly (readonly [byteOffset: number, byteLength: number])[] = [
  [0x08, 4],
  [0x7c, 2],
  [0x82, 2],
  [0x8c, 4],
];

export function inodeGeneration(table: DataView, at: number): number {
  return table.getUint32(at + 0x64, true);
}

/** True where the record keeps more than whole seconds: two changes in one second would look alike without. */
export function hasFineTimes(sb: Superblock, table: DataView, at: number): boolean {
  return sb.inodeSize > 128 && table.getUint16(at + EXTRA_SIZE_AT, true) >= EXTRA_SIZE_WITH_TIMES;
}

/** Seconds since 1970. */
export function inodeChangeTime(sb: Superblock, table: DataView, at: number): number {
  return timeAt(table, at + 0x0c, hasFineTimes(sb, table, at) ? at + 0x84 : undefined);
}

/** Seconds since 1970. */
export function inodeModifyTime(sb: Superblock, table: DataView, at: number): number {
  return timeAt(table, at + 0x10, hasFineTimes(sb, table, at) ? at + 0x88 : undefined);
}

/** Two low bits of the extra field continue the signed seconds, the rest is nanoseconds. */
function timeAt(table: DataView, at: number, extraAt: number | undefined): number {
  const seconds = table.getInt32(at, true);
  if (extraAt === undefined) return seconds;
  const extra = table.getUint32(extraAt, true);
  return seconds + (extra & 3) * 2 ** 32 + (extra >>> 2) / 1e9;
}

/** Hashes a record. */
export type Fingerprint = (table: DataView, at: number) => Uint8Array;

export function createFingerprint(sb: Superblock): Fingerprint {
  const record = new Uint8Array(sb.inodeSize);
  return (table, at) => {
    record.set(new Uint8Array(table.buffer, table.byteOffset + at, sb.inodeSize));
    for (const [byteOffset, byteLength] of IGNORED) {
      if (byteOffset + byteLength <= sb.inodeSize) record.fill(0, byteOffset, byteOffset + byteLength);
    }
    return hash('sha256', record, 'buffer').subarray(0, FINGERPRINT_BYTES);
  };
}
