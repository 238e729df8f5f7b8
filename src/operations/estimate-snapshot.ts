/** A dry run: what a backup would read, and what it would tell, without writing anything. */
import type { DiskMap } from '../capture/disk-map.ts';
import type { BlockSource } from '../device/block-source.ts';
import type { SnapshotMode } from '../snapshot/snapshot.ts';
import type { Store } from '../store/store.ts';
import { warningsOf } from './backup-warnings.ts';
import { ASKED_FOR } from './capture-card.ts';
import { planIncremental } from './plan-incremental.ts';
import { prepareCapture, type CaptureWishes } from './prepare-capture.ts';
import type { Warning } from './progress.ts';

export interface SnapshotEstimate {
  readonly card: string;
  readonly mode: SnapshotMode;
  readonly modeReason: string;
  readonly deviceBytes: number;
  readonly wouldReadBytes: number;
  readonly warnings: readonly Warning[];
  readonly disk: DiskMap;
}

export async function estimateSnapshot(
  store: Store | undefined,
  source: BlockSource,
  options: CaptureWishes & { readonly atMs?: number | undefined },
): Promise<SnapshotEstimate> {
  const { card, chosen, catalog } = await prepareCapture(store, source, options);
  const { disk, plan, readAll } = card;
  const estimate = {
    card: chosen.name,
    deviceBytes: source.byteLength,
    warnings: warningsOf(disk, chosen, catalog, options),
    disk,
  };
  if (readAll !== undefined || store === undefined) {
    const { mode, reason } = readAll ?? { mode: 'full', reason: 'first version of this card' };
    return { ...estimate, mode, modeReason: reason, wouldReadBytes: plan.readBytes };
  }
  if (card.provesAll) return { ...estimate, mode: 'full', modeReason: ASKED_FOR, wouldReadBytes: plan.readBytes };
  const planned = await planIncremental(store, card.source, disk, plan, {
    ...card.incremental,
    has: async (id) => store.has(id),
    signal: options.signal,
  });
  if ('reason' in planned) {
    return { ...estimate, mode: 'full', modeReason: planned.reason, wouldReadBytes: plan.readBytes };
  }
  const wouldReadBytes = planned.plan.readBytes - planned.carry.unreadBytes;
  return { ...estimate, mode: 'incremental', modeReason: planned.reasons.join('; '), wouldReadBytes };
}
