/**
 * Reads the segments of a plan in device order with large reads: near segments share one read, two reads are under
 * way while a third is worked on. A card in a reader is fast only like this.
 */
import type { BlockSource } from '../device/block-source.ts';
import { throwIfAborted } from '../errors.ts';
import type { Segment } from './capture-plan.ts';

/** One read of the device and the segments that lie in it. `bytes` is reused after the next batch is asked for. */
export interface ReadBatch {
  readonly byteOffset: number;
  readonly bytes: Uint8Array;
  readonly segments: readonly Segment[];
}

const READ_BYTES = 2 * 1024 * 1024;
/** Gaps up to this are read through: a seek of a card costs about as much. */
const GAP_BYTES = 64 * 1024;
const READS_IN_FLIGHT = 2;
/** Reads begin and end on this grid, so that they go to the device as they are. */
const ALIGNMENT = 4096;

interface BatchPlan {
  readonly start: number;
  readonly end: number;
  readonly segments: readonly Segment[];
}

export async function* readSegments(
  source: BlockSource,
  segments: Iterable<Segment>,
  signal?: AbortSignal,
): AsyncGenerator<ReadBatch> {
  const buffers: Uint8Array[] = [];
  for (let i = 0; i <= READS_IN_FLIGHT; i++) buffers.push(new Uint8Array(READ_BYTES + 2 * ALIGNMENT));
  const pending: { plan: BatchPlan; read: Promise<Uint8Array>; buffer: Uint8Array }[] = [];
  const plans = planBatches(segments, source.byteLength);
  const startNext = (): void => {
    const next = plans.next();
    if (next.done === true) return;
    const buffer = buffers.pop();
    if (buffer === undefined) throw new Error('no read buffer is free');
    const read = source.read(next.value.start, next.value.end - next.value.start, buffer);
    // A failure is reported when the batch's turn comes; until then it must not count as unhandled.
    read.catch(() => undefined);
    pending.push({ plan: next.value, read, buffer });
  };
  try {
    for (let i = 0; i < READS_IN_FLIGHT; i++) startNext();
    for (let current = pending.shift(); current !== undefined; current = pending.shift()) {
      throwIfAborted(signal);
      const bytes = await current.read;
      startNext();
      yield { byteOffset: current.plan.start, bytes, segments: current.plan.segments };
      buffers.push(current.buffer);
    }
  } finally {
    await Promise.allSettled(pending.map(({ read }) => read));
  }
}

function* planBatches(segments: Iterable<Segment>, sourceBytes: number): Generator<BatchPlan> {
  let batch: Segment[] = [];
  let start = 0;
  let end = 0;
  const finish = (): BatchPlan => ({
    start: Math.floor(start / ALIGNMENT) * ALIGNMENT,
    end: Math.min(Math.ceil(end / ALIGNMENT) * ALIGNMENT, sourceBytes),
    segments: batch,
  });
  for (const segment of segments) {
    if (segment.piece.done) continue;
    const segmentEnd = segment.byteOffset + segment.byteLength;
    if (batch.length > 0 && (segment.byteOffset - end > GAP_BYTES || segmentEnd - start > READ_BYTES)) {
      yield finish();
      batch = [];
    }
    if (batch.length === 0) start = segment.byteOffset;
    batch.push(segment);
    end = segmentEnd;
  }
  if (batch.length > 0) yield finish();
}
