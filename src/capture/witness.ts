/**
 * The bytes that change whenever a file system is written to, read before and after a capture: a card that somebody
 * mounted meanwhile must not become a version.
 */
import { extentPairs, extentsFrom, intersectExtents, unionExtents } from '../bytes/extent-list.ts';
import type { ExtentList } from '../bytes/extent-list.ts';
import { equalBytes } from '../bytes/hex.ts';
import type { BlockSource } from '../device/block-source.ts';
import { CardkeepError } from '../errors.ts';
import { isKeepWhole } from '../filesystems/filesystem.ts';
import type { DiskMap } from './disk-map.ts';

/** Superblock, descriptors of a few hundred groups or the FAT's start: all stand at the front of a partition. */
const FRONT_BYTES = 128 * 1024;

export interface Witness {
  readonly extents: ExtentList;
  readonly contents: readonly Uint8Array[];
}

export async function readWitness(source: BlockSource, disk: DiskMap): Promise<Witness> {
  const fronts: [start: number, end: number][] = [];
  let named = disk.layout.tableExtents;
  for (const { entry, report } of disk.partitions) {
    fronts.push([entry.byteOffset, Math.min(entry.byteOffset + FRONT_BYTES, entry.byteOffset + entry.byteLength)]);
    if (isKeepWhole(report) || report.witness === undefined) continue;
    const moved = extentPairs(report.witness).map(([start, end]): [number, number] => [
      entry.byteOffset + start,
      entry.byteOffset + end,
    ]);
    named = unionExtents(named, extentsFrom(moved));
  }
  const extents = intersectExtents(unionExtents(named, extentsFrom(fronts)), extentsFrom([[0, source.byteLength]]));
  return { extents, contents: await readAll(source, extents) };
}

/** Throws E_SOURCE_CHANGED unless all of it still reads the same. */
export async function checkWitness(source: BlockSource, witness: Witness): Promise<void> {
  const now = await readAll(source, witness.extents);
  if (now.every((bytes, i) => equalBytes(bytes, witness.contents[i]!))) return;
  throw new CardkeepError(
    'failed',
    'E_SOURCE_CHANGED',
    'the card was written to while it was read; no version was made',
    {
      hint: 'unmount it and run the backup again',
    },
  );
}

async function readAll(source: BlockSource, extents: ExtentList): Promise<Uint8Array[]> {
  const contents: Uint8Array[] = [];
  for (const [start, end] of extentPairs(extents)) contents.push(await source.read(start, end - start));
  return contents;
}
