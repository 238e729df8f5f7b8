/**
 * Which bytes of a FAT volume are in use, found the slow and plain way, to be held against the live map. Shares no code
 * with it.
 */
export interface FatWitness {
  readonly bits: 12 | 16 | 32;
  readonly clusterBytes: number;
  readonly clusterCount: number;
  readonly dataOffset: number;
  readonly byteLength: number;
  /** By cluster number: true unless all FATs say free, or all say bad. */
  readonly isUsed: (cluster: number) => boolean;
  /** Byte offset in the image of a cluster's entry in one FAT (FAT12: of the byte that holds its low bits). */
  readonly entryOffset: (cluster: number, fat: number) => number;
}

export function witnessFat(image: Buffer): FatWitness {
  const sector = image.readUInt16LE(11);
  const clusterBytes = sector * image[13]!;
  const fats = image[16]!;
  const fatSectors = image.readUInt16LE(22) || image.readUInt32LE(36);
  const sectors = image.readUInt16LE(19) || image.readUInt32LE(32);
  const rootEntries = image.readUInt16LE(17);
  const reserved = image.readUInt16LE(14);
  const dataOffset = (reserved + fats * fatSectors) * sector + rootEntries * 32;
  const clusterCount = Math.floor((sectors * sector - dataOffset) / clusterBytes);
  const bits = image.readUInt16LE(22) === 0 ? 32 : clusterCount < 4085 ? 12 : 16;
  const entryOffset = (cluster: number, fat: number): number =>
    reserved * sector + fat * fatSectors * sector + Math.floor((cluster * bits) / 8);
  const entry = (cluster: number, fat: number): number => {
    const at = entryOffset(cluster, fat);
    if (bits === 32) return image.readUInt32LE(at) % 0x10000000;
    const pair = image.readUInt16LE(at);
    if (bits === 16) return pair;
    return cluster % 2 === 0 ? pair % 4096 : Math.floor(pair / 16);
  };
  const bad = { 12: 0xff7, 16: 0xfff7, 32: 0x0ffffff7 }[bits];
  const isUsed = (cluster: number): boolean => {
    const values = Array.from({ length: fats }, (_, fat) => entry(cluster, fat));
    return !(values.every((value) => value === 0) || values.every((value) => value === bad));
  };
  return { bits, clusterBytes, clusterCount, dataOffset, byteLength: sectors * sector, isUsed, entryOffset };
}
