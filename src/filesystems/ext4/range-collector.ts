/** Small collectors for block ranges that come in any order, as columns. */
import { ascendingOrder, doubledColumn } from '../../bytes/columns.ts';
import { ExtentListBuilder, type ExtentList } from '../../bytes/extent-list.ts';

/**
 * Collects byte ranges in any order; a range that continues the last one is joined to it. Cheap when most of them come
 * in ascending order.
 */
export class RangeCollector {
  #starts = new Float64Array(256);
  #ends = new Float64Array(256);
  #count = 0;
  #isSorted = true;

  get count(): number {
    return this.#count;
  }

  /** Adds the bytes `[start, end)`; empty ranges are ignored. */
  add(start: number, end: number): void {
    if (end <= start) return;
    const last = this.#count - 1;
    if (last >= 0) {
      if (this.#ends[last] === start) {
        this.#ends[last] = end;
        return;
      }
      if (start < this.#starts[last]!) this.#isSorted = false;
    }
    if (this.#count === this.#starts.length) {
      this.#starts = doubledColumn(this.#starts);
      this.#ends = doubledColumn(this.#ends);
    }
    this.#starts[this.#count] = start;
    this.#ends[this.#count] = end;
    this.#count++;
  }

  /** The union of all ranges. */
  build(): ExtentList {
    const builder = new ExtentListBuilder();
    if (this.#isSorted) {
      for (let i = 0; i < this.#count; i++) builder.add(this.#starts[i]!, this.#ends[i]!);
      return builder.build();
    }
    const starts = this.#starts;
    const order = ascendingOrder(starts, this.#count);
    for (const i of order) builder.add(starts[i]!, this.#ends[i]!);
    return builder.build();
  }
}
