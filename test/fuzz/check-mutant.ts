/** Whether a damaged image comes back as damaged as it was, and no more. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isKeepWhole } from '../../src/filesystems/filesystem.ts';
import { compareRepair } from '../support/ext4-repair.ts';
import { witnessFat } from '../support/fat-witness.ts';
import { restoreOnNoise, type RestoredImage } from '../support/restored-image.ts';
import { type SubjectKind } from './subjects.ts';

export interface Verdict {
  /** Empty when all is well. */
  readonly problems: readonly string[];
  readonly isKeptWhole: boolean;
  readonly milliseconds: number;
}

/** Longest time that the backup and the restore of one small image may take. */
const MAX_MILLISECONDS = 60_000;

/** Never throws: a failure of ours is a problem as well. `folder` is for the checkers. */
export async function checkMutant(kind: SubjectKind, image: Buffer, folder: string): Promise<Verdict> {
  const problems: string[] = [];
  const started = performance.now();
  let restored: RestoredImage;
  try {
    restored = await restoreOnNoise(image);
  } catch (error) {
    // Nothing that stands on a card may make a backup of it fail.
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { problems: [`failed: ${text}`], isKeptWhole: false, milliseconds: performance.now() - started };
  }
  const milliseconds = performance.now() - started;
  if (milliseconds > MAX_MILLISECONDS) problems.push(`took ${milliseconds} ms`);
  problems.push(...restored.faults);
  const isKeptWhole = restored.disk.partitions.every(({ report }) => isKeepWhole(report));
  if (!restored.bytes.equals(image)) {
    if (restored.disk.keepWhole !== undefined) problems.push('kept whole, and yet not the same');
    problems.push(...compareByTools(kind, image, restored, folder));
  }
  return { problems, isKeptWhole, milliseconds };
}

function compareByTools(kind: SubjectKind, image: Buffer, restored: RestoredImage, folder: string): string[] {
  const [source, copy] = [path.join(folder, 'source'), path.join(folder, 'restored')];
  writeFileSync(source, image);
  writeFileSync(copy, restored.bytes);
  if (kind === 'ext') return compareRepair(source, copy);
  if (kind === 'fat') return compareFatRepair(source, copy);
  const problems = compareOutput('blkid', ['-p', '-o', 'export'], source, copy);
  if (kind === 'swap') return problems;
  return [
    ...problems,
    ...compareOutput('sfdisk', ['--dump'], source, copy),
    ...compareOutput('sfdisk', ['--verify'], source, copy),
    ...compareOutput('sgdisk', ['-v'], source, copy),
  ];
}

/** As found, and as repaired: clusters in use after the repair hold the same. */
function compareFatRepair(source: string, copy: string): string[] {
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

function compareOutput(command: string, options: readonly string[], source: string, copy: string): string[] {
  const [expected, actual] = [source, copy].map((image) => {
    const { status, stdout, stderr } = spawnSync(command, [...options, image], {
      encoding: 'latin1',
      timeout: 60_000,
      maxBuffer: 256 * 1024 * 1024,
      env: { ...process.env, LC_ALL: 'C', PATH: `${process.env['PATH']}:/usr/sbin:/sbin` },
    });
    return `${status} ${stdout}${stderr}`.replaceAll(image, 'IMAGE');
  });
  return expected === actual ? [] : [`${command} ${options.join(' ')} says\n- ${expected}\n+ ${actual}`];
}
