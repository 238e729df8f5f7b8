import { CorruptDataError } from '../../errors.ts';
import { type Edit } from '../edits.ts';

/**
 * Edits in order, zeros that touch joined. Throws CorruptDataError when two of them overlap: then the layout that they
 * were computed from contradicts itself, and none of them may be written.
 */
export function orderEdits(edits: readonly Edit[]): Edit[] {
  const ordered: Edit[] = [];
  for (const edit of edits.toSorted((a, b) => a.byteOffset - b.byteOffset)) {
    const last = ordered.at(-1);
    const reached = last === undefined ? 0 : last.byteOffset + last.byteLength;
    if (edit.byteOffset < reached) throw new CorruptDataError('structures of the file system overlap');
    if (last !== undefined && edit.byteOffset === reached && last.bytes === undefined && edit.bytes === undefined) {
      ordered[ordered.length - 1] = { ...last, byteLength: last.byteLength + edit.byteLength };
    } else {
      ordered.push(edit);
    }
  }
  return ordered;
}
