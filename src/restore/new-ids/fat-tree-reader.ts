/** Folders and files of a FAT volume, with long names. Source: fatgen103 pages 22 to 32. */
import { type BlockSource } from '../../device/block-source.ts';
import { type FatGeometry } from '../../filesystems/fat/boot-sector.ts';
import { decodeFatDirectory, DIRECTORY_ENTRY_BYTES } from '../../filesystems/fat/directory.ts';
import { nextCluster, type FatEntries } from '../../filesystems/fat/fat-table.ts';
import { type FilePiece, type FileTree, type OpenFile } from './file-tree.ts';

/** A folder or file, or the root. */
export interface FatNode {
  readonly kind: 'folder' | 'file';
  /** 0 for the fixed root, and for an empty file. */
  readonly firstCluster: number;
  readonly byteLength: number;
}

const MAX_FOLDER_BYTES = 2 * 1024 * 1024;
const ATTRIBUTES_LONG_NAME = 0x0f;
const LAST_LONG_ENTRY = 0x40;
/** Places of the 13 UTF-16 units in an entry of a long name. */
const LONG_NAME_UNITS: readonly number[] = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];

export function fatFileTree(partition: BlockSource, geometry: FatGeometry, entries: FatEntries): FileTree<FatNode> {
  const read = async (pieces: readonly FilePiece[], byteLength: number): Promise<Uint8Array> => {
    const content = new Uint8Array(byteLength);
    for (const piece of pieces) {
      content.set(await partition.read(piece.byteOffset, piece.byteLength), piece.fileOffset);
    }
    return content;
  };
  return {
    root: { kind: 'folder', firstCluster: geometry.rootCluster, byteLength: 0 },
    isCaseless: true,
    async list(folder) {
      if (folder.kind !== 'folder') return undefined;
      const pieces = folder.firstCluster === 0 ? [fixedRoot(geometry)] : chain(geometry, entries, folder.firstCluster);
      const last = pieces.at(-1);
      if (last === undefined) return undefined;
      return decodeNames(await read(pieces, last.fileOffset + last.byteLength), geometry);
    },
    async open(file, maxBytes): Promise<OpenFile | string | undefined> {
      if (file.kind !== 'file') return undefined;
      if (file.byteLength > maxBytes) return 'it is too large';
      const pieces = chain(geometry, entries, file.firstCluster, file.byteLength);
      const last = pieces.at(-1);
      if ((last === undefined ? 0 : last.fileOffset + last.byteLength) < file.byteLength)
        return 'its chain is too short';
      return { content: await read(pieces, file.byteLength), pieces };
    },
  };
}

function fixedRoot({ rootOffset, rootBytes }: FatGeometry): FilePiece {
  return { fileOffset: 0, byteOffset: rootOffset, byteLength: rootBytes };
}

/** At most `byteLength` bytes: a chain that runs in a circle ends there. */
function chain(
  geometry: FatGeometry,
  entries: FatEntries,
  firstCluster: number,
  byteLength: number = MAX_FOLDER_BYTES,
): FilePiece[] {
  const { clusterBytes, clusterCount, dataOffset } = geometry;
  const pieces: FilePiece[] = [];
  let fileOffset = 0;
  let cluster = firstCluster >= 2 && firstCluster <= clusterCount + 1 ? firstCluster : 0;
  while (cluster !== 0 && fileOffset < byteLength) {
    const length = Math.min(clusterBytes, byteLength - fileOffset);
    pieces.push({ fileOffset, byteOffset: dataOffset + (cluster - 2) * clusterBytes, byteLength: length });
    fileOffset += length;
    cluster = nextCluster(entries, geometry, cluster);
  }
  return pieces;
}

/** By the long name where there is one. */
function decodeNames(bytes: Uint8Array, geometry: FatGeometry): Map<string, FatNode> {
  const names = new Map<string, FatNode>();
  let long = '';
  for (let at = 0; at + DIRECTORY_ENTRY_BYTES <= bytes.byteLength; at += DIRECTORY_ENTRY_BYTES) {
    const raw = bytes.subarray(at, at + DIRECTORY_ENTRY_BYTES);
    if (raw[0] === 0) break;
    if (raw[0] !== 0xe5 && (raw[11]! & 0x3f) === ATTRIBUTES_LONG_NAME) {
      // The last part of a name comes first.
      long = decodeLongPart(raw) + (raw[0]! & LAST_LONG_ENTRY ? '' : long);
      continue;
    }
    const [entry] = decodeFatDirectory(raw, geometry.type);
    if (entry !== undefined && entry.kind !== 'label') {
      const kind = entry.kind === 'directory' ? 'folder' : 'file';
      const { firstCluster, byteLength } = entry;
      const name = long === '' ? shortName(entry.name) : long;
      if (!names.has(name)) names.set(name, { kind, firstCluster, byteLength });
    }
    long = '';
  }
  return names;
}

function decodeLongPart(raw: Uint8Array): string {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  let part = '';
  for (const at of LONG_NAME_UNITS) {
    const unit = view.getUint16(at, true);
    if (unit === 0 || unit === 0xffff) break;
    part += String.fromCharCode(unit);
  }
  return part;
}

function shortName(name: Uint8Array): string {
  const text = String.fromCharCode(...name);
  const extension = text.slice(8).trimEnd();
  return text.slice(0, 8).trimEnd() + (extension === '' ? '' : `.${extension}`);
}
