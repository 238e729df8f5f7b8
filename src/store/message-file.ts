/** Small files that hold one message: config, snapshot, record, lock. A header and one uncompressed frame. */
import { CorruptDataError } from '../errors.ts';
import { encodeHeader, HEADER_BYTES, requireHeader, type FileKind } from './envelope.ts';
import { decodeItemFrame, encodeItemFrame, FRAME_KIND, itemFrameLength } from './frame.ts';
import { MAX_MESSAGE_BYTES } from './limits.ts';
import type { Storage, StorageEntry } from './storage.ts';

export function encodeMessageFile(kind: FileKind, storeId: Uint8Array, message: Uint8Array): Uint8Array {
  if (message.byteLength > MAX_MESSAGE_BYTES) throw new RangeError('the message is longer than the format allows');
  const header = encodeHeader(kind, storeId);
  const frame = encodeItemFrame(FRAME_KIND.message, 0, message);
  const file = new Uint8Array(header.byteLength + frame.byteLength);
  file.set(header);
  file.set(frame, header.byteLength);
  return file;
}

/** The message in a file; without `storeId` any store will do. `what` names the file. Throws CorruptDataError. */
export function decodeMessageFile(
  bytes: Uint8Array,
  kind: FileKind,
  storeId: Uint8Array | undefined,
  what: string,
): Uint8Array {
  requireHeader(bytes, kind, storeId, what);
  const item = decodeItemFrame(bytes.subarray(HEADER_BYTES), FRAME_KIND.message, 0, what);
  if (HEADER_BYTES + itemFrameLength(item.byteLength) !== bytes.byteLength) {
    throw new CorruptDataError(`${what} is longer than its content`);
  }
  return item;
}

/** Reads a whole small file; its length is held against the limit first. */
export async function readSmallFile(storage: Storage, entry: StorageEntry): Promise<Uint8Array> {
  if (entry.byteLength > HEADER_BYTES + itemFrameLength(MAX_MESSAGE_BYTES)) {
    throw new CorruptDataError(`${entry.name} is longer than it may be`);
  }
  return storage.read(entry.name, 0, entry.byteLength);
}
