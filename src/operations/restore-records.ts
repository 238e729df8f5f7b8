/**
 * A card that a version was restored to goes on from there: the versions that were made after that one are no longer
 * what it descends from. Told by records, so that the next backup does not compare the card with them.
 */
import { fromHex, toHex } from '../bytes/hex.ts';
import type { StoredSnapshot } from '../snapshot/catalog.ts';
import type { Store, StoreRecord } from '../store/store.ts';

/**
 * Kind of the record; its subject is the version's ID. Its body: the number of the card's newest version then, that of
 * the restored one (32 bits each, little-endian), and the card's ID, for when the version is not there any more.
 */
const RESTORED = 'restore-begin';
const BODY_BYTES = 8 + 16;

/** Written before the first byte is: a restore that is broken off has changed the card, too. */
export async function recordRestore(
  store: Pick<Store, 'writeRecord'>,
  restored: StoredSnapshot,
  versions: readonly StoredSnapshot[],
  atMs: number,
): Promise<void> {
  const newest = versions.reduce((highest, { number }) => Math.max(highest, number), restored.number);
  const body = new Uint8Array(BODY_BYTES);
  const view = new DataView(body.buffer);
  view.setUint32(0, newest, true);
  view.setUint32(4, restored.number, true);
  body.set(fromHex(restored.cardId).subarray(0, 16), 8);
  await store.writeRecord({ kind: RESTORED, atMs, subject: fromHex(restored.id), seq: 0, body });
}

/** The versions of a card that it may descend from. It can only be fewer: a record never adds one. */
export async function ancestorsOnly(
  store: Pick<Store, 'listRecords'>,
  versions: readonly StoredSnapshot[],
): Promise<StoredSnapshot[]> {
  let left = [...versions];
  for (const record of await store.listRecords()) {
    const excluded = record.kind === RESTORED ? excludedBy(record, versions) : undefined;
    if (excluded === undefined) continue;
    left = left.filter(({ number }) => number <= excluded.after || number > excluded.to);
  }
  return left;
}

/** Numbers of versions that are no ancestors; undefined for a record of another card. */
function excludedBy(
  { subject, body }: Pick<StoreRecord, 'subject' | 'body'>,
  versions: readonly StoredSnapshot[],
): { readonly after: number; readonly to: number } | undefined {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const id = toHex(subject);
  let after = versions.find((version) => version.id === id)?.number;
  if (
    after === undefined &&
    body.byteLength >= BODY_BYTES &&
    toHex(body.subarray(8, BODY_BYTES)) === versions[0]?.cardId
  ) {
    after = view.getUint32(4, true);
  }
  if (after === undefined) return undefined;
  // A body that makes no sense excludes all that is newer.
  return { after, to: body.byteLength >= 4 ? view.getUint32(0, true) : Number.MAX_SAFE_INTEGER };
}
