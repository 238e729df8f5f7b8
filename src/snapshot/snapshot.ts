/** One version of one card, as the rest of the code sees it. Plain data; `snapshot-codec.ts` makes bytes of it. */
import type { FileSystemStamp } from '../filesystems/filesystem.ts';

export type SnapshotMode = 'full' | 'incremental' | 'raw';

export interface Snapshot {
  /** 16 random bytes as hex. Two cards with one name stay two. */
  readonly cardId: string;
  readonly card: string;
  /** Of this card, from 1, never reused. */
  readonly number: number;
  /** Snapshot ID (hex) of the version before it; empty for the first. */
  readonly parent: string;
  /** Snapshot ID that pieces were carried over from; empty when all was read. */
  readonly base: string;
  /** The time that the version bears: when the backup began, or what the user said. */
  readonly startedMs: number;
  /** When it was written into the store, by the computer's clock. */
  readonly finishedMs: number;
  readonly utcOffsetMinutes: number;
  readonly host: string;
  readonly tool: string;
  readonly note: string;
  readonly tags: readonly string[];
  readonly mode: SnapshotMode;
  readonly modeReason: string;
  readonly volume: Volume;
  readonly counts: SnapshotCounts;
  /** Chunk IDs (hex) of nodes with further data, by kind. */
  readonly attachments: readonly { readonly kind: string; readonly node: string }[];
  readonly proof: SnapshotProof;
}

/** How much of a version was seen on the card, and how long ago the rest was. */
export interface SnapshotProof {
  /** Of its live bytes, in thousandths: read by this very run. */
  readonly readShare: number;
  /** ID (hex) of the oldest version that some of its bytes were last read for; empty: all were read for this one. */
  readonly oldestReadSnapshot: string;
}

export interface Volume {
  readonly byteLength: number;
  readonly sectorSize: number;
  /** Levels of the map: 1 means that `mapRoot` is a leaf. */
  readonly levels: number;
  /** Chunk ID (hex) of the root node; empty: all of it is free. */
  readonly mapRoot: string;
  readonly device: DeviceIdentity;
  readonly table: TableType;
  /** MBR disk signature (8 hex digits, as written on the disk) or GPT disk GUID (32); empty without a table. */
  readonly signature: string;
  readonly partitions: readonly SnapshotPartition[];
}

export type TableType = 'none' | 'mbr' | 'gpt';

export interface DeviceIdentity {
  readonly path: string;
  readonly model: string;
  readonly serial: string;
  readonly bus: string;
}

export interface SnapshotPartition {
  /** 0: a file system that fills the device, without a table. */
  readonly number: number;
  readonly byteOffset: number;
  readonly byteLength: number;
  /** `0x83` or a type GUID. */
  readonly type: string;
  readonly name: string;
  readonly fileSystem: string;
  readonly label: string;
  readonly uuid: string;
  /** Bytes in the data state. */
  readonly liveBytes: number;
  /** Undefined where it does not apply. */
  readonly clean: boolean | undefined;
  /** For the user: why all of it was kept, "was not shut down cleanly". */
  readonly note: string;
  readonly stamp: FileSystemStamp | undefined;
}

/** All in bytes but `newChunks`. */
export interface SnapshotCounts {
  readonly live: number;
  readonly read: number;
  readonly carried: number;
  readonly proved: number;
  readonly newBytes: number;
  readonly newChunks: number;
  /** Growth of the store without the snapshot file itself. */
  readonly stored: number;
}
