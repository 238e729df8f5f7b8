/** Everything about a restore's target that the plan and its guards need; nothing is written. */
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { BlockSource } from '../device/block-source.ts';
import { openSource } from '../device/file-device.ts';
import { CardkeepError, NotFoundError, systemErrorCode } from '../errors.ts';
import { markOf, peekPartitions } from './peek-target.ts';
import type { PeekedPartition } from './peek-target.ts';

export interface InspectedTarget {
  readonly path: string;
  /** `new`: an image file that does not exist yet; `file`: one that will be emptied. */
  readonly kind: 'new' | 'file' | 'device';
  /** What it will have: a file takes the size of the version. */
  readonly byteLength: number;
  readonly sectorSize: number;
  /** Of what is there now, in words: `31.9 GB Generic STORAGE`; empty for nothing. */
  readonly model: string;
  readonly presentBytes: number;
  readonly partitions: readonly PeekedPartition[];
  /** By which it is known again right before the first write. */
  readonly mark: string;
}

/** Looks at what is at `targetPath`. Throws NotFoundError when its folder is not there, and what openSource throws. */
export async function inspectTarget(targetPath: string, volumeBytes: number): Promise<InspectedTarget> {
  const found = await statIfThere(targetPath);
  const empty = { byteLength: volumeBytes, sectorSize: 512, model: '', presentBytes: 0, partitions: [], mark: '' };
  if (found === undefined) {
    await requireFolder(path.dirname(targetPath));
    return { path: targetPath, kind: 'new', ...empty };
  }
  if (found.isFile() && found.size === 0) return { path: targetPath, kind: 'file', ...empty };
  await using device = await openSource(targetPath);
  const { isBlockDevice, byteLength, sectorSize } = device;
  return {
    path: targetPath,
    kind: isBlockDevice ? 'device' : 'file',
    byteLength: isBlockDevice ? byteLength : volumeBytes,
    sectorSize,
    model: '',
    presentBytes: byteLength,
    partitions: await peekPartitions(device),
    mark: await markOf(device),
  };
}

/** Throws E_TARGET_CHANGED (refused) unless `device`, open for writing, is what the plan was made for. */
export async function requireSameTarget(target: InspectedTarget, device: BlockSource): Promise<void> {
  if (device.byteLength === target.presentBytes && (await markOf(device)) === target.mark) return;
  throw new CardkeepError('refused', 'E_TARGET_CHANGED', `${target.path} is not what it was when the plan was made`, {
    hint: 'was the card changed? run the same command again',
  });
}

async function statIfThere(targetPath: string): Promise<Stats | undefined> {
  try {
    return await stat(targetPath);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function requireFolder(folder: string): Promise<void> {
  if ((await statIfThere(folder))?.isDirectory() === true) return;
  throw new NotFoundError(`there is no folder ${folder}`, { hint: `make it first: mkdir -p ${folder}` });
}
