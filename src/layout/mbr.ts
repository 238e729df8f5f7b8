/**
 * The classic partition table in sector 0 and the chain of extended boot records behind an extended partition.
 *
 *   440  4  disk signature, little endian        446  4 x 16  entries        510  2  55 AA
 *   entry: 0 boot indicator (00 or 80), 4 type, 8 first LBA (32 bit), 12 number of sectors (32 bit)
 *
 * Sources: UEFI 2.10 section 5.2 (legacy MBR), Linux block/partitions/msdos.c.
 */
import { ByteView } from '../bytes/byte-view.ts';

export interface MbrEntry {
  /** 1 to 4: the place in the table, whether or not the places before it are used. */
  readonly slot: number;
  /** 0x80: active, 0: not; anything else is not a partition table. */
  readonly bootIndicator: number;
  readonly type: number;
  /** Relative to the disk in the MBR; in an extended boot record relative to it or to the extended partition. */
  readonly firstLba: number;
  readonly sectorCount: number;
}

export interface Mbr {
  /** 8 hex digits, as `blkid` prints PTUUID. */
  readonly diskSignature: string;
  /** All four places; one with `sectorCount` 0 is not in use. */
  readonly entries: readonly MbrEntry[];
}

/** Partition type of the entry that says "the real table is a GPT" (UEFI 2.10, table 5.4). */
export const PROTECTIVE_TYPE = 0xee;

/** Decodes the table of an MBR or of an extended boot record; undefined when it does not end in 55 AA. */
export function decodeMbr(sector: Uint8Array): Mbr | undefined {
  const view = new ByteView(sector, 'partition table');
  if (sector.byteLength < 512 || view.u16be(510) !== 0x55aa) return undefined;
  const entries = [1, 2, 3, 4].map((slot): MbrEntry => {
    const at = 446 + 16 * (slot - 1);
    return {
      slot,
      bootIndicator: view.u8(at),
      type: view.u8(at + 4),
      firstLba: view.u32le(at + 8),
      sectorCount: view.u32le(at + 12),
    };
  });
  return { diskSignature: view.u32le(440).toString(16).padStart(8, '0'), entries };
}

/** The kernel takes 55 AA for a partition table only if each boot indicator is 00 or 80 (msdos_partition()). */
export function hasValidBootIndicators(mbr: Mbr): boolean {
  return mbr.entries.every((entry) => (entry.bootIndicator & 0x7f) === 0);
}

/** Types of a container of logical partitions: DOS, Windows 95 (LBA), Linux (msdos.c, is_extended_partition()). */
export function isExtended(entry: MbrEntry): boolean {
  return entry.sectorCount > 0 && (entry.type === 0x05 || entry.type === 0x0f || entry.type === 0x85);
}

/**
 * True when sector 0 is the boot sector of a FAT, NTFS or exFAT volume, which also ends in 55 AA. What lies at the
 * place of the partition entries is boot code then, or the pretended entry that `mkfs.vfat --mbr=yes` writes.
 */
export function looksLikeBootSector(sector: Uint8Array): boolean {
  const view = new ByteView(sector, 'boot sector');
  const name = String.fromCharCode(...view.slice(3, 8));
  if (name === 'NTFS    ' || name === 'EXFAT   ' || name === '-FVE-FS-') return true;
  const sectorSize = view.u16le(11);
  const sectorsPerCluster = view.u8(13);
  const media = view.u8(21);
  return (
    isPowerOfTwo(sectorSize) &&
    sectorSize >= 512 &&
    sectorSize <= 4096 &&
    isPowerOfTwo(sectorsPerCluster) &&
    view.u16le(14) > 0 &&
    view.u8(16) > 0 &&
    (media === 0xf0 || media >= 0xf8)
  );
}

function isPowerOfTwo(value: number): boolean {
  return value > 0 && (value & (value - 1)) === 0;
}
