/** Lets go of a card that was written, so that it can be taken out. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CardkeepError } from '../errors.ts';
import type { TargetFacts } from './device-guards.ts';
import type { RunCommand } from './run-command.ts';
import { executeCommands, planEject, planUnmount } from './unmount.ts';

export interface EjectOptions {
  readonly run: RunCommand;
  readonly platform: NodeJS.Platform;
  /** Where Linux shows its devices. */
  readonly sysFolder?: string | undefined;
}

/**
 * Unmounts what was mounted meanwhile and ejects. Afterwards the card can be taken out; false where only a person can
 * eject it (Windows). Throws E_UNMOUNT_FAILED.
 */
export async function ejectTarget(facts: TargetFacts, options: EjectOptions): Promise<boolean> {
  const { run, platform, sysFolder = '/sys' } = options;
  await executeCommands(planUnmount(facts, platform), run);
  if (platform === 'win32' && facts.kind === 'device') return false;
  try {
    await executeCommands(planEject(facts, platform), run);
  } catch (error) {
    const isMissing = error instanceof CardkeepError && codeOf(error.cause) === 'E_TOOL_MISSING';
    if (!isMissing || platform !== 'linux') throw error;
    // The program "eject" is not everywhere; this takes the disk out of the system.
    await writeFile(path.join(sysFolder, 'class', 'block', path.basename(facts.diskPath), 'device', 'delete'), '1');
  }
  return true;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof CardkeepError ? error.code : undefined;
}
