/** Superblock and group descriptors, in the first group and in every copy. */
import { INCOMPAT } from '../../filesystems/ext4/features.ts';
import {
  descriptorBlockCount,
  descriptorsPerBlock,
  groupHeadBlocks,
  hasSuperblockCopy,
} from '../../filesystems/ext4/group-layout.ts';
import { SUPERBLOCK_BYTES, SUPERBLOCK_OFFSET, type Superblock } from '../../filesystems/ext4/superblock.ts';
import { type Edit } from '../edits.ts';
import { encodeSuperblockCopy } from './ext4-superblock-bytes.ts';

/**
 * Adds the edits of all copies. All of them share the bytes of `table`. From group `firstNewGroup` on, blocks are written
 * whole, and those reserved for more descriptors as zeros.
 */
export function addCopies(
  sb: Superblock,
  primary: Uint8Array,
  table: Uint8Array,
  firstNewGroup: number,
  edits: Edit[],
): void {
  const { blockSize } = sb;
  const hasMetaGroups = (sb.features.incompat & INCOMPAT.metaBg) !== 0;
  const inHeads = Math.min(descriptorBlockCount(sb), sb.firstMetaGroup) * blockSize;
  for (let group = 0; group < sb.groupCount; group++) {
    const ranges = [...groupHeadBlocks(sb, group)];
    if (hasSuperblockCopy(sb, group)) {
      const [start] = ranges.shift()!;
      edits.push(superblockEdit(sb, primary, group, start, group >= firstNewGroup));
    }
    const [range] = ranges;
    if (range === undefined) continue;
    const byteOffset = range[0] * blockSize;
    const metaGroup = Math.floor(group / descriptorsPerBlock(sb));
    if (hasMetaGroups && metaGroup >= sb.firstMetaGroup) {
      const bytes = table.subarray(metaGroup * blockSize, (metaGroup + 1) * blockSize);
      edits.push({ byteOffset, byteLength: blockSize, bytes });
      continue;
    }
    edits.push({ byteOffset, byteLength: inHeads, bytes: table.subarray(0, inHeads) });
    const reservedBytes = (range[1] - range[0]) * blockSize - inHeads;
    if (group < firstNewGroup || reservedBytes === 0) continue;
    edits.push({ byteOffset: byteOffset + inHeads, byteLength: reservedBytes, bytes: undefined });
  }
}

function superblockEdit(sb: Superblock, primary: Uint8Array, group: number, block: number, isNew: boolean): Edit {
  if (group === 0) return { byteOffset: SUPERBLOCK_OFFSET, byteLength: SUPERBLOCK_BYTES, bytes: primary };
  const copy = encodeSuperblockCopy(primary, group);
  const bytes = isNew ? new Uint8Array(sb.blockSize) : copy;
  bytes.set(copy);
  return { byteOffset: block * sb.blockSize, byteLength: bytes.byteLength, bytes };
}
