/**
 * The ext2/3/4 superblock: 1024 bytes at byte 1024 of the partition. Source of all offsets: struct ext4_super_block in
 * Linux fs/ext4/ext4.h; of the sanity rules: __ext4_fill_super() in fs/ext4/super.c and e2fsck/super.c.
 */
import { ByteView } from '../../bytes/byte-view.ts';
import { crc32cRaw } from '../../bytes/crc32c.ts';
import { toHex } from '../../bytes/hex.ts';
import { type BlockSource } from '../../device/block-source.ts';
import { CorruptDataError } from '../../errors.ts';
import { COMPAT, INCOMPAT, RO_COMPAT, type FeatureBits } from './features.ts';

export const SUPERBLOCK_OFFSET = 1024;
export const SUPERBLOCK_BYTES = 1024;

const MAGIC = 0xef53;
const CHECKSUM_AT = 0x3fc;
/** Enough for 16 TB of 1 KiB blocks; more would be a claim that costs memory before it can be refuted. */
const MAX_GROUPS = 1 << 21;

/** s_state: cleanly unmounted, errors detected. */
const STATE_VALID = 0x1;
const STATE_ERROR = 0x2;

export interface Superblock {
  readonly features: FeatureBits;
  readonly label: string;
  /** `8-4-4-4-12` hex. */
  readonly uuid: string;
  readonly uuidBytes: Uint8Array;
  /** Bytes. */
  readonly blockSize: number;
  readonly blockCount: number;
  /** 1 where a block has 1 KiB, else 0. */
  readonly firstDataBlock: number;
  readonly groupCount: number;
  readonly blocksPerGroup: number;
  /** Blocks that one bit of a block bitmap stands for: 1 without bigalloc. */
  readonly blocksPerCluster: number;
  readonly clustersPerGroup: number;
  readonly inodesPerGroup: number;
  readonly inodeCount: number;
  /** Bytes. */
  readonly inodeSize: number;
  /** Bytes. */
  readonly descriptorSize: number;
  readonly reservedDescriptorBlocks: number;
  readonly firstMetaGroup: number;
  /** The two groups with copies under sparse_super2; 0 for none. */
  readonly backupGroups: readonly [number, number];
  readonly checksumSeed: number;
  readonly isValidState: boolean;
  readonly hasErrors: boolean;
  /** Zero when there is no journal, or when it is on another device. */
  readonly journalInode: number;
  readonly projectQuotaInode: number;
  readonly orphanFileInode: number;
  /** Block number of the multiple mount protection block; zero for none. */
  readonly mmpBlock: number;
  readonly freeBlocks: number;
  readonly freeInodes: number;
  readonly mkfsTime: number;
  readonly mountTime: number;
  readonly writeTime: number;
  readonly lastCheckTime: number;
  readonly mountCount: number;
  readonly kilobytesWritten: bigint;
}

/** Reads the primary superblock. Throws CorruptDataError for one that cannot be, or that the source cannot hold. */
export async function readSuperblock(source: BlockSource): Promise<Superblock> {
  if (source.byteLength < SUPERBLOCK_OFFSET + SUPERBLOCK_BYTES) {
    throw new CorruptDataError('the ext superblock is cut short');
  }
  const superblock = decodeSuperblock(await source.read(SUPERBLOCK_OFFSET, SUPERBLOCK_BYTES));
  if (superblock.blockCount * superblock.blockSize > source.byteLength) {
    throw new CorruptDataError('the ext file system is larger than its partition');
  }
  return superblock;
}

/**
 * Decodes the 1024 bytes of a superblock and verifies its checksum. Throws CorruptDataError when its numbers contradict
 * each other. Says nothing about whether its features are supported.
 */
export function decodeSuperblock(bytes: Uint8Array): Superblock {
  const view = new ByteView(bytes, 'ext superblock');
  need(view.u16le(0x38) === MAGIC, 'its magic number is wrong');
  const revision = view.u32le(0x4c);
  need(revision <= 1, 'its revision is unknown');
  const features = { compat: view.u32le(0x5c), incompat: view.u32le(0x60), roCompat: view.u32le(0x64) };
  need(revision === 1 || (features.compat | features.incompat | features.roCompat) === 0, 'its revision is too old');
  if ((features.incompat & INCOMPAT.journalDevice) !== 0) {
    throw new CorruptDataError('it is the journal of another file system');
  }
  if ((features.roCompat & RO_COMPAT.metadataChecksum) !== 0) verifyChecksum(view);
  const uuidBytes = new Uint8Array(view.slice(0x68, 16));
  const has64 = (features.incompat & INCOMPAT.bits64) !== 0;
  return {
    features,
    label: decodeText(view.slice(0x78, 16)),
    uuid: formatUuid(uuidBytes),
    uuidBytes,
    ...decodeGeometry(view, features, has64),
    checksumSeed:
      (features.incompat & INCOMPAT.checksumSeed) !== 0 ? view.u32le(0x270) : crc32cRaw(0xffffffff, uuidBytes),
    isValidState: (view.u16le(0x3a) & STATE_VALID) !== 0,
    hasErrors: (view.u16le(0x3a) & STATE_ERROR) !== 0,
    journalInode: (features.compat & COMPAT.hasJournal) === 0 ? 0 : view.u32le(0xe0),
    projectQuotaInode: (features.roCompat & RO_COMPAT.quota) === 0 ? 0 : view.u32le(0x26c),
    orphanFileInode: (features.compat & COMPAT.orphanFile) === 0 ? 0 : view.u32le(0x280),
    mmpBlock: (features.incompat & INCOMPAT.mmp) === 0 ? 0 : view.safe64le(0x168),
    freeBlocks: view.u32le(0x0c) + (has64 ? view.u32le(0x158) * 2 ** 32 : 0),
    freeInodes: view.u32le(0x10),
    mkfsTime: view.u32le(0x108),
    mountTime: view.u32le(0x2c),
    writeTime: view.u32le(0x30),
    lastCheckTime: view.u32le(0x40),
    mountCount: view.u16le(0x34),
    kilobytesWritten: view.u64le(0x178),
  };
}

type Geometry = Pick<
  Superblock,
  | 'blockSize'
  | 'blockCount'
  | 'firstDataBlock'
  | 'groupCount'
  | 'blocksPerGroup'
  | 'blocksPerCluster'
  | 'clustersPerGroup'
  | 'inodesPerGroup'
  | 'inodeCount'
  | 'inodeSize'
  | 'descriptorSize'
  | 'reservedDescriptorBlocks'
  | 'firstMetaGroup'
  | 'backupGroups'
>;

function decodeGeometry(view: ByteView, features: FeatureBits, has64: boolean): Geometry {
  const isBigalloc = (features.roCompat & RO_COMPAT.bigalloc) !== 0;
  const logBlock = view.u32le(0x18);
  const logCluster = view.u32le(0x1c);
  need(logBlock <= 6, 'its block size is impossible');
  need(
    isBigalloc ? logCluster >= logBlock && logCluster <= 20 : logCluster === logBlock,
    'its cluster size is impossible',
  );
  const blockSize = 1024 << logBlock;
  const blocksPerCluster = 1 << (logCluster - logBlock);
  const blockCount = view.u32le(0x04) + (has64 ? view.u32le(0x150) * 2 ** 32 : 0);
  need(Number.isSafeInteger(blockCount * blockSize), 'its block count is impossible');
  const firstDataBlock = view.u32le(0x14);
  need(firstDataBlock === (blockSize === 1024 && !isBigalloc ? 1 : 0), 'its first block is impossible');

  const blocksPerGroup = view.u32le(0x20);
  const clustersPerGroup = isBigalloc ? view.u32le(0x24) : blocksPerGroup;
  need(clustersPerGroup >= 8 && clustersPerGroup % 8 === 0, 'its groups are impossibly small');
  need(clustersPerGroup <= 8 * blockSize, 'its groups are larger than a bitmap');
  need(blocksPerGroup === clustersPerGroup * blocksPerCluster, 'its blocks and clusters do not agree');
  need(blockCount > firstDataBlock, 'its block count is impossible');
  const groupCount = Math.ceil((blockCount - firstDataBlock) / blocksPerGroup);
  need(groupCount <= MAX_GROUPS, 'it has too many block groups');

  // The first revision had no such field, and 128 bytes.
  const inodeSize = view.u32le(0x4c) === 0 ? 128 : view.u16le(0x58);
  need(
    inodeSize >= 128 && inodeSize <= blockSize && (inodeSize & (inodeSize - 1)) === 0,
    'its inode size is impossible',
  );
  const inodesPerGroup = view.u32le(0x28);
  need(
    inodesPerGroup > 0 && inodesPerGroup <= 8 * blockSize && inodesPerGroup % 8 === 0,
    'its inode count is impossible',
  );
  need(view.u32le(0x00) === inodesPerGroup * groupCount, 'its inode count does not agree with its groups');

  const descriptorSize = has64 ? view.u16le(0xfe) : 32;
  const isPower = (descriptorSize & (descriptorSize - 1)) === 0;
  need(!has64 || (descriptorSize >= 64 && descriptorSize <= 1024 && isPower), 'its descriptor size is impossible');
  const reservedDescriptorBlocks = view.u16le(0xce);
  need(reservedDescriptorBlocks <= blockSize / 4, 'it reserves too many descriptor blocks');
  return {
    blockSize,
    blockCount,
    firstDataBlock,
    groupCount,
    blocksPerGroup,
    blocksPerCluster,
    clustersPerGroup,
    inodesPerGroup,
    inodeCount: inodesPerGroup * groupCount,
    inodeSize,
    descriptorSize,
    reservedDescriptorBlocks,
    firstMetaGroup: (features.incompat & INCOMPAT.metaBg) === 0 ? Number.MAX_SAFE_INTEGER : view.u32le(0x104),
    backupGroups: [view.u32le(0x24c), view.u32le(0x250)],
  };
}

/** crc32c from ~0 over all bytes before the checksum (ext4_superblock_csum). */
function verifyChecksum(view: ByteView): void {
  need(view.u8(0x175) === 1, 'its checksum type is unknown');
  need(crc32cRaw(0xffffffff, view.slice(0, CHECKSUM_AT)) === view.u32le(CHECKSUM_AT), 'its checksum is wrong');
}

/** Puts the checksum into the 1024 bytes of a superblock whose features ask for one. */
export function sealSuperblock(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, SUPERBLOCK_BYTES);
  if ((view.getUint32(0x64, true) & RO_COMPAT.metadataChecksum) === 0) return;
  view.setUint32(CHECKSUM_AT, crc32cRaw(0xffffffff, bytes.subarray(0, CHECKSUM_AT)), true);
}

function need(condition: boolean, otherwise: string): void {
  if (!condition) throw new CorruptDataError(`the ext superblock is damaged: ${otherwise}`);
}

function decodeText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** Empty when it is all zero. */
function formatUuid(bytes: Uint8Array): string {
  const hex = toHex(bytes);
  if (/^0*$/u.test(hex)) return '';
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
