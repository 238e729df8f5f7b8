/** CRC-32 with the most significant bit first (polynomial 0x04C11DB7), as crc32_be() in Linux lib/crc/crc32.c. */
const TABLE = makeTable();

function makeTable(): Uint32Array {
  const table = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
    table[byte] = crc >>> 0;
  }
  return table;
}

/** The register after `bytes`, starting from `seed`. */
export function crc32Be(seed: number, bytes: Uint8Array): number {
  let crc = seed;
  for (let at = 0; at < bytes.byteLength; at++) crc = (crc << 8) ^ TABLE[((crc >>> 24) ^ bytes[at]!) & 0xff]!;
  return crc >>> 0;
}
