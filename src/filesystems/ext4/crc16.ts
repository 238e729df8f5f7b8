/** CRC-16 (reflected polynomial 0xA001) as in Linux lib/crc16.c: the checksum of `uninit_bg` group descriptors. */
const TABLE = makeTable();

function makeTable(): Uint16Array {
  const table = new Uint16Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
    table[byte] = crc;
  }
  return table;
}

/** The register after `bytes`, starting from `seed`. */
export function crc16(seed: number, bytes: Uint8Array): number {
  let crc = seed;
  for (let at = 0; at < bytes.byteLength; at++) crc = (crc >>> 8) ^ TABLE[(crc ^ bytes[at]!) & 0xff]!;
  return crc;
}
