/** Records: remarks about snapshots, cards and packs, each a small file that is written once. */
import { toHex } from '../bytes/hex.ts';
import { CorruptDataError, NotFoundError } from '../errors.ts';
import { FILE_KIND } from './envelope.ts';
import type { OnDamage } from './load-index.ts';
import { encodeMessageFile } from './message-file.ts';
import { decodeRecord, encodeRecord, type StoreRecord } from './messages.ts';
import { listNamedFiles, readNamedMessage } from './named-files.ts';
import { contentName, RECORD_FOLDER } from './names.ts';
import type { Storage } from './storage.ts';

export interface StoredRecord extends StoreRecord {
  /** Hexadecimal. */
  readonly id: string;
}

/** Records of this kind take another one back. */
export const VOID = 'void';

/** Returns the record's ID (hex). */
export async function writeRecordFile(storage: Storage, storeId: Uint8Array, record: StoreRecord): Promise<string> {
  const bytes = encodeMessageFile(FILE_KIND.record, storeId, encodeRecord(record));
  const id = await contentName(bytes);
  await storage.create(`${RECORD_FOLDER}/${id}`, bytes, 'record');
  return id;
}

/** All records, in no order; damaged ones are left out and told to `onDamage`. */
export async function listRecordFiles(
  storage: Storage,
  storeId: Uint8Array,
  onDamage: OnDamage,
): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  for (const [name, entry] of await listNamedFiles(storage, RECORD_FOLDER)) {
    const id = name.slice(RECORD_FOLDER.length + 1);
    try {
      const message = await readNamedMessage(storage, storeId, name, entry, FILE_KIND.record);
      records.push({ ...decodeRecord(message, name), id });
    } catch (error) {
      if (error instanceof CorruptDataError) onDamage(error);
      else if (!(error instanceof NotFoundError)) throw error;
    }
  }
  return records;
}

/** Without the records that others take back. */
export function standingRecords(records: readonly StoredRecord[]): StoredRecord[] {
  const voided = new Set<string>();
  for (const { kind, subject } of records) if (kind === VOID) voided.add(toHex(subject));
  return records.filter(({ kind, id }) => kind !== VOID && !voided.has(id));
}
