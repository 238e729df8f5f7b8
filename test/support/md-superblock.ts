/**
 * Writes a superblock of a Linux md member into an image, by Documentation/admin-guide/md.rst and
 * include/uapi/linux/raid/md_p.h. Version 0.90 in 64 KiB units before the end, 1.0 near the end, 1.1 at the start, 1.2
 * at 4 KiB.
 */
export function putMdSuperblock(image: Buffer, version: '0.90' | '1.0' | '1.1' | '1.2'): void {
  const size = image.byteLength;
  if (version === '0.90') {
    const at = Math.floor(size / 65536) * 65536 - 65536;
    image.writeUInt32LE(0xa92b4efc, at);
    image.writeUInt32LE(0, at + 4);
    image.writeUInt32LE(90, at + 8);
    image.fill(0x5a, at + 20, at + 24);
    // Kilobytes of the member that the array uses.
    image.writeUInt32LE(at / 1024, at + 32);
    return;
  }
  const at = { '1.0': Math.floor(size / 4096) * 4096 - 8192, '1.1': 0, '1.2': 4096 }[version];
  const superblock = image.subarray(at, at + 256 + 2 * 2);
  superblock.writeUInt32LE(0xa92b4efc, 0);
  superblock.writeUInt32LE(1, 4);
  superblock.fill(0x5a, 16, 32);
  superblock.writeBigUInt64LE(BigInt(size / 512 - 4096), 80);
  superblock.writeBigUInt64LE(BigInt(at / 512), 144);
  superblock.fill(0x6b, 168, 184);
  superblock.writeUInt32LE(2, 220);
  let sum = 0n;
  for (let i = 0; i < superblock.byteLength; i += 4) sum += BigInt(superblock.readUInt32LE(i));
  superblock.writeUInt32LE(Number(((sum & 0xffffffffn) + (sum >> 32n)) & 0xffffffffn), 216);
}
