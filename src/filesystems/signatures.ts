/**
 * Which known formats leave a mark in a partition. More than one means that we cannot know which of them is in use: a
 * stale superblock looks like a live one. So a mark is believed on thin evidence here; the readers check theirs well.
 */
import { ByteView } from '../bytes/byte-view.ts';
import { sliceSource, type BlockSource } from '../device/block-source.ts';
import { hasFatParameters } from './fat/boot-sector.ts';
import { readProbeWindow, type ProbeWindow } from './probe-window.ts';
import { MAGIC_RULES, TAIL_RULES } from './signature-rules.ts';
import { holdsSuspendedSystem, SWAP_PAGE_BYTES } from './swap.ts';

export interface Signature {
  /** `ext4`, `vfat`, `swap`, `md`, `lvm2`, `luks`, `btrfs`, `ntfs`, ... */
  readonly name: string;
  /** Of the mark, in bytes from the start of the source. */
  readonly byteOffset: number;
}

/** LUKS2 on-disk format 1.1.1 section 2.1: places of the second header, which names its own offset in byte 256. */
const LUKS2_SECOND_HEADERS: readonly number[] = Array.from({ length: 9 }, (_, i) => 0x4000 * 2 ** i);

/** OpenZFS lib/libzfs, vdev_label.c: labels of 256 KiB, two at each end; the description starts at 16 KiB of each. */
const ZFS_LABEL_BYTES = 256 * 1024;
const ZFS_DESCRIPTION_AT = 16 * 1024;

/** The name of a place where a mark could be, but the medium does not give it. */
export const UNREADABLE = 'unreadable sectors';

/** All marks of known formats, by place. A place that the medium does not give counts as `UNREADABLE`. */
export async function probeSignatures(source: BlockSource): Promise<Signature[]> {
  const window = await readProbeWindow(source, [...headPlaces(), ...tailPlaces(source.byteLength)]);
  const found = [...headSignatures(window), ...tailSignatures(window, source.byteLength)];
  for (const byteOffset of window.unreadable) found.push({ name: UNREADABLE, byteOffset });
  return found.sort((a, b) => a.byteOffset - b.byteOffset);
}

/**
 * Whether something known starts at a byte of the source, judged by the marks at its beginning: its end is not known.
 * Backup copies of an ext superblock and places that cannot be read do not count.
 */
export async function isFileSystemAt(source: BlockSource, byteOffset: number): Promise<boolean> {
  if (!(byteOffset >= 0 && byteOffset < source.byteLength)) return false;
  const rest = sliceSource(source, byteOffset, source.byteLength - byteOffset);
  const found = headSignatures(await readProbeWindow(rest, headPlaces()));
  return found.some((signature) => signature.name !== EXT_BACKUP);
}

const EXT_BACKUP = 'ext backup superblock';

function headPlaces(): [byteOffset: number, byteLength: number][] {
  return [
    [0, 2048],
    ...SWAP_PAGE_BYTES.map((pageBytes): [number, number] => [pageBytes - 10, 10]),
    ...MAGIC_RULES.map((rule): [number, number] => [rule.byteOffset, rule.magic.length]),
    ...LUKS2_SECOND_HEADERS.map((offset): [number, number] => [offset, 264]),
    ...[0, 1].map((label): [number, number] => [label * ZFS_LABEL_BYTES + ZFS_DESCRIPTION_AT, 12]),
  ];
}

function headSignatures(window: ProbeWindow): Signature[] {
  const found: Signature[] = [];
  for (const { name, byteOffset, magic } of MAGIC_RULES) {
    if (holds(window, byteOffset, magic)) found.push({ name, byteOffset });
  }
  for (const offset of LUKS2_SECOND_HEADERS) {
    if (!holds(window, offset, 'SKUL\xba\xbe')) continue;
    const view = new ByteView(window.at(offset, 264), 'LUKS2 header');
    if (view.u32be(256) === 0 && view.u32be(260) === offset) found.push({ name: 'luks', byteOffset: offset });
  }
  for (const label of [0, 1]) addZfs(window, label * ZFS_LABEL_BYTES, found);
  addSwap(window, found);
  addByFields(window.at(0, 2048), window.at(0, 512), found);
  return found;
}

function tailPlaces(deviceBytes: number): [byteOffset: number, byteLength: number][] {
  return [
    ...TAIL_RULES.map((rule): [number, number] => [tailOffset(rule, deviceBytes), rule.magic.length]),
    ...zfsTailLabels(deviceBytes).map((label): [number, number] => [label + ZFS_DESCRIPTION_AT, 12]),
  ];
}

function tailSignatures(window: ProbeWindow, deviceBytes: number): Signature[] {
  const found: Signature[] = [];
  for (const rule of TAIL_RULES) {
    const byteOffset = tailOffset(rule, deviceBytes);
    if (holds(window, byteOffset, rule.magic)) found.push({ name: rule.name, byteOffset });
  }
  for (const label of zfsTailLabels(deviceBytes)) addZfs(window, label, found);
  return found;
}

function tailOffset(rule: (typeof TAIL_RULES)[number], deviceBytes: number): number {
  return (Math.floor(deviceBytes / rule.unit) - rule.unitsFromEnd) * rule.unit + rule.byteOffset;
}

function zfsTailLabels(deviceBytes: number): number[] {
  const units = Math.floor(deviceBytes / ZFS_LABEL_BYTES);
  return units < 4 ? [] : [(units - 2) * ZFS_LABEL_BYTES, (units - 1) * ZFS_LABEL_BYTES];
}

/** A label starts with an XDR name-value list: encoding 1, either byte order, version 0, unique names. */
function addZfs(window: ProbeWindow, label: number, found: Signature[]): void {
  const bytes = window.at(label + ZFS_DESCRIPTION_AT, 12);
  if (bytes.byteLength < 12 || bytes[0] !== 1 || bytes[1]! > 1) return;
  if (bytes.subarray(2).every((byte, i) => byte === (i === 9 ? 1 : 0))) found.push({ name: 'zfs', byteOffset: label });
}

/** Swap headers of both versions and suspended systems, for every size of a page. */
function addSwap(window: ProbeWindow, found: Signature[]): void {
  for (const pageBytes of SWAP_PAGE_BYTES) {
    const byteOffset = pageBytes - 10;
    const isSwap = holds(window, byteOffset, 'SWAPSPACE2') || holds(window, byteOffset, 'SWAP-SPACE');
    if (isSwap || holdsSuspendedSystem(window.at(0, pageBytes))) found.push({ name: 'swap', byteOffset });
  }
}

/** Formats whose magic is too short to be believed without other fields, and FAT, which has none. */
function addByFields(head: Uint8Array, sector: Uint8Array, found: Signature[]): void {
  if (sector.byteLength === 512 && hasFatParameters(sector)) found.push({ name: 'vfat', byteOffset: 0 });
  if (head.byteLength < 2048) return;
  const view = new ByteView(head.subarray(1024), 'superblock');
  if (view.u16le(56) === 0xef53) found.push({ name: extName(view), byteOffset: 1024 });
  // NILFS2 (include/uapi/linux/nilfs2_ondisk.h): revision 2, magic at 6, size of the superblock at 8.
  if (view.u32le(0) === 2 && view.u16le(6) === 0x3434 && view.u16le(8) <= 1024) {
    found.push({ name: 'nilfs2', byteOffset: 1024 });
  }
  // Minix 1 and 2 have a state of 1 to 3 behind the magic, version 3 the size of a block (include/uapi/linux/minix_fs.h).
  const minix = [0x137f, 0x138f, 0x2468, 0x2478].includes(view.u16le(16)) && view.u16le(18) >= 1 && view.u16le(18) <= 3;
  const minix3 = view.u16le(24) === 0x4d5a && [1024, 2048, 4096].includes(view.u16le(28));
  if (minix || minix3) found.push({ name: 'minix', byteOffset: 1024 });
  // HFS (Inside Macintosh: Files, 2-60): allocation blocks are multiples of 512 bytes.
  if (view.u16be(0) === 0x4244 && view.u32be(20) > 0 && view.u32be(20) % 512 === 0) {
    found.push({ name: 'hfs', byteOffset: 1024 });
  }
}

/** By features, as libblkid does it. A copy elsewhere in the file system names its group in s_block_group_nr. */
function extName(view: ByteView): string {
  const compatible = view.u32le(92);
  const incompatible = view.u32le(96);
  const readOnlyCompatible = view.u32le(100);
  if (incompatible & 0x08) return 'ext journal device';
  if (view.u16le(90) !== 0) return EXT_BACKUP;
  const needsExt4 = (readOnlyCompatible & ~0x07) !== 0 || (incompatible & ~0x16) !== 0;
  if (needsExt4) return 'ext4';
  return compatible & 0x04 ? 'ext3' : 'ext2';
}

function holds(window: ProbeWindow, byteOffset: number, magic: string): boolean {
  const bytes = window.at(byteOffset, magic.length);
  if (bytes.byteLength < magic.length) return false;
  for (let i = 0; i < magic.length; i++) if (bytes[i] !== magic.charCodeAt(i)) return false;
  return true;
}
