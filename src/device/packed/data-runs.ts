const BLOCK_BYTES = 4096;
const LARGE_BLOCK_BYTES = 64 * 1024;
/** Zeros between data are kept with it up to here: a hole costs more than it saves. */
const SMALL_GAP_BYTES = 16 * 1024;
const ZEROS = Buffer.alloc(LARGE_BLOCK_BYTES);

/**
 * The parts `[start, end)` of a buffer that hold anything but zeros, ascending, in blocks of 4 KiB from its start; the
 * last one may be shorter.
 */
export function* dataRuns(bytes: Uint8Array): Generator<readonly [start: number, end: number]> {
  let start = -1;
  let end = 0;
  for (let at = 0; at < bytes.byteLength;) {
    const block =
      at % LARGE_BLOCK_BYTES === 0 && isZero(bytes, at, LARGE_BLOCK_BYTES) ? LARGE_BLOCK_BYTES : BLOCK_BYTES;
    if (block === BLOCK_BYTES && !isZero(bytes, at, BLOCK_BYTES)) {
      if (start >= 0 && at - end > SMALL_GAP_BYTES) {
        yield [start, end];
        start = -1;
      }
      if (start < 0) start = at;
      end = Math.min(at + BLOCK_BYTES, bytes.byteLength);
    }
    at += block;
  }
  if (start >= 0) yield [start, end];
}

function isZero(bytes: Uint8Array, start: number, byteLength: number): boolean {
  const part = bytes.subarray(start, start + byteLength);
  return ZEROS.subarray(0, part.byteLength).equals(part);
}
