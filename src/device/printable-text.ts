/**
 * Names that a device or a file system gives itself (model, serial, label) come from whoever made the medium. What
 * steers a terminal, turns the direction of writing or hides is replaced, so that `/dev/sda` cannot look like
 * something else (Unicode Standard Annex 9 names the direction marks).
 */
const CONTROL = String.raw`\p{Cc}`;
/** Zero-width and direction marks, soft hyphen, byte order mark, tags: all of the class "format". */
const FORMAT = String.raw`\p{Cf}`;
const SEPARATORS = String.raw`\p{Zl}\p{Zp}`;
/** Lone surrogates, private use, unassigned. */
const MEANINGLESS = String.raw`\p{Cs}\p{Co}\p{Cn}`;
const UNPRINTABLE = new RegExp(`[${CONTROL}${FORMAT}${SEPARATORS}${MEANINGLESS}]`, 'gu');

/** Text with `?` for what cannot be printed safely, runs of spaces as one, at most `limit` characters; else ''. */
export function printableText(value: unknown, limit = 100): string {
  if (typeof value !== 'string') return '';
  // Cut first: a name of megabytes is not worth a search.
  const text = value
    .slice(0, limit * 4)
    .replaceAll(UNPRINTABLE, '?')
    .replaceAll(/\p{Zs}+/gu, ' ')
    .trim();
  const characters = Array.from(text);
  return characters.length <= limit ? text : `${characters.slice(0, limit - 1).join('')}…`;
}

/** A path for display and JSON: made printable, spaces kept as they are. */
export function printablePath(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 4096).replaceAll(UNPRINTABLE, '?') : '';
}
