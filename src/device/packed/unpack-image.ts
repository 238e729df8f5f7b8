/**
 * A compressed image as a BlockSource. File systems are read here and there, a compressed file only from its start: it
 * is unpacked into a temporary file, in which zeros take no space.
 */
import { CardkeepError, throwIfAborted } from '../../errors.ts';
import { dataRuns } from './data-runs.ts';
import { packedFault } from './decoders.ts';
import { SparseFile } from './sparse-file.ts';
import { chooseTemporaryPlace } from './temporary-place.ts';
import type { TemporaryPlace } from './temporary-place.ts';

/** Bytes that come in order and can be asked for more than once, if they lie in a file. */
export interface PackedStream {
  /** Of the packed file; undefined for standard input. */
  readonly packedBytes: number | undefined;
  /** What comes out, as far as it is known. */
  readonly unpacked: { readonly byteLength: number; readonly isExact: boolean } | undefined;
  /** The unpacked bytes, in parts. `onRead` is told the packed ones. */
  open(onRead: (byteLength: number) => void): AsyncGenerator<Uint8Array>;
}

export interface ChosenPlace extends TemporaryPlace {
  readonly unpacked: PackedStream['unpacked'];
}

export interface UnpackOptions {
  /** As the user named it. */
  readonly word: string;
  /** Where the temporary file may lie, the best first. */
  readonly folders: readonly string[];
  /** What unpacks it by hand, for what can still be read of a damaged one. */
  readonly byHand?: string | undefined;
  /** The user's command line, for the cure. */
  readonly commandLine: string;
  /** Told before the first byte is written. */
  readonly onPlace?: ((place: ChosenPlace) => void) | undefined;
  /** Packed bytes; the total is 0 where nobody can know it. */
  readonly onProgress?: ((progress: { readonly doneBytes: number; readonly totalBytes: number }) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** More than any card holds; a small file that unpacks to more was made to do harm. */
const MOST_UNPACKED_BYTES = 4 * 2 ** 40;

/**
 * Throws E_PACKED_DAMAGED, E_NO_SPACE (before anything is written where the size is known), E_TOOL_MISSING (all failed)
 * and E_UNPACKED_TOO_LARGE (refused). Whatever happens, the temporary file is gone once this or `close` returns.
 */
export async function unpackImage(stream: PackedStream, options: UnpackOptions): Promise<SparseFile> {
  const expectedBytes = stream.unpacked?.byteLength;
  if (stream.unpacked?.isExact === true) requireSane(stream.unpacked.byteLength, options);
  const wanted = expectedBytes ?? stream.packedBytes ?? 0;
  const place = await chooseTemporaryPlace(options.folders, wanted);
  if (place === undefined) {
    throw new CardkeepError('failed', 'E_NO_SPACE', `no folder for a temporary file: ${options.folders.join(', ')}`, {
      hint: spaceCure(options),
    });
  }
  options.onPlace?.({ ...place, unpacked: stream.unpacked });
  if (wanted > place.freeBytes) await requireRoom(stream, place, options);
  const file = await SparseFile.create(place.folder);
  try {
    await copyOut(stream, options, async (part) => file.append(part));
    await file.finish();
    return file;
  } catch (error) {
    await file.close().catch(() => undefined);
    throw withCure(error, options);
  }
}

/** What it says of its size does not fit: what is not zero in it may, so it is unpacked once to count that. */
async function requireRoom(stream: PackedStream, place: TemporaryPlace, options: UnpackOptions): Promise<void> {
  const { word, signal } = options;
  let dataBytes = 0;
  let unpackedBytes = 0;
  await copyOut(stream, options, async (part) => {
    throwIfAborted(signal);
    unpackedBytes += part.byteLength;
    for (const [start, end] of dataRuns(part)) dataBytes += end - start;
  });
  if (dataBytes <= place.freeBytes) return;
  const message = `${word} unpacks to ${unpackedBytes} bytes, of which ${dataBytes} bytes are not zero; ${place.folder} has ${place.freeBytes} bytes free`;
  throw new CardkeepError('failed', 'E_NO_SPACE', message, { hint: spaceCure(options) });
}

async function copyOut(
  stream: PackedStream,
  options: UnpackOptions,
  take: (part: Uint8Array) => Promise<void>,
): Promise<void> {
  const { signal, onProgress } = options;
  const totalBytes = stream.packedBytes ?? 0;
  let doneBytes = 0;
  let unpackedBytes = 0;
  onProgress?.({ doneBytes, totalBytes });
  const parts = stream.open((byteLength) => {
    doneBytes += byteLength;
    onProgress?.({ doneBytes, totalBytes });
  });
  try {
    for await (const part of parts) {
      throwIfAborted(signal);
      unpackedBytes += part.byteLength;
      requireSane(unpackedBytes, options);
      await take(part);
    }
  } catch (error) {
    throwIfAborted(signal);
    throw damagedImage(error, options) ?? error;
  }
  throwIfAborted(signal);
}

function requireSane(unpackedBytes: number, { word, byHand }: UnpackOptions): void {
  if (unpackedBytes <= MOST_UNPACKED_BYTES) return;
  throw new CardkeepError(
    'refused',
    'E_UNPACKED_TOO_LARGE',
    `${word} unpacks to more than 4 TiB: no card is that large`,
    {
      hint: byHand === undefined ? undefined : `if it really is an image: ${byHand}`,
    },
  );
}

/** E_PACKED_DAMAGED for errors that say so; undefined for others. */
export function damagedImage(
  error: unknown,
  { word, byHand }: Pick<UnpackOptions, 'word' | 'byHand'>,
): CardkeepError | undefined {
  const fault = packedFault(error);
  if (fault === undefined) return undefined;
  const rescue = byHand === undefined ? '' : `; what can still be read of it: ${byHand}`;
  return new CardkeepError('failed', 'E_PACKED_DAMAGED', `${word} cannot be unpacked: ${fault}`, {
    hint: `nothing was stored: copy it here once more${rescue}`,
    cause: error,
  });
}

function withCure(error: unknown, options: UnpackOptions): unknown {
  if (!(error instanceof CardkeepError) || error.code !== 'E_NO_SPACE' || error.hint !== undefined) return error;
  return new CardkeepError(error.kind, error.code, error.message, { hint: spaceCure(options), cause: error });
}

function spaceCure({ commandLine }: UnpackOptions): string {
  return `name a folder on a larger disk: TMPDIR=/path/to/folder ${commandLine}`;
}
