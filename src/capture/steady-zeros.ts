/**
 * Blocks that an ext file system reserves for descriptors of groups to come: some tens of MB on a card, nearly all zero.
 * Only resizing writes to them, and then the file system is not the same any more. What the base knows as zero there
 * need not be read.
 */
import {
  alignExtentsInward,
  clipExtents,
  EMPTY_EXTENTS,
  ExtentListBuilder,
  intersectExtents,
  shiftExtents,
  unionExtents,
  type ExtentList,
} from '../bytes/extent-list.ts';
import { isKeepWhole } from '../filesystems/filesystem.ts';
import type { MapReader } from '../snapshot/map-reader.ts';
import { METADATA_PIECE_BYTES, type CapturePlan } from './capture-plan.ts';
import type { DiskMap } from './disk-map.ts';

/** Absolute, whole pieces of metadata only. `regions`: those whose file system was found to be that of the base. */
export async function findSteadyZeros(
  disk: DiskMap,
  plan: CapturePlan,
  regions: readonly number[],
  base: MapReader,
): Promise<ExtentList> {
  let found = EMPTY_EXTENTS;
  for (const number of regions) {
    const { region, metadata } = plan.regions[number]!;
    const report = disk.partitions[region.partition ?? -1]?.report;
    if (report === undefined || isKeepWhole(report) || report.reserved === undefined) continue;
    const { byteOffset, byteLength } = region;
    const reserved = intersectExtents(metadata, shiftExtents(clipExtents(report.reserved, 0, byteLength), byteOffset));
    const zeros = intersectExtents(reserved, await zerosIn(base, byteOffset, byteOffset + byteLength, reserved));
    // Pieces lie on a grid that begins with the region.
    const whole = alignExtentsInward(shiftExtents(zeros, -byteOffset), METADATA_PIECE_BYTES);
    found = unionExtents(found, shiftExtents(whole, byteOffset));
  }
  return found;
}

async function zerosIn(base: MapReader, start: number, end: number, within: ExtentList): Promise<ExtentList> {
  const zeros = new ExtentListBuilder();
  for (let i = 0; i < within.count; i++) {
    for await (const run of base.runs(Math.max(start, within.starts[i]!), Math.min(end, within.ends[i]!))) {
      if (run.state === 'zero') zeros.add(run.byteOffset, run.byteOffset + run.byteLength);
    }
  }
  return zeros.build();
}
