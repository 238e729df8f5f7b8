/** Values of options. A wrong one is a usage error that shows a right one. */
import { CardkeepError } from '../errors.ts';

const ISO_TIME = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/u;

/** Milliseconds since 1970 of an ISO 8601 time; local where it names no zone. Throws E_TIME (usage). */
export function parseTime(text: string): number {
  const day = /^(\d{4})-(\d{2})-(\d{2})$/u.exec(text);
  // Date.parse takes a bare day for UTC, but a day with a time for local.
  const ms = ISO_TIME.test(text) ? Date.parse(day === null ? text.replace(' ', 'T') : `${text}T00:00`) : Number.NaN;
  const isRealDay = Number(text.slice(8, 10)) <= daysOfMonth(Number(text.slice(0, 4)), Number(text.slice(5, 7)));
  if (ms >= 0 && isRealDay) return ms;
  throw new CardkeepError('usage', 'E_TIME', `${JSON.stringify(text)} is not a time`, {
    hint: 'for example: 2026-11-21, 2026-11-21T08:14 or 2026-11-21T07:14:00Z',
  });
}

function daysOfMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
