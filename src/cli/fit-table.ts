/** A table that fits the terminal: the last column is cut short, others are left out when that is not enough. */
import { layOutTable, shortenText, textWidth } from './human-format.ts';
import type { Column } from './human-format.ts';

export interface FitColumn extends Column {
  /** What is left out first has 1; undefined: never left out. */
  readonly dropAs?: number;
}

/** Narrower, the last column says nothing any more. */
const LEAST_LAST = 12;
const GAP = 2;

/** Cells of a line on the terminal that results go to; in a file or pipe there is no end to a line. */
export function outputWidth(): number {
  return process.stdout.isTTY && process.stdout.columns > 0 ? process.stdout.columns : Number.POSITIVE_INFINITY;
}

/** Like `layOutTable`, in at most `width` cells if leaving out and cutting can do it. The last column is text. */
export function layOutToFit(
  columns: readonly FitColumn[],
  rows: readonly (readonly string[])[],
  width: number,
): string[] {
  const wide = columns.map(({ title }, i) =>
    Math.max(...[title ?? '', ...rows.map((row) => row[i] ?? '')].map(textWidth)),
  );
  const last = columns.length - 1;
  const dropped = new Set<number>();
  const restWidth = (): number =>
    wide.reduce((sum, cells, i) => sum + (i === last || dropped.has(i) || cells === 0 ? 0 : cells + GAP), 0);
  const ranks = columns.map(({ dropAs }, i) => ({ i, dropAs })).filter(({ dropAs }) => dropAs !== undefined);
  for (const { i } of ranks.sort((a, b) => a.dropAs! - b.dropAs!)) {
    if (restWidth() + Math.min(wide[last]!, LEAST_LAST) <= width + (wide[last] === 0 ? GAP : 0)) break;
    dropped.add(i);
  }
  const room = width - restWidth();
  if (room < textWidth(columns[last]?.title ?? '')) dropped.add(last);
  const kept = columns.map((_, i) => i).filter((i) => !dropped.has(i));
  return layOutTable(
    kept.map((i) => columns[i]!),
    rows.map((row) => kept.map((i) => (i === last ? shortenText(row[i] ?? '', room) : (row[i] ?? '')))),
  );
}
