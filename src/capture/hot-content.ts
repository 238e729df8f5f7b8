/**
 * Files whose owner writes in place, often with fdatasync: after a power cut such a change may be on the card while the
 * inode record still tells of the one before. And files that are written to below the file system, by the kernel or a
 * boot loader. They are read each time. Told by their first bytes.
 */
import { ByteView } from '../bytes/byte-view.ts';
import { hasSwapMark, holdsSuspendedSystem } from '../filesystems/swap.ts';

type Test = (bytes: Uint8Array, view: ByteView) => boolean;

const startsWith =
  (magic: string, at = 0): Test =>
  (bytes) =>
    Buffer.from(magic, 'latin1').every((byte, i) => bytes[at + i] === byte);

/** Sources: the file formats' own descriptions, and magic(5) of file 5.45. */
const TESTS: readonly Test[] = [
  startsWith('SQLite format 3\0'),
  // SQLite's write-ahead log, either byte order, and its rollback journal.
  (_, view) => [0x377f0682, 0x377f0683].includes(view.u32be(0)),
  startsWith('\xd9\xd5\x05\xf9\x20\xa1\x63\xd7'),
  // systemd's journal.
  startsWith('LPKSHHRH'),
  // Quota files of all versions: the kernel writes to them below the inode.
  (_, view) => [0xd9c01f11, 0xd9c01927, 0xd9c02714].includes(view.u32le(0)),
  // GRUB keeps what it was told to boot next in a file, whose blocks it writes to itself (GRUB util/grub-editenv.c).
  startsWith('# GRUB Environment Block\n'),
  // The bitmap of an md array (Linux drivers/md/md-bitmap.h).
  startsWith('bitm'),
  // LMDB (its page header has 16 bytes) and BoltDB.
  (_, view) => [0xbeefc0de, 0xed0cdaed].includes(view.u32le(16)),
  // Berkeley DB: B-tree, hash, queue; either byte order.
  (_, view) =>
    [0x00053162, 0x00061561, 0x00042253].some((magic) => view.u32le(12) === magic || view.u32be(12) === magic),
  // TDB (Samba), GDBM, MyISAM and Aria tables.
  startsWith('TDB file\n'),
  (_, view) => [0x13579ace, 0x13579acd, 0x13579acf].includes(view.u32le(0)),
  (bytes) => bytes[0] === 0xfe && bytes[1] === 0xfe && [0x07, 0x08, 0x09].includes(bytes[2]!),
  // InnoDB: page 0 of a table space is of type FSP_HDR (8), and both places of the space ID agree.
  (_, view) => view.u16be(24) === 8 && view.u32be(4) === 0 && view.u32be(34) === view.u32be(38),
  // Disk images: qcow, VMDK, VDI, VHDX, a table or a file system inside.
  startsWith('QFI\xfb'),
  startsWith('KDMV'),
  startsWith('\x7f\x10\xda\xbe', 64),
  startsWith('vhdxfile'),
  hasPartitionTable,
  (_, view) => view.u16le(1080) === 0xef53,
  startsWith('LUKS\xba\xbe'),
];

/** An MBR with at least one partition; boot code and kernels bear its signature alone. */
function hasPartitionTable(bytes: Uint8Array): boolean {
  const entries = [0x1be, 0x1ce, 0x1de, 0x1ee];
  const isTable = bytes[510] === 0x55 && bytes[511] === 0xaa && entries.every((at) => (bytes[at]! & 0x7f) === 0);
  return isTable && entries.some((at) => bytes[at + 4] !== 0);
}

/** All tests but those for swap files look within these bytes. */
const HEAD_BYTES = 2048;

/** `bytes`: the beginning of a file. */
export function looksWrittenInPlace(bytes: Uint8Array): boolean {
  const head = new Uint8Array(HEAD_BYTES);
  head.set(bytes.subarray(0, HEAD_BYTES));
  const view = new ByteView(head, 'file');
  if (TESTS.some((test) => test(head, view))) return true;
  // Swap files that are not known as such: others may read them, or they belong to somebody.
  return hasSwapMark(bytes) || holdsSuspendedSystem(bytes);
}
