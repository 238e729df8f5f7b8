/** Columns of numbers that grow, instead of an object for each row. */

/** A column of twice the length with the same beginning. */
export function doubledColumn(column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const doubled = new Float64Array(column.length * 2);
  doubled.set(column);
  return doubled;
}

/** What places on a disk are multiples of, nearly always. */
const PLACE_UNIT = 512;

/**
 * Row numbers by ascending value, equal ones in the order of the rows. `values` are integers from 0 on. Value and row
 * are sorted as one number where they fit into one: many times faster than sorting with a function.
 */
export function ascendingOrder(values: ArrayLike<number>, count: number = values.length): Uint32Array<ArrayBuffer> {
  const order = new Uint32Array(count);
  let max = 0;
  let isAscending = true;
  let isWhole = true;
  for (let row = 0; row < count; row++) {
    const value = values[row]!;
    order[row] = row;
    isAscending &&= value >= max;
    isWhole &&= value % PLACE_UNIT === 0;
    if (value > max) max = value;
  }
  if (isAscending) return order;
  const unit = isWhole ? PLACE_UNIT : 1;
  if ((max / unit + 1) * count >= Number.MAX_SAFE_INTEGER) return order.sort((a, b) => values[a]! - values[b]!);
  const keys = new Float64Array(count);
  for (let row = 0; row < count; row++) keys[row] = (values[row]! / unit) * count + row;
  keys.sort();
  for (let i = 0; i < count; i++) order[i] = keys[i]! % count;
  return order;
}
