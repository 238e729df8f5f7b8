/** A version as an image file, plain or compressed, with the block map that bmaptool takes. */
import { extentsFrom } from '../bytes/extent-list.ts';
import { BmapBuilder } from '../device/bmap.ts';
import type { Compression } from '../device/packed/decoders.ts';
import { compress } from '../device/packed/encoders.ts';
import { PendingFile } from '../device/pending-file.ts';
import type { FileOwner } from '../device/pending-file.ts';
import { unlink } from 'node:fs/promises';
import { systemErrorCode } from '../errors.ts';
import type { RestorePlan } from '../restore/restore-plan.ts';
import { wantedRanges } from '../restore/wanted-ranges.ts';
import type { StoredSnapshot } from '../snapshot/catalog.ts';
import { openSnapshotSource } from '../snapshot/snapshot-source.ts';
import type { Store } from '../store/store.ts';
import { readPieces } from './export-pieces.ts';
import type { ImagePiece } from './export-pieces.ts';
import type { OperationOptions } from './progress.ts';

export interface ExportFiles {
  readonly path: string;
  /** Undefined: none is made. */
  readonly bmapPath: string | undefined;
  /** Whom the files shall belong to. */
  readonly owner?: FileOwner | undefined;
}

export interface ExportCounts {
  readonly imageBytes: number;
  /** What is not zero by its state. */
  readonly dataBytes: number;
  /** Length of what was written: of a plain image that of the disk. */
  readonly fileBytes: number;
  /** What bmaptool writes to a card; undefined without a block map. */
  readonly mappedBytes: number | undefined;
}

/** Undefined: the plain bytes. */
export type ExportCompression = Compression | undefined;

/**
 * Writes what a restore with `plan` (of `planSnapshotRestore`, for a target of zeros) would write, edits included. The
 * files take their names at the end, in place of what has them, when all of them are on the disk; on an error nothing is
 * left. Throws E_TOOL_MISSING, the errors of openTarget, and damage of the store.
 */
export async function exportToFile(
  store: Store,
  snapshot: StoredSnapshot,
  plan: RestorePlan,
  files: ExportFiles,
  options: OperationOptions & { readonly compression: ExportCompression },
): Promise<ExportCounts> {
  const bmap = files.bmapPath === undefined ? undefined : new BmapBuilder(plan.targetBytes);
  const image = await PendingFile.create(files.path, files.owner);
  let map: PendingFile | undefined;
  try {
    const pieces = withBmap(piecesOf(store, snapshot, plan, options), bmap);
    if (options.compression === undefined) await writeSparse(image, pieces);
    else
      for await (const part of compress(options.compression, plainBytes(pieces), options.signal))
        await image.append(part);
    await image.finish(options.compression === undefined ? plan.targetBytes : undefined);
    const fileBytes = options.compression === undefined ? plan.targetBytes : image.byteLength;
    if (bmap !== undefined && files.bmapPath !== undefined) {
      map = await PendingFile.create(files.bmapPath, files.owner);
      for (const part of bmap.text()) await map.append(Buffer.from(part));
      await map.finish();
      // A map of another image beside the new one would make a wrong card.
      await removeIfThere(files.bmapPath);
    }
    await image.commit();
    await map?.commit();
    return { imageBytes: plan.targetBytes, dataBytes: plan.dataBytes, fileBytes, mappedBytes: bmap?.mappedBytes };
  } catch (error) {
    await image.discard();
    await map?.discard();
    throw error;
  }
}

/** The same to wherever `write` puts it, in order. */
export async function exportToStream(
  store: Store,
  snapshot: StoredSnapshot,
  plan: RestorePlan,
  write: (bytes: Uint8Array) => Promise<void>,
  options: OperationOptions & { readonly compression: ExportCompression },
): Promise<ExportCounts> {
  const plain = plainBytes(piecesOf(store, snapshot, plan, options));
  let fileBytes = 0;
  for await (const part of options.compression === undefined
    ? plain
    : compress(options.compression, plain, options.signal)) {
    await write(part);
    fileBytes += part.byteLength;
  }
  return { imageBytes: plan.targetBytes, dataBytes: plan.dataBytes, fileBytes, mappedBytes: undefined };
}

async function* piecesOf(
  store: Store,
  snapshot: StoredSnapshot,
  plan: RestorePlan,
  { onProgress, signal }: OperationOptions,
): AsyncGenerator<ImagePiece> {
  const { map } = openSnapshotSource(store, snapshot.volume);
  const { sourceBytes, edits, zeroWhereFree, targetBytes } = plan;
  const ranges = wantedRanges({ map, sourceBytes, edits, zeroWhereFree }, extentsFrom([[0, targetBytes]]));
  for await (const piece of readPieces(store, ranges, targetBytes, signal)) {
    yield piece;
    onProgress?.({ phase: 'write', doneBytes: piece.byteOffset + piece.byteLength, totalBytes: targetBytes });
  }
}

async function* withBmap(pieces: AsyncIterable<ImagePiece>, bmap: BmapBuilder | undefined): AsyncGenerator<ImagePiece> {
  for await (const piece of pieces) {
    for (const { byteOffset, byteLength, isZero } of piece.wanted) {
      const from = byteOffset - piece.byteOffset;
      bmap?.add(byteOffset, byteLength, isZero ? undefined : piece.bytes?.subarray(from, from + byteLength));
    }
    yield piece;
  }
}

/** Zeros and free bytes are left out. */
async function writeSparse(file: PendingFile, pieces: AsyncIterable<ImagePiece>): Promise<void> {
  for await (const { byteOffset, bytes, wanted } of pieces) {
    if (bytes === undefined) continue;
    let start = 0;
    let end = 0;
    const data = wanted.filter(({ isZero }) => !isZero);
    for (const range of data) {
      const from = range.byteOffset - byteOffset;
      if (from !== end) {
        await file.writeAt(byteOffset + start, bytes.subarray(start, end));
        start = from;
      }
      end = from + range.byteLength;
    }
    await file.writeAt(byteOffset + start, bytes.subarray(start, end));
  }
}

const ZEROS = new Uint8Array(1024 * 1024);

async function* plainBytes(pieces: AsyncIterable<ImagePiece>): AsyncGenerator<Uint8Array> {
  for await (const { byteLength, bytes } of pieces) {
    if (bytes !== undefined) yield bytes;
    else
      for (let rest = byteLength; rest > 0; rest -= ZEROS.byteLength)
        yield ZEROS.subarray(0, Math.min(rest, ZEROS.byteLength));
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
  }
}
