/** Who claims which bytes, from what the inodes say: the rows of a view sorted into the lists of a live map. */
import { unionExtents, type ExtentList } from '../../bytes/extent-list.ts';
import { CorruptDataError } from '../../errors.ts';
import { FileExtentsBuilder, type FileExtents } from '../file-extents.ts';
import { type FileSystemView } from './file-system-view.ts';
import { ROLE } from './inode-roles.ts';
import { RangeCollector } from './range-collector.ts';
import { type RunTable } from './run-table.ts';
import { type SwapFile } from './swap-files.ts';

export interface BlockClaims {
  readonly files: FileExtents;
  /** For each file in `files` its owner in the view. */
  readonly fileOwners: readonly number[];
  /** Blocks of directories, which are in `metadata`, too. */
  readonly directories: FileExtents;
  /** For each directory its owner in the view. */
  readonly directoryOwners: readonly number[];
  /** All that `files` names. */
  readonly fileBytes: ExtentList;
  /** Structures, directories and what else belongs to the file system itself, but not the journal. */
  readonly metadata: ExtentList;
  /** The same without what directories claim. */
  readonly structures: ExtentList;
  readonly journal: ExtentList;
  readonly swapBody: ExtentList;
  /** Reserved for files but never written: they read as zero, whatever the blocks hold. */
  readonly unwritten: ExtentList;
  readonly badBlocks: ExtentList;
}

/** Throws CorruptDataError when a file maps one of its blocks twice. */
export function sortClaims(
  view: FileSystemView,
  blockSize: number,
  swapFiles: ReadonlyMap<number, SwapFile>,
): BlockClaims {
  const sorter = new ClaimSorter(blockSize, swapFiles);
  for (const runs of view.runs) {
    let owner = -1;
    let reached = 0;
    for (let i = 0; i < runs.count; i++) {
      if (runs.owner[i] !== owner) {
        owner = runs.owner[i]!;
        reached = 0;
        sorter.beginOwner();
      }
      if (runs.logicalBlock[i]! < reached) throw new CorruptDataError('a file maps one of its blocks twice');
      reached = runs.logicalBlock[i]! + runs.blockCount[i]!;
      sorter.add(view.roles[owner]!, runs, i);
    }
  }
  const structures = unionExtents(view.structures, sorter.structures.build());
  return {
    files: sorter.files.build(),
    fileOwners: sorter.fileOwners,
    directories: sorter.directories.build(),
    directoryOwners: sorter.directoryOwners,
    fileBytes: sorter.fileBytes.build(),
    metadata: unionExtents(structures, sorter.directoryBytes.build()),
    structures,
    journal: sorter.journal.build(),
    swapBody: sorter.swapBody.build(),
    unwritten: sorter.unwritten.build(),
    badBlocks: sorter.badBlocks.build(),
  };
}

class ClaimSorter {
  readonly files = new FileExtentsBuilder();
  readonly fileOwners: number[] = [];
  readonly directories = new FileExtentsBuilder();
  readonly directoryOwners: number[] = [];
  readonly fileBytes = new RangeCollector();
  readonly structures = new RangeCollector();
  readonly directoryBytes = new RangeCollector();
  readonly journal = new RangeCollector();
  readonly swapBody = new RangeCollector();
  readonly unwritten = new RangeCollector();
  readonly badBlocks = new RangeCollector();
  readonly #blockSize: number;
  readonly #swapFiles: ReadonlyMap<number, SwapFile>;
  #isFileBegun = false;

  constructor(blockSize: number, swapFiles: ReadonlyMap<number, SwapFile>) {
    this.#blockSize = blockSize;
    this.#swapFiles = swapFiles;
  }

  beginOwner(): void {
    this.#isFileBegun = false;
  }

  add(role: number, runs: RunTable, i: number): void {
    const start = runs.block[i]! * this.#blockSize;
    const end = start + runs.blockCount[i]! * this.#blockSize;
    if (role === ROLE.metadata) this.structures.add(start, end);
    else if (role === ROLE.directory) this.#addDirectoryRun(runs, i, start, end);
    else if (role === ROLE.journal) this.journal.add(start, end);
    else if (role === ROLE.badBlocks) this.badBlocks.add(start, end);
    else {
      const logical = runs.logicalBlock[i]! * this.#blockSize;
      this.#addFileRun(runs.owner[i]!, logical, start, end, runs.isUnwritten[i] === 1);
    }
  }

  #addDirectoryRun(runs: RunTable, i: number, start: number, end: number): void {
    const owner = runs.owner[i]!;
    if (this.directoryOwners.at(-1) !== owner) {
      this.directories.nextFile();
      this.directoryOwners.push(owner);
    }
    this.directories.add(runs.logicalBlock[i]! * this.#blockSize, start, end - start);
    this.directoryBytes.add(start, end);
  }

  #addFileRun(owner: number, logical: number, start: number, end: number, isUnwritten: boolean): void {
    const swap = this.#swapFiles.get(owner);
    if (swap === undefined) {
      if (isUnwritten) this.unwritten.add(start, end);
      else this.#addFileBytes(owner, logical, start, end);
      return;
    }
    const bodyStart = Math.min(end, Math.max(start, start + swap.bodyStart - logical));
    const bodyEnd = Math.min(end, Math.max(bodyStart, start + swap.bodyEnd - logical));
    this.#addFileBytes(owner, logical, start, bodyStart);
    this.swapBody.add(bodyStart, bodyEnd);
    this.#addFileBytes(owner, logical + (bodyEnd - start), bodyEnd, end);
  }

  #addFileBytes(owner: number, logical: number, start: number, end: number): void {
    if (end <= start) return;
    if (!this.#isFileBegun) {
      this.files.nextFile();
      this.fileOwners.push(owner);
    }
    this.#isFileBegun = true;
    this.files.add(logical, start, end - start);
    this.fileBytes.add(start, end);
  }
}
