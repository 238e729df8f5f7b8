/** Whether a target may be overwritten. */
import type { InspectedTarget } from './inspect-target.ts';

export interface GuardOptions {
  readonly storePath: string;
  readonly force: boolean;
}

export async function guardTarget(_target: InspectedTarget, _options: GuardOptions): Promise<void> {}
