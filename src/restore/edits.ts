/**
 * What a restore or an export writes in place of a version's bytes (a grown file system, a moved partition table, new
 * IDs): planners make lists of edits and write nothing, the writer lays them over the version.
 */
import { extentsFrom } from '../bytes/extent-list.ts';
import type { ExtentList } from '../bytes/extent-list.ts';
import { checkRange } from '../device/block-source.ts';
import type { BlockSource } from '../device/block-source.ts';

/** Bytes that are written in place of those of the version. Offsets relative to the volume (or the partition, where said so). */
export interface Edit {
  readonly byteOffset: number;
  readonly byteLength: number;
  /** Undefined: zeros. */
  readonly bytes: Uint8Array | undefined;
}

/**
 * `source` with `edits` (sorted, disjoint) laid over it and a size of its own: what lies past the end of `source` reads
 * as zeros. Throws RangeError for edits that are not in order or pass `byteLength`.
 */
export function editedSource(source: BlockSource, edits: readonly Edit[], byteLength: number): BlockSource {
  requireEdits(edits, byteLength);
  return {
    byteLength,
    sectorSize: source.sectorSize,
    async read(at, length, into) {
      checkRange(this, at, length);
      const there = Math.max(0, Math.min(length, source.byteLength - at));
      const bytes = into === undefined ? new Uint8Array(length) : into.subarray(0, length);
      if (there > 0) await source.read(at, there, bytes);
      bytes.fill(0, there);
      layEdits(edits, at, bytes);
      return bytes;
    },
  };
}

/** Puts what the edits say about `[byteOffset, byteOffset + into.byteLength)` into `into`. */
export function layEdits(edits: readonly Edit[], byteOffset: number, into: Uint8Array): void {
  const end = byteOffset + into.byteLength;
  for (let i = firstEditBehind(edits, byteOffset); i < edits.length && edits[i]!.byteOffset < end; i++) {
    const edit = edits[i]!;
    const from = Math.max(edit.byteOffset, byteOffset);
    const to = Math.min(edit.byteOffset + edit.byteLength, end);
    if (edit.bytes === undefined) into.fill(0, from - byteOffset, to - byteOffset);
    else into.set(edit.bytes.subarray(from - edit.byteOffset, to - edit.byteOffset), from - byteOffset);
  }
}

/** Edits of a partition as edits of the volume that it lies in. */
export function shiftEdits(edits: readonly Edit[], byBytes: number): Edit[] {
  return edits.map((edit) => ({ ...edit, byteOffset: edit.byteOffset + byBytes }));
}

/** Both lists (each sorted and disjoint) as one; where both say something, `upper` wins. */
export function mergeEdits(lower: readonly Edit[], upper: readonly Edit[]): Edit[] {
  const merged: Edit[] = [...upper];
  for (const edit of lower) {
    const end = edit.byteOffset + edit.byteLength;
    let at = edit.byteOffset;
    for (let i = firstEditBehind(upper, at); i < upper.length && upper[i]!.byteOffset < end; i++) {
      merged.push(...cutEdit(edit, at, upper[i]!.byteOffset));
      at = upper[i]!.byteOffset + upper[i]!.byteLength;
    }
    merged.push(...cutEdit(edit, at, end));
  }
  return merged.filter(({ byteLength }) => byteLength > 0).sort((a, b) => a.byteOffset - b.byteOffset);
}

/** Where edits lie. */
export function editExtents(edits: readonly Edit[]): ExtentList {
  return extentsFrom(edits.map(({ byteOffset, byteLength }) => [byteOffset, byteOffset + byteLength]));
}

/** Throws RangeError unless the edits are sorted, disjoint, whole, and lie in `[0, byteLength)`. */
export function requireEdits(edits: readonly Edit[], byteLength: number): void {
  let reached = 0;
  for (const { byteOffset, byteLength: length, bytes } of edits) {
    const isWhole = bytes === undefined || bytes.byteLength === length;
    if (!(byteOffset >= reached && length >= 0 && byteOffset + length <= byteLength && isWhole)) {
      throw new RangeError(`an edit of ${length} bytes at ${byteOffset} is out of order or passes ${byteLength}`);
    }
    reached = byteOffset + length;
  }
}

/** The part of `edit` in `[start, end)`, which must lie in it; nothing where that is empty. */
function cutEdit(edit: Edit, start: number, end: number): Edit[] {
  if (end <= start) return [];
  const bytes = edit.bytes?.subarray(start - edit.byteOffset, end - edit.byteOffset);
  return [{ byteOffset: start, byteLength: end - start, bytes }];
}

/** Index of the first edit whose end lies behind `byteOffset`. */
export function firstEditBehind(edits: readonly Edit[], byteOffset: number): number {
  let low = 0;
  let high = edits.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (edits[middle]!.byteOffset + edits[middle]!.byteLength <= byteOffset) low = middle + 1;
    else high = middle;
  }
  return low;
}
