/** The compressed formats that can be written. */
import { runFilter } from './filter-process.ts';
import type { Filter } from './filter-process.ts';
import type { Compression } from './decoders.ts';
import { gzip } from './gzip.ts';

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
