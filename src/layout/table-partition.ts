import { isMediumError, type BlockSource } from '../device/block-source.ts';

/** A partition as a table names it, in sectors, before anything is known about the size of the device. */
export interface TablePartition {
  readonly number: number;
  /** Exact up to 2^53; what is larger lies past the end of every source. */
  readonly firstLba: number;
  readonly sectorCount: number;
  readonly type: string;
  readonly name: string;
  readonly uniqueId?: string;
}

/** The bytes, or undefined where the source ends before them or its medium cannot be read. */
export async function readIfPossible(
  source: BlockSource,
  byteOffset: number,
  byteLength: number,
): Promise<Uint8Array | undefined> {
  if (!(byteOffset >= 0 && byteOffset + byteLength <= source.byteLength)) return undefined;
  try {
    return await source.read(byteOffset, byteLength);
  } catch (error) {
    if (isMediumError(error)) return undefined;
    throw error;
  }
}
