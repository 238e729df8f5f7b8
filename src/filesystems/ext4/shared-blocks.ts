/** Blocks that more than one claims: only a damaged file system has them, and it may call itself clean. */
import { ExtentListBuilder, findExtent, unionExtents, type ExtentList } from '../../bytes/extent-list.ts';
import { type FileExtents } from '../file-extents.ts';

/** The rows none of whose bytes lie in `others` or in another row. Files keep their numbers. */
export function runsOfOneOwner(runs: FileExtents, others: ExtentList): FileExtents {
  const shared = unionExtents(others, claimedTwice(runs));
  const isOwn = (_: number, i: number): boolean => {
    const first = findExtent(shared, runs.byteOffset[i]!);
    return first === shared.count || shared.starts[first]! >= runs.byteOffset[i]! + runs.byteLength[i]!;
  };
  const file = runs.file.filter(isOwn);
  return {
    count: file.length,
    file,
    logicalOffset: runs.logicalOffset.filter(isOwn),
    byteOffset: runs.byteOffset.filter(isOwn),
    byteLength: runs.byteLength.filter(isOwn),
  };
}

/** Bytes that lie in more than one row. */
function claimedTwice({ count, byteOffset, byteLength }: FileExtents): ExtentList {
  const order = new Uint32Array(count).map((_, i) => i).sort((a, b) => byteOffset[a]! - byteOffset[b]!);
  const twice = new ExtentListBuilder();
  let claimedTo = 0;
  for (const i of order) {
    const end = byteOffset[i]! + byteLength[i]!;
    twice.add(byteOffset[i]!, Math.min(end, claimedTo));
    claimedTo = Math.max(claimedTo, end);
  }
  return twice.build();
}
