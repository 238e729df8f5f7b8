/** A word that a shell takes as it is: cures are there to be pasted. */
export function shellWord(text: string): string {
  // A tilde stands for a home folder only at the beginning.
  return /^[\w./:@=+-][\w./:@~=+-]*$/u.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
