/**
 * Where file systems, RAID members, volume managers and encrypted volumes leave their marks. Places and magics are
 * those of each format's own documentation or kernel header; util-linux libblkid/src/superblocks/ has them all in one
 * place, one file per format.
 */

/** Bytes at a place that give a format away. */
export interface MagicRule {
  readonly name: string;
  /** From the start of the device. */
  readonly byteOffset: number;
  /** One character per byte. */
  readonly magic: string;
}

const KIB = 1024;
const MIB = 1024 * KIB;

function at(name: string, byteOffset: number, ...magics: string[]): MagicRule[] {
  return magics.map((magic) => ({ name, byteOffset, magic }));
}

function atEach(name: string, byteOffsets: readonly number[], magic: string): MagicRule[] {
  return byteOffsets.map((byteOffset) => ({ name, byteOffset, magic }));
}

export const MAGIC_RULES: readonly MagicRule[] = [
  // Encryption: LUKS on-disk format 1.2.3 and LUKS2 1.1.1 (a second header is checked in signatures.ts), BitLocker
  // (its To Go variant hides behind a FAT32 boot sector and has only its GUID), Apple Core Storage.
  ...at('luks', 0, 'LUKS\xba\xbe'),
  ...at('bitlocker', 3, '-FVE-FS-'),
  ...at('bitlocker', 424, '\x3b\xd6\x67\x49\x29\x2e\xd8\x4a\x83\x99\xf6\xa3\x39\xe3\xd0\x01'),
  // Volume managers and device mapper: lvm2 lib/label/label.h (label in any of the first four sectors), dm-verity,
  // dm-integrity, dm-snapshot, VDO, Stratis (SDD 5.3: superblock copies in sectors 1 and 9), VMFS, bcache, bcachefs,
  // md 1.1 and 1.2.
  ...atEach('lvm2', [0x018, 0x218, 0x418, 0x618], 'LVM2 001'),
  ...at('lvm1', 0, 'HM\x01\x00', 'HM\x02\x00'),
  ...at('dm-verity', 0, 'verity\0\0'),
  ...at('dm-integrity', 0, 'integrt\0'),
  ...at('dm-snapshot', 0, 'SnAp'),
  ...at('vdo', 0, 'dmvdo001'),
  ...atEach('stratis', [516, 4612], '!Stra0tis\x86\xff\x02^\x41rh'),
  ...at('vmfs', 1 * MIB, '\x0d\xd0\x01\xc0'),
  ...at('vmfs', 2 * MIB, '\x5e\xf1\xab\x2f'),
  ...at('bcache', 4120, '\xc6\x85\x73\xf6\x4e\x1a\x45\xca\x82\x65\xf5\x7f\x48\xba\x6d\x81'),
  ...atEach('bcachefs', [4120, 2 * MIB + 24], '\xc6\x85\x73\xf6\x66\xce\x90\xa9\xd9\x6a\x60\xcf\x80\x3d\xf7\xef'),
  ...at('ceph-bluestore', 0, 'bluestore block device'),
  ...at('drbd-manage', 0, '$DRBDmgr=q'),
  ...at('drbd-proxy', 0, 'DRBDdlh*'),
  ...atEach('md', [0, 4096], '\xfc\x4e\x2b\xa9'),
  ...at('highpoint-raid', 4640, '\xf0\x16\x78\x5a', '\xfd\x16\x78\x5a'),
  ...at('oracleasm', 32, 'ORCLDISK'),
  // File systems of Linux: kernel fs/*/ headers.
  ...at('btrfs', 64 * KIB + 64, '_BHRfS_M'),
  ...at('xfs', 0, 'XFSB'),
  ...atEach('f2fs', [1024, 5120], '\x10\x20\xf5\xf2'),
  ...at('jfs', 32 * KIB, 'JFS1'),
  ...atEach('reiserfs', [8 * KIB + 52, 64 * KIB + 52, 8 * KIB + 20], 'ReIsErFs'),
  ...at('reiserfs', 64 * KIB + 52, 'ReIsEr2Fs', 'ReIsEr3Fs'),
  ...at('reiser4', 64 * KIB, 'ReIsEr4'),
  ...at('gfs', 64 * KIB, '\x01\x16\x19\x70'),
  ...atEach('ocfs2', [1 * KIB, 2 * KIB, 4 * KIB, 8 * KIB], 'OCFSV2'),
  ...at('ocfs', 8 * KIB, 'OracleCFS'),
  ...at('erofs', 1024, '\xe2\xe1\xf5\xe0'),
  ...at('squashfs', 0, 'hsqs', 'sqsh'),
  ...atEach('cramfs', [0, 512], '\x45\x3d\xcd\x28'),
  ...atEach('cramfs', [0, 512], '\x28\xcd\x3d\x45'),
  ...at('romfs', 0, '-rom1fs-'),
  ...at('ubi', 0, 'UBI#'),
  ...at('ubifs', 0, '\x31\x18\x10\x06'),
  ...at('zonefs', 0, 'SFOZ'),
  ...at('bfs', 0, '\xce\xfa\xad\x1b'),
  ...at('scoutfs', 64 * KIB + 4, '\x8b\x42\x3c\x10'),
  // File systems of others: Microsoft (exFAT 3.1, NTFS boot sector, ReFS), Apple (APFS reference, TN1150), ECMA-119
  // and ECMA-167 (both begin in byte 32768), HPFS, BeFS, VxFS, NSS.
  ...at('ntfs', 3, 'NTFS    '),
  ...at('exfat', 3, 'EXFAT   '),
  ...at('refs', 0, '\0\0\0ReFS\0'),
  ...at('apfs', 32, 'NXSB'),
  ...at('hfsplus', 1024, 'H+\0\x04', 'HX\0\x05'),
  ...at('iso9660', 32 * KIB + 1, 'CD001'),
  ...at('iso9660', 32 * KIB + 9, 'CDROM'),
  ...at('udf', 32 * KIB + 1, 'BEA01', 'BOOT2', 'CDW02', 'NSR02', 'NSR03'),
  ...at('hpfs', 8 * KIB, '\x49\xe8\x95\xf9'),
  ...atEach('befs', [32, 544], 'BFS1'),
  ...atEach('befs', [32, 544], '1SFB'),
  ...at('vxfs', 1 * KIB, '\xf5\xfc\x01\xa5'),
  ...at('vxfs', 8 * KIB, '\xa5\x01\xfc\xf5'),
  ...at('nss', 4 * KIB, 'SPB5'),
  // UFS (FreeBSD sys/ufs/ffs/fs.h): the magic is the last field of a superblock at one of four places.
  ...[0, 8, 64, 256].flatMap((kib) => at('ufs', kib * KIB + 1372, '\x54\x19\x01\x00', '\x00\x01\x19\x54')),
  ...[0, 8, 64, 256].flatMap((kib) => at('ufs', kib * KIB + 1372, '\x19\x01\x54\x19', '\x19\x54\x01\x19')),
];

/** Marks at the end of a device, by their distance from its end, counted in whole units of `unit` bytes. */
export interface TailRule {
  readonly name: string;
  readonly unit: number;
  readonly unitsFromEnd: number;
  /** Of the magic in the structure. */
  readonly byteOffset: number;
  readonly magic: string;
}

function tail(name: string, unit: number, unitsFromEnd: number, byteOffset: number, ...magics: string[]): TailRule[] {
  return magics.map((magic) => ({ name, unit, unitsFromEnd, byteOffset, magic }));
}

/** Linux md (Documentation/admin-guide/md.rst, drivers/md/md.c), DRBD, and the RAID formats of PC firmware. */
export const TAIL_RULES: readonly TailRule[] = [
  ...tail('md', 64 * KIB, 1, 0, '\xfc\x4e\x2b\xa9', '\xa9\x2b\x4e\xfc'),
  ...tail('md', 4096, 2, 0, '\xfc\x4e\x2b\xa9'),
  ...tail('drbd', 4096, 1, 60, '\x83\x74\x02\x6b', '\x83\x74\x02\x6c', '\x83\x74\x02\x6d'),
  ...tail('bcachefs', 1 * MIB, 1, 24, '\xc6\x85\x73\xf6\x66\xce\x90\xa9\xd9\x6a\x60\xcf\x80\x3d\xf7\xef'),
  ...tail('intel-raid', 512, 2, 0, 'Intel Raid ISM Cfg Sig. '),
  ...tail('ddf-raid', 512, 1, 0, '\xde\x11\xde\x11'),
  ...tail('ddf-raid', 512, 257, 0, '\xde\x11\xde\x11'),
  ...tail('nvidia-raid', 512, 2, 0, 'NVIDIA  '),
  ...tail('lsi-raid', 512, 1, 0, '$XIDE$'),
  ...tail('highpoint-raid', 512, 11, 0, '\xf3\x16\x78\x5a', '\xfd\x16\x78\x5a'),
  ...tail('adaptec-raid', 512, 1, 0, '\x37\xfc\x4d\x1e', '\x1e\x4d\xfc\x37'),
  ...[63, 255, 256, 16, 399, 591, 675, 735, 911, 974, 991, 951, 3087].flatMap((sectors) =>
    tail('promise-raid', 512, sectors, 0, 'Promise Technology, Inc.'),
  ),
];
