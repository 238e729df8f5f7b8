/** gzip and raw deflate, with nothing behind the end of the data that is not told. */
import { once } from 'node:events';
import { createGunzip, createInflateRaw } from 'node:zlib';
import type { Gunzip, InflateRaw } from 'node:zlib';
import { settleSoon } from './settle-soon.ts';

const OUTPUT_BYTES = 256 * 1024;

/** Bytes that stand behind the end of compressed data and are none. */
export class TrailingBytesError extends Error {
  override readonly name: string = 'TrailingBytesError';
}

/**
 * All members of a gzip file (RFC 1952, 2.2), one behind the other; zeros may fill up its end. CRC and length of each
 * are checked. Throws errors of zlib (`Z_...`), TrailingBytesError, and what `input` throws.
 */
export async function* gunzip(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* inflate(createGunzip({ chunkSize: OUTPUT_BYTES }), input);
}

/** A deflate stream (RFC 1951); throws as `gunzip` does. */
export async function* inflateRaw(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* inflate(createInflateRaw({ chunkSize: OUTPUT_BYTES }), input);
}

async function* inflate(stream: Gunzip | InflateRaw, input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const feeding = feed(stream, input);
  feeding.catch((error: unknown) => stream.destroy(error instanceof Error ? error : new Error(String(error))));
  try {
    for await (const part of stream) yield part as Uint8Array;
    await feeding;
  } finally {
    stream.destroy();
    await settleSoon(feeding);
  }
}

/**
 * One part at a time. zlib takes zeros behind a member for the end and drops, without a word, all that comes after
 * them: what it did not take is looked at here.
 */
async function feed(stream: Gunzip | InflateRaw, input: AsyncIterable<Uint8Array>): Promise<void> {
  const closed = once(stream, 'close').then(
    () => undefined,
    () => undefined,
  );
  let fedBytes = 0;
  let isOver = false;
  for await (const part of input) {
    if (isOver) {
      requireZeros(part);
      continue;
    }
    const written = new Promise<void>((resolve) => {
      stream.write(part, () => resolve());
    });
    await Promise.race([written, closed]);
    if (stream.destroyed && !stream.readableEnded) return;
    fedBytes += part.byteLength;
    isOver = stream.bytesWritten < fedBytes;
    if (isOver) requireZeros(part.subarray(part.byteLength - (fedBytes - stream.bytesWritten)));
  }
  stream.end();
}

function requireZeros(bytes: Uint8Array): void {
  if (bytes.some((byte) => byte !== 0)) {
    throw new TrailingBytesError('behind the compressed data there is something else');
  }
}
