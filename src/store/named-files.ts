/** Files whose name is the hash of their content: snapshots and records. */
import { CorruptDataError, NotFoundError } from '../errors.ts';
import type { FileKind } from './envelope.ts';
import { decodeMessageFile, readSmallFile } from './message-file.ts';
import { contentName, hashInName } from './names.ts';
import type { Storage, StorageEntry } from './storage.ts';

/** The files of a folder that are named by a hash, by their names. */
export async function listNamedFiles(storage: Storage, folder: string): Promise<Map<string, StorageEntry>> {
  const entries = await storage.list(folder);
  return new Map(entries.filter(({ name }) => hashInName(name) !== undefined).map((entry) => [entry.name, entry]));
}

/** The message in such a file, its content held against its name. Throws NotFoundError or CorruptDataError. */
export async function readNamedMessage(
  storage: Storage,
  storeId: Uint8Array,
  name: string,
  entry: StorageEntry | undefined,
  kind: FileKind,
): Promise<Uint8Array> {
  if (entry === undefined || hashInName(name) === undefined) throw new NotFoundError(`${name} is not in the store`);
  const bytes = await readSmallFile(storage, entry);
  if ((await contentName(bytes)) !== hashInName(name)) throw new CorruptDataError(`${name} is damaged`);
  return decodeMessageFile(bytes, kind, storeId, name);
}
