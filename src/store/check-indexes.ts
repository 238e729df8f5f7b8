/**
 * Reads every index file whole. What it says about a frame's chunks is kept as a sum that does not depend on order, so
 * that comparing it with the packs' trailers takes 24 bytes a frame and no lookups.
 */
import { toHex } from '../bytes/hex.ts';
import { createContentHasher } from '../codec/chunk-id.ts';
import { CardkeepError, CorruptDataError, throwIfAborted } from '../errors.ts';
import { problem, type CheckOptions, type StoreProblem } from './check-problem.ts';
import { FRAME_ROW_BYTES, INDEX_RECORD_BYTES, openIndexFile, readPages, type OpenIndex } from './index-file.ts';
import { MAX_CHUNK_BYTES } from './limits.ts';
import { hashInName, INDEX_FOLDER } from './names.ts';
import type { Storage, StorageEntry } from './storage.ts';

/** What one index file says about one pack. */
export interface IndexedFrames {
  readonly indexName: string;
  readonly byteLength: number;
  readonly kind: number;
  /** Six numbers a frame, ascending by offset: offset, payload length, raw length, chunks, and two sums over them. */
  readonly frames: Uint32Array;
}

/** Numbers a frame in `IndexedFrames.frames`. */
export const FRAME_FACTS = 6;

/** By the hash in a pack's name. */
export type PackFacts = Map<string, IndexedFrames[]>;

/** Fills `facts`; yields problems. Superseded files are checked like the others. */
export async function* checkIndexes(
  storage: Storage,
  storeId: Uint8Array,
  facts: PackFacts,
  options: CheckOptions,
): AsyncGenerator<StoreProblem> {
  for (const entry of await storage.list(INDEX_FOLDER)) {
    throwIfAborted(options.signal);
    if (hashInName(entry.name) === undefined) continue;
    try {
      await checkFileName(storage, entry);
      const open = await openIndexFile(storage, entry, storeId);
      collectFacts(open, await sumRecords(storage, open), facts);
    } catch (error) {
      if (!(error instanceof CardkeepError)) throw error;
      yield problem(error.kind === 'not-found' ? 'missing' : 'damaged', entry.name, error.message);
    }
  }
}

/** Throws CorruptDataError unless the file's bytes have the hash that is its name. */
async function checkFileName(storage: Storage, entry: StorageEntry): Promise<void> {
  const hasher = await createContentHasher();
  const step = 4 * 1024 * 1024;
  for (let at = 0; at < entry.byteLength; at += step) {
    hasher.update(await storage.read(entry.name, at, Math.min(step, entry.byteLength - at)));
  }
  if (toHex(hasher.digest()) !== hashInName(entry.name)) throw new CorruptDataError(`${entry.name} is damaged`);
}

/** Three numbers a frame: chunks and two sums. Also checks order and ranges. */
async function sumRecords(storage: Storage, open: OpenIndex): Promise<Uint32Array> {
  const frameCount = open.head.frames.byteLength / FRAME_ROW_BYTES;
  const rows = new DataView(open.head.frames.buffer, open.head.frames.byteOffset, open.head.frames.byteLength);
  const sums = new Uint32Array(frameCount * 3);
  let previous: Uint8Array = new Uint8Array(32);
  for await (const page of readPages(storage, open)) {
    const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
    for (let at = 0; at < page.byteLength; at += INDEX_RECORD_BYTES) {
      const id = page.subarray(at, at + 32);
      const frame = view.getUint32(at + 32, true);
      const offset = view.getUint32(at + 36, true);
      const length = view.getUint32(at + 40, true);
      if (Buffer.compare(previous, id) > 0) throw new CorruptDataError(`${open.name} is not sorted`);
      if (
        frame >= frameCount ||
        length === 0 ||
        length > MAX_CHUNK_BYTES ||
        offset + length > rows.getUint32(frame * FRAME_ROW_BYTES + 12, true)
      ) {
        throw new CorruptDataError(`${open.name} gives a chunk a place that cannot be`);
      }
      addToSums(sums, frame * 3, id, offset, length);
      previous = id;
    }
  }
  return sums;
}

/** Counts a chunk into three numbers at `at`: how many, and two sums of what they are and where they lie. */
export function addToSums(sums: Uint32Array, at: number, id: Uint8Array, offset: number, length: number): void {
  const word = (from: number): number =>
    id[from]! | (id[from + 1]! << 8) | (id[from + 2]! << 16) | (id[from + 3]! << 24);
  sums[at] = sums[at]! + 1;
  sums[at + 1] = sums[at + 1]! + Math.imul(word(0) ^ offset, 0x9e3779b1) + word(12);
  sums[at + 2] = sums[at + 2]! + Math.imul(word(4) ^ length, 0x85ebca6b) + word(20) + Math.imul(word(8), offset | 1);
}

function collectFacts(open: OpenIndex, sums: Uint32Array, facts: PackFacts): void {
  const { packs, frames } = open.head;
  const rows = new DataView(frames.buffer, frames.byteOffset, frames.byteLength);
  const frameCount = frames.byteLength / FRAME_ROW_BYTES;
  const framesOf: number[][] = packs.map(() => []);
  for (let frame = 0; frame < frameCount; frame++) framesOf[rows.getUint32(frame * FRAME_ROW_BYTES, true)]!.push(frame);
  for (const [i, pack] of packs.entries()) {
    const own = framesOf[i]!.sort((a, b) => offsetOf(rows, a) - offsetOf(rows, b));
    const numbers = new Uint32Array(own.length * FRAME_FACTS);
    for (const [row, frame] of own.entries()) {
      for (let k = 0; k < 3; k++) {
        numbers[row * FRAME_FACTS + k] = rows.getUint32(frame * FRAME_ROW_BYTES + 4 + 4 * k, true);
        numbers[row * FRAME_FACTS + 3 + k] = sums[frame * 3 + k]!;
      }
    }
    const hash = toHex(pack.id);
    const list = facts.get(hash) ?? [];
    list.push({ indexName: open.name, byteLength: pack.byteLength, kind: pack.kind, frames: numbers });
    facts.set(hash, list);
  }
}

function offsetOf(rows: DataView, frame: number): number {
  return rows.getUint32(frame * FRAME_ROW_BYTES + 4, true);
}
