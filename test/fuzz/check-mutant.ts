/** Whether a damaged image comes back as damaged as it was, and no more. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { isKeepWhole } from '../../src/filesystems/filesystem.ts';
import { compareRepair } from '../support/ext4-repair.ts';
import { compareFatRepair } from '../support/fat-repair.ts';
import { compareOutput } from '../support/run.ts';
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
