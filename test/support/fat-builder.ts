import { witnessFat } from './fat-witness.ts';

export interface BuiltFat {
  readonly image: Buffer;
  /** Byte offset of a cluster. */
  readonly at: (cluster: number) => number;
  /** Writes an entry into all FATs, or into one. */
  readonly set: (cluster: number, value: number, fat?: number) => void;
  /** Writes a short entry at place `index` of a directory that starts at `byteOffset`. */
  readonly entry: (byteOffset: number, index: number, entry: BuiltEntry) => void;
  readonly rootOffset: number;
}

export interface BuiltEntry {
  readonly name: string;
  readonly attributes?: number;
  readonly cluster: number;
  readonly byteLength?: number;
}

/** A volume written byte by byte: two FATs, sectors of 512 bytes, one to a cluster, 16 or 512 root entries. */
export function buildFat(bits: 12 | 16 | 32, clusterCount: number): BuiltFat {
  const rootEntries = bits === 32 ? 0 : 16;
  const reserved = bits === 32 ? 32 : 1;
  const fatSectors = Math.ceil(((clusterCount + 2) * bits) / 8 / 512);
  const sectors = reserved + 2 * fatSectors + rootEntries / 16 + clusterCount;
  const image = Buffer.alloc(sectors * 512);
  image.set([0xeb, 0x3c, 0x90]);
  image.writeUInt16LE(512, 11);
  image[13] = 1;
  image.writeUInt16LE(reserved, 14);
  image[16] = 2;
  image.writeUInt16LE(rootEntries, 17);
  image.writeUInt32LE(sectors, 32);
  image[21] = 0xf8;
  if (bits === 32) {
    image.writeUInt32LE(fatSectors, 36);
    image.writeUInt32LE(2, 44);
    image[66] = 0x29;
    image.writeUInt32LE(0xcafe1234, 67);
    image.write('NO NAME    ', 71, 'latin1');
  } else {
    image.writeUInt16LE(fatSectors, 22);
    image[38] = 0x29;
    image.writeUInt32LE(0xcafe1234, 39);
    image.write('NO NAME    ', 43, 'latin1');
  }
  image.writeUInt16LE(0xaa55, 510);
  const { dataOffset, entryOffset } = witnessFat(image);
  const set = (cluster: number, value: number, fat?: number): void => {
    for (const copy of fat === undefined ? [0, 1] : [fat]) {
      const place = entryOffset(cluster, copy);
      if (bits === 32) image.writeUInt32LE(value, place);
      else if (bits === 16) image.writeUInt16LE(value, place);
      else {
        const pair = image.readUInt16LE(place);
        image.writeUInt16LE(cluster % 2 === 0 ? (pair & 0xf000) | value : (pair & 0xf) | (value << 4), place);
      }
    }
  };
  const full = { 12: 0xfff, 16: 0xffff, 32: 0x0fffffff }[bits];
  set(0, full);
  set(1, full);
  if (bits === 32) set(2, full);
  const at = (cluster: number): number => dataOffset + (cluster - 2) * 512;
  return {
    image,
    at,
    set,
    rootOffset: bits === 32 ? at(2) : dataOffset - rootEntries * 32,
    entry(byteOffset, index, { name, attributes = 0x20, cluster, byteLength = 0 }) {
      const place = byteOffset + index * 32;
      image.write(name.padEnd(11), place, 'latin1');
      image[place + 11] = attributes;
      image.writeUInt16LE(cluster >>> 16, place + 20);
      image.writeUInt16LE(cluster & 0xffff, place + 26);
      image.writeUInt32LE(byteLength, place + 28);
    },
  };
}
