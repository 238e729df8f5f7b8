import { ExtentListBuilder, type ExtentList } from '../../bytes/extent-list.ts';
import { type FatGeometry } from './boot-sector.ts';

/** A set of cluster numbers 2 to `clusterCount + 1`, one bit each: 2 MiB for 64 GB in clusters of 4 KiB. */
export interface ClusterSet {
  /** True when the cluster was not in the set before. */
  add(cluster: number): boolean;
  has(cluster: number): boolean;
  /** Bit `cluster - 2`, lowest bit first. */
  readonly bits: Uint8Array;
}

export function createClusterSet(clusterCount: number): ClusterSet {
  const bits = new Uint8Array(Math.ceil(clusterCount / 8));
  return {
    bits,
    add(cluster) {
      const at = (cluster - 2) >>> 3;
      const bit = 1 << ((cluster - 2) & 7);
      if (bits[at]! & bit) return false;
      bits[at] = bits[at]! | bit;
      return true;
    },
    has: (cluster) => (bits[(cluster - 2) >>> 3]! & (1 << ((cluster - 2) & 7))) !== 0,
  };
}

/** So many extents are enough to describe any honest volume; with more, short runs are left out. */
const MAX_EXTENTS = 1_000_000;

/**
 * The byte ranges of the clusters that are in the set (`wanted` 1) or not in it (`wanted` 0). With `mayOmit`, runs that
 * are too short are left out if there are more than a million: the caller must be safe when it is told less.
 */
export function clusterExtents(set: ClusterSet, geometry: FatGeometry, wanted: 0 | 1, mayOmit: boolean): ExtentList {
  for (let shortest = 1; ; shortest *= 4) {
    const extents = collect(set.bits, geometry, wanted, shortest, mayOmit ? MAX_EXTENTS : Infinity);
    if (extents !== undefined) return extents;
  }
}

function collect(
  bits: Uint8Array,
  geometry: FatGeometry,
  wanted: 0 | 1,
  shortest: number,
  limit: number,
): ExtentList | undefined {
  const { clusterCount, clusterBytes, dataOffset } = geometry;
  const out = new ExtentListBuilder();
  const uniform = wanted === 1 ? 0xff : 0x00;
  let count = 0;
  let start = -1;
  for (let index = 0; index <= clusterCount; index++) {
    const isInside = index < clusterCount && ((bits[index >>> 3]! >>> (index & 7)) & 1) === wanted;
    if (isInside) {
      if (start < 0) start = index;
      // Whole bytes of the same kind are passed over at once; the last byte may hold bits of no cluster.
      while ((index & 7) === 7 && index + 8 < clusterCount && bits[(index + 1) >>> 3] === uniform) index += 8;
      continue;
    }
    if (start >= 0 && index - start >= shortest) {
      if (++count > limit) return undefined;
      out.add(dataOffset + start * clusterBytes, dataOffset + index * clusterBytes);
    }
    start = -1;
  }
  return out.build();
}
