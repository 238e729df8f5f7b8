/** What the two words of `restore VERSION TARGET` mean, and whether there is room. */
import type { Stats } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { deviceMeantBy } from '../device/device-name.ts';
import { mountPointOf } from '../device/mount-point.ts';
import { shellWord } from '../device/shell-word.ts';
import { CardkeepError, NotFoundError } from '../errors.ts';
import type { InspectedTarget } from '../operations/inspect-target.ts';
import type { RestorePlan } from '../restore/restore-plan.ts';
import { findSnapshot } from '../snapshot/catalog.ts';
import type { Catalog, StoredSnapshot } from '../snapshot/catalog.ts';
import { humanBytes } from './human-format.ts';

const PACKED_NAME = /\.(?:gz|xz|zst|zip|bz2|lz4|7z)$/iu;

/** Throws what findSnapshot throws, and E_USAGE when the words are plainly the wrong way round. */
export async function versionMeantBy(catalog: Catalog, reference: string, targetWord: string): Promise<StoredSnapshot> {
  try {
    return findSnapshot(catalog, reference);
  } catch (error) {
    if (!(error instanceof NotFoundError) || !isVersion(catalog, targetWord) || !(await isPlace(reference)))
      throw error;
    throw new CardkeepError('usage', 'E_USAGE', 'the version comes first, then the target', {
      hint: `cardkeep restore ${shellWord(targetWord)} ${shellWord(reference)}`,
      cause: error,
    });
  }
}

function isVersion(catalog: Catalog, reference: string): boolean {
  try {
    findSnapshot(catalog, reference);
    return true;
  } catch {
    return false;
  }
}

async function isPlace(word: string): Promise<boolean> {
  const stats = await statOf(word);
  return stats?.isFile() === true || stats?.isBlockDevice() === true || (await deviceMeantBy(word)) !== undefined;
}

async function statOf(word: string): Promise<Stats | undefined> {
  return stat(word).catch(() => undefined);
}

/**
 * Throws E_TARGET_NAME (refused) for a device without its folder: `sda` would make a file of that name; and for the name
 * of a packed file: what is written is a raw image.
 */
export async function targetPathOf(word: string): Promise<string> {
  if (word === '-') {
    throw new CardkeepError('usage', 'E_USAGE', 'a restore cannot be written to standard output', {
      hint: 'name an image file or a device: cardkeep restore octopi octopi.img',
    });
  }
  const device = await deviceMeantBy(word);
  if (device === undefined) {
    if (PACKED_NAME.test(word) && (await statOf(word))?.isBlockDevice() !== true) throw packedName(word);
    return path.resolve(word);
  }
  throw new CardkeepError('refused', 'E_TARGET_NAME', `${word} is the name of a device, but would be a file here`, {
    hint: `the device is ${device}; if a file of that name is meant: ./${word}`,
  });
}

/** Throws E_NO_SPACE (failed) before anything is written. */
export async function requireSpace(targetPath: string, plan: RestorePlan, target: InspectedTarget): Promise<void> {
  const { bavail, bsize } = await statfs(path.dirname(targetPath));
  // A file that is emptied first gives back what it holds, at most its size.
  const freeBytes = bavail * bsize + (target.kind === 'file' ? target.presentBytes : 0);
  if (plan.dataBytes <= freeBytes) return;
  const mountPoint = await mountPointOf(targetPath);
  const message = `the disk at ${mountPoint} has ${humanBytes(freeBytes)} free, this version needs ${humanBytes(plan.dataBytes)}`;
  throw new CardkeepError('failed', 'E_NO_SPACE', message, { hint: 'name a file on another disk' });
}

/**
 * True when a restore of this version to the target was broken off. Throws E_OTHER_UNFINISHED (refused) when it was
 * that of another one.
 */
export function isUnfinishedOf(
  catalog: Catalog,
  { unfinished }: InspectedTarget,
  snapshot: StoredSnapshot,
  targetWord: string,
): boolean {
  if (unfinished === undefined || unfinished === snapshot.id) return unfinished === snapshot.id;
  const name = unfinishedName(catalog, unfinished);
  const message = `${targetWord} holds an unfinished restore of ${name ?? 'a version that is not in this store'}`;
  const hint =
    name === undefined
      ? 'to put this version on it instead, leave out --resume'
      : `go on with: cardkeep restore ${shellWord(name)} ${shellWord(targetWord)} --resume; to put this version on it instead, leave out --resume`;
  throw new CardkeepError('refused', 'E_OTHER_UNFINISHED', message, { hint });
}

function unfinishedName({ cards }: Catalog, id: string): string | undefined {
  for (const { snapshots } of cards) {
    const found = snapshots.find((snapshot) => snapshot.id === id);
    if (found !== undefined) return `${found.card}@${found.number}`;
  }
  return undefined;
}

function packedName(word: string): CardkeepError {
  const stem = word.replace(PACKED_NAME, '');
  const name = /\.(?:img|raw|bin)$/iu.test(stem) ? stem : `${stem}.img`;
  return new CardkeepError('refused', 'E_TARGET_NAME', `${word} would be a raw image, whatever its name says`, {
    hint: `name it ${name}, and pack it afterwards`,
  });
}
