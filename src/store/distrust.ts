/**
 * What the index lists and a new version must not rely on: packs that are gone or have another length, and frames that
 * a check found damaged. To a writer their chunks are absent, so that it stores them again; a reader tries them last.
 */
import { fromHex, toHex } from '../bytes/hex.ts';
import { CorruptDataError } from '../errors.ts';
import type { ChunkIndex } from './chunk-index.ts';
import type { OnDamage } from './load-index.ts';
import type { StoreRecord } from './messages.ts';
import { hashInName, PACK_FOLDERS } from './names.ts';
import { listRecordFiles, standingRecords, VOID, writeRecordFile } from './record-files.ts';
import type { Storage } from './storage.ts';

/** Kind of the records that name damaged frames. */
const DAMAGED = 'damaged';
const OFFSET_BYTES = 4;

/**
 * A record of damage in a pack: `subject` its hash, `body` the offsets of its damaged frames (32 bits each,
 * little-endian, ascending); an empty body: all of the pack.
 */
export function damageRecord(packId: Uint8Array, frameOffsets: readonly number[], atMs: number): StoreRecord {
  const body = new Uint8Array(frameOffsets.length * OFFSET_BYTES);
  const view = new DataView(body.buffer);
  for (const [i, offset] of frameOffsets.entries()) view.setUint32(i * OFFSET_BYTES, offset, true);
  return { kind: DAMAGED, atMs, subject: packId, seq: 0, body };
}

/** Makes the index distrust what is not there, has the wrong length or is known as damaged; tells of the former. */
export async function distrustDamage(
  storage: Storage,
  storeId: Uint8Array,
  index: ChunkIndex,
  onDamage: OnDamage,
): Promise<void> {
  const records = standingRecords(await listRecordFiles(storage, storeId, onDamage));
  for (const [hash, offsets] of damagedFrames(records)) index.distrust(hash, offsets);
  const lengths = await packLengths(storage);
  const broken = new Set<string>();
  for (const { hash, byteLength } of index.packs) {
    if (lengths.get(hash) === byteLength) continue;
    index.distrust(hash);
    broken.add(hash);
  }
  const [first] = broken;
  if (first !== undefined) onDamage(brokenPacks(broken.size, first, lengths.has(first)));
}

/** Offsets of the frames that records call damaged, by hash of their pack; undefined: all of the pack. */
export function damagedFrames(records: readonly StoreRecord[]): Map<string, ReadonlySet<number> | undefined> {
  const packs = new Map<string, ReadonlySet<number> | undefined>();
  for (const { kind, subject, body } of records) {
    if (kind !== DAMAGED) continue;
    const hash = toHex(subject);
    const offsets = decodeOffsets(body);
    const known = packs.has(hash) ? packs.get(hash) : new Set<number>();
    packs.set(hash, offsets === undefined || known === undefined ? undefined : new Set([...known, ...offsets]));
  }
  return packs;
}

function brokenPacks(count: number, first: string, isThere: boolean): CorruptDataError {
  const others = count === 1 ? '' : ` and ${count - 1} more`;
  const words = isThere ? 'not whole' : 'missing';
  return new CorruptDataError(
    `pack ${first.slice(0, 12)}${others} ${count === 1 ? 'is' : 'are'} ${words}: what the card still has is stored again`,
  );
}

/** Takes back what records say about packs (hashes) that were written again, with the same content as before. */
export async function voidDamage(storage: Storage, storeId: Uint8Array, packs: ReadonlySet<string>): Promise<void> {
  const records = standingRecords(await listRecordFiles(storage, storeId, () => undefined));
  for (const { kind, subject, id } of records) {
    if (kind !== DAMAGED || !packs.has(toHex(subject))) continue;
    const body = new Uint8Array(0);
    await writeRecordFile(storage, storeId, {
      kind: VOID,
      atMs: await storage.now(),
      subject: fromHex(id),
      seq: 0,
      body,
    });
  }
}

async function packLengths(storage: Storage): Promise<Map<string, number>> {
  const lengths = new Map<string, number>();
  for (const folder of PACK_FOLDERS) {
    for (const { name, byteLength } of await storage.list(folder)) {
      const hash = hashInName(name);
      if (hash !== undefined) lengths.set(hash, byteLength);
    }
  }
  return lengths;
}

/** Undefined: all frames. A body that makes no sense distrusts all of them, too. */
function decodeOffsets(body: Uint8Array): ReadonlySet<number> | undefined {
  if (body.byteLength === 0 || body.byteLength % OFFSET_BYTES !== 0) return undefined;
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const offsets = new Set<number>();
  for (let at = 0; at < body.byteLength; at += OFFSET_BYTES) offsets.add(view.getUint32(at, true));
  return offsets;
}
