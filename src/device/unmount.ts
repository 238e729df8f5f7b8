/** Takes the file systems of a target out of use before it is written, and lets go of it afterwards. */
import { CardkeepError } from '../errors.ts';
import type { TargetFacts } from './device-guards.ts';
import type { RunCommand } from './run-command.ts';

/** One program to run, without a shell. */
export interface PlannedCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/** What unmounts all that is mounted of the target, in order: what was mounted last covers the rest. */
export function planUnmount(facts: TargetFacts, platform: NodeJS.Platform): PlannedCommand[] {
  if (facts.mounts.length === 0) return [];
  if (platform === 'darwin') return [{ command: 'diskutil', args: ['unmountDisk', facts.diskPath] }];
  const places = facts.mounts.map(({ mountPoint }) => mountPoint).reverse();
  if (platform === 'win32') return places.map((place) => ({ command: 'mountvol', args: [place, '/p'] }));
  return places.map((place) => ({ command: 'umount', args: ['--', place] }));
}

/** What makes it safe to take the card out. Empty where closing it is all there is to do. */
export function planEject(facts: TargetFacts, platform: NodeJS.Platform): PlannedCommand[] {
  if (facts.kind !== 'device' || facts.bus === 'loop') return [];
  if (platform === 'darwin') return [{ command: 'diskutil', args: ['eject', facts.diskPath] }];
  // A slot for SD cards has nothing to eject.
  if (platform === 'linux' && facts.bus !== 'mmc') return [{ command: 'eject', args: [facts.diskPath] }];
  return [];
}

/** Throws E_UNMOUNT_FAILED with the first command that does not work. */
export async function executeCommands(commands: readonly PlannedCommand[], run: RunCommand): Promise<void> {
  for (const { command, args } of commands) {
    try {
      await run(command, args);
    } catch (error) {
      const why = error instanceof Error ? error.message : 'it failed';
      throw new CardkeepError('failed', 'E_UNMOUNT_FAILED', `${command} ${args.join(' ')}: ${why}`, {
        cause: error,
        hint: 'close the windows and programs that use the card, then try again',
      });
    }
  }
}
