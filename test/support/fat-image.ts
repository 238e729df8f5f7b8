import { truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { run } from './run.ts';

export interface FatOptions {
  readonly megabytes: number;
  readonly bits: 12 | 16 | 32;
  readonly sectorBytes: number;
  readonly sectorsPerCluster: number;
  /** More arguments for mkfs.vfat. */
  readonly more?: readonly string[];
}

/** An empty volume made by mkfs.vfat. */
export function makeFat(folder: string, options: FatOptions): string {
  const image = path.join(folder, 'fat.img');
  writeFileSync(image, '');
  truncateSync(image, options.megabytes * 1024 * 1024);
  const { bits, sectorBytes, sectorsPerCluster, more = [] } = options;
  run('mkfs.vfat', ['-F', `${bits}`, '-S', `${sectorBytes}`, '-s', `${sectorsPerCluster}`, ...more, image]);
  return image;
}

/** Bytes that no compression or zero test takes away, the same for the same seed. */
export function noise(byteLength: number, seed: number): Buffer {
  const bytes = Buffer.alloc(byteLength);
  let state = (seed * 2654435761 + 1) >>> 0;
  for (let i = 0; i < byteLength; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = (state >>> 24) | 1;
  }
  return bytes;
}

/** Puts a file into the volume with mtools. `name` is a path in it, like `DIR/A.BIN`. */
export function putFile(image: string, folder: string, name: string, bytes: Uint8Array): void {
  const from = path.join(folder, 'content');
  writeFileSync(from, bytes);
  run('mcopy', ['-o', '-i', image, from, `::${name}`]);
}

/** Where a file's clusters lie, by `mshowfat`: ranges of cluster numbers, both ends within. */
export function witnessChain(image: string, name: string): [first: number, last: number][] {
  const output = run('mshowfat', ['-i', image, `::${name}`]);
  return [...output.matchAll(/<(\d+)(?:-(\d+))?>/g)].map((match) => [Number(match[1]), Number(match[2] ?? match[1])]);
}
