/** Columns of numbers that grow, instead of an object for each row. */

/** A column of twice the length with the same beginning. */
export function doubledColumn(column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const doubled = new Float64Array(column.length * 2);
  doubled.set(column);
  return doubled;
}
