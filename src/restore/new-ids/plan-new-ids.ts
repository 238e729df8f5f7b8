import { sliceSource, type BlockSource } from '../../device/block-source.ts';
import { throwIfAborted } from '../../errors.ts';
import { isFileSystemAt } from '../../filesystems/signatures.ts';
import { readDiskLayout } from '../../layout/disk-layout.ts';
import { requireEdits, shiftEdits, type Edit } from '../edits.ts';
import { findClash, isRefusal, type Refusal } from '../tables/table-shape.ts';
import { createIdMap, type RandomBytes } from './id-map.ts';
import { type PartitionBytes } from './file-tree.ts';
import { renewTableIds, type ChangedId } from './table-ids.ts';
import { planVolumeIds, type VolumeIds } from './volume-ids.ts';

export interface KeptId {
  readonly partition: number;
  readonly type: string;
  readonly reason: string;
}

export interface RewrittenFile {
  readonly partition: number;
  readonly path: string;
  /** How many IDs in it were replaced. */
  readonly count: number;
}

export interface NewIds {
  /** Relative to the volume, sorted, disjoint. */
  readonly edits: readonly Edit[];
  readonly changes: readonly ChangedId[];
  readonly rewritten: readonly RewrittenFile[];
  /** Partitions that keep the ID of what is in them. */
  readonly kept: readonly KeptId[];
  /** One line each: what the new system may not find, and what is good to know. */
  readonly warnings: readonly string[];
}

interface Place {
  readonly number: number;
  readonly byteOffset: number;
  readonly byteLength: number;
}

/**
 * Plans new IDs for the table, the file systems and the swap areas of a volume, and for what refers to them in boot
 * files. Refuses as soon as one ext or FAT file system may not be touched (dirty, damaged, errors): it may hold
 * references, and half of them renamed is a card that does not start. What keeps its ID for good is named instead.
 * `random` gives unpredictable bytes. Throws E_STOPPED, and errors of the source.
 */
export async function planNewIds(
  source: BlockSource,
  random: RandomBytes,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<NewIds | Refusal> {
  const { signal } = options;
  const layout = await readDiskLayout(source, { isFileSystemAt: async (at) => isFileSystemAt(source, at), signal });
  const oddity = layout.keepWhole ?? findClash(layout);
  if (oddity !== undefined) return { reason: `the partition table cannot be relied on: ${oddity}` };
  const ids = createIdMap(random);
  const table = await renewTableIds(source, layout, ids);
  if (isRefusal(table)) return table;

  const places: readonly Place[] =
    layout.table === 'none' ? [{ number: 0, byteOffset: 0, byteLength: source.byteLength }] : layout.partitions;
  const planned: { readonly place: Place; readonly partition: BlockSource; readonly ids: VolumeIds }[] = [];
  for (const place of places) {
    throwIfAborted(signal);
    const partition = sliceSource(source, place.byteOffset, place.byteLength);
    const volume = await planVolumeIds(partition, ids, signal);
    if (isRefusal(volume)) return { reason: `${nameOf(place)} ${volume.reason}` };
    planned.push({ place, partition, ids: volume });
  }
  const edits = [...table.edits];
  const rewritten: RewrittenFile[] = [];
  const warnings: string[] = [];
  for (const { place, ids: volume } of planned) {
    throwIfAborted(signal);
    edits.push(...shiftEdits(volume.change?.edits ?? [], place.byteOffset));
    warnings.push(...volume.notes.map((note) => `${nameOf(place)}: ${note}`));
    if (volume.rewrite === undefined) {
      if (mayHoldReferences(volume)) warnings.push(`${nameOf(place)} (${volume.type}) was not searched for old IDs`);
      continue;
    }
    const found = await volume.rewrite(nameOf(place));
    if (isRefusal(found)) return { reason: `${nameOf(place)} ${found.reason}` };
    edits.push(...shiftEdits(found.edits.map(asEdit), place.byteOffset));
    rewritten.push(...found.rewritten.map((file) => ({ partition: place.number, ...file })));
    warnings.push(...found.warnings);
  }
  const sorted = edits.sort((a, b) => a.byteOffset - b.byteOffset);
  if (overlaps(sorted)) return { reason: 'a boot file and a structure of its file system claim the same bytes' };
  requireEdits(sorted, source.byteLength);
  const changes = planned.flatMap(({ place, ids: { change } }) => {
    return change === undefined ? [] : [{ partition: place.number, ...withoutEdits(change) }];
  });
  const kept = planned.flatMap(({ place, ids: volume }) => {
    return volume.kept === undefined ? [] : [{ partition: place.number, type: volume.type, reason: volume.kept }];
  });
  return { edits: sorted, changes: [...table.changes, ...changes], rewritten, kept, warnings };
}

function nameOf({ number }: Place): string {
  return number === 0 ? 'the file system' : `partition ${number}`;
}

/** An area of swap holds no files; a partition in which nothing is known may be empty. */
function mayHoldReferences({ type, kept }: VolumeIds): boolean {
  return type !== 'swap' && kept !== undefined && kept !== 'nothing known is in it';
}

function withoutEdits({ what, before, after }: NonNullable<VolumeIds['change']>): Omit<ChangedId, 'partition'> {
  return { what, before, after };
}

function asEdit({ byteOffset, bytes }: PartitionBytes): Edit {
  return { byteOffset, byteLength: bytes.byteLength, bytes };
}

function overlaps(sorted: readonly Edit[]): boolean {
  return sorted.some((edit, i) => i > 0 && sorted[i - 1]!.byteOffset + sorted[i - 1]!.byteLength > edit.byteOffset);
}
