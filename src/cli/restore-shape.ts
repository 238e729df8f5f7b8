/** From the flags that change a version on its way out (--expand, --fit, --size, --new-ids) to what is to be written. */
import { randomBytes } from 'node:crypto';
import { CardkeepError } from '../errors.ts';
import type { InspectedTarget } from '../operations/inspect-target.ts';
import { reshapeSnapshot } from '../operations/reshape-snapshot.ts';
import type { Reshaped, ReshapeWish } from '../operations/reshape-snapshot.ts';
import type { StoredSnapshot } from '../snapshot/catalog.ts';
import type { Store } from '../store/store.ts';
import { askYesNo, canAsk } from './ask.ts';
import type { CliContext } from './context.ts';
import { humanBytes } from './human-format.ts';
import { parseDiskSize } from './parse-size.ts';
import { withProgress } from './progress-display.ts';

export interface ShapeFlags {
  /** False with --no-expand, undefined with neither. */
  readonly expand?: boolean;
  readonly fit?: boolean;
  readonly size?: string;
  readonly newIds?: boolean;
}

/** How a restore may ask. */
export interface AskFlags {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

/** Less is not worth a question. */
const WORTH_ASKING_BYTES = 64 * 1024 * 1024;

/** Size that an image file is to have; undefined: that of the version. Throws E_USAGE. */
export function wantedFileBytes({ size, expand }: ShapeFlags, isFile: boolean): number | undefined {
  if (size !== undefined && !isFile) {
    throw new CardkeepError('usage', 'E_USAGE', 'a device has the size that it has: --size is for image files', {
      hint: 'leave out --size',
    });
  }
  if (size !== undefined) return parseDiskSize(size);
  if (expand !== true || !isFile) return undefined;
  throw new CardkeepError('usage', 'E_USAGE', 'an image file gets the size of the version: nothing would grow', {
    hint: 'say how large it is to be, for example --size 64G',
  });
}

/** Throws what reshapeSnapshot throws. */
export async function shapeOf(
  context: CliContext,
  store: Store,
  snapshot: StoredSnapshot,
  targetBytes: number,
  flags: ShapeFlags,
): Promise<Reshaped> {
  const wish: ReshapeWish = {
    targetBytes,
    expand: flags.expand === true,
    fit: flags.fit === true,
    newIds: flags.newIds === true,
    random: randomBytes,
    signal: context.signal,
  };
  return withProgress(context, async (onProgress) => {
    onProgress({ phase: 'plan', doneBytes: 0, totalBytes: 0 });
    return reshapeSnapshot(store, snapshot.volume, wish);
  });
}

/** The flags, with what the user answers where much of the target would stay unused and neither flag says what to do. */
export async function withAnswer<Flags extends ShapeFlags & AskFlags>(
  context: CliContext,
  store: Store,
  snapshot: StoredSnapshot,
  target: InspectedTarget,
  flags: Flags,
): Promise<Flags> {
  const unusedBytes = target.byteLength - snapshot.volume.byteLength;
  const mayAsk = flags.expand === undefined && flags.yes !== true && flags.dryRun !== true && canAsk();
  if (!mayAsk || unusedBytes < WORTH_ASKING_BYTES) return flags;
  const grown = await growthOf(context, store, snapshot, target.byteLength);
  if (grown === undefined) return flags;
  const what = grown.partition.number === 0 ? 'file system' : 'last partition';
  const question = `${humanBytes(unusedBytes)} would stay unused. Grow the ${what}?`;
  return { ...flags, expand: await askYesNo(question, context.signal, { isYesByDefault: true }) };
}

/** Undefined where nothing would grow. */
async function growthOf(
  context: CliContext,
  store: Store,
  snapshot: StoredSnapshot,
  targetBytes: number,
): Promise<Reshaped['resized']> {
  try {
    const { resized } = await shapeOf(context, store, snapshot, targetBytes, { expand: true });
    return resized?.partition.number === 0 && resized.fileSystemBytes === undefined ? undefined : resized;
  } catch (error) {
    if (error instanceof CardkeepError && error.code === 'E_CANNOT_EXPAND') return undefined;
    throw error;
  }
}
