/** Where an unpacked image has room for as long as it is read. */
import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';

export interface TemporaryPlace {
  readonly folder: string;
  readonly freeBytes: number;
}

/** `f_type` of statfs(2) on Linux: tmpfs and ramfs lie in memory, FAT and exFAT have no holes. */
const UNFIT_TYPES: ReadonlySet<number> = new Set([0x01021994, 0x858458f6, 0x4d44, 0x2011bab0]);

/**
 * The first of the folders that has room for `wantedBytes`, else the one with the most; undefined where nothing can be
 * written. With more than one to choose from, memory and file systems without holes come last.
 */
export async function chooseTemporaryPlace(
  folders: readonly string[],
  wantedBytes: number,
): Promise<TemporaryPlace | undefined> {
  const places: (TemporaryPlace & { readonly isUnfit: boolean })[] = [];
  for (const folder of folders) {
    try {
      await access(folder, constants.W_OK);
      const { bavail, bsize, type } = await statfs(folder);
      places.push({ folder, freeBytes: bavail * bsize, isUnfit: UNFIT_TYPES.has(type) });
    } catch {
      // Not there, or not for this user: the next one.
    }
  }
  const fit = places.some(({ isUnfit }) => !isUnfit) ? places.filter(({ isUnfit }) => !isUnfit) : places;
  const roomy = fit.find(({ freeBytes }) => freeBytes >= wantedBytes);
  return roomy ?? fit.toSorted((a, b) => b.freeBytes - a.freeBytes)[0];
}
