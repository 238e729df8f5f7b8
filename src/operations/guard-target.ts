/** What must never be overwritten, and that the target is still the one that the plan was made for. */
import { realpath } from 'node:fs/promises';
import { platform } from 'node:os';
import path from 'node:path';
import { describeTarget } from '../device/device-guards.ts';
import type { TargetFacts } from '../device/device-guards.ts';
import type { RunCommand } from '../device/run-command.ts';
import { findTargetProblem } from '../device/target-problems.ts';
import { CardkeepError } from '../errors.ts';

export interface GuardTargetOptions {
  /** Folder of the store that is restored from. */
  readonly storePath: string;
  /** The image that the version was made from, if that was on this computer. Going back on a device is what a restore is for. */
  readonly imagePath?: string | undefined;
  /** Allows a large built-in disk, and the image that the version was made from. */
  readonly force: boolean;
  readonly run: RunCommand;
}

/** Throws E_TARGET_... (refused) with the cure; returns the facts for the plan. */
export async function guardTarget(targetPath: string, options: GuardTargetOptions): Promise<TargetFacts> {
  const { storePath, force, run } = options;
  if (await isInFolder(targetPath, storePath)) {
    throw new CardkeepError('refused', 'E_TARGET_IN_STORE', `${targetPath} lies in the store`, {
      hint: 'name a file in another folder',
    });
  }
  const facts = await describeTarget(targetPath, { run });
  if (facts.kind === 'file' && !force && options.imagePath !== undefined)
    await refuseImage(targetPath, options.imagePath);
  const keep = [{ path: storePath, what: 'the store' }];
  const problem = await findTargetProblem(facts, { keep, force, platform: platform() });
  if (problem !== undefined) throw problem;
  return facts;
}

/** Guards once more and throws E_TARGET_CHANGED (refused) when it is not the device of `before` any more. */
export async function guardTargetAgain(before: TargetFacts, options: GuardTargetOptions): Promise<void> {
  const now = await guardTarget(before.path, options);
  const isSame =
    now.kind === before.kind &&
    now.byteLength === before.byteLength &&
    now.serial === before.serial &&
    now.model === before.model;
  if (!isSame) throw targetChanged(before.path);
}

export function targetChanged(targetPath: string): CardkeepError {
  return new CardkeepError('refused', 'E_TARGET_CHANGED', `${targetPath} is not what it was when the plan was made`, {
    hint: 'was the card changed? run the same command again',
  });
}

async function refuseImage(targetPath: string, imagePath: string): Promise<void> {
  const [target, image] = await Promise.all([realpath(targetPath), realpath(imagePath).catch(() => undefined)]);
  if (target !== image) return;
  throw new CardkeepError(
    'refused',
    'E_TARGET_IS_SOURCE',
    `${targetPath} is the image that this version was made from`,
    {
      hint: 'name another file, or overwrite it with --force',
    },
  );
}

async function isInFolder(file: string, folder: string): Promise<boolean> {
  const real = async (name: string): Promise<string> => realpath(name).catch(() => name);
  const place = path.join(await real(path.dirname(file)), path.basename(file));
  const way = path.relative(await real(folder), place);
  return way === '' || !(way.startsWith('..') || path.isAbsolute(way));
}
