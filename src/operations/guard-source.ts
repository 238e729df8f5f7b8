/** A source is read only while nobody can write to it: a copy of a moving card is a copy of nothing. */
import { platform } from 'node:os';
import { describeTarget } from '../device/device-guards.ts';
import type { RunCommand } from '../device/run-command.ts';
import { findSourceProblem } from '../device/target-problems.ts';
import { CardkeepError } from '../errors.ts';
import type { DeviceIdentity } from '../snapshot/snapshot.ts';

/**
 * What the source says it is. Throws E_SOURCE_MOUNTED and E_SOURCE_BUSY (refused) with the cure. A path that is not
 * there passes: opening it tells better.
 */
export async function guardSource(sourcePath: string, run: RunCommand): Promise<DeviceIdentity> {
  const facts = await describeTarget(sourcePath, { run });
  if (facts.kind === 'device' && facts.system) {
    throw new CardkeepError('refused', 'E_SOURCE_MOUNTED', `${sourcePath} holds the running system`, {
      hint: 'shut down, put the card into the reader of another computer, and back it up there',
    });
  }
  const problem = findSourceProblem(facts, platform());
  if (problem !== undefined) throw problem;
  const { model, serial, bus } = facts;
  return { path: sourcePath, model, serial, bus };
}
