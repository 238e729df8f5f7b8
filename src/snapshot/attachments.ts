/**
 * Further data of a version, each kind in a node of its own (FORMAT.md, "Attachments"): which version last read each
 * window of the map, and which files are to be read each time.
 */
import { cardkeep } from '../codec/generated/messages.js';
import { decodeMessage, encodeMessage } from '../codec/wire.ts';
import { CorruptDataError } from '../errors.ts';
import { MAX_CHUNK_BYTES } from '../store/limits.ts';

export const LAST_READ = 'last-read';
export const HOT_FILES = 'hot-files';

/** A file that is read each time. */
export interface HotFile {
  /** Number of its partition. */
  readonly partition: number;
  readonly inode: number;
  readonly generation: number;
  /** For how many more versions it is hot; `HOT_BY_CONTENT`: as long as it is this file. */
  readonly versionsLeft: number;
}

export const HOT_BY_CONTENT = 0xffffffff;
const HOT_FILE_BYTES = 16;
/** Half a million: a program that links all of a backup anew changes so many. */
const FILES_IN_PART = MAX_CHUNK_BYTES / HOT_FILE_BYTES / 2;

/** The bytes of a node that holds an attachment. */
export function encodeAttachment(body: Uint8Array): Uint8Array {
  return encodeMessage(cardkeep.Node, new cardkeep.Node({ body }));
}

/** Throws CorruptDataError for a node that is none. */
export function decodeAttachment(bytes: Uint8Array): Uint8Array {
  if (bytes.byteLength > MAX_CHUNK_BYTES) throw new CorruptDataError('an attachment is too long');
  const { body, nodes, chunks, slot, length } = decodeMessage(cardkeep.Node, bytes, 'attachment');
  if (nodes.length + chunks.length + slot.length + length.length > 0) {
    throw new CorruptDataError('a map node stands in the place of an attachment');
  }
  return body;
}

/** By window of the map: the number of the version that last read all of it. 32 bits each, little-endian. */
export function encodeLastRead(versions: Uint32Array): Uint8Array {
  const body = new Uint8Array(versions.length * 4);
  const view = new DataView(body.buffer);
  for (const [window, version] of versions.entries()) view.setUint32(window * 4, version, true);
  return body;
}

export function decodeLastRead(body: Uint8Array, windows: number): Uint32Array {
  if (body.byteLength !== windows * 4) throw new CorruptDataError('the list of windows does not fit the volume');
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  return Uint32Array.from({ length: windows }, (_, window) => view.getUint32(window * 4, true));
}

/**
 * Four numbers of 32 bits a file, little-endian, sorted by partition and inode; four zeros where there is no file. In
 * as many parts as a node can hold.
 */
export function encodeHotFiles(files: readonly HotFile[]): Uint8Array[] {
  const sorted = files.toSorted((a, b) => a.partition - b.partition || a.inode - b.inode);
  const parts: Uint8Array[] = [];
  for (let first = 0; first === 0 || first < sorted.length; first += FILES_IN_PART) {
    const part = sorted.slice(first, first + FILES_IN_PART);
    // A node cannot be empty, and no list would mean that nobody looked.
    const body = new Uint8Array(Math.max(1, part.length) * HOT_FILE_BYTES);
    const view = new DataView(body.buffer);
    for (const [i, { partition, inode, generation, versionsLeft }] of part.entries()) {
      for (const [k, value] of [partition, inode, generation, versionsLeft].entries()) {
        view.setUint32(i * HOT_FILE_BYTES + k * 4, value, true);
      }
    }
    parts.push(body);
  }
  return parts;
}

/** One part. */
export function decodeHotFiles(body: Uint8Array): HotFile[] {
  if (body.byteLength % HOT_FILE_BYTES !== 0) throw new CorruptDataError('the list of hot files is cut short');
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const files = Array.from({ length: body.byteLength / HOT_FILE_BYTES }, (_, i) => {
    const at = i * HOT_FILE_BYTES;
    return {
      partition: view.getUint32(at, true),
      inode: view.getUint32(at + 4, true),
      generation: view.getUint32(at + 8, true),
      versionsLeft: view.getUint32(at + 12, true),
    };
  });
  return files.filter(({ versionsLeft }) => versionsLeft > 0);
}
