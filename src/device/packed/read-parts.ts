import type { BlockSource } from '../block-source.ts';

const PART_BYTES = 1024 * 1024;

/** The bytes `[start, end)` in parts of fresh memory; the next part is read while one is worked on. */
export async function* readParts(
  file: BlockSource,
  start: number,
  end: number,
  onRead?: (byteLength: number) => void,
): AsyncGenerator<Uint8Array> {
  const readAt = async (at: number): Promise<Uint8Array> => file.read(at, Math.min(PART_BYTES, end - at));
  let next = start < end ? readAt(start) : undefined;
  for (let at = start; next !== undefined;) {
    const part = await next;
    at += part.byteLength;
    next = at < end ? readAt(at) : undefined;
    next?.catch(() => undefined);
    onRead?.(part.byteLength);
    yield part;
  }
}
