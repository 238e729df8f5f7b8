/**
 * The boot sector of a FAT volume and what follows from it. Sources: Microsoft "FAT: General Overview of On-Disk
 * Format" 1.03 (fatgen103), pages 7 to 15; where drivers differ from it, Linux fs/fat/inode.c, fat_read_bpb().
 *
 *   11 2 bytes per sector   13 1 sectors per cluster  14 2 reserved sectors  16 1 number of FATs  17 2 root entries
 *   19 2 sectors (16 bit)   21 1 media                22 2 sectors per FAT   32 4 sectors (32 bit)
 *   FAT12/16: 37 1 dirty, 38 1 signature, 39 4 serial, 43 11 label
 *   FAT32: 36 4 sectors per FAT, 40 2 flags, 42 2 version, 44 4 root cluster, 48 2 FSInfo, 50 2 copy of the boot sector,
 *          65 1 dirty, 66 1 signature, 67 4 serial, 71 11 label
 */
import { ByteView } from '../../bytes/byte-view.ts';
import { CorruptDataError } from '../../errors.ts';

export type FatType = 'fat12' | 'fat16' | 'fat32';

/** Offsets are bytes from the start of the partition. Cluster numbers run from 2 to `clusterCount + 1`. */
export interface FatGeometry {
  readonly type: FatType;
  readonly bytesPerSector: number;
  readonly clusterBytes: number;
  readonly clusterCount: number;
  readonly fatCount: number;
  /** First byte of the first FAT; the others follow it. */
  readonly fatOffset: number;
  readonly fatBytes: number;
  /** The FAT that counts when they differ. */
  readonly activeFat: number;
  /** The fixed root directory of FAT12 and FAT16; empty on FAT32. */
  readonly rootOffset: number;
  readonly rootBytes: number;
  /** FAT32: first cluster of the root directory; else 0. */
  readonly rootCluster: number;
  /** First byte of cluster 2. */
  readonly dataOffset: number;
  /** FAT32: first bytes of the sectors of FSInfo and of the copy of the boot sector, wherever they are said to be. */
  readonly sideSectorOffsets: readonly number[];
  /** All of the volume, with what lies behind the last cluster. */
  readonly byteLength: number;
  /** As `blkid` prints it, `ABCD-1234`; empty without a serial number. */
  readonly uuid: string;
  /** From the boot sector; that of the root directory comes first. */
  readonly bootLabel: string;
  /** Linux sets bit 0 of a reserved byte while the volume is mounted, bit 1 after errors (fat_set_state()). */
  readonly stateFlags: number;
}

/** FAT32 entries have 28 bits, and the highest values are marks (fatgen103 page 14). */
const MAX_CLUSTERS_FAT32 = 0x0ffffff5;
/** Real volumes have 1 or 2 FATs. */
const MAX_FATS = 8;

/** True when Linux would take the sector for a FAT boot sector: it asks for no signature, only for sane values. */
export function hasFatParameters(sector: Uint8Array): boolean {
  const view = new ByteView(sector, 'FAT boot sector');
  const media = view.u8(21);
  return (
    isPowerOfTwo(view.u16le(11), 512, 4096) &&
    isPowerOfTwo(view.u8(13), 1, 128) &&
    view.u16le(14) > 0 &&
    view.u8(16) > 0 &&
    (media === 0xf0 || media >= 0xf8)
  );
}

/** Decodes and checks the first 512 bytes of a volume. Throws CorruptDataError when its numbers contradict each other. */
export function decodeFatBootSector(sector: Uint8Array): FatGeometry {
  const view = new ByteView(sector, 'FAT boot sector');
  if (!hasFatParameters(sector)) throw new CorruptDataError('the FAT boot sector is damaged');
  const sizes = decodeSizes(view);
  const { bytesPerSector, sectorsPerCluster, isFat32, fatCount, reserved, sectorsPerFat, rootSectors, sectors } = sizes;
  const dataSector = reserved + fatCount * sectorsPerFat + rootSectors;
  if (dataSector >= sectors) throw new CorruptDataError('the FAT volume has no room for clusters');
  const clusterCount = Math.floor((sectors - dataSector) / sectorsPerCluster);
  const type = fatType(isFat32, clusterCount);
  const bits = { fat12: 12, fat16: 16, fat32: 32 }[type];
  const fatBytes = sectorsPerFat * bytesPerSector;
  if (((clusterCount + 2) * bits) / 8 > fatBytes) throw new CorruptDataError('the FAT is too short for its clusters');
  const rootCluster = isFat32 ? view.u32le(44) : 0;
  if (isFat32 && (rootCluster < 2 || rootCluster > clusterCount + 1)) {
    throw new CorruptDataError('the FAT root directory lies outside of the volume');
  }
  const fatOffset = reserved * bytesPerSector;
  return {
    type,
    bytesPerSector,
    clusterBytes: sectorsPerCluster * bytesPerSector,
    clusterCount,
    fatCount,
    fatOffset,
    fatBytes,
    activeFat: isFat32 ? activeFat(view.u16le(40), fatCount) : 0,
    rootOffset: fatOffset + fatCount * fatBytes,
    rootBytes: rootSectors * bytesPerSector,
    rootCluster,
    dataOffset: dataSector * bytesPerSector,
    sideSectorOffsets: isFat32 ? [48, 50].map((field) => view.u16le(field) * bytesPerSector) : [],
    byteLength: sectors * bytesPerSector,
    uuid: decodeSerial(view, isFat32),
    bootLabel: view.u8(isFat32 ? 66 : 38) === 0x29 ? decodeFatLabel(view.slice(isFat32 ? 71 : 43, 11)) : '',
    stateFlags: view.u8(isFat32 ? 65 : 37),
  };
}

/** A volume label without its padding; `NO NAME` means none. Bytes above 7F depend on a code page: taken as Latin-1. */
export function decodeFatLabel(bytes: Uint8Array): string {
  let label = '';
  for (const byte of bytes) label += byte < 0x20 || byte === 0x7f ? '?' : String.fromCharCode(byte);
  label = label.trimEnd();
  return label === 'NO NAME' ? '' : label;
}

interface Sizes {
  readonly bytesPerSector: number;
  readonly sectorsPerCluster: number;
  readonly isFat32: boolean;
  readonly fatCount: number;
  readonly reserved: number;
  readonly sectorsPerFat: number;
  readonly rootSectors: number;
  readonly sectors: number;
}

function decodeSizes(view: ByteView): Sizes {
  const bytesPerSector = view.u16le(11);
  const fatCount = view.u8(16);
  if (fatCount > MAX_FATS) throw new CorruptDataError(`the boot sector claims ${fatCount} FATs`);
  const isFat32 = view.u16le(22) === 0;
  if (isFat32 && view.u16le(42) !== 0) throw new CorruptDataError('the FAT32 version is unknown');
  const sectorsPerFat = isFat32 ? view.u32le(36) : view.u16le(22);
  if (sectorsPerFat === 0) throw new CorruptDataError('the FAT has no length');
  const rootBytes = view.u16le(17) * 32;
  // Linux and others round differently here, which moves cluster 2.
  if (rootBytes % bytesPerSector !== 0) throw new CorruptDataError('the FAT root directory ends within a sector');
  if (isFat32 !== (rootBytes === 0)) throw new CorruptDataError('the boot sector is neither FAT32 nor FAT12/16');
  return {
    bytesPerSector,
    sectorsPerCluster: view.u8(13),
    isFat32,
    fatCount,
    reserved: view.u16le(14),
    sectorsPerFat,
    rootSectors: rootBytes / bytesPerSector,
    sectors: view.u16le(19) || view.u32le(32),
  };
}

/**
 * FAT12 or FAT16 by the number of clusters (fatgen103 page 14), never by the text in the boot sector. A volume whose
 * 16-bit length of the FAT is zero can only be FAT32, however few clusters it has: every driver takes it so, and
 * `mkfs.vfat -F 32` makes such volumes.
 */
function fatType(isFat32: boolean, clusterCount: number): FatType {
  if (clusterCount === 0) throw new CorruptDataError('the FAT volume has no clusters');
  if (isFat32) {
    if (clusterCount > MAX_CLUSTERS_FAT32) throw new CorruptDataError('the FAT32 volume has too many clusters');
    return 'fat32';
  }
  if (clusterCount >= 65525) throw new CorruptDataError('the FAT16 volume has too many clusters');
  return clusterCount < 4085 ? 'fat12' : 'fat16';
}

/** Bit 7: the FATs are no mirrors, and bits 0 to 3 tell which one counts (fatgen103 page 10). */
function activeFat(flags: number, fatCount: number): number {
  const active = flags & 0x80 ? flags & 0x0f : 0;
  if (active >= fatCount) throw new CorruptDataError('the active FAT does not exist');
  return active;
}

function decodeSerial(view: ByteView, isFat32: boolean): string {
  const signature = view.u8(38);
  if (!isFat32 && signature !== 0x28 && signature !== 0x29) return '';
  const serial = view.u32le(isFat32 ? 67 : 39);
  if (serial === 0) return '';
  const hex = serial.toString(16).toUpperCase().padStart(8, '0');
  return `${hex.slice(0, 4)}-${hex.slice(4)}`;
}

function isPowerOfTwo(value: number, from: number, to: number): boolean {
  return value >= from && value <= to && (value & (value - 1)) === 0;
}
