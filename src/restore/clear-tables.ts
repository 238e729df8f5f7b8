/**
 * Takes the partition tables of a target away before anything else is written, and leaves a mark in their place: by it
 * a restore that was broken off is known again. A text without a boot signature: no program takes it for a table.
 */
import { extentPairs } from '../bytes/extent-list.ts';
import type { ExtentList } from '../bytes/extent-list.ts';
import { isMediumError } from '../device/block-source.ts';
import type { BlockSource, BlockTarget } from '../device/block-source.ts';

const CLEAR_BYTES = 1024 * 1024;
const MARK_BYTES = 256;
const MARK_TEXT = 'cardkeep: a restore of this card was broken off; cardkeep restore --resume goes on\nversion ';
const ID_DIGITS = 64;

/** `unfinished`: the ID of the version whose restore begins; without it, zeros stand in the first sector, too. */
export async function clearTables(
  target: BlockTarget,
  tables: ExtentList,
  unfinished: string | undefined,
): Promise<void> {
  const { sectorSize } = target;
  // First of all, so that from then on no table can be read.
  if (target.byteLength >= sectorSize) {
    await target.write(0, encodeMark(unfinished, sectorSize));
    await target.flush();
  }
  const zeros = new Uint8Array(CLEAR_BYTES);
  for (const [start, end] of extentPairs(tables)) {
    const stop = Math.min(end, target.byteLength);
    for (let at = Math.max(start, sectorSize); at < stop; at += CLEAR_BYTES) {
      await target.write(at, zeros.subarray(0, Math.min(CLEAR_BYTES, stop - at)));
    }
  }
  await target.flush();
}

/** The ID of the version whose restore to this target was broken off. */
export async function readUnfinished(target: BlockSource): Promise<string | undefined> {
  if (target.byteLength < MARK_BYTES) return undefined;
  try {
    const text = Buffer.from(await target.read(0, MARK_BYTES)).toString('latin1');
    const id = text.slice(MARK_TEXT.length, MARK_TEXT.length + ID_DIGITS);
    return text.startsWith(MARK_TEXT) && /^[0-9a-f]{64}$/u.test(id) ? id : undefined;
  } catch (error) {
    if (isMediumError(error)) return undefined;
    throw error;
  }
}

function encodeMark(unfinished: string | undefined, sectorSize: number): Uint8Array {
  const sector = new Uint8Array(sectorSize);
  if (unfinished === undefined) return sector;
  sector.set(Buffer.from(`${MARK_TEXT}${unfinished}\n`, 'latin1'));
  return sector;
}
