/**
 * Feature bits of the ext superblock. Names as in e2fsprogs' `debugfs features`; values from Linux fs/ext4/ext4.h
 * (EXT4_FEATURE_COMPAT_*, _RO_COMPAT_*, _INCOMPAT_*).
 */
export const COMPAT = {
  dirPrealloc: 0x1,
  hasJournal: 0x4,
  extAttr: 0x8,
  resizeInode: 0x10,
  dirIndex: 0x20,
  sparseSuper2: 0x200,
  fastCommit: 0x400,
  stableInodes: 0x800,
  orphanFile: 0x1000,
} as const;

export const RO_COMPAT = {
  sparseSuper: 0x1,
  largeFile: 0x2,
  btreeDir: 0x4,
  hugeFile: 0x8,
  gdtChecksum: 0x10,
  dirNlink: 0x20,
  extraIsize: 0x40,
  quota: 0x100,
  bigalloc: 0x200,
  metadataChecksum: 0x400,
  readOnly: 0x1000,
  project: 0x2000,
  sharedBlocks: 0x4000,
  verity: 0x8000,
  orphanPresent: 0x10000,
} as const;

export const INCOMPAT = {
  filetype: 0x2,
  recover: 0x4,
  journalDevice: 0x8,
  metaBg: 0x10,
  extents: 0x40,
  bits64: 0x80,
  mmp: 0x100,
  flexBg: 0x200,
  eaInode: 0x400,
  checksumSeed: 0x2000,
  largeDir: 0x4000,
  inlineData: 0x8000,
  encrypt: 0x10000,
  casefold: 0x20000,
} as const;

/** What ext2 and ext3 may have; anything more makes it ext4 (util-linux libblkid/src/superblocks/ext.c). */
const EXT3_RO_COMPAT = RO_COMPAT.sparseSuper | RO_COMPAT.largeFile | RO_COMPAT.btreeDir;
const EXT3_INCOMPAT = INCOMPAT.filetype | INCOMPAT.recover | INCOMPAT.metaBg | INCOMPAT.journalDevice;

const allOf = (bits: Readonly<Record<string, number>>): number =>
  Object.values(bits).reduce((all, bit) => (all | bit) >>> 0, 0);
const KNOWN_COMPAT = allOf(COMPAT);
const KNOWN_RO_COMPAT = allOf(RO_COMPAT);
const KNOWN_INCOMPAT = allOf(INCOMPAT);

export interface FeatureBits {
  readonly compat: number;
  readonly roCompat: number;
  readonly incompat: number;
}

/** The name of the first feature whose meaning this reader does not know, as `FEATURE_I18` (kind, bit number). */
export function findUnknownFeature(features: FeatureBits): string | undefined {
  const kinds = [
    ['I', features.incompat, KNOWN_INCOMPAT],
    ['R', features.roCompat, KNOWN_RO_COMPAT],
    ['C', features.compat, KNOWN_COMPAT],
  ] as const;
  for (const [letter, bits, known] of kinds) {
    const unknown = (bits & ~known) >>> 0;
    if (unknown !== 0) return `FEATURE_${letter}${31 - Math.clz32(unknown & -unknown)}`;
  }
  return undefined;
}

/** Which of the three names `blkid` gives to a file system with these features. */
export function extVersion(features: FeatureBits): 'ext2' | 'ext3' | 'ext4' {
  if ((features.incompat & ~EXT3_INCOMPAT) !== 0 || (features.roCompat & ~EXT3_RO_COMPAT) !== 0) return 'ext4';
  return (features.compat & COMPAT.hasJournal) !== 0 ? 'ext3' : 'ext2';
}
