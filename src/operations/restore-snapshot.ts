/** Restore a version to a device or image file that has passed its guards. */
import type { FileDevice } from '../device/file-device.ts';
import { executeRestore } from '../restore/execute-restore.ts';
import type { RestoreCounts } from '../restore/execute-restore.ts';
import { planRestore } from '../restore/restore-plan.ts';
import type { PlanRestoreOptions, RestorePlan } from '../restore/restore-plan.ts';
import { readCatalog } from '../snapshot/catalog.ts';
import type { StoredSnapshot } from '../snapshot/catalog.ts';
import { openSnapshotSource } from '../snapshot/snapshot-source.ts';
import type { Store } from '../store/store.ts';
import { beginPhase } from './progress.ts';
import type { OperationOptions } from './progress.ts';
import { recordRestore } from './restore-records.ts';

/** A card is flushed this often, so that progress is true and stopping is quick. */
const DEVICE_FLUSH_BYTES = 64 * 1024 * 1024;

export interface PlanOptions extends OperationOptions, PlanRestoreOptions {
  /** The target reads as zeros wherever nothing is written: a file that was made just now. */
  readonly targetIsZero: boolean;
  /** An image file, which has no sectors of its own. Default: `targetIsZero`. */
  readonly targetIsFile?: boolean | undefined;
}

export interface RestoreOptions extends OperationOptions {
  readonly verify: boolean;
  /** Read what the target holds, and write only what differs. Default: write all. */
  readonly compare?: boolean | undefined;
  /** Called right before the first write; throws when it is not the target that was meant. */
  readonly beforeFirstWrite?: (() => Promise<void>) | undefined;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** Plans a restore: throws E_TARGET_TOO_SMALL, and damage of the map, before anything is written. */
export async function planSnapshotRestore(
  store: Store,
  snapshot: StoredSnapshot,
  target: { readonly byteLength: number; readonly sectorSize: number },
  options: PlanOptions,
): Promise<RestorePlan> {
  beginPhase(options, 'plan');
  const source = openSnapshotSource(store, snapshot.volume);
  const { byteLength, sectorSize } = target;
  const facts = { byteLength, sectorSize, isZero: options.targetIsZero, isFile: options.targetIsFile };
  return planRestore(source, snapshot.volume, facts, options);
}

/** Without a record (a store that cannot be written), the times of the files tell that a card went back. */
async function remember(store: Store, snapshot: StoredSnapshot, nowMs: number): Promise<void> {
  try {
    const { cards } = await readCatalog(store);
    const versions = cards.find(({ cardId }) => cardId === snapshot.cardId)?.snapshots ?? [];
    await recordRestore(store, snapshot, versions, nowMs);
  } catch {
    // The restore itself needs nothing of this.
  }
}

/** Executes a plan made by `planSnapshotRestore` for the same target. */
export async function restoreSnapshot(
  store: Store,
  snapshot: StoredSnapshot,
  target: FileDevice,
  plan: RestorePlan,
  options: RestoreOptions,
): Promise<RestoreCounts> {
  if (target.isBlockDevice) await remember(store, snapshot, options.nowMs);
  const source = openSnapshotSource(store, snapshot.volume);
  return executeRestore(store, source, target, plan, {
    verify: options.verify,
    compare: options.compare,
    versionId: snapshot.id,
    beforeFirstWrite: options.beforeFirstWrite,
    flushBytes: target.isBlockDevice ? DEVICE_FLUSH_BYTES : undefined,
    onProgress: options.onProgress,
    signal: options.signal,
  });
}
