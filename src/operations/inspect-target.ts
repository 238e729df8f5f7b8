/** What is on a restore's target now, for the plan; nothing is written. */
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { BlockSource } from '../device/block-source.ts';
import { openSource } from '../device/file-device.ts';
import type { FileDevice } from '../device/file-device.ts';
import { CardkeepError, NotFoundError, systemErrorCode } from '../errors.ts';
import { readUnfinished } from '../restore/clear-tables.ts';
import { targetChanged } from './guard-target.ts';
import { markOf, peekPartitions } from './peek-target.ts';
import type { PeekedPartition } from './peek-target.ts';

export interface InspectedTarget {
  readonly path: string;
  /** `new`: an image file that does not exist yet. */
  readonly kind: 'new' | 'file' | 'device';
  /** What it will have: a file takes the size of the version. */
  readonly byteLength: number;
  readonly sectorSize: number;
  /** Size of what is there now; 0 for nothing. */
  readonly presentBytes: number;
  readonly partitions: readonly PeekedPartition[];
  /** ID of the version whose restore to it was broken off. */
  readonly unfinished: string | undefined;
  /** By which it is known again right before the first write. */
  readonly mark: string;
}

/**
 * Looks at what is at `targetPath`. `commandLine` is what the user typed, for the cure of a missing permission. Throws NotFoundError when its folder is not there, and what openSource throws.
 */
export async function inspectTarget(
  targetPath: string,
  volumeBytes: number,
  commandLine: string,
): Promise<InspectedTarget> {
  const found = await statIfThere(targetPath);
  const empty = { byteLength: volumeBytes, sectorSize: 512, presentBytes: 0, partitions: [] };
  const nothing = { ...empty, unfinished: undefined, mark: '' };
  if (found === undefined) {
    await requireFolder(targetPath);
    return { path: targetPath, kind: 'new', ...nothing };
  }
  if (found.isFile() && found.size === 0) return { path: targetPath, kind: 'file', ...nothing };
  await using device = await openSource(targetPath, { commandLine });
  const { isBlockDevice, byteLength, sectorSize } = device;
  return {
    path: targetPath,
    kind: isBlockDevice ? 'device' : 'file',
    byteLength: isBlockDevice ? byteLength : volumeBytes,
    sectorSize,
    presentBytes: byteLength,
    partitions: await peekPartitions(device),
    unfinished: await readUnfinished(device),
    mark: await markOf(device),
  };
}

/** Throws E_TARGET_CHANGED (refused) unless `device`, open for writing, is what the plan was made for. */
export async function requireSameContent(target: InspectedTarget, device: FileDevice): Promise<void> {
  const { byteLength, sectorSize } = device;
  // The page cache may still know the card before this one.
  const medium: BlockSource = { byteLength, sectorSize, read: async (...place) => device.readMedium(...place) };
  if (byteLength !== target.presentBytes || (await markOf(medium)) !== target.mark) {
    throw targetChanged(target.path);
  }
}

async function statIfThere(targetPath: string): Promise<Stats | undefined> {
  try {
    return await stat(targetPath);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function requireFolder(targetPath: string): Promise<void> {
  const folder = path.dirname(targetPath);
  if (folder === '/dev') {
    throw new CardkeepError('not-found', 'E_NO_TARGET', `there is no ${targetPath}`, {
      hint: '"cardkeep devices" lists the cards that are there',
    });
  }
  if ((await statIfThere(folder))?.isDirectory() === true) return;
  throw new NotFoundError(`there is no folder ${folder}`, { hint: `make it first: mkdir -p ${folder}` });
}
