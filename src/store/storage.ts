/**
 * The seam to the place that holds a store's files: a local folder, memory, later a bucket or an SFTP path. Names are
 * `folder/file` with `/` on every platform. A storage knows nothing of what is in the files.
 */
export interface StorageEntry {
  /** The full name, as `read` takes it. */
  readonly name: string;
  readonly byteLength: number;
  /** By the store's clock. */
  readonly modifiedMs: number;
}

/** A file that is being written. Nothing is visible under its final name before `finish`. */
export interface StorageWriter {
  /** Appends; `bytes` may be reused when the promise has settled. One call at a time. */
  append(bytes: Uint8Array): Promise<void>;
  /** Returns when the file is durable under its final name, in the folder given to `beginWrite` or one below it. */
  finish(name: string): Promise<void>;
  /** Removes what was written. Never throws. */
  discard(): Promise<void>;
}

export interface Storage {
  /** For messages: the path. */
  readonly description: string;
  /**
   * Writes a whole file; returns when it is durable. An existing file is compared byte for byte and replaced when it
   * differs. `owner` goes into the name of the temporary file.
   */
  create(name: string, bytes: Uint8Array, owner?: string): Promise<void>;
  /** Like `create`, but false (and nothing written) if the name exists. */
  createExclusive(name: string, bytes: Uint8Array): Promise<boolean>;
  /**
   * Begins a file in `folder`. Its temporary name carries `owner` (a session's lock ID), so that the temporary files
   * of dead sessions can be told from those of living ones: see `temporaryOwner`.
   */
  beginWrite(folder: string, owner: string): Promise<StorageWriter>;
  /** Exactly these bytes, in fresh memory. Throws NotFoundError, or CorruptDataError if it is shorter or unreadable. */
  read(name: string, byteOffset: number, byteLength: number): Promise<Uint8Array>;
  /** The files (not folders) of one folder, temporary ones included, in no order; `''` is the top. */
  list(folder: string): Promise<StorageEntry[]>;
  /** Removes a file; one that is not there is no error. */
  remove(name: string): Promise<void>;
  /** The store's time in milliseconds: the clock that also makes `modifiedMs`. */
  now(): Promise<number>;
  /** Free space in bytes, where the place can tell. */
  freeBytes?(): Promise<number>;
  close(): Promise<void>;
}

const TEMPORARY = /^tmp-([0-9a-z]+)-[0-9a-f]{16}$/u;

/** The base name of a temporary file. `owner` consists of lower-case letters and digits. */
export function temporaryName(owner: string, random64: string): string {
  return `tmp-${owner}-${random64}`;
}

/** The owner in the name of a temporary file; undefined for any other name. */
export function temporaryOwner(name: string): string | undefined {
  return TEMPORARY.exec(name.slice(name.lastIndexOf('/') + 1))?.[1];
}
