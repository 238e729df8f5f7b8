/**
 * Exact reads and writes on an open file: short ones are continued, the end of the medium is an error, and what goes
 * to a device goes in whole sectors, because raw disks of macOS and Windows take nothing else.
 */
import type { FileHandle } from 'node:fs/promises';
import { CardkeepError, systemErrorCode } from '../errors.ts';

export interface OpenFile {
  readonly handle: FileHandle;
  /** For messages. */
  readonly path: string;
  /** All I/O starts and ends at multiples of this: the sector size of a device, 1 for an image file. */
  readonly grain: number;
}

/** One system call moves at most this; Node's own limit is 2^31 - 1, Linux' is 2^31 - 4096. */
const CALL_BYTES = 2 ** 30;
/** Up to this much, one read of whole sectors and a copy is cheaper than three reads. */
const BOUNCE_BYTES = 256 * 1024;

/**
 * Fills `into` from `byteOffset`. Without a copy when place and length are multiples of the grain.
 * Throws the system's code (EIO) with the place from which it could not go on.
 */
export async function readExactly(file: OpenFile, byteOffset: number, into: Uint8Array): Promise<void> {
  const { grain } = file;
  const end = byteOffset + into.byteLength;
  const alignedStart = Math.ceil(byteOffset / grain) * grain;
  const alignedEnd = Math.floor(end / grain) * grain;
  if (alignedStart === byteOffset && alignedEnd === end) return readWhole(file, byteOffset, into);
  if (alignedEnd - alignedStart <= BOUNCE_BYTES) return readAround(file, byteOffset, into);
  const head = alignedStart - byteOffset;
  const tail = alignedEnd - byteOffset;
  await readAround(file, byteOffset, into.subarray(0, head));
  await readWhole(file, alignedStart, into.subarray(head, tail));
  await readAround(file, alignedEnd, into.subarray(tail));
}

/** Writes all of `bytes`, which must begin and end at multiples of the grain. */
export async function writeSectors(file: OpenFile, byteOffset: number, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.byteLength;) {
    const at = byteOffset + done;
    const wanted = Math.min(bytes.byteLength - done, CALL_BYTES);
    let written: number;
    try {
      ({ bytesWritten: written } = await file.handle.write(bytes, done, wanted, at));
    } catch (error) {
      if (systemErrorCode(error) === 'EINTR') continue;
      throw ioError(error, 'write', at, file.path);
    }
    const usable = wholeGrains(written, bytes.byteLength - done, file.grain);
    if (usable === 0) {
      throw new CardkeepError('failed', 'E_TARGET_ENDS', `${file.path} takes no more bytes at byte ${at}`, {
        hint: 'the device was taken out, or is smaller than it says',
      });
    }
    done += usable;
  }
}

/** Writes `bytes` anywhere inside one sector or across a few: the sectors around them are read, changed and written. */
export async function writeIntoSectors(file: OpenFile, byteOffset: number, bytes: Uint8Array): Promise<void> {
  const { grain } = file;
  const start = Math.floor(byteOffset / grain) * grain;
  const end = Math.ceil((byteOffset + bytes.byteLength) / grain) * grain;
  const sectors = new Uint8Array(end - start);
  await readWhole(file, start, sectors);
  sectors.set(bytes, byteOffset - start);
  await writeSectors(file, start, sectors);
}

/**
 * An error of the system with its own code kept, so that callers can tell a bad sector from a missing file, and with
 * the place and, where there is one, the cure.
 */
export function ioError(error: unknown, verb: 'read' | 'write' | 'flush', byteOffset: number, path: string): unknown {
  if (error instanceof CardkeepError) return error;
  const code = systemErrorCode(error);
  if (code === undefined) return error;
  const place = verb === 'flush' ? '' : ` at byte ${byteOffset}`;
  return new CardkeepError('failed', code, `cannot ${verb} ${path}${place} (${code})`, {
    cause: error,
    hint: hintFor(code, verb),
  });
}

function hintFor(code: string, verb: 'read' | 'write' | 'flush'): string | undefined {
  switch (code) {
    case 'EIO':
    case 'EREMOTEIO':
    case 'ENXIO':
    case 'ENODEV':
      return verb === 'read'
        ? 'the card or its reader is failing, or was taken out: try another reader'
        : 'the card or its reader is failing, or was taken out: use another one';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'make space on the disk that holds this file';
    case 'EPERM':
    case 'EROFS':
    case 'EACCES':
      return 'it is write-protected: slide the lock switch of the card, or use another one';
    default:
      return undefined;
  }
}

/** Reads all of `into` at a multiple of the grain. */
async function readWhole(file: OpenFile, byteOffset: number, into: Uint8Array): Promise<void> {
  for (let done = 0; done < into.byteLength;) {
    const at = byteOffset + done;
    const wanted = Math.min(into.byteLength - done, CALL_BYTES);
    let got: number;
    try {
      ({ bytesRead: got } = await file.handle.read(into, done, wanted, at));
    } catch (error) {
      if (systemErrorCode(error) === 'EINTR') continue;
      throw ioError(error, 'read', at, file.path);
    }
    const usable = wholeGrains(got, into.byteLength - done, file.grain);
    if (usable === 0) {
      throw new CardkeepError(
        'failed',
        'E_SOURCE_ENDS',
        `${file.path} ends at byte ${at + got}: it was longer before`,
        {
          hint: 'the device was taken out, or something else cut the file',
        },
      );
    }
    done += usable;
  }
}

async function readAround(file: OpenFile, byteOffset: number, into: Uint8Array): Promise<void> {
  if (into.byteLength === 0) return;
  const start = Math.floor(byteOffset / file.grain) * file.grain;
  const end = Math.ceil((byteOffset + into.byteLength) / file.grain) * file.grain;
  const sectors = new Uint8Array(end - start);
  await readWhole(file, start, sectors);
  into.set(sectors.subarray(byteOffset - start, byteOffset - start + into.byteLength));
}

/** How much of a transfer counts: a part of a sector is done again, so that the next call is aligned. */
function wholeGrains(moved: number, wanted: number, grain: number): number {
  return moved === wanted ? moved : moved - (moved % grain);
}
