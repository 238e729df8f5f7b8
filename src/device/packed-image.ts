/**
 * Files that hold a disk image in another form: compressed, in an archive, or as the disk of a virtual machine. Stored
 * as they are they would make a version that no card can be made from. Some are unpacked by packed/, the others refused.
 */
import { platform as thisPlatform } from 'node:os';
import path from 'node:path';
import { CardkeepError } from '../errors.ts';
import type { BlockSource } from './block-source.ts';
import type { Compression } from './packed/decoders.ts';
import { shellWord } from './shell-word.ts';

/** What packed/ can unpack. */
export type ReadablePacking = Compression | 'zip';

export interface PackedFormat {
  /** Completes "it is ...". */
  readonly what: string;
  /** Undefined: it is refused. */
  readonly reads?: ReadablePacking;
  /** In Latin-1. */
  readonly magic: string;
  /** Of the magic; 0 if not given. */
  readonly byteOffset?: number;
  /** The command that gives the image back; `from` and `to` are fit for a shell. */
  readonly unpack: (from: string, to: string, platform: NodeJS.Platform) => string;
}

const convert = (from: string, to: string): string => `qemu-img convert -O raw ${from} ${to}`;

const FORMATS: readonly PackedFormat[] = [
  // RFC 1952, 2.3.1: ID1, ID2, and the only method there is.
  { what: 'compressed with gzip', reads: 'gzip', magic: '\x1f\x8b\x08', unpack: filter('gzip', '.gz') },
  // The .xz File Format 1.2.1, 2.1.1.1
  { what: 'compressed with xz', reads: 'xz', magic: '\xfd7zXZ\0', unpack: filter('xz', '.xz') },
  // RFC 8878, 3.1.1
  { what: 'compressed with Zstandard', reads: 'zstd', magic: '\x28\xb5\x2f\xfd', unpack: filter('zstd', '.zst') },
  // RFC 8878, 3.1.2: pzstd begins with a skippable frame
  { what: 'compressed with Zstandard', reads: 'zstd', magic: 'P*M\x18', unpack: filter('zstd', '.zst') },
  // LZ4 Frame Format 1.6.4
  { what: 'compressed with LZ4', magic: '\x04\x22\x4d\x18', unpack: (from, to) => `lz4 -d ${from} ${to}` },
  // BZh, the block size, and pi in BCD at the first block
  ...Array.from({ length: 9 }, (_, i) => ({
    what: 'compressed with bzip2',
    magic: `BZh${i + 1}1AY&SY`,
    unpack: filter('bzip2', '.bz2'),
  })),
  // APPNOTE.TXT 6.3.10, 4.3.7
  { what: 'a ZIP archive', reads: 'zip', magic: 'PK\x03\x04', unpack: (from) => `unzip ${from}` },
  // 7zFormat.txt
  { what: 'a 7z archive', magic: "7z\xbc\xaf'\x1c", unpack: (from) => `7z x ${from}` },
  // QEMU docs/interop/qcow2.rst; version 1 has the same magic
  { what: 'a qcow2 image', magic: 'QFI\xfb', unpack: convert },
  // VMware Virtual Disk Format 5.0: sparse extents, and the descriptor that names extents
  { what: 'a VMDK image', magic: 'KDMV', unpack: convert },
  { what: 'the descriptor of a VMDK image', magic: '# Disk DescriptorFile', unpack: convert },
  // MS-VHDX, 2.2.1
  { what: 'a VHDX image', magic: 'vhdxfile', unpack: convert },
  // Virtual Hard Disk Image Format 1.0: dynamic disks begin with a copy of the footer
  {
    what: 'a dynamic VHD image',
    magic: 'conectix',
    unpack: (from, to) => `qemu-img convert -f vpc -O raw ${from} ${to}`,
  },
  // VirtualBox VDICore.h: behind 64 bytes of text that each program words in its own way
  { what: 'a VDI image', magic: '\x7f\x10\xda\xbe', byteOffset: 64, unpack: convert },
  // Android libsparse, sparse_format.h
  { what: 'an Android sparse image', magic: '\x3a\xff\x26\xed', unpack: (from, to) => `simg2img ${from} ${to}` },
];

const DMG: PackedFormat = {
  what: 'a disk image of macOS (UDIF)',
  magic: '',
  // hdiutil itself adds .cdr to the name.
  unpack: (from, to, platform) => {
    const onMac = `hdiutil convert ${from} -format UDTO -o ${to}`;
    return platform === 'darwin' ? onMac : `dmg2img ${from} ${to} (on a Mac: ${onMac})`;
  },
};

/** Enough of the start to know a format by. */
export const PACKED_HEAD_BYTES: number = Math.max(
  ...FORMATS.map(({ magic, byteOffset = 0 }) => byteOffset + magic.length),
);
/** At the end; magic, version 4 and its own length, big-endian. */
const DMG_TRAILER_BYTES = 512;
const DMG_TRAILER = 'koly\0\0\0\x04\0\0\x02\0';

/**
 * Throws E_COMPRESSED_IMAGE (refused) with the command that unpacks it. `word` is the file as the user named it. For
 * regular files only: what stands on a device is what the device holds.
 */
export async function refusePackedImage(
  file: BlockSource,
  word: string,
  platform: NodeJS.Platform = thisPlatform(),
): Promise<void> {
  const format = await findPackedFormat(file);
  if (format === undefined) return;
  throw new CardkeepError('refused', 'E_COMPRESSED_IMAGE', `${word} is ${format.what}, not the bytes of a disk`, {
    hint: `unpack it first: ${unpackCommand(format, word, platform)}`,
  });
}

/** The command that gives the image back, ready to be pasted. */
export function unpackCommand(format: PackedFormat, word: string, platform: NodeJS.Platform = thisPlatform()): string {
  const from = shellWord(word.startsWith('-') ? `./${word}` : word);
  return format.unpack(from, shellWord(imageName(word)), platform);
}

/** By its first bytes, whatever its name says; undefined for what may be the bytes of a disk. */
export async function findPackedFormat(file: BlockSource): Promise<PackedFormat | undefined> {
  const format = formatOfHead(await file.read(0, Math.min(PACKED_HEAD_BYTES, file.byteLength)));
  if (format !== undefined || file.byteLength < DMG_TRAILER_BYTES) return format;
  const tail = latin1(await file.read(file.byteLength - DMG_TRAILER_BYTES, DMG_TRAILER.length));
  return tail === DMG_TRAILER ? DMG : undefined;
}

/** The same of a stream, by its first `PACKED_HEAD_BYTES`. */
export function formatOfHead(bytes: Uint8Array): PackedFormat | undefined {
  const head = latin1(bytes);
  return FORMATS.find(({ magic, byteOffset }) => head.startsWith(magic, byteOffset));
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** Unpacks beside the file and keeps it; one without the suffix that the program takes away is given a name. */
function filter(program: string, suffix: string): PackedFormat['unpack'] {
  return (from, to) =>
    from.endsWith(suffix) || from.endsWith(`${suffix}'`) ? `${program} -dk ${from}` : `${program} -dc ${from} > ${to}`;
}

/** `octopi.qcow2` and `octopi.img.lz4` give `octopi.img`. */
function imageName(word: string): string {
  const { dir, name: stem, ext } = path.parse(word.startsWith('-') ? `./${word}` : word);
  if (stem.endsWith('.img')) return path.join(dir, stem);
  return path.join(dir, ext === '.img' || ext === '' ? `${stem}-raw.img` : `${stem}.img`);
}
