import { doubledColumn } from './columns.ts';

/**
 * Extents: sorted, disjoint, non-touching half-open byte ranges `[start, end)` as two columns, so that a million of
 * them cost 16 MB and no objects. All operations are linear in the number of extents.
 */
export interface ExtentList {
  readonly count: number;
  /** First byte of each extent. Only the first `count` elements mean something. */
  readonly starts: Float64Array;
  /** First byte after each extent. */
  readonly ends: Float64Array;
}

export const EMPTY_EXTENTS: ExtentList = { count: 0, starts: new Float64Array(0), ends: new Float64Array(0) };

/** Collects extents that come in ascending order of their start; touching or overlapping ones are joined. */
export class ExtentListBuilder {
  #starts = new Float64Array(64);
  #ends = new Float64Array(64);
  #count = 0;

  /** Adds `[start, end)`. `start` must not lie before the start of the last one added; empty ranges are ignored. */
  add(start: number, end: number): void {
    if (end <= start) return;
    const last = this.#count - 1;
    if (last >= 0 && start <= this.#ends[last]!) {
      if (start < this.#starts[last]!) throw new RangeError('extents must be added in ascending order');
      if (end > this.#ends[last]!) this.#ends[last] = end;
      return;
    }
    if (this.#count === this.#starts.length) {
      this.#starts = doubledColumn(this.#starts);
      this.#ends = doubledColumn(this.#ends);
    }
    this.#starts[this.#count] = start;
    this.#ends[this.#count] = end;
    this.#count++;
  }

  build(): ExtentList {
    return { count: this.#count, starts: this.#starts.slice(0, this.#count), ends: this.#ends.slice(0, this.#count) };
  }
}

/** Extents from `[start, end)` pairs in any order. For lists that are short or built once. */
export function extentsFrom(pairs: Iterable<readonly [start: number, end: number]>): ExtentList {
  const builder = new ExtentListBuilder();
  for (const [start, end] of [...pairs].sort((a, b) => a[0] - b[0])) builder.add(start, end);
  return builder.build();
}

export function extentPairs(list: ExtentList): [start: number, end: number][] {
  return Array.from({ length: list.count }, (_, i) => [list.starts[i]!, list.ends[i]!]);
}

/** The sum of the extents' lengths, in bytes. */
export function totalBytes(list: ExtentList): number {
  let total = 0;
  for (let i = 0; i < list.count; i++) total += list.ends[i]! - list.starts[i]!;
  return total;
}

export function unionExtents(a: ExtentList, b: ExtentList): ExtentList {
  const out = new ExtentListBuilder();
  let i = 0;
  let j = 0;
  while (i < a.count || j < b.count) {
    const takeA = j >= b.count || (i < a.count && a.starts[i]! <= b.starts[j]!);
    if (takeA) out.add(a.starts[i]!, a.ends[i++]!);
    else out.add(b.starts[j]!, b.ends[j++]!);
  }
  return out.build();
}

/** What lies in `a` and not in `b`. */
export function subtractExtents(a: ExtentList, b: ExtentList): ExtentList {
  const out = new ExtentListBuilder();
  let j = 0;
  for (let i = 0; i < a.count; i++) {
    let start = a.starts[i]!;
    const end = a.ends[i]!;
    while (j < b.count && b.ends[j]! <= start) j++;
    for (let k = j; k < b.count && b.starts[k]! < end; k++) {
      out.add(start, b.starts[k]!);
      start = b.ends[k]!;
    }
    out.add(start, end);
  }
  return out.build();
}

export function intersectExtents(a: ExtentList, b: ExtentList): ExtentList {
  const out = new ExtentListBuilder();
  let j = 0;
  for (let i = 0; i < a.count; i++) {
    while (j < b.count && b.ends[j]! <= a.starts[i]!) j++;
    for (let k = j; k < b.count && b.starts[k]! < a.ends[i]!; k++) {
      out.add(Math.max(a.starts[i]!, b.starts[k]!), Math.min(a.ends[i]!, b.ends[k]!));
    }
  }
  return out.build();
}

/** The extents moved by `byBytes`. */
export function shiftExtents(list: ExtentList, byBytes: number): ExtentList {
  return {
    count: list.count,
    starts: list.starts.map((start) => start + byBytes),
    ends: list.ends.map((end) => end + byBytes),
  };
}

/** The part of `list` that lies in `[start, end)`. */
export function clipExtents(list: ExtentList, start: number, end: number): ExtentList {
  const out = new ExtentListBuilder();
  for (let i = findExtent(list, start); i < list.count && list.starts[i]! < end; i++) {
    out.add(Math.max(start, list.starts[i]!), Math.min(end, list.ends[i]!));
  }
  return out.build();
}

/** Shrinks each extent to whole multiples of `alignment`; what becomes empty is dropped. */
export function alignExtentsInward(list: ExtentList, alignment: number): ExtentList {
  const out = new ExtentListBuilder();
  for (let i = 0; i < list.count; i++) {
    out.add(Math.ceil(list.starts[i]! / alignment) * alignment, Math.floor(list.ends[i]! / alignment) * alignment);
  }
  return out.build();
}

/** Index of the first extent whose end lies behind `byteOffset`; `count` if there is none. */
export function findExtent(list: ExtentList, byteOffset: number): number {
  let low = 0;
  let high = list.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (list.ends[middle]! <= byteOffset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** True when every byte of `[start, end)` lies in the list. */
export function coversExtent(list: ExtentList, start: number, end: number): boolean {
  const i = findExtent(list, start);
  return end <= start || (i < list.count && list.starts[i]! <= start && list.ends[i]! >= end);
}
