import { crc32 } from 'node:zlib';

export interface BuiltMbrEntry {
  readonly type: number;
  readonly firstLba: number;
  readonly sectorCount: number;
  readonly bootIndicator?: number;
}

/** Writes a table (of the MBR or of an extended boot record) into a sector of the image. */
export function putMbr(image: Buffer, byteOffset: number, entries: readonly (BuiltMbrEntry | undefined)[]): void {
  for (const [index, entry] of entries.entries()) {
    if (entry === undefined) continue;
    const at = byteOffset + 446 + 16 * index;
    image[at] = entry.bootIndicator ?? 0;
    image[at + 4] = entry.type;
    image.writeUInt32LE(entry.firstLba, at + 8);
    image.writeUInt32LE(entry.sectorCount, at + 12);
  }
  image.writeUInt16LE(0xaa55, byteOffset + 510);
}

export interface BuiltGpt {
  readonly sectorSize?: number;
  readonly lba?: number;
  readonly entriesLba?: number;
  readonly alternateLba?: number;
  readonly entryCount?: number;
  readonly entryBytes?: number;
  readonly diskByte?: number;
  readonly partitions?: readonly { readonly index: number; readonly firstLba: bigint; readonly lastLba: bigint }[];
}

/** Writes a GPT header and its entries with right checksums, whatever they say. */
export function putGpt(image: Buffer, gpt: BuiltGpt): void {
  const { sectorSize = 512, lba = 1, entriesLba = 2, entryCount = 128, entryBytes = 128, partitions = [] } = gpt;
  const entries = Buffer.alloc(Math.min(entryCount * entryBytes, 8 << 20));
  for (const { index, firstLba, lastLba } of partitions) {
    entries.fill(0x11, index * entryBytes, index * entryBytes + 32);
    entries.writeBigUInt64LE(firstLba, index * entryBytes + 32);
    entries.writeBigUInt64LE(lastLba, index * entryBytes + 40);
  }
  const header = Buffer.alloc(92);
  header.write('EFI PART', 0, 'latin1');
  header.writeUInt32LE(0x10000, 8);
  header.writeUInt32LE(92, 12);
  header.writeBigUInt64LE(BigInt(lba), 24);
  header.writeBigUInt64LE(BigInt(gpt.alternateLba ?? image.byteLength / sectorSize - 1), 32);
  header.fill(gpt.diskByte ?? 0x22, 56, 72);
  header.writeBigUInt64LE(BigInt(entriesLba), 72);
  header.writeUInt32LE(entryCount, 80);
  header.writeUInt32LE(entryBytes, 84);
  header.writeUInt32LE(crc32(entries), 88);
  header.writeUInt32LE(crc32(header), 16);
  header.copy(image, lba * sectorSize);
  entries.copy(image, entriesLba * sectorSize);
}
