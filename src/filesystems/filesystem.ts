/**
 * What a file system tells the capture: which bytes of its partition it uses, and along which lines to cut them.
 * The law is "unknown means keep": a reader starts from "all of it is data" and may take away only what it proves.
 * All offsets are bytes relative to the start of the partition.
 */
import type { ExtentList } from '../bytes/extent-list.ts';
import type { FileExtents } from './file-extents.ts';
import type { InodeFacts } from './inode-facts.ts';

export type FileSystemType = 'ext2' | 'ext3' | 'ext4' | 'fat12' | 'fat16' | 'fat32' | 'swap';

/** The live map of one file system. Bytes in none of the lists are data without an owner that we know. */
export interface LiveMap {
  readonly type: FileSystemType;
  readonly label: string;
  /** As `blkid` prints it: ext `8-4-4-4-12` hex, FAT `ABCD-1234`; empty when there is none. */
  readonly uuid: string;
  /** Size of the file system by its own superblock; what lies behind it in the partition is not its business. */
  readonly byteLength: number;
  readonly blockSize: number;
  /** Bytes that the file system does not use. Disjoint from `zero`, `metadata` and `files`. */
  readonly free: ExtentList;
  /** Bytes whose content means nothing but that must read as zero after a restore (clean journal body, unused inodes). */
  readonly zero: ExtentList;
  /** Live structures of the file system itself. */
  readonly metadata: ExtentList;
  /** Where the contents of files lie. May name a block twice (two files claim it): the capture plan copes. */
  readonly files: FileExtents;
  readonly clean: boolean;
  /** Plain words for the user when something is not as it should be ("was not shut down cleanly"); else undefined. */
  readonly note?: string;
  readonly stamp?: FileSystemStamp;
  /**
   * Small structures that any mount for writing changes (superblock, journal superblock, group descriptors). They are
   * read again after the capture: when one differs, somebody wrote to the card meanwhile.
   */
  readonly witness?: ExtentList;
  /** Where directories lie that are told apart: a part of `metadata` that nothing else claims. Numbered on their own. */
  readonly directories?: FileExtents;
  /** Of the files in `files` and the directories in `directories`, where the file system was shut down cleanly. */
  readonly inodes?: InodeFacts;
  /** What stays the same as long as it is this file system, unless somebody repairs or converts it. */
  readonly identity?: string;
  /** Part of `metadata` that only resizing the file system writes to, which changes its identity. */
  readonly reserved?: ExtentList;
  /** Seconds since 1970: when it was last mounted. */
  readonly mountTime?: number;
}

/** No byte may be taken away: keep every non-zero block. `reason` is one line for the user. */
export interface KeepWhole {
  readonly keepWhole: string;
  /** What it looks like (`ext4`, `lvm2`, `luks`), if anything is known. */
  readonly type?: string;
  readonly label?: string;
  readonly uuid?: string;
}

export type FileSystemReport = LiveMap | KeepWhole;

export function isKeepWhole(report: FileSystemReport): report is KeepWhole {
  return 'keepWhole' in report;
}

/** Counters of an ext superblock by which a later backup recognises that a card descends from this version. */
export interface FileSystemStamp {
  readonly mkfsTime: number;
  readonly writeTime: number;
  readonly kilobytesWritten: bigint;
  readonly mountCount: number;
  readonly journalSequence: number;
  readonly lastCheckTime: number;
  readonly freeBlocks: number;
  readonly freeInodes: number;
}

export interface ReadOptions {
  /** Store the contents of swap files and swap partitions too. */
  readonly keepSwap?: boolean;
  /**
   * Bytes of the partition that an earlier state of this very file system proves to be unused parts of its tables; asked
   * where the file system cannot say so itself. Whoever answers reads all again if it turns out to be another state.
   */
  readonly provenUnused?: (uuid: string, stamp: FileSystemStamp) => Promise<ExtentList | undefined>;
  readonly signal?: AbortSignal;
}
