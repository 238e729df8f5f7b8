/**
 * A gzip member (RFC 1952) made on several threads: blocks are deflated each for itself, with the end of the one before
 * as dictionary, and end at a byte, so that they can stand behind each other. As pigz does it.
 */
import { constants, crc32, deflateRaw } from 'node:zlib';
import { promisify } from 'node:util';

const deflate = promisify(deflateRaw);

const BLOCK_BYTES = 1024 * 1024;
/** A distance in deflate reaches back so far (RFC 1951, 3.2.5). */
const DICTIONARY_BYTES = 32 * 1024;
/** More than the threads that Node has for it. */
const BLOCKS_AHEAD = 4;
/** ID1, ID2, deflate; no flags, no time, no name: the same image gives the same file. OS 255: unknown. */
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);
/** A last block with nothing in it. */
const LAST_BLOCK = Uint8Array.of(3, 0);
const ZEROS = Buffer.alloc(BLOCK_BYTES);

export async function* gzip(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield HEADER;
  const ahead: Promise<Uint8Array>[] = [];
  let dictionary: Buffer | undefined;
  let zeroBlock: Promise<Uint8Array> | undefined;
  let crc = 0;
  let byteLength = 0;
  try {
    for await (const block of blocksOf(input)) {
      crc = crc32(block, crc);
      byteLength += block.byteLength;
      // Most of a card is zeros, and they always become the same bytes.
      const isZero = block.equals(ZEROS);
      const deflated = isZero ? (zeroBlock ??= deflateBlock(block, undefined)) : deflateBlock(block, dictionary);
      deflated.catch(() => undefined);
      dictionary =
        block.byteLength < DICTIONARY_BYTES ? undefined : block.subarray(block.byteLength - DICTIONARY_BYTES);
      ahead.push(deflated);
      if (ahead.length > BLOCKS_AHEAD) yield await ahead.shift()!;
    }
    for (let next = ahead.shift(); next !== undefined; next = ahead.shift()) yield await next;
  } finally {
    await Promise.allSettled(ahead);
  }
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc, 0);
  trailer.writeUInt32LE(byteLength % 2 ** 32, 4);
  yield LAST_BLOCK;
  yield trailer;
}

async function deflateBlock(block: Uint8Array, dictionary: Buffer | undefined): Promise<Uint8Array> {
  return deflate(block, {
    finishFlush: constants.Z_SYNC_FLUSH,
    chunkSize: BLOCK_BYTES,
    ...(dictionary === undefined ? {} : { dictionary }),
  });
}

/** Memory of their own: the input uses its own again. Only the last one is shorter. */
async function* blocksOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  let filled = 0;
  for await (const part of input) {
    for (let done = 0; done < part.byteLength;) {
      const taken = part.subarray(done, done + BLOCK_BYTES - filled);
      block.set(taken, filled);
      filled += taken.byteLength;
      done += taken.byteLength;
      if (filled < BLOCK_BYTES) continue;
      yield block;
      block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
      filled = 0;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}
