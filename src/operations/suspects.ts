/**
 * Versions that carried over bytes which have changed without a trace: they may hold the state before. Told by records,
 * because versions are never written again.
 */
import { fromHex, toHex } from '../bytes/hex.ts';
import type { ProofFailedError } from '../capture/chunk-pipeline.ts';
import { isKeepWhole } from '../filesystems/filesystem.ts';
import { WINDOW_BYTES } from '../snapshot/map-node.ts';
import type { Store } from '../store/store.ts';
import type { CardToCapture } from './capture-card.ts';
import { readLastRead, type Incremental } from './plan-incremental.ts';
import type { Warning } from './progress.ts';

/** Kind of the record; its subject is the version's ID, its body the byte range: offset and length, 64 bits each. */
const SUSPECT = 'suspect';
const RANGE_BYTES = 16;

/** Marks all versions that carried the piece since it was last read. */
export async function markSuspects(
  store: Store,
  { disk, plan, incremental }: CardToCapture,
  { base }: Incremental,
  { byteOffset, byteLength, piece }: ProofFailedError,
): Promise<Warning> {
  const lastRead = (await readLastRead(store, base))[Math.floor(byteOffset / WINDOW_BYTES)] ?? 0;
  const hit = incremental.versions.filter(({ number }) => number > lastRead && number <= base.number);
  const body = new Uint8Array(RANGE_BYTES);
  const view = new DataView(body.buffer);
  view.setBigUint64(0, BigInt(byteOffset), true);
  view.setBigUint64(8, BigInt(byteLength), true);
  for (const { id } of hit) {
    await store.writeRecord({ kind: SUSPECT, atMs: incremental.nowMs, subject: fromHex(id), seq: 0, body });
  }
  const { region, files, cells } = plan.regions[piece.region]!;
  const { entry, report } = disk.partitions[region.partition!]!;
  const file = files.fileOf[piece.number]!;
  const inode = isKeepWhole(report)
    ? undefined
    : report.inodes?.inode[cells.directories[file - cells.firstFile]?.[0] ?? file];
  const place = `inode ${inode} of ${entry.number === 0 ? 'the file system' : `p${entry.number}`}`;
  const names = hit.map(({ number }) => number).join(', ');
  const older = hit.length === 0 ? '' : `; versions that may hold it as it was before: ${names}`;
  return {
    code: 'W_CHANGED_WITHOUT_TRACE',
    message: `a file (${place}) was changed below the file system, so all of the card was read again${older}`,
  };
}

/** IDs (hex) of the versions that records call suspect. */
export async function readSuspects(store: Pick<Store, 'listRecords'>): Promise<ReadonlySet<string>> {
  const records = await store.listRecords();
  return new Set(records.filter(({ kind }) => kind === SUSPECT).map(({ subject }) => toHex(subject)));
}
