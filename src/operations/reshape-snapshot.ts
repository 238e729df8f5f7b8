/** A version as it is to stand on a target of another size, or with IDs of its own: what changes, as edits and in words. */
import type { BlockSource } from '../device/block-source.ts';
import { CardkeepError } from '../errors.ts';
import { editedSource, mergeEdits } from '../restore/edits.ts';
import type { Edit } from '../restore/edits.ts';
import type { RandomBytes } from '../restore/new-ids/id-map.ts';
import { planNewIds } from '../restore/new-ids/plan-new-ids.ts';
import type { NewIds } from '../restore/new-ids/plan-new-ids.ts';
import { targetTooSmall } from '../restore/restore-plan.ts';
import { zerosByMap } from '../restore/tables/gap-data.ts';
import type { GapOptions } from '../restore/tables/gap-data.ts';
import { isRefusal } from '../restore/tables/table-shape.ts';
import { openSnapshotSource } from '../snapshot/snapshot-source.ts';
import type { Volume } from '../snapshot/snapshot.ts';
import type { Store } from '../store/store.ts';
import { expandPartition } from './expand-partition.ts';
import type { ResizedContent } from './expand-partition.ts';
import { fitPartition } from './fit-partition.ts';
import type { FitFailure } from './fit-partition.ts';

export interface ReshapeWish {
  /** Size of the target. */
  readonly targetBytes: number;
  /** On a larger target the last partition grows to its end. */
  readonly expand: boolean;
  /** On a smaller target the end of the last partition goes, if nothing is in it. */
  readonly fit: boolean;
  readonly newIds: boolean;
  /** Unpredictable bytes, for new IDs. */
  readonly random: RandomBytes;
  readonly signal?: AbortSignal | undefined;
}

export interface Reshaped {
  /** Relative to the volume, sorted, disjoint. */
  readonly edits: readonly Edit[];
  /** Size of the disk that they make of the version. */
  readonly editedBytes: number;
  /** Undefined: the partitions keep their sizes. */
  readonly resized: ResizedContent | undefined;
  readonly ids: NewIds | undefined;
  /** One line each. */
  readonly notes: readonly string[];
}

/**
 * Throws, all of them refused and before anything is written: E_TARGET_TOO_SMALL, E_CANNOT_FIT with the smallest size
 * that works, E_CANNOT_EXPAND, E_CANNOT_RENEW.
 */
export async function reshapeSnapshot(
  store: Pick<Store, 'readChunk'>,
  volume: Volume,
  wish: ReshapeWish,
): Promise<Reshaped> {
  const source = openSnapshotSource(store, volume);
  const sized = await reshapeSize(source, wish, { isKnownZero: zerosByMap(source.map), signal: wish.signal });
  if (!wish.newIds) return sized;
  const edited = editedSource(source, sized.edits, sized.editedBytes);
  const ids = await planNewIds(edited, wish.random, { signal: wish.signal });
  if (isRefusal(ids)) {
    throw new CardkeepError('refused', 'E_CANNOT_RENEW', `it cannot get new IDs: ${ids.reason}`, {
      hint: 'without --new-ids it is restored with the IDs that it has',
    });
  }
  return { ...sized, edits: mergeEdits(sized.edits, ids.edits), ids };
}

async function reshapeSize(
  source: BlockSource,
  { targetBytes, expand, fit }: ReshapeWish,
  options: GapOptions,
): Promise<Reshaped> {
  const asItWas = { edits: [], editedBytes: source.byteLength, resized: undefined, ids: undefined };
  if (targetBytes < source.byteLength) {
    const fitted = await fitPartition(source, targetBytes, options);
    if (isRefusal(fitted)) throw fit ? cannotFit(source, targetBytes, fitted) : tooSmall(source, targetBytes, fitted);
    if (!fit) throw tooSmall(source, targetBytes, undefined);
    return resizedTo(targetBytes, fitted);
  }
  if (expand && targetBytes > source.byteLength) {
    return resizedTo(targetBytes, await expandPartition(source, targetBytes, options));
  }
  const notes: string[] = [];
  if (expand) notes.push('nothing grows: the target is exactly as large as the version');
  if (fit) notes.push('nothing is cut: the target is large enough');
  return { ...asItWas, notes: expand && fit ? notes.slice(0, 1) : notes };
}

function resizedTo(editedBytes: number, resized: ResizedContent): Reshaped {
  return { edits: resized.edits, editedBytes, resized, ids: undefined, notes: resized.notes };
}

function cannotFit(source: BlockSource, targetBytes: number, { reason, smallestBytes }: FitFailure): CardkeepError {
  if (smallestBytes === undefined) {
    return new CardkeepError('refused', 'E_CANNOT_FIT', `it cannot be cut to fit the target: ${reason}`, {
      hint: `use a card or file of at least ${source.byteLength} bytes`,
    });
  }
  const missing = smallestBytes - targetBytes;
  const lack = `${missing} ${missing === 1 ? 'byte' : 'bytes'} too few`;
  const needs = smallestBytes < source.byteLength ? 'can be cut to' : 'needs';
  const message = `the target has ${targetBytes} bytes, this version ${needs} ${smallestBytes} bytes: ${lack}`;
  return new CardkeepError('refused', 'E_CANNOT_FIT', message, { hint: reason });
}

/** `failure`: why it could not be cut either. */
function tooSmall(source: BlockSource, targetBytes: number, failure: FitFailure | undefined): CardkeepError {
  const atLeast = `use a card or file of at least ${source.byteLength} bytes`;
  const cut = failure?.smallestBytes ?? source.byteLength;
  let hint = atLeast;
  if (failure === undefined) hint = `the same command with --fit cuts it to the target; or ${atLeast}`;
  else if (cut < source.byteLength) hint = `${atLeast}, or with --fit ${cut} bytes`;
  return targetTooSmall(targetBytes, source.byteLength, hint);
}
