/**
 * How long a device is and how large its sectors are. `fstat` says 0 for block devices: Linux tells both in sysfs,
 * elsewhere reading tells.
 */
import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { CardkeepError, systemErrorCode } from '../errors.ts';
import { deviceNumberOf, readSysBlock } from './linux-sysfs.ts';
import type { KernelRoots } from './linux-sysfs.ts';

export interface DeviceSize {
  /** In whole sectors. */
  readonly byteLength: number;
  readonly sectorSize: number;
  readonly physicalSectorSize: number;
  readonly readOnly: boolean;
}

/** From sysfs if it knows the device, else by reading. Zero for a reader without a card. */
export async function readDeviceSize(
  handle: FileHandle,
  path: string,
  stats: Pick<Stats, 'rdev'> | undefined,
  roots: KernelRoots | undefined,
): Promise<DeviceSize> {
  const known =
    stats === undefined || roots === undefined ? undefined : await readSysBlock(deviceNumberOf(stats.rdev), roots);
  if (known === undefined) return measureDevice(handle, path);
  const { byteLength, sectorSize, physicalSectorSize, readOnly } = known;
  return { byteLength, sectorSize, physicalSectorSize, readOnly };
}

const SECTOR_SIZES = [512, 4096];

/**
 * Finds size and sector size by reading single sectors: doubling, then bisecting, about 60 reads. A sector that fails
 * to be read counts as there: a bad spot must not make the device look shorter than it is.
 */
export async function measureDevice(handle: FileHandle, path: string): Promise<DeviceSize> {
  for (const sectorSize of SECTOR_SIZES) {
    const sector = new Uint8Array(sectorSize);
    if ((await probe(handle, sector, sectorSize)) === 'misaligned') continue;
    const isThere = async (index: number): Promise<boolean> =>
      (await probe(handle, sector, index * sectorSize)) === 'there';
    const sectors = await countSectors(isThere, Math.floor(Number.MAX_SAFE_INTEGER / sectorSize), path);
    return { byteLength: sectors * sectorSize, sectorSize, physicalSectorSize: sectorSize, readOnly: false };
  }
  throw unknownSize(path);
}

async function countSectors(isThere: (index: number) => Promise<boolean>, most: number, path: string): Promise<number> {
  if (!(await isThere(0))) return 0;
  let there = 0;
  let beyond = 1;
  while (await isThere(beyond)) {
    there = beyond;
    beyond *= 2;
    if (beyond > most) throw unknownSize(path);
  }
  while (beyond - there > 1) {
    const middle = Math.floor((there + beyond) / 2);
    if (await isThere(middle)) there = middle;
    else beyond = middle;
  }
  return beyond;
}

async function probe(
  handle: FileHandle,
  sector: Uint8Array,
  byteOffset: number,
): Promise<'there' | 'beyond' | 'misaligned'> {
  try {
    const { bytesRead } = await handle.read(sector, 0, sector.byteLength, byteOffset);
    return bytesRead === sector.byteLength ? 'there' : 'beyond';
  } catch (error) {
    const code = systemErrorCode(error);
    // The first sector after the start is asked for to learn the sector size; EINVAL there means "not a multiple".
    if (code === 'EINVAL') return byteOffset === sector.byteLength ? 'misaligned' : 'beyond';
    if (code === 'ENXIO' || code === 'ENOSPC' || code === 'EOF' || code === 'EFBIG') return 'beyond';
    if (code === 'EIO') return 'there';
    throw error;
  }
}

function unknownSize(path: string): CardkeepError {
  return new CardkeepError('failed', 'E_SIZE_UNKNOWN', `the size of ${path} cannot be found out`, {
    hint: 'try another card reader',
  });
}
