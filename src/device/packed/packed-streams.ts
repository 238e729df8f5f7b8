/** Packed files and standard input as streams of unpacked bytes. */
import type { BlockSource } from '../block-source.ts';
import { PACKED_HEAD_BYTES } from '../packed-image.ts';
import { decompress, readUnpackedSize } from './decoders.ts';
import type { Compression } from './decoders.ts';
import { readParts } from './read-parts.ts';
import type { PackedStream } from './unpack-image.ts';
import type { ZipEntry } from './zip-directory.ts';
import { readZipEntry } from './zip-image.ts';

export async function compressedStream(
  file: BlockSource & { readonly path: string },
  compression: Compression,
  signal?: AbortSignal,
): Promise<PackedStream> {
  return {
    packedBytes: file.byteLength,
    unpacked: await readUnpackedSize(file, compression),
    open: (onRead) => decompress(compression, readParts(file, 0, file.byteLength, onRead), signal),
  };
}

/** `entry` is of the archive `file`. */
export function zipStream(file: BlockSource, entry: ZipEntry): PackedStream {
  return {
    packedBytes: entry.packedBytes,
    unpacked: { byteLength: entry.byteLength, isExact: true },
    open: (onRead) => readZipEntry(file, entry, onRead),
  };
}

/** What comes on a pipe can be read once. `compression`: undefined for the bytes of a disk. */
export function pipedStream(
  input: AsyncIterable<Uint8Array>,
  compression: Compression | undefined,
  signal?: AbortSignal,
): PackedStream {
  return {
    packedBytes: undefined,
    unpacked: undefined,
    open: (onRead) => {
      const counted = counting(input, onRead);
      return compression === undefined ? counted : decompress(compression, counted, signal);
    },
  };
}

/** The first bytes of a stream, by which a format is known, and all of it again. */
export async function peekStream(
  input: AsyncIterable<Uint8Array>,
): Promise<{ readonly head: Uint8Array; readonly all: AsyncGenerator<Uint8Array> }> {
  const parts = input[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let byteLength = 0;
  while (byteLength < PACKED_HEAD_BYTES) {
    const next = await parts.next();
    if (next.done === true) break;
    first.push(next.value);
    byteLength += next.value.byteLength;
  }
  return { head: Buffer.concat(first), all: restOf(first, parts) };
}

async function* restOf(first: readonly Uint8Array[], parts: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* first;
  for (let next = await parts.next(); next.done !== true; next = await parts.next()) yield next.value;
}

async function* counting(
  input: AsyncIterable<Uint8Array>,
  onRead: (byteLength: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const part of input) {
    onRead(part.byteLength);
    yield part;
  }
}
