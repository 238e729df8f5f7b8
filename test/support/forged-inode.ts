/** Bytes and inode records of an image, behind the back of its file system. */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { editInodes } from './backdate.ts';
import { run } from './run.ts';

/** Writes below the file system. */
export function writeRaw(image: string, byteOffset: number, bytes: Uint8Array | string): void {
  const descriptor = openSync(image, 'r+');
  const given = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
  writeSync(descriptor, given, 0, given.byteLength, byteOffset);
  closeSync(descriptor);
}

export function readRaw(image: string, byteOffset: number, byteLength: number): Buffer {
  const bytes = Buffer.alloc(byteLength);
  const descriptor = openSync(image, 'r');
  readSync(descriptor, bytes, 0, byteLength, byteOffset);
  closeSync(descriptor);
  return bytes;
}

export function statOf(image: string, name: string): string {
  return run('debugfs', ['-R', `stat /${name}`, image]);
}

export function inodeOf(image: string, name: string): number {
  return Number(/Inode: (\d+)/u.exec(statOf(image, name))?.[1]);
}

/** The record of a file but for its access time and checksum: as bytes, to be compared or forged. */
export async function recordOf(image: string, name: string): Promise<Uint8Array> {
  const wanted = inodeOf(image, name);
  let bytes = new Uint8Array(0);
  await editInodes(image, 0, (record, _, inode) => {
    if (inode === wanted) bytes = Uint8Array.from(new Uint8Array(record.buffer, record.byteOffset, 256));
  });
  for (const [at, length] of [[8, 4], [0x7c, 2], [0x82, 2], [0x8c, 4]] as const) bytes.fill(0, at, at + length); // prettier-ignore
  return bytes;
}

/** Puts the times and the counter of changes of a record into the file, as a clock that repeats itself would. */
export async function forgeTimes(image: string, name: string, from: Uint8Array): Promise<void> {
  const wanted = inodeOf(image, name);
  await editInodes(image, 0, (record, _, inode) => {
    if (inode !== wanted) return;
    const bytes = new Uint8Array(record.buffer, record.byteOffset, 256);
    for (const [at, length] of [[0x0c, 8], [0x24, 4], [0x84, 8], [0x98, 4]] as const) bytes.set(from.subarray(at, at + length), at); // prettier-ignore
  });
}
