import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { expect } from 'vitest';
import { coversExtent, extentPairs, intersectExtents, totalBytes } from '../../src/bytes/extent-list.ts';
import { readFatMap } from '../../src/filesystems/fat/fat-map.ts';
import { isKeepWhole, type LiveMap } from '../../src/filesystems/filesystem.ts';
import { noise, witnessChain } from './fat-image.ts';
import { witnessFat } from './fat-witness.ts';
import { openFileSource } from './file-source.ts';
import { run, verdict } from './run.ts';

export async function liveMapOf(image: string): Promise<LiveMap> {
  using source = openFileSource(image);
  const report = await readFatMap(source, {});
  if (isKeepWhole(report)) throw new Error(`kept whole: ${report.keepWhole}`);
  return report;
}

/** The boot sector and the FATs. */
export function readHead(image: string): Buffer {
  const head = Buffer.alloc(4 * 1024 * 1024);
  const file = openSync(image, 'r');
  readSync(file, head);
  closeSync(file);
  return head;
}

/** Exactly the clusters that the witness calls unused are free. */
export function expectFreeAsWitnessed(map: LiveMap, image: Buffer): void {
  const { isUsed, clusterCount, clusterBytes, dataOffset } = witnessFat(image);
  const wrong: number[] = [];
  for (let cluster = 2; cluster < clusterCount + 2; cluster++) {
    const at = dataOffset + (cluster - 2) * clusterBytes;
    if (coversExtent(map.free, at, at + clusterBytes) === isUsed(cluster)) wrong.push(cluster);
  }
  expect(wrong).toEqual([]);
  expect(intersectExtents(map.free, map.metadata).count).toBe(0);
}

/** Each file's rows are its chain as mtools sees it. */
export function expectChainsAsWitnessed(
  map: LiveMap,
  image: string,
  witness: { readonly dataOffset: number; readonly clusterBytes: number },
  names: readonly string[],
): void {
  const chains = new Map<number, string>();
  const { files } = map;
  for (let row = 0; row < files.count; row++) {
    const file = files.file[row]!;
    const first = (files.byteOffset[row]! - witness.dataOffset) / witness.clusterBytes + 2;
    const last = first + files.byteLength[row]! / witness.clusterBytes - 1;
    chains.set(file, `${chains.get(file) ?? ''} ${first}-${last}`);
  }
  const expected = names
    .map((name) =>
      witnessChain(image, name)
        .map(([first, last]) => ` ${first}-${last}`)
        .join(''),
    )
    .filter((chain) => chain !== '');
  expect([...chains.values()].sort()).toEqual(expected.sort());
}

/** With other bytes in all free places (in some thousand of them, if there are more) nobody sees a difference. */
export function expectFreeDoesNotMatter(map: LiveMap, image: string, files: Map<string, Buffer>): void {
  const before = verdict('fsck.vfat', ['-n', '-v', image]);
  const bytes = noise(65536, 1);
  const step = Math.max(65536, Math.ceil(totalBytes(map.free) / 1000 / 65536) * 65536);
  const file = openSync(image, 'r+');
  for (const [start, end] of extentPairs(map.free)) {
    for (let at = start; at < end; at += step) writeSync(file, bytes, 0, Math.min(65536, end - at), at);
  }
  closeSync(file);
  // fsck.vfat knows no volumes with three FATs.
  expect([before.status, before.output.includes('not 3')]).toEqual(readHead(image)[16] === 3 ? [1, true] : [0, false]);
  expect(verdict('fsck.vfat', ['-n', '-v', image])).toEqual(before);
  for (const [name, bytes] of files) {
    const output = `${image}.out`;
    run('mcopy', ['-n', '-o', '-i', image, `::${name}`, output]);
    expect(readFileSync(output).equals(bytes)).toBe(true);
  }
}
