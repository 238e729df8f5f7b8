/** Fields of JSON that somebody else wrote: what is missing or of another type reads as nothing. */
export type JsonRecord = Readonly<Record<string, unknown>>;

export function asRecord(value: unknown): JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonRecord) : {};
}

/** An array, a lone value as an array of one (PowerShell writes it so), nothing as none. */
export function asArray(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

/** A whole number from 0 to 2^53 - 1, also as text; all else is 0. */
export function asCount(value: unknown): number {
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : 0;
}

export function asFlag(value: unknown): boolean {
  return value === true || value === 1 || value === '1' || value === 'true';
}
