/** Which files are read each time: those changed in place lately, and those that look like data bases or disk images. */
import { looksWrittenInPlace } from '../capture/hot-content.ts';
import type { CapturePlan, FilePiece } from '../capture/capture-plan.ts';
import type { DiskMap } from '../capture/disk-map.ts';
import { isKeepWhole } from '../filesystems/filesystem.ts';
import type { InodeFacts } from '../filesystems/inode-facts.ts';
import { HOT_BY_CONTENT, type HotFile } from '../snapshot/attachments.ts';

/** For so many versions a file that was changed in place is read again. */
const HOT_VERSIONS = 4;

export class HotFiles {
  /** By partition number, inode and generation. */
  readonly #before: ReadonlyMap<string, HotFile>;
  readonly #byContent = new Set<string>();

  constructor(before: readonly HotFile[]) {
    this.#before = new Map(before.map((file) => [keyOf(file.partition, file.inode, file.generation), file]));
  }

  /** Takes the files that are hot out of those that need not be read. */
  takeOut(partition: number, inodes: InodeFacts, isSame: Uint8Array): void {
    if (this.#before.size === 0) return;
    for (let file = 0; file < inodes.count; file++) {
      if (this.#before.has(keyOf(partition, inodes.inode[file]!, inodes.generation[file]!))) isSame[file] = 0;
    }
  }

  /** Looks at the first bytes of a file that was read. */
  look(plan: CapturePlan, disk: DiskMap, { region, number }: FilePiece, bytes: Uint8Array): void {
    const { files, region: place } = plan.regions[region]!;
    if (files.startsFile[number] !== 1 || files.pieceOffset[files.firstRow[number]!] !== 0) return;
    if (place.partition === undefined || !looksWrittenInPlace(bytes)) return;
    const { entry, report } = disk.partitions[place.partition]!;
    const inodes = isKeepWhole(report) ? undefined : report.inodes;
    const file = files.fileOf[number]!;
    if (inodes !== undefined) this.#byContent.add(keyOf(entry.number, inodes.inode[file]!, inodes.generation[file]!));
  }

  /**
   * The list for the version that was just read. `changedInPlace`: files by index of their partition; undefined where
   * that is not known, then nothing cools down.
   */
  after(disk: DiskMap, changedInPlace: ReadonlyMap<number, readonly number[]>): HotFile[] {
    const hot: HotFile[] = [];
    for (const [index, { entry, report }] of disk.partitions.entries()) {
      const inodes = isKeepWhole(report) ? undefined : report.inodes;
      if (inodes === undefined) {
        for (const file of this.#before.values()) if (file.partition === entry.number) hot.push(file);
        continue;
      }
      const known = changedInPlace.get(index);
      const changed = new Set(known);
      for (let file = 0; file < inodes.count; file++) {
        const place = { partition: entry.number, inode: inodes.inode[file]!, generation: inodes.generation[file]! };
        const versionsLeft = this.#versionsLeft(place, changed.has(file), known !== undefined);
        if (versionsLeft > 0) hot.push({ ...place, versionsLeft });
      }
    }
    return hot;
  }

  #versionsLeft(place: Omit<HotFile, 'versionsLeft'>, isChanged: boolean, cools: boolean): number {
    const key = keyOf(place.partition, place.inode, place.generation);
    if (this.#byContent.has(key)) return HOT_BY_CONTENT;
    if (isChanged) return HOT_VERSIONS;
    const before = this.#before.get(key)?.versionsLeft ?? 0;
    // Hot by content, but it was read now and does not look like it any more: it cools down like the others.
    const left = before === HOT_BY_CONTENT ? HOT_VERSIONS : before;
    return cools ? Math.max(0, left - 1) : left;
  }
}

function keyOf(partition: number, inode: number, generation: number): string {
  return `${partition} ${inode} ${generation}`;
}
