/** Sizes, times and tables as a person reads them, and text from cards made safe for a terminal. */

const UNITS = ['kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** Powers of 1000, as cards are sold: `512 bytes`, `79 MB`, `16.9 GB`. Never more than four digits. */
export function humanBytes(byteCount: number): string {
  if (byteCount < 1000) return byteCount === 1 ? '1 byte' : `${byteCount} bytes`;
  let value = byteCount;
  let unit = -1;
  // 999.5 would be shown as 1000 of the smaller unit.
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value >= 99.95 ? value.toFixed(0) : value.toFixed(1).replace(/\.0$/u, '')} ${UNITS[Math.max(unit, 0)]}`;
}

/** `0.4 s`, `12 s`, `3:07` (minutes), `1:02:07` (hours). */
export function humanDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return `${Math.max(seconds, 0.1).toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (n: number): string => String(n).padStart(2, '0');
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  return hours === 0 ? `${minutes}:${two(whole % 60)}` : `${hours}:${two(minutes)}:${two(whole % 60)}`;
}

/** Date and minute in the time zone of whoever reads it: `2026-11-21 08:14`. */
export function humanTime(ms: number): string {
  const date = new Date(ms);
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Control, direction and line-separator characters as `\x1b` or `\u202e`: a label on a card cannot steer a terminal. */
export function visibleText(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** Counts of bytes in a sentence as sizes: exact ones are for programs. */
export function withHumanSizes(text: string): string {
  return text.replaceAll(/\b(\d{4,15}) bytes\b/gu, (_, digits: string) => humanBytes(Number(digits)));
}

export interface Column {
  readonly title?: string;
  readonly align?: 'left' | 'right';
}

/** Rows in columns that are as wide as they must be, two spaces between; no spaces at the end of a line. */
export function layOutTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const titles = columns.map(({ title }) => title ?? '');
  const all = titles.some((title) => title !== '') ? [titles, ...rows] : rows;
  const widths = columns.map((_, i) => Math.max(...all.map((row) => textWidth(row[i] ?? ''))));
  return all.map((row) => {
    const cells = columns.map(({ align }, i) => {
      const cell = row[i] ?? '';
      const padding = ' '.repeat((widths[i] ?? 0) - textWidth(cell));
      return align === 'right' ? padding + cell : cell + padding;
    });
    return cells
      .filter((_, i) => widths[i] !== 0)
      .join('  ')
      .trimEnd();
  });
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Cells on a terminal, taking each visible character for one. */
export function textWidth(text: string): number {
  return /^[\x20-\x7e]*$/u.test(text) ? text.length : Array.from(graphemes.segment(text)).length;
}

/** The text in at most `width` cells, with an ellipsis for what is cut off. */
export function shortenText(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  const shown = Array.from(graphemes.segment(text), ({ segment }) => segment).slice(0, Math.max(width - 1, 0));
  return `${shown.join('').trimEnd()}…`;
}

/** `1 version`, `3 versions`. */
export function countOf(count: number, singular: string, plural: string = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`;
}
