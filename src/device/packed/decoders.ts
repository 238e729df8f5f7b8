/** The compressed formats that can be read, and how large what is in them may be. */
import { CorruptDataError, systemErrorCode } from '../../errors.ts';
import type { BlockSource } from '../block-source.ts';
import { runCommand } from '../run-command.ts';
import { runFilter } from './filter-process.ts';
import type { Filter } from './filter-process.ts';
import { gunzip } from './inflate.ts';

export type Compression = 'gzip' | 'xz' | 'zstd';

/** What a hostile file may make a program take: 1 GiB. `xz -9` needs 65 MiB, `zstd --ultra -22` 128 MiB. */
const XZ: Filter = {
  command: 'xz',
  args: ['-d', '-c', '-q', '-T0', '--memlimit-decompress=1GiB'],
  packages: { debian: 'xz-utils', homebrew: 'xz' },
};
/**
 * Not zlib of Node 22: it takes a stream that ends in the middle for whole, and leaves out, without a word, the second
 * of two frames.
 */
const ZSTD: Filter = {
  command: 'zstd',
  args: ['-d', '-c', '-q', '--long=30'],
  packages: { debian: 'zstd', homebrew: 'zstd' },
};

/** Unpacks all members, streams or frames; their checksums are verified. Throws what `packedFault` knows. */
export function decompress(
  compression: Compression,
  input: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  if (compression === 'gzip') return gunzip(input);
  return runFilter(compression === 'xz' ? XZ : ZSTD, input, signal);
}

/** How many bytes come out, as far as the file tells; undefined: it does not. `isExact`: it cannot be another number. */
export interface UnpackedSize {
  readonly byteLength: number;
  readonly isExact: boolean;
}

export async function readUnpackedSize(
  file: BlockSource & { readonly path: string },
  compression: Compression,
): Promise<UnpackedSize | undefined> {
  if (compression === 'gzip') return readGzipSize(file);
  return compression === 'xz' ? readXzSize(file.path) : readZstdSize(file);
}

/** ISIZE, at the end of the last member: the length modulo 2^32 (RFC 1952, 2.3.1). */
async function readGzipSize(file: BlockSource): Promise<UnpackedSize | undefined> {
  if (file.byteLength < 18) return undefined;
  const tail = await file.read(file.byteLength - 4, 4);
  const rest = new DataView(tail.buffer, tail.byteOffset).getUint32(0, true);
  // bgzip ends with an empty member.
  if (rest === 0) return undefined;
  const rounds = Math.max(0, Math.ceil((file.byteLength - rest) / 2 ** 32));
  return { byteLength: rest + rounds * 2 ** 32, isExact: false };
}

/** From the index at the end of each stream. */
async function readXzSize(path: string): Promise<UnpackedSize | undefined> {
  const list = await runCommand('xz', ['--robot', '--list', '--', path]).catch(() => '');
  // xz(1), "List mode": totals, streams, blocks, compressed, uncompressed.
  const fields = list
    .split('\n')
    .find((line) => line.startsWith('totals\t'))
    ?.split('\t');
  const byteLength = Number(fields?.[4] ?? Number.NaN);
  return Number.isSafeInteger(byteLength) && byteLength > 0 ? { byteLength, isExact: true } : undefined;
}

/** Frame_Content_Size of the first frame (RFC 8878, 3.1.1.1); there may be more frames. */
async function readZstdSize(file: BlockSource): Promise<UnpackedSize | undefined> {
  const head = await file.read(0, Math.min(18, file.byteLength));
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const descriptor = head[4] ?? 0;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!;
  const at = 5 + (isSingleSegment ? 0 : 1) + dictionaryBytes;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6]!;
  if (sizeBytes === 0 || at + sizeBytes > head.byteLength) return undefined;
  const values = {
    1: () => view.getUint8(at),
    2: () => view.getUint16(at, true) + 256,
    4: () => view.getUint32(at, true),
  };
  const byteLength = sizeBytes === 8 ? Number(view.getBigUint64(at, true)) : values[sizeBytes as 1 | 2 | 4]();
  return { byteLength, isExact: false };
}

/** What is wrong with a packed file, in words; undefined for errors that are not about it. */
export function packedFault(error: unknown): string | undefined {
  if (error instanceof CorruptDataError) return error.message;
  if (!(error instanceof Error)) return undefined;
  if (error.name === 'FilterError' || error.name === 'TrailingBytesError') return error.message;
  const code = systemErrorCode(error) ?? '';
  if (code === 'Z_BUF_ERROR') return 'it ends in the middle';
  return code.startsWith('Z_') ? `${error.message} (${code})` : undefined;
}
