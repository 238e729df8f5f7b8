/**
 * Where the bitmaps and inode tables of new groups go: with flex_bg together at the beginning of each flexible group, as
 * ext4_alloc_group_tables() in Linux fs/ext4/resize.c does it, else each into its own group. Always into new groups.
 */
import { inodeTableBlocks } from '../../filesystems/ext4/group-descriptors.ts';
import { groupEndBlock, groupFirstBlock, groupHeadBlocks } from '../../filesystems/ext4/group-layout.ts';
import { type Superblock } from '../../filesystems/ext4/superblock.ts';
import { type BlockRange } from './ext4-block-bitmap.ts';

/** The new groups of one flexible group, `[firstGroup, endGroup)`; one element each in the columns. */
export interface GroupPlaces {
  readonly firstGroup: number;
  readonly endGroup: number;
  /** Block numbers. */
  readonly blockBitmap: Float64Array;
  readonly inodeBitmap: Float64Array;
  readonly inodeTable: Float64Array;
}

/** The places of groups `[firstGroup, sb.groupCount)`; undefined at the end where a group has no room for its own. */
export function* placeNewGroups(
  sb: Superblock,
  firstGroup: number,
  groupsPerFlex: number,
): Generator<GroupPlaces | undefined> {
  for (let first = firstGroup; first < sb.groupCount;) {
    const end = Math.min(sb.groupCount, (Math.floor(first / groupsPerFlex) + 1) * groupsPerFlex);
    // Together, the last and small group may be needed for a table that does not fit: then each has room for its own.
    const places = placeTogether(sb, first, end) ?? placeApart(sb, first, end);
    yield places;
    if (places === undefined) return;
    first = end;
  }
}

/** The blocks that these places use in one of their groups, with its head. */
export function placedIn(sb: Superblock, places: GroupPlaces, group: number): BlockRange[] {
  const first = groupFirstBlock(sb, group);
  const end = groupEndBlock(sb, group);
  const tableBlocks = inodeTableBlocks(sb);
  const used: BlockRange[] = [...groupHeadBlocks(sb, group)];
  const add = (start: number, length: number): void => {
    if (start >= first && start < end) used.push([start, start + length]);
  };
  for (let i = 0; i < places.endGroup - places.firstGroup; i++) {
    add(places.blockBitmap[i]!, 1);
    add(places.inodeBitmap[i]!, 1);
    add(places.inodeTable[i]!, tableBlocks);
  }
  return used;
}

function placeTogether(sb: Superblock, firstGroup: number, endGroup: number): GroupPlaces | undefined {
  const places = noPlaces(firstGroup, endGroup);
  let group = firstGroup;
  let block = headEnd(sb, group);
  /** The next `length` blocks in a row within one group. */
  const take = (length: number): number => {
    while (block + length > groupEndBlock(sb, group)) {
      if (++group >= endGroup) return Number.NaN;
      block = headEnd(sb, group);
    }
    block += length;
    return block - length;
  };
  for (const [column, length] of [
    [places.blockBitmap, 1],
    [places.inodeBitmap, 1],
    [places.inodeTable, inodeTableBlocks(sb)],
  ] as const) {
    for (let i = 0; i < column.length; i++) {
      column[i] = take(length);
      if (group >= endGroup) return undefined;
    }
  }
  return places;
}

function placeApart(sb: Superblock, firstGroup: number, endGroup: number): GroupPlaces | undefined {
  const places = noPlaces(firstGroup, endGroup);
  for (let group = firstGroup; group < endGroup; group++) {
    const block = headEnd(sb, group);
    if (block + 2 + inodeTableBlocks(sb) > groupEndBlock(sb, group)) return undefined;
    const i = group - firstGroup;
    places.blockBitmap[i] = block;
    places.inodeBitmap[i] = block + 1;
    places.inodeTable[i] = block + 2;
  }
  return places;
}

function headEnd(sb: Superblock, group: number): number {
  let end = groupFirstBlock(sb, group);
  for (const range of groupHeadBlocks(sb, group)) end = Math.max(end, range[1]);
  return end;
}

function noPlaces(firstGroup: number, endGroup: number): GroupPlaces {
  const count = endGroup - firstGroup;
  return {
    firstGroup,
    endGroup,
    blockBitmap: new Float64Array(count),
    inodeBitmap: new Float64Array(count),
    inodeTable: new Float64Array(count),
  };
}
