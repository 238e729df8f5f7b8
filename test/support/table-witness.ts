/** What the partitioning tools themselves do to a table, and what they say of one. */
import { copyFileSync, existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run, verdict } from './run.ts';
import { writeTable } from './sfdisk.ts';

interface DumpedPartition {
  readonly node: string;
  readonly start: number;
  readonly size: number;
  readonly type: string;
  readonly uuid?: string;
  readonly name?: string;
}

export interface DumpedTable {
  readonly id: string;
  readonly firstlba?: number;
  readonly lastlba?: number;
  readonly partitions: readonly DumpedPartition[];
}

/** A folder for images, in memory where the system has such a place: the tools sync after each step. */
export function memoryFolder(): { readonly path: string } & Disposable {
  const folder = mkdtempSync(path.join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'cardkeep-tables-'));
  return {
    path: folder,
    [Symbol.dispose]() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** An image of `byteLength` bytes with a table by an sfdisk script. */
export function makeTable(image: string, byteLength: number, script: string): void {
  writeFileSync(image, '');
  truncateSync(image, byteLength);
  writeTable(image, script);
}

/** All that `sfdisk --json` says, the image's name left out. */
export function dumpTable(image: string): DumpedTable {
  const text = run('sfdisk', ['--json', image]).replaceAll(image, 'disk');
  const { partitions, ...rest } = (JSON.parse(text) as { partitiontable: DumpedTable }).partitiontable;
  return { ...rest, partitions: [...partitions].sort((a, b) => a.start - b.start) };
}

/** A copy of the image with another size, on which sgdisk and sfdisk have grown one partition as far as they can. */
export function growWithTools(image: string, copy: string, byteLength: number, partitionNumber: number): DumpedTable {
  copyFileSync(image, copy);
  truncateSync(copy, byteLength);
  const isGpt = run('sfdisk', ['-d', copy]).startsWith('label: gpt');
  // Behind what another tool left free in front, sgdisk leaves as much free at the end.
  if (isGpt && dumpTable(image).firstlba === 34) run('sgdisk', ['-e', copy]);
  const container = run('sfdisk', ['-d', copy]).match(/(\d+) : .*type=5\b/)?.[1];
  if (partitionNumber > 4 && !isGpt) growOne(copy, container!);
  growOne(copy, `${partitionNumber}`);
  return dumpTable(copy);
}

function growOne(image: string, number: string): void {
  const options = ['-q', '--no-reread', '--no-tell-kernel', '--wipe', 'never', '--wipe-partitions', 'never'];
  run('sfdisk', [...options, '-N', number, image], { input: ', +\n' });
}

/** What is wrong with a table in the eyes of sfdisk and sgdisk; empty when they are content. */
export function tableComplaints(image: string): string[] {
  const complaints: string[] = [];
  const byFdisk = verdict('sfdisk', ['--verify', image]);
  // In a table that is not in disk order, --verify counts sectors twice, of what the tools made too.
  const harmless =
    /^\s*$|unallocated|^No errors|^[^ ]*:$|not in disk order|^Header version|^Using \d|^A total of|^Total allocated/;
  complaints.push(...byFdisk.output.split('\n').filter((line) => !harmless.test(line)));
  if (byFdisk.status !== 0) complaints.push(`sfdisk --verify exits with ${byFdisk.status}`);
  if (!run('sfdisk', ['-d', image]).startsWith('label: gpt')) return complaints;
  const byGdisk = verdict('sgdisk', ['-v', image]).output;
  if (!byGdisk.includes('No problems found') || /Caution|Problem:|differ|damaged|corrupt/.test(byGdisk)) {
    complaints.push(byGdisk);
  }
  return complaints;
}
