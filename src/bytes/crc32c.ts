/**
 * CRC-32C (Castagnoli): reflected polynomial 0x82F63B78, the checksum of ext4 `metadata_csum` and jbd2 v3 (RFC 3720
 * appendix B.4 has test vectors). Slicing by 8: eight tables let one step take eight bytes.
 */
const POLYNOMIAL = 0x82f63b78;
const TABLES = makeTables();

function makeTables(): Uint32Array[] {
  const tables = Array.from({ length: 8 }, () => new Uint32Array(256));
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    tables[0]![byte] = crc;
  }
  for (let byte = 0; byte < 256; byte++) {
    for (let table = 1; table < 8; table++) {
      const before = tables[table - 1]![byte]!;
      tables[table]![byte] = (before >>> 8) ^ tables[0]![before & 0xff]!;
    }
  }
  return tables;
}

/**
 * The raw CRC register after `bytes`, starting from `seed`, with no inversion before or after: the form that the
 * kernel's `crc32c_le()` and ext4 use (ext4 starts from ~0 and stores the register as it is).
 */
export function crc32cRaw(seed: number, bytes: Uint8Array): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  let crc = seed >>> 0;
  let at = 0;
  const last = bytes.byteLength - 8;
  for (; at <= last; at += 8) {
    const low = crc ^ (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24));
    crc =
      t7[low & 0xff]! ^
      t6[(low >>> 8) & 0xff]! ^
      t5[(low >>> 16) & 0xff]! ^
      t4[low >>> 24]! ^
      t3[bytes[at + 4]!]! ^
      t2[bytes[at + 5]!]! ^
      t1[bytes[at + 6]!]! ^
      t0[bytes[at + 7]!]!;
  }
  for (; at < bytes.byteLength; at++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[at]!) & 0xff]!;
  return crc >>> 0;
}

/** The usual CRC-32C of RFC 3720: inverted before and after. */
export function crc32c(bytes: Uint8Array): number {
  return ~crc32cRaw(0xffffffff, bytes) >>> 0;
}
