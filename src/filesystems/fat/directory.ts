/**
 * Directory entries: 32 bytes each; a first byte of 0 says that this one and all behind it are unused. Linux and
 * fsck.vfat take it for "this one" and read on, so this does too. Source: fatgen103 pages 22 to 26.
 *
 *   0 11 name   11 1 attributes   20 2 first cluster (high, FAT32 only)   26 2 first cluster (low)   28 4 size
 */
import { type FatType } from './boot-sector.ts';

/** One short entry. Long names stand in entries of their own, which are passed over. */
export interface FatEntry {
  readonly kind: 'file' | 'directory' | 'label';
  /** The 11 bytes of the short name, a view. */
  readonly name: Uint8Array;
  /** 0: no cluster. May name one that does not exist. */
  readonly firstCluster: number;
  readonly byteLength: number;
}

export const DIRECTORY_ENTRY_BYTES = 32;

const ATTRIBUTE_VOLUME_ID = 0x08;
const ATTRIBUTE_DIRECTORY = 0x10;
const ATTRIBUTES_LONG_NAME = 0x0f;

/** The entries of one piece of a directory, without `.`, `..`, unused ones and long names. */
export function decodeFatDirectory(bytes: Uint8Array, type: FatType): FatEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: FatEntry[] = [];
  for (let at = 0; at + DIRECTORY_ENTRY_BYTES <= bytes.byteLength; at += DIRECTORY_ENTRY_BYTES) {
    const first = bytes[at]!;
    const attributes = bytes[at + 11]!;
    if (first === 0 || first === 0xe5 || (attributes & 0x3f) === ATTRIBUTES_LONG_NAME) continue;
    if (first === 0x2e && attributes & ATTRIBUTE_DIRECTORY && isDotName(bytes, at)) continue;
    // On FAT12/16 the upper half belongs to others (OS/2 kept extended attributes there).
    const high = type === 'fat32' ? view.getUint16(at + 20, true) : 0;
    entries.push({
      kind: entryKind(attributes),
      name: bytes.subarray(at, at + 11),
      firstCluster: high * 65536 + view.getUint16(at + 26, true),
      byteLength: view.getUint32(at + 28, true),
    });
  }
  return entries;
}

function entryKind(attributes: number): FatEntry['kind'] {
  if (attributes & ATTRIBUTE_DIRECTORY) return 'directory';
  return attributes & ATTRIBUTE_VOLUME_ID ? 'label' : 'file';
}

/** `.` or `..`, padded with spaces. */
function isDotName(bytes: Uint8Array, at: number): boolean {
  for (let i = 2; i < 11; i++) if (bytes[at + i] !== 0x20) return false;
  return bytes[at + 1] === 0x20 || bytes[at + 1] === 0x2e;
}
