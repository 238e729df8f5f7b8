/** What fsck.vfat finds and makes of a volume and of the one restored from it. */
import { readFileSync } from 'node:fs';
import { witnessFat } from './fat-witness.ts';
import { compareOutput } from './run.ts';

/**
 * Runs `fsck.vfat -n` and then `-a` on both, which changes them. Returns how they differ: in what is said, or in a
 * cluster that is in use after the repair. Empty when they do not.
 */
export function compareFatRepair(source: string, copy: string): string[] {
  const problems = [
    ...compareOutput('fsck.vfat', ['-n', '-v'], source, copy),
    ...compareOutput('fsck.vfat', ['-a', '-v'], source, copy),
  ];
  if (problems.length === 0 && !usedPart(source).equals(usedPart(copy))) problems.push('repaired to another volume');
  return problems;
}

/** The volume with zeros in all clusters that are not in use. */
function usedPart(image: string): Buffer {
  const volume = readFileSync(image);
  try {
    const { isUsed, clusterCount, clusterBytes, dataOffset } = witnessFat(volume);
    for (let cluster = 2; cluster < clusterCount + 2; cluster++) {
      const at = dataOffset + (cluster - 2) * clusterBytes;
      if (!isUsed(cluster)) volume.fill(0, at, at + clusterBytes);
    }
  } catch (error) {
    // A boot sector that the witness does not understand: nothing is masked.
    if (!(error instanceof RangeError)) throw error;
  }
  return volume;
}
