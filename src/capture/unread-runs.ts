/** What enters the map without being read: what must be zero, and what is carried over from the base. */
import { WINDOW_BYTES } from '../snapshot/map-node.ts';
import type { MapWriter } from '../snapshot/map-writer.ts';
import type { CapturePlan } from './capture-plan.ts';
import { chunkIdAt, ZERO_CHUNK } from './carried-pieces.ts';
import type { CarryPlan } from './carry-plan.ts';

export class UnreadRuns {
  readonly #plan: CapturePlan;
  readonly #carry: CarryPlan | undefined;
  readonly #map: MapWriter;
  readonly #onData: (partition: number | undefined, byteLength: number) => void;
  #zeros = 0;
  #carried = 0;
  #reached = 0;

  /** `onData` is told of each run of data that is carried over. */
  constructor(
    plan: CapturePlan,
    carry: CarryPlan | undefined,
    map: MapWriter,
    onData: (partition: number | undefined, byteLength: number) => void,
  ) {
    this.#plan = plan;
    this.#carry = carry;
    this.#map = map;
    this.#onData = onData;
  }

  /** Adds all that begins before `byteOffset`; what is read and lies before `readTo` is in the map by now. */
  async addBefore(byteOffset: number, readTo: number): Promise<void> {
    // One window at a time, so that those that are complete do not pile up in a long stretch without reads.
    do {
      this.#reached = Math.min(byteOffset, (Math.floor(this.#reached / WINDOW_BYTES) + 1) * WINDOW_BYTES);
      this.#addZeros(this.#reached);
      this.#addCarried(this.#reached);
      await this.#map.advance(Math.min(this.#reached, readTo));
    } while (this.#reached < byteOffset);
  }

  #addZeros(end: number): void {
    const { zero } = this.#plan;
    for (; this.#zeros < zero.count && zero.starts[this.#zeros]! < end; this.#zeros++) {
      this.#map.addZero(zero.starts[this.#zeros]!, zero.ends[this.#zeros]! - zero.starts[this.#zeros]!);
    }
  }

  #addCarried(end: number): void {
    if (this.#carry === undefined) return;
    const { runs } = this.#carry;
    for (; this.#carried < runs.count && runs.byteOffset[this.#carried]! < end; this.#carried++) {
      const i = this.#carried;
      const chunk = runs.chunk[i]!;
      if (chunk === ZERO_CHUNK) {
        this.#map.addZero(runs.byteOffset[i]!, runs.byteLength[i]!);
        continue;
      }
      this.#map.addData(runs.byteOffset[i]!, runs.byteLength[i]!, chunkIdAt(runs, chunk), runs.chunkOffset[i]!);
      this.#onData(this.#plan.regions[runs.region[i]!]!.region.partition, runs.byteLength[i]!);
    }
  }
}
