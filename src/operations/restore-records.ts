/**
 * A card that a version was restored to goes on from there: the versions that were made after that one are no longer
 * what it descends from. Told by records, so that the next backup does not compare the card with them.
 */
import { fromHex, toHex } from '../bytes/hex.ts';
import type { StoredSnapshot } from '../snapshot/catalog.ts';
import type { Store } from '../store/store.ts';

/** Kind of the record; its subject is the version's ID, its body the number of the card's newest version then (u32). */
const RESTORED = 'restore-begin';

/** Written before the first byte is: a restore that is broken off has changed the card, too. */
export async function recordRestore(
  store: Pick<Store, 'writeRecord'>,
  restored: StoredSnapshot,
  versions: readonly StoredSnapshot[],
  atMs: number,
): Promise<void> {
  const newest = versions.reduce((highest, { number }) => Math.max(highest, number), restored.number);
  const body = new Uint8Array(4);
  new DataView(body.buffer).setUint32(0, newest, true);
  await store.writeRecord({ kind: RESTORED, atMs, subject: fromHex(restored.id), seq: 0, body });
}

/** The versions of a card that it may descend from. It can only be fewer: a record never adds one. */
export async function ancestorsOnly(
  store: Pick<Store, 'listRecords'>,
  versions: readonly StoredSnapshot[],
): Promise<StoredSnapshot[]> {
  const numbers = new Map(versions.map(({ id, number }) => [id, number]));
  let left = [...versions];
  for (const { kind, subject, body } of await store.listRecords()) {
    const restored = numbers.get(toHex(subject));
    if (kind !== RESTORED || restored === undefined) continue;
    // A body that makes no sense excludes all that is newer.
    const newest =
      body.byteLength === 4
        ? new DataView(body.buffer, body.byteOffset, 4).getUint32(0, true)
        : Number.MAX_SAFE_INTEGER;
    left = left.filter(({ number }) => number <= restored || number > newest);
  }
  return left;
}
