/** How long reading will take, by trying. */
import type { BlockSource } from '../device/block-source.ts';
import { isMediumError } from '../device/block-source.ts';
import { throwIfAborted } from '../errors.ts';

const SAMPLE_BYTES = 4 * 1024 * 1024;
const SAMPLES = 4;
/** What hashing and compressing reach on a slow computer; an image in the page cache would promise more. */
const MOST_BYTES_PER_SECOND = 300e6;

/** Milliseconds to read `wouldReadBytes` of the source, from samples spread over it. */
export async function estimateReadMs(
  source: BlockSource,
  wouldReadBytes: number,
  signal?: AbortSignal,
): Promise<number> {
  if (wouldReadBytes === 0) return 0;
  const length = Math.min(SAMPLE_BYTES, source.byteLength);
  const startMs = performance.now();
  let readBytes = 0;
  for (let i = 0; i < SAMPLES; i++) {
    throwIfAborted(signal);
    const place = Math.floor(((source.byteLength - length) * i) / SAMPLES / SAMPLE_BYTES) * SAMPLE_BYTES;
    try {
      await source.read(place, length);
      readBytes += length;
    } catch (error) {
      if (!isMediumError(error)) throw error;
    }
  }
  const seconds = Math.max((performance.now() - startMs) / 1000, 1e-6);
  const rate = Math.min(Math.max(readBytes, 1) / seconds, MOST_BYTES_PER_SECOND);
  return Math.max(Math.round((wouldReadBytes / rate) * 1000), 1);
}
