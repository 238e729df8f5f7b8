/** Where the file system that holds a path is mounted: what a person calls "the disk". */
import { realpath, stat } from 'node:fs/promises';
import { platform as thisPlatform } from 'node:os';
import path from 'node:path';
import { KERNEL_ROOTS } from './linux-sysfs.ts';
import { readMounts } from './mount-table.ts';

/** Of what is not there yet, that of the nearest folder above it. Never throws. */
export async function mountPointOf(file: string, platform: NodeJS.Platform = thisPlatform()): Promise<string> {
  const place = await nearestPath(path.resolve(file));
  if (platform === 'linux') {
    const above = (await readMounts(KERNEL_ROOTS)).map(({ mountPoint }) => mountPoint).filter((at) => isIn(place, at));
    if (above.length > 0) return above.reduce((best, at) => (at.length >= best.length ? at : best));
  }
  return topOfDevice(place);
}

async function nearestPath(file: string): Promise<string> {
  for (let at = file; ; at = path.dirname(at)) {
    const real = await realpath(at).catch(() => undefined);
    if (real !== undefined) return real;
    if (at === path.dirname(at)) return at;
  }
}

function isIn(file: string, folder: string): boolean {
  return file === folder || file.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** The highest folder on the same device. */
async function topOfDevice(file: string): Promise<string> {
  const deviceOf = async (at: string): Promise<number | undefined> => (await stat(at).catch(() => undefined))?.dev;
  const device = await deviceOf(file);
  let top = file;
  while (top !== path.dirname(top) && (await deviceOf(path.dirname(top))) === device) top = path.dirname(top);
  return top;
}
