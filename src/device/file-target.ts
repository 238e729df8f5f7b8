/** What is the same for all targets that are no device. */
import type { TargetFacts } from './device-guards.ts';

/** Facts about a place where there is nothing yet; those about an image file go on from here. */
export function newTarget(target: string): TargetFacts {
  return {
    path: target,
    kind: 'new',
    byteLength: 0,
    sectorSize: 512,
    model: '',
    serial: '',
    bus: '',
    removable: false,
    readOnly: false,
    system: false,
    diskPath: target,
    partition: undefined,
    mounts: [],
    uses: [],
    holds: async () => false,
  };
}
