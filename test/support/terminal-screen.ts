/** The little of a terminal (ECMA-48) that the command line uses: what stands on its lines in the end. */

// oxlint-disable-next-line no-control-regex
const PART = /\u001b(?:7|8|\[(?<first>\??\d*)(?:;(?<second>\d*))?(?<final>[A-Za-z]))|[\r\n]|[^\u001b\r\n]/gu;

/** All lines, those that have scrolled away too; on a screen of `rows` the place that is saved does not scroll. */
export function shownLines(written: string, rows = 10): string[] {
  const lines: string[] = [''];
  let row = 0;
  let column = 0;
  let saved = { screenRow: 0, column: 0 };
  const top = (): number => Math.max(lines.length - rows, 0);
  for (const { 0: part, groups } of written.matchAll(PART)) {
    const line = lines[row] ?? '';
    if (part === '\r') column = 0;
    else if (part === '\n') {
      row++;
      if (row === lines.length) lines.push('');
    } else if (part === '\u001b7') saved = { screenRow: row - top(), column };
    else if (part === '\u001b8') {
      row = top() + saved.screenRow;
      column = saved.column;
    } else if (part.startsWith('\u001b')) {
      const { first = '', final = '' } = groups ?? {};
      if (final === 'G') column = Number(first || '1') - 1;
      else if (final === 'K') lines[row] = first === '2' ? '' : line.slice(0, column);
      else if (!'hl'.includes(final)) throw new Error(`the terminal does not know ${JSON.stringify(part)}`);
    } else {
      lines[row] = line.padEnd(column).slice(0, column) + part + line.slice(column + 1);
      column++;
    }
  }
  return lines.map((line) => line.trimEnd());
}
