/**
 * clear the tables -> write the body -> write the tables, sector 0 last of all -> read back all of it
 *
 * A restore that is interrupted anywhere leaves a target without a partition table. Where the target is compared,
 * nothing is cleared before something is found that differs.
 */
import { clipExtents, extentsFrom, subtractExtents } from '../bytes/extent-list.ts';
import type { ExtentList } from '../bytes/extent-list.ts';
import { CardkeepError } from '../errors.ts';
import type { SnapshotSource } from '../snapshot/snapshot-source.ts';
import type { Store } from '../store/store.ts';
import { clearTables } from './clear-tables.ts';
import { writeRanges } from './device-writer.ts';
import type { ComparableTarget, WriteOptions } from './device-writer.ts';
import { ProofLog } from './proof-log.ts';
import { readBack } from './read-back.ts';
import type { UncachedTarget } from './read-back.ts';
import type { RestorePlan } from './restore-plan.ts';
import { wantedRanges } from './wanted-ranges.ts';

/** A target whose bytes can be read from the medium, past the page cache. */
export interface VerifiableTarget extends ComparableTarget, UncachedTarget {
  /** Image files: a new length. */
  truncate?(byteLength: number): Promise<void>;
}

export interface RestoreProgress {
  readonly phase: 'write' | 'verify';
  readonly doneBytes: number;
  readonly totalBytes: number;
}

export interface ExecuteRestoreOptions {
  readonly verify: boolean;
  /** Read what the target holds, and write only what differs. */
  readonly compare?: boolean | undefined;
  /** Flush after so many bytes; by default only where the order of writing needs it. */
  readonly flushBytes?: number | undefined;
  /** ID of the version: stands in the place of the tables until they are written. */
  readonly versionId?: string | undefined;
  /** Right before the first write: is it still the target that was meant? Throws if not. */
  readonly beforeFirstWrite?: (() => Promise<void>) | undefined;
  readonly onProgress?: ((progress: RestoreProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RestoreCounts {
  readonly writtenBytes: number;
  readonly zeroedBytes: number;
  /** Found equal, and not written. */
  readonly unchangedBytes: number;
  /** Read from the medium after the last write, and equal. */
  readonly verifiedBytes: number;
}

const HEAD_BYTES = 1024 * 1024;

/** Throws E_VERIFY_FAILED (damaged) with the place when the target does not give back what was written. */
export async function executeRestore(
  store: Pick<Store, 'readChunk' | 'hasher'>,
  source: SnapshotSource,
  target: VerifiableTarget,
  plan: RestorePlan,
  options: ExecuteRestoreOptions,
): Promise<RestoreCounts> {
  const run = new RestoreRun(store, source, target, plan, options);
  if (!run.compares || target.byteLength !== plan.targetBytes) await run.prepare();
  await run.write(subtractExtents(wholeOf(plan), plan.tables), run.compares ? 'differing' : 'all');
  if (!run.isPrepared && !(await run.tablesDiffer())) return run.foundEqual();
  await run.prepare();
  const head = clipExtents(plan.tables, 0, HEAD_BYTES);
  const firstSector = clipExtents(head, 0, target.sectorSize);
  for (const part of [subtractExtents(plan.tables, head), subtractExtents(head, firstSector), firstSector]) {
    await run.write(part, 'all');
  }
  return run.verified();
}

class RestoreRun {
  readonly compares: boolean;
  isPrepared = false;
  readonly #store: Pick<Store, 'readChunk' | 'hasher'>;
  readonly #source: SnapshotSource;
  readonly #target: VerifiableTarget;
  readonly #plan: RestorePlan;
  readonly #options: ExecuteRestoreOptions;
  readonly #proofs = new ProofLog();
  readonly #counts = { writtenBytes: 0, zeroedBytes: 0, unchangedBytes: 0 };
  #preparing: Promise<void> | undefined;

  constructor(
    store: Pick<Store, 'readChunk' | 'hasher'>,
    source: SnapshotSource,
    target: VerifiableTarget,
    plan: RestorePlan,
    options: ExecuteRestoreOptions,
  ) {
    this.compares = options.compare === true && !plan.targetIsZero;
    this.#store = store;
    this.#source = source;
    this.#target = target;
    this.#plan = plan;
    this.#options = options;
  }

  /** Once: takes the tables away. From here on the target is not a card any more until all is written. */
  async prepare(): Promise<void> {
    await (this.#preparing ??= this.#prepare());
  }

  async #prepare(): Promise<void> {
    await this.#options.beforeFirstWrite?.();
    this.isPrepared = true;
    const { tables, targetIsZero, targetBytes } = this.#plan;
    // A file that was made just now has no tables, but may be found half written as well.
    await clearTables(this.#target, targetIsZero ? extentsFrom([]) : tables, this.#options.versionId);
    if (this.#target.byteLength === targetBytes) return;
    if (this.#target.truncate === undefined) throw new RangeError('the target is not of the size that was planned for');
    await this.#target.truncate(targetBytes);
  }

  async write(extents: ExtentList, what: WriteOptions['write']): Promise<void> {
    // Sector 0 holds the mark of an unfinished restore: it is written whatever it holds.
    const skipZeros = this.#plan.targetIsZero && !(extents.count === 1 && extents.starts[0] === 0);
    await writeRanges(this.#target, this.#store, wantedRanges(this.#wanted(), extents), {
      ...this.#writeOptions(),
      skipZeros,
      write: what,
      proofs: this.#options.verify ? this.#proofs : undefined,
      beforeFirstWrite: async () => this.prepare(),
    });
  }

  /** Compares the tables, of which nothing must be written while others are still there. */
  async tablesDiffer(): Promise<boolean> {
    const before = { ...this.#counts };
    const ranges = wantedRanges(this.#wanted(), this.#plan.tables);
    const differing = await writeRanges(this.#target, this.#store, ranges, {
      ...this.#writeOptions(),
      skipZeros: false,
      write: 'nothing',
      proofs: undefined,
    });
    if (differing > 0) Object.assign(this.#counts, before);
    return differing > 0;
  }

  /** Nothing was written, so that what was read is what stands there. */
  foundEqual(): RestoreCounts {
    return { ...this.#counts, verifiedBytes: this.#options.verify ? this.#counts.unchangedBytes : 0 };
  }

  /**
   * Also what was found equal is read once more: where addresses alias, a later write may have changed it.
   */
  async verified(): Promise<RestoreCounts> {
    if (!this.#options.verify) return { ...this.#counts, verifiedBytes: 0 };
    const { onProgress, signal } = this.#options;
    const { totalBytes } = this.#proofs;
    onProgress?.({ phase: 'verify', doneBytes: 0, totalBytes });
    const onRead = (doneBytes: number): void => onProgress?.({ phase: 'verify', doneBytes, totalBytes });
    try {
      await readBack(this.#target, this.#proofs, this.#store, { onRead, signal });
    } catch (error) {
      throw error instanceof CardkeepError && error.code === 'E_VERIFY_FAILED'
        ? await this.#clearedAfter(error)
        : error;
    }
    return { ...this.#counts, verifiedBytes: totalBytes };
  }

  async #clearedAfter(error: CardkeepError): Promise<CardkeepError> {
    let left = 'its partition table was cleared';
    try {
      await clearTables(this.#target, this.#plan.tables, undefined);
    } catch {
      left = 'its partition table cannot be cleared';
    }
    return new CardkeepError(error.kind, error.code, error.message, { hint: `${error.hint} (${left})`, cause: error });
  }

  #wanted(): Parameters<typeof wantedRanges>[0] {
    const { sourceBytes, edits, zeroWhereFree } = this.#plan;
    return { map: this.#source.map, sourceBytes, edits, zeroWhereFree };
  }

  #writeOptions(): Pick<WriteOptions, 'flushBytes' | 'signal' | 'onDone'> {
    const { flushBytes, signal, onProgress } = this.#options;
    const totalBytes = this.#plan.dataBytes + this.#plan.zeroBytes;
    const counts = this.#counts;
    return {
      flushBytes: flushBytes ?? Number.POSITIVE_INFINITY,
      signal,
      onDone: ({ dataBytes, zeroBytes, unchangedBytes }) => {
        counts.writtenBytes += dataBytes;
        counts.zeroedBytes += zeroBytes;
        counts.unchangedBytes += unchangedBytes;
        const doneBytes = counts.writtenBytes + counts.zeroedBytes + counts.unchangedBytes;
        onProgress?.({ phase: 'write', doneBytes, totalBytes });
      },
    };
  }
}

function wholeOf({ targetBytes }: RestorePlan): ExtentList {
  return extentsFrom([[0, targetBytes]]);
}
