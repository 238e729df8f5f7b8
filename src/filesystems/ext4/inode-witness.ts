/**
 * What of an inode record tells whether its file has changed. Source of offsets: struct ext4_inode in Linux
 * fs/ext4/ext4.h; of the times: EXT4_INODE_GET_XTIME and ext4_decode_extra_time there.
 */
import { type Superblock } from './superblock.ts';

const EXTRA_SIZE_AT = 0x80;
/** i_extra_isize that holds i_ctime_extra and i_mtime_extra (offsets 0x84 and 0x88, counted from 0x80). */
const EXTRA_SIZE_WITH_TIMES = 12;
/**
 * Bits of 32-bit words that change while the file does not: access time, the two halves of the checksum, the extra bits
 * of the access time.
 */
const IGNORED: ReadonlyMap<number, number> = new Map([
  [0x08, 0xffffffff],
  [0x7c, 0x0000ffff],
  [0x80, 0xffff0000],
  [0x8c, 0xffffffff],
]);

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

/** True when two records, which both begin at `at`, tell of the same state of one file. */
export function isSameRecord(a: DataView, b: DataView, at: number, inodeSize: number): boolean {
  for (let word = 0; word < inodeSize; word += 4) {
    const difference = a.getUint32(at + word, true) ^ b.getUint32(at + word, true);
    if (difference !== 0 && (difference & ~(IGNORED.get(word) ?? 0)) !== 0) return false;
  }
  return true;
}
