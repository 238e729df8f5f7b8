/** The compressed formats that can be written. */
import { createGzip } from 'node:zlib';
import { runFilter } from './filter-process.ts';
import type { Filter } from './filter-process.ts';
import type { Compression } from './decoders.ts';

/** All processors, but no more of them than 1 GiB is enough for. */
const XZ: Filter = {
  command: 'xz',
  args: ['-z', '-c', '-q', '-6', '-T0', '--memlimit-compress=1GiB'],
  packages: { debian: 'xz-utils', homebrew: 'xz' },
};
const ZSTD: Filter = {
  command: 'zstd',
  args: ['-z', '-c', '-q', '-3', '-T0'],
  packages: { debian: 'zstd', homebrew: 'zstd' },
};

/** Each part of `input` is taken before the next one is asked for. Throws E_TOOL_MISSING, and what `input` throws. */
export function compress(
  compression: Compression,
  input: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  if (compression === 'gzip') return gzip(input);
  return runFilter(compression === 'xz' ? XZ : ZSTD, input, signal);
}

async function* gzip(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const stream = createGzip({ chunkSize: 256 * 1024 });
  const feeding = (async (): Promise<void> => {
    for await (const part of input) {
      await new Promise<void>((resolve) => {
        stream.write(part, () => resolve());
      });
      if (stream.destroyed) return;
    }
    stream.end();
  })();
  feeding.catch((error: unknown) => stream.destroy(error instanceof Error ? error : new Error(String(error))));
  try {
    for await (const part of stream) yield part as Uint8Array;
    await feeding;
  } finally {
    stream.destroy();
    await Promise.allSettled([feeding]);
  }
}
