/**
 * cardkeep as a library: everything that the command line does, without its words. Nothing here prints, reads the
 * environment or a clock; callers pass `now`, `signal` and `onProgress`.
 *
 *                device/        layout/           filesystems/        capture/                    store/
 *     backup:  BlockSource -> MBR, GPT, gaps -> live map, files -> plan -> read -> hash -> frame -> packs, index
 *                                                                      \-> map nodes -> snapshot (the commit, written last)
 *     restore: snapshot as a BlockSource -> restore plan -> write -> read back -> partition table last
 *
 *     const store = await openStore(await openLocalStorage('/media/usb/cardkeep'));
 *     const source = await openSource('octopi.img');
 *     const { id } = await createSnapshot(store, source, { ... });
 *     const version = findSnapshot(await readCatalog(store), 'octopi~1');
 *     const boot = await openSnapshotSource(store, version.volume).read(0, 512);
 */

// Errors: few kinds, stable codes.
export { CardkeepError, CorruptDataError, NotFoundError } from './errors.ts';
export type { ErrorDetails, ErrorKind } from './errors.ts';

// Devices and images.
export { memorySource, sliceSource } from './device/block-source.ts';
export type { BlockSource, BlockTarget } from './device/block-source.ts';
export { openSource, openTarget } from './device/file-device.ts';
export type { FileDevice, OpenSourceOptions, OpenTargetOptions } from './device/file-device.ts';
export { listDevices } from './device/list-devices.ts';
export type { ListDevicesOptions, ListedDevice, ListedPartition } from './device/list-devices.ts';
export { describeTarget } from './device/device-guards.ts';
export type { DescribeTargetOptions, TargetFacts } from './device/device-guards.ts';
export { runCommand } from './device/run-command.ts';
export type { RunCommand } from './device/run-command.ts';

// Stores.
export { openLocalStorage } from './store/local-storage.ts';
export type { LocalStorageOptions } from './store/local-storage.ts';
export { memoryStorage } from './store/memory-storage.ts';
export type { Storage, StorageEntry, StorageWriter } from './store/storage.ts';
export { createStore, openStore } from './store/store.ts';
export type { CreateStoreOptions, OpenStoreOptions, SessionOptions, Store, WriteSession } from './store/store.ts';
export { readMachineIdentity } from './store/machine-identity.ts';
export type { MachineIdentity } from './store/machine-identity.ts';

// Versions.
export { findCard, findSnapshot, readCatalog } from './snapshot/catalog.ts';
export type { Card, Catalog, StoredSnapshot } from './snapshot/catalog.ts';
export type { Snapshot, SnapshotCounts, SnapshotMode, SnapshotPartition, Volume } from './snapshot/snapshot.ts';
export { openSnapshotSource } from './snapshot/snapshot-source.ts';
export type { SnapshotSource } from './snapshot/snapshot-source.ts';

// What a user does.
export type { OperationOptions, Progress, Warning } from './operations/progress.ts';
export { guardSource } from './operations/guard-source.ts';
export { createSnapshot } from './operations/create-snapshot.ts';
export { estimateSnapshot } from './operations/estimate-snapshot.ts';
export type { CreatedSnapshot, CreateSnapshotOptions } from './operations/create-snapshot.ts';
export type { SnapshotEstimate } from './operations/estimate-snapshot.ts';
export { listJson, showJson } from './operations/list-snapshots.ts';
export type { ListDocument, ShowDocument, SnapshotDocument } from './operations/list-snapshots.ts';
export { guardTarget, guardTargetAgain } from './operations/guard-target.ts';
export type { GuardTargetOptions } from './operations/guard-target.ts';
export { reshapeSnapshot } from './operations/reshape-snapshot.ts';
export type { Reshaped, ReshapeWish } from './operations/reshape-snapshot.ts';
export { planSnapshotRestore, restoreSnapshot } from './operations/restore-snapshot.ts';
export type { PlanOptions, RestoreOptions } from './operations/restore-snapshot.ts';
export { exportToFile, exportToStream } from './operations/export-snapshot.ts';
export type { ExportCompression, ExportCounts, ExportFiles } from './operations/export-snapshot.ts';
export type { Edit } from './restore/edits.ts';
export type { RestorePlan } from './restore/restore-plan.ts';
export type { RestoreCounts } from './restore/execute-restore.ts';
export { checkSnapshot } from './operations/check-snapshot.ts';
export type { SnapshotCheck, SnapshotProblem } from './operations/check-snapshot.ts';
export { checkStore } from './operations/check-store.ts';
export type { CheckProblem, CheckStoreOptions, StoreCheck } from './operations/check-store.ts';
export { readStoreStats } from './operations/store-stats.ts';
export type { CardStats, StoreStatistics } from './operations/store-stats.ts';
