/**
 * clear the tables -> write the body -> write the tables, the first MiB last of all -> read back all that was written
 *
 * A restore that is interrupted anywhere leaves a target without a partition table.
 */
import { clipExtents, extentPairs, extentsFrom, subtractExtents, totalBytes } from '../bytes/extent-list.ts';
import { equalBytes } from '../bytes/hex.ts';
import type { BlockTarget } from '../device/block-source.ts';
import { CardkeepError, throwIfAborted } from '../errors.ts';
import type { SnapshotSource } from '../snapshot/snapshot-source.ts';
import type { Store } from '../store/store.ts';
import { writeRanges } from './device-writer.ts';
import type { WrittenRange } from './device-writer.ts';
import type { RestorePlan } from './restore-plan.ts';
import { wantedRanges } from './wanted-ranges.ts';

/** A target whose bytes can be read from the medium, past the page cache. */
export interface VerifiableTarget extends BlockTarget {
  readUncached(byteOffset: number, byteLength: number, into?: Uint8Array): Promise<Uint8Array>;
}

export interface RestoreProgress {
  readonly phase: 'write' | 'verify';
  readonly doneBytes: number;
  readonly totalBytes: number;
}

export interface ExecuteRestoreOptions {
  readonly verify: boolean;
  /** Flush after so many bytes; by default only where the order of writing needs it. */
  readonly flushBytes?: number | undefined;
  readonly onProgress?: ((progress: RestoreProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RestoreCounts {
  readonly writtenBytes: number;
  readonly zeroedBytes: number;
  readonly verifiedBytes: number;
}

const CLEAR_BYTES = 1024 * 1024;

/** Throws E_VERIFY_FAILED (damaged) with the place when the target does not give back what was written. */
export async function executeRestore(
  store: Pick<Store, 'readChunk' | 'hasher'>,
  source: SnapshotSource,
  target: VerifiableTarget,
  plan: RestorePlan,
  options: ExecuteRestoreOptions,
): Promise<RestoreCounts> {
  const whole = extentsFrom([[0, plan.targetBytes]]);
  const head = clipExtents(plan.tables, 0, CLEAR_BYTES);
  const tables = subtractExtents(plan.tables, head);
  if (!plan.targetIsZero) await clear(target, plan);
  const total = plan.dataBytes + plan.zeroBytes;
  let writtenBytes = 0;
  let zeroedBytes = 0;
  const written: WrittenRange[] = [];
  for (const extents of [subtractExtents(whole, plan.tables), tables, head]) {
    const ranges = wantedRanges(source.map, plan.volumeBytes, extents, plan.proberZones);
    const writes = await writeRanges(target, store, ranges, {
      skipZeros: plan.targetIsZero,
      keepDigests: options.verify,
      flushBytes: options.flushBytes ?? Number.POSITIVE_INFINITY,
      signal: options.signal,
      onWritten: ({ byteLength, isZero }) => {
        if (isZero) zeroedBytes += byteLength;
        else writtenBytes += byteLength;
        options.onProgress?.({ phase: 'write', doneBytes: writtenBytes + zeroedBytes, totalBytes: total });
      },
    });
    written.push(...writes);
  }
  const verifiedBytes = options.verify ? await verify(store, target, written, plan, options) : 0;
  return { writtenBytes, zeroedBytes, verifiedBytes };
}

async function clear(target: BlockTarget, plan: RestorePlan): Promise<void> {
  const zeros = new Uint8Array(CLEAR_BYTES);
  for (const [start, end] of extentPairs(plan.tables)) {
    for (let at = start; at < end; at += CLEAR_BYTES) {
      await target.write(at, zeros.subarray(0, Math.min(CLEAR_BYTES, end - at)));
    }
  }
  await target.flush();
}

/** Reads back after all writing: a card that aliases addresses shows only then. */
async function verify(
  store: Pick<Store, 'hasher'>,
  target: VerifiableTarget,
  written: readonly WrittenRange[],
  plan: RestorePlan,
  options: ExecuteRestoreOptions,
): Promise<number> {
  const totalBytes_ = written.reduce((sum, range) => sum + range.byteLength, 0);
  let doneBytes = 0;
  let buffer = new Uint8Array(0);
  for (const range of written) {
    throwIfAborted(options.signal);
    if (buffer.byteLength < range.byteLength) buffer = new Uint8Array(range.byteLength);
    const bytes = await target.readUncached(range.byteOffset, range.byteLength, buffer);
    if (!equalBytes(store.hasher.hash(bytes), range.digest)) {
      await clear(target, plan);
      throw new CardkeepError(
        'damaged',
        'E_VERIFY_FAILED',
        `the target gives back other bytes than were written, between byte ${range.byteOffset} and ${range.byteOffset + range.byteLength}`,
        { hint: 'the card is failing or smaller than it says: use another one (its partition table was cleared)' },
      );
    }
    doneBytes += range.byteLength;
    options.onProgress?.({ phase: 'verify', doneBytes, totalBytes: totalBytes_ });
  }
  return totalBytes(extentsFrom(written.map((range) => [range.byteOffset, range.byteOffset + range.byteLength])));
}
