/** What fsck.vfat finds and makes of a volume and of the one restored from it. */
import { readFileSync } from 'node:fs';
import { witnessFat, type FatWitness } from './fat-witness.ts';
import { compareOutput } from './run.ts';

/**
 * Runs `fsck.vfat -n` and then `-a` on both, which changes them. Returns how they differ: in what is said, or in a
 * cluster that is in use after the repair. Empty when they do not.
 */
export function compareFatRepair(source: string, copy: string): string[] {
  const usedBefore = usedClusters(readFileSync(source));
  const problems = [
    ...compareOutput('fsck.vfat', ['-n', '-v'], source, copy),
    ...compareOutput('fsck.vfat', ['-a', '-v'], source, copy),
  ];
  if (problems.length > 0) return problems;
  const [expected, actual] = [source, copy].map((image) => readFileSync(image)) as [Buffer, Buffer];
  const usedAfter = usedClusters(expected);
  if (usedAfter !== undefined) {
    // Where FSInfo is said to lie in a FAT, its new counts make clusters look used that never were.
    const isUsed = (cluster: number): boolean => usedAfter.isUsed(cluster) && usedBefore?.isUsed(cluster) !== false;
    for (const volume of [expected, actual]) clearUnused(volume, usedAfter, isUsed);
  }
  return expected.equals(actual) ? [] : ['repaired to another volume'];
}

function clearUnused(volume: Buffer, witness: FatWitness, isUsed: (cluster: number) => boolean): void {
  const { clusterCount, clusterBytes, dataOffset } = witness;
  for (let cluster = 2; cluster < clusterCount + 2; cluster++) {
    const at = dataOffset + (cluster - 2) * clusterBytes;
    if (!isUsed(cluster)) volume.fill(0, at, at + clusterBytes);
  }
}

/** Undefined for a boot sector that the witness does not understand. */
function usedClusters(volume: Buffer): FatWitness | undefined {
  try {
    const witness = witnessFat(volume);
    if (!(witness.clusterCount >= 0 && witness.clusterCount <= volume.byteLength / 512)) return undefined;
    const used = Uint8Array.from({ length: witness.clusterCount + 2 }, (_, i) => Number(i > 1 && witness.isUsed(i)));
    return { ...witness, isUsed: (cluster) => used[cluster] === 1 };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return undefined;
  }
}
