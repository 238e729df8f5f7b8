/** Reads all data of a version, and gathers what is damaged: one problem for each place in the store, not for each run. */
import { ExtentListBuilder } from '../bytes/extent-list.ts';
import type { ExtentList } from '../bytes/extent-list.ts';
import { CardkeepError, NotFoundError, throwIfAborted } from '../errors.ts';
import type { MapRun } from '../snapshot/map-reader.ts';
import { readRun } from '../snapshot/snapshot-source.ts';
import type { SnapshotSource } from '../snapshot/snapshot-source.ts';
import type { Store } from '../store/store.ts';
import type { OperationOptions } from './progress.ts';

export interface ReadBack {
  readonly readBytes: number;
  /** Distinct runs of data that were read. */
  readonly dataRuns: number;
  /** What is data, zero or unreadable in the map. */
  readonly kept: ExtentList;
  /** Data that the store does not give. */
  readonly damaged: ExtentList;
  /** One sentence for each thing in the store that is damaged or missing, with how much of the version it is. */
  readonly problems: readonly string[];
  /** Why the map could not be read to its end; undefined: it could. */
  readonly mapProblem: string | undefined;
}

const READS_IN_FLIGHT = 8;
/** Enough to see what is wrong; a store that lost a disk would list thousands. */
const MOST_PLACES = 100;

/** Data of the version that one damaged place held. */
interface Loss {
  byteLength: number;
  runs: number;
  readonly firstByte: number;
}

/** What came of reading one run. */
interface Outcome {
  readonly run: MapRun;
  readonly readBytes: number;
  /** Of the damage; undefined: it was read. */
  readonly message: string | undefined;
}

/** `totalBytes` is what the progress counts up to. Throws what is no damage. */
export async function readBack(
  store: Pick<Store, 'readChunk'>,
  source: SnapshotSource,
  totalBytes: number,
  options: OperationOptions,
): Promise<ReadBack> {
  const kept = new ExtentListBuilder();
  const damaged = new ExtentListBuilder();
  const losses = new Map<string, Loss>();
  let readBytes = 0;
  let dataRuns = 0;
  let mapProblem: string | undefined;
  const underWay: Promise<Outcome>[] = [];
  // In the order of the runs, whichever was read first.
  const settleOne = async (): Promise<void> => {
    const { run, readBytes: runBytes, message } = await underWay.shift()!;
    readBytes += runBytes;
    if (message === undefined) return;
    damaged.add(run.byteOffset, run.byteOffset + run.byteLength);
    const loss = losses.get(message);
    if (loss !== undefined) {
      loss.byteLength += run.byteLength;
      loss.runs++;
    } else if (losses.size < MOST_PLACES) {
      losses.set(message, { byteLength: run.byteLength, runs: 1, firstByte: run.byteOffset });
    }
  };
  try {
    for await (const run of source.map.runs(0, source.byteLength)) {
      throwIfAborted(options.signal);
      kept.add(run.byteOffset, run.byteOffset + run.byteLength);
      if (run.state !== 'data') continue;
      dataRuns++;
      const reading = readOne(store, run);
      // A failure is reported when its turn comes; until then it must not count as unhandled.
      reading.catch(() => undefined);
      underWay.push(reading);
      if (underWay.length >= READS_IN_FLIGHT) await settleOne();
      options.onProgress?.({ phase: 'check', doneBytes: readBytes, totalBytes });
    }
  } catch (error) {
    mapProblem = damageMessage(error);
  } finally {
    // The caller may close the store as soon as this has failed.
    await Promise.allSettled(underWay);
  }
  while (underWay.length > 0) await settleOne();
  const problems = [...losses].map(([message, { byteLength, runs, firstByte }]) => {
    const places = runs === 1 ? 'at' : `in ${runs} places, the first at`;
    return `${message}: ${byteLength} bytes of this version, ${places} byte ${firstByte}`;
  });
  return { readBytes, dataRuns, kept: kept.build(), damaged: damaged.build(), problems, mapProblem };
}

async function readOne(store: Pick<Store, 'readChunk'>, run: MapRun): Promise<Outcome> {
  try {
    return { run, readBytes: (await readRun(store, run)).byteLength, message: undefined };
  } catch (error) {
    return { run, readBytes: 0, message: damageMessage(error) };
  }
}

/**
 * What an error says about damage; throws any other. It names the file or frame, and no chunk: a pack that is gone is
 * one thing, however many chunks lay in it.
 */
export function damageMessage(error: unknown): string {
  if (!(error instanceof CardkeepError) || (error.kind !== 'damaged' && error.kind !== 'not-found')) throw error;
  const { message } = error.cause instanceof NotFoundError ? error.cause : error;
  return message.replace(/^chunk [0-9a-f]{12}\b/u, 'a chunk');
}
