/**
 * What is read and how it is cut: every live byte of the device in exactly one piece, in device order.
 * A piece becomes a chunk; it may lie in several places of the device (a fragmented file).
 */
import {
  EMPTY_EXTENTS,
  extentsFrom,
  intersectExtents,
  subtractExtents,
  totalBytes,
  unionExtents,
} from '../bytes/extent-list.ts';
import type { ExtentList } from '../bytes/extent-list.ts';
import type { DiskMap, Region } from './disk-map.ts';
import { claimedExtents, contestedExtents, cutFilePieces } from './file-pieces.ts';
import { appendPieces } from './file-pieces.ts';
import type { FilePieces } from './file-pieces.ts';
import { findDirectoryCells, type DirectoryCells } from './directory-cells.ts';

/** Bytes to be stored together, in up to `segments.length` places. */
export interface Piece {
  /** From the piece's own start to the end of its last segment. Bytes in no segment are zero. */
  readonly byteLength: number;
  readonly segments: readonly Segment[];
  readonly partition: number | undefined;
  readonly kind: 'data' | 'metadata';
  /** Undefined for what is not the contents of a file. */
  readonly filePiece: FilePiece | undefined;
  /** Set when all of it has been read, however that came about. */
  done: boolean;
}

/** Which of the file pieces of a plan it is. */
export interface FilePiece {
  readonly region: number;
  /** Its place in the region's file pieces. */
  readonly number: number;
}

export interface Segment {
  readonly piece: Piece;
  /** Absolute byte offset on the device. */
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly pieceOffset: number;
}

export interface CapturePlan {
  /** Bytes that will be read and tested. */
  readonly readBytes: number;
  /** Bytes that must read as zero after a restore without having been read. */
  readonly zero: ExtentList;
  readonly regions: readonly RegionPlan[];
  /** All segments, ascending by byteOffset, but those of file pieces that `isLeftOut`. */
  segments(isLeftOut?: IsLeftOut): Generator<Segment>;
}

/** True for file pieces that need not be read, by region and number of the piece. */
export type IsLeftOut = (region: number, piece: number) => boolean;

export const METADATA_PIECE_BYTES: number = 16 * 1024;
const BULK_PIECE_BYTES = 64 * 1024;
const CONTESTED_PIECE_BYTES = 4 * 1024;

export interface RegionPlan {
  readonly region: Region;
  readonly metadata: ExtentList;
  readonly contested: ExtentList;
  readonly bulk: ExtentList;
  /** Contents of files, then directories. */
  readonly files: FilePieces;
  readonly cells: DirectoryCells;
  readonly zero: ExtentList;
}

/** Throws when a live byte would lie in no piece, or in two: a bug that must never reach a store. */
export function planCapture(disk: DiskMap): CapturePlan {
  return planOf(disk.regions.map(planRegion));
}

function planOf(plans: readonly RegionPlan[]): CapturePlan {
  let zero = EMPTY_EXTENTS;
  for (const plan of plans) zero = unionExtents(zero, plan.zero);
  return {
    readBytes: plans.reduce((sum, plan) => sum + readBytesOf(plan), 0),
    zero,
    regions: plans,
    *segments(isLeftOut) {
      for (const [i, plan] of plans.entries()) {
        yield* regionSegments(plan, i, isLeftOut);
      }
    },
  };
}

/** The same plan without reading `zero` (absolute), which must lie in the metadata: it is taken as zero. */
export function assumeZero(plan: CapturePlan, zero: ExtentList): CapturePlan {
  const regions = plan.regions.map((region) => {
    const here = intersectExtents(region.metadata, zero);
    if (here.count === 0) return region;
    return { ...region, metadata: subtractExtents(region.metadata, here), zero: unionExtents(region.zero, here) };
  });
  return planOf(regions);
}

function planRegion(region: Region): RegionPlan {
  const { byteOffset, byteLength } = region;
  const whole = extentsFrom([[byteOffset, byteOffset + byteLength]]);
  const claimed = cutFilePieces(region.files, byteOffset, byteLength, EMPTY_EXTENTS);
  const contested = contestedExtents(claimed, region.metadata);
  const contents = contested.count === 0 ? claimed : cutFilePieces(region.files, byteOffset, byteLength, contested);
  const structures = subtractExtents(region.metadata, contested);
  const cells = findDirectoryCells(region, structures, METADATA_PIECE_BYTES);
  const files = appendPieces(contents, cells.rows);
  const metadata = subtractExtents(structures, cells.bytes);
  const fileBytes = claimedExtents(files);
  const claims = unionExtents(unionExtents(fileBytes, metadata), contested);
  const zero = subtractExtents(region.zero, claims);
  const free = subtractExtents(subtractExtents(region.free, claims), zero);
  const bulk = subtractExtents(subtractExtents(subtractExtents(whole, free), zero), claims);
  const plan: RegionPlan = { region, metadata, contested, bulk, files, cells, zero };
  const planned = readBytesOf(plan) + totalBytes(zero) + totalBytes(free);
  if (planned !== byteLength) {
    throw new Error(`the capture plan covers ${planned} of ${byteLength} bytes of the region at ${byteOffset}`);
  }
  return plan;
}

/** All that is read of a region, absolute, unless some of its pieces are left out. */
export function readExtentsOf({ metadata, contested, bulk, files }: RegionPlan): ExtentList {
  return unionExtents(unionExtents(metadata, contested), unionExtents(bulk, claimedExtents(files)));
}

function readBytesOf(plan: RegionPlan): number {
  let total = totalBytes(plan.metadata) + totalBytes(plan.contested) + totalBytes(plan.bulk);
  for (let row = 0; row < plan.files.rowCount; row++) total += plan.files.byteLength[row]!;
  return total;
}

/** The four kinds of pieces of a region, merged into device order. */
function* regionSegments(plan: RegionPlan, number: number, isLeftOut: IsLeftOut | undefined): Generator<Segment> {
  const sources = [
    gridSegments(plan.region, plan.metadata, METADATA_PIECE_BYTES, 'metadata'),
    gridSegments(plan.region, plan.contested, CONTESTED_PIECE_BYTES, 'metadata'),
    gridSegments(plan.region, plan.bulk, BULK_PIECE_BYTES, 'data'),
    fileSegments(plan, number, isLeftOut),
  ];
  const heads = sources.map((source) => source.next());
  for (;;) {
    let first = -1;
    for (const [i, head] of heads.entries()) {
      if (head.done === true) continue;
      const best = first < 0 ? undefined : heads[first];
      if (best === undefined || best.done === true || head.value.byteOffset < best.value.byteOffset) first = i;
    }
    const head = heads[first];
    if (head === undefined || head.done === true) return;
    yield head.value;
    heads[first] = sources[first]!.next();
  }
}

/** Pieces on a grid of `pieceBytes` that begins with the region; a piece holds what lies in its cell. */
function* gridSegments(
  region: Region,
  extents: ExtentList,
  pieceBytes: number,
  kind: Piece['kind'],
): Generator<Segment> {
  let cell = -1;
  let parts: [byteOffset: number, byteLength: number][] = [];
  const flush = (): Segment[] => {
    if (parts.length === 0) return [];
    const cellStart = region.byteOffset + cell * pieceBytes;
    return makePiece(
      region,
      kind,
      parts.map(([at, length]) => [at, length, at - cellStart] as const),
    );
  };
  for (let i = 0; i < extents.count; i++) {
    for (let at = extents.starts[i]!; at < extents.ends[i]!;) {
      const here = Math.floor((at - region.byteOffset) / pieceBytes);
      const end = Math.min(extents.ends[i]!, region.byteOffset + (here + 1) * pieceBytes);
      if (here !== cell) {
        yield* flush();
        cell = here;
        parts = [];
      }
      parts.push([at, end - at]);
      at = end;
    }
  }
  yield* flush();
}

function* fileSegments(
  { region, files }: RegionPlan,
  regionNumber: number,
  isLeftOut: IsLeftOut | undefined,
): Generator<Segment> {
  /** Segments of pieces that lie in several places, until the last of them has come. */
  const open = new Map<number, Segment[]>();
  for (const row of files.order) {
    const number = files.piece[row]!;
    if (isLeftOut?.(regionNumber, number) === true) continue;
    const first = files.firstRow[number]!;
    const rows = files.firstRow[number + 1]! - first;
    let segments = open.get(number);
    if (segments === undefined) {
      segments = makePiece(
        region,
        number < files.contentPieces ? 'data' : 'metadata',
        Array.from({ length: rows }, (_, i) => [
          files.byteOffset[first + i]!,
          files.byteLength[first + i]!,
          files.pieceOffset[first + i]!,
        ]),
        { region: regionNumber, number },
      );
      if (rows > 1) open.set(number, segments);
    }
    const segment = segments[row - first]!;
    if (rows > 1 && segments.every((other) => other.byteOffset <= segment.byteOffset)) open.delete(number);
    yield segment;
  }
}

function makePiece(
  region: Region,
  kind: Piece['kind'],
  parts: readonly (readonly [byteOffset: number, byteLength: number, pieceOffset: number])[],
  filePiece?: FilePiece,
): Segment[] {
  const segments: Segment[] = [];
  let byteLength = 0;
  for (const [, length, pieceOffset] of parts) byteLength = Math.max(byteLength, pieceOffset + length);
  const piece: Piece = { byteLength, segments, partition: region.partition, kind, filePiece, done: false };
  for (const [byteOffset, length, pieceOffset] of parts) {
    segments.push({ piece, byteOffset, byteLength: length, pieceOffset });
  }
  return segments;
}
