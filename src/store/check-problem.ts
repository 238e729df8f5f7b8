/** What a check finds, and how it goes about. */
export interface StoreProblem {
  /** `damaged`: bytes are wrong; `missing`: a file is not there; `inconsistent`: two files tell different things. */
  readonly kind: 'damaged' | 'missing' | 'inconsistent';
  /** The file. */
  readonly what: string;
  readonly message: string;
  /** Chunks that cannot be read because of it, where they are known. */
  readonly chunkIds: readonly Uint8Array[];
  /** Where in a pack the bytes are wrong: the offset of the frame's header; undefined in a pack: not known. */
  readonly frameOffset?: number;
}

export interface CheckOptions {
  /** Also reads, decompresses and hashes every chunk. */
  readonly readData: boolean;
  /** With `readData`: which packs to read, by the hash in their names; all by default. */
  readonly selectPack?: ((hash: string) => boolean) | undefined;
  /** Writes down which frames are damaged, so that the next backup does not rely on them. */
  readonly recordsDamage?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bytes of packs. */
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
}

export interface CheckTotals {
  readonly snapshots: number;
  readonly packs: number;
  readonly chunks: number;
  /** Packs that no index lists: left by a run that was broken off, taken up by the next one. */
  readonly unindexedPacks: number;
  /** Bytes of packs whose content was read. */
  readonly readBytes: number;
  /** With `recordsDamage`: false when it could not be written down, as in a store that is read-only. */
  readonly isDamageRecorded: boolean;
}

export function problem(
  kind: StoreProblem['kind'],
  what: string,
  message: string,
  chunkIds: readonly Uint8Array[] = [],
  frameOffset?: number,
): StoreProblem {
  return { kind, what, message, chunkIds, ...(frameOffset === undefined ? {} : { frameOffset }) };
}
