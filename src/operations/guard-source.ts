/** Whether a source may be backed up now. */
import type { DeviceIdentity } from '../snapshot/snapshot.ts';

export async function guardSource(sourcePath: string): Promise<DeviceIdentity> {
  return { path: sourcePath, model: '', serial: '', bus: '' };
}
