import { cpus, totalmem } from 'node:os';

export interface Measurement {
  readonly step: string;
  readonly peer: string;
  readonly round: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
  /** Bytes read from the card; undefined where nothing is read from one. */
  readonly readBytes: number | undefined;
  readonly storeBytes: number | undefined;
  readonly grownBytes: number | undefined;
}

export function takeMedian(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Median of the ratios within each round, so that what slows the machine for a round slows both. */
function takeRatio(
  own: readonly Measurement[],
  reference: readonly Measurement[],
  value: (row: Measurement) => number,
): number | undefined {
  const ratios = own.flatMap((row) => {
    const other = reference.find((candidate) => candidate.round === row.round);
    return other === undefined ? [] : [value(row) / value(other)];
  });
  return ratios.length === 0 ? undefined : takeMedian(ratios);
}

const formatMegabytes = (bytes: number | undefined): string => {
  if (bytes === undefined) return '-';
  const megabytes = bytes / 1e6;
  return megabytes >= 100 ? megabytes.toFixed(0) : megabytes.toFixed(megabytes >= 1 ? 1 : 3);
};

const formatSeconds = (seconds: number): string => seconds.toFixed(seconds < 10 ? 2 : 1);

const formatRatio = (ratio: number | undefined): string => (ratio === undefined ? '-' : `${ratio.toFixed(2)}x`);

function takeMedianOf(
  rows: readonly Measurement[],
  value: (row: Measurement) => number | undefined,
): number | undefined {
  const values = rows.map(value).filter((each) => each !== undefined);
  return values.length === 0 ? undefined : takeMedian(values);
}

/** A bar in a name (`dd | gzip`) would end the cell. */
const formatRow = (cells: readonly (string | number)[]): string =>
  `| ${cells.map((cell) => String(cell).replaceAll('|', String.raw`\|`)).join(' | ')} |`;

/** One Markdown table; the ratios are against `referenceName`. */
export function formatTable(measurements: readonly Measurement[], referenceName: string): string {
  const titles = ['step', 'tool', 'runs', 'wall s', 'all', 'CPU s', 'peak RSS MB', 'read MB', 'grown MB', 'store MB'];
  const lines = [
    formatRow([...titles, `wall / ${referenceName}`, `CPU / ${referenceName}`]),
    '|---|---|--:|--:|---|--:|--:|--:|--:|--:|--:|--:|',
  ];
  for (const step of new Set(measurements.map((row) => row.step))) {
    const ofStep = measurements.filter((row) => row.step === step);
    const reference = ofStep.filter((row) => row.peer === referenceName);
    for (const peer of new Set(ofStep.map((row) => row.peer))) {
      const rows = ofStep.filter((row) => row.peer === peer);
      const cells = [
        step,
        peer,
        rows.length,
        formatSeconds(takeMedian(rows.map((row) => row.wallSeconds))),
        rows.map((row) => formatSeconds(row.wallSeconds)).join(' '),
        formatSeconds(takeMedian(rows.map((row) => row.cpuSeconds))),
        formatMegabytes(takeMedian(rows.map((row) => row.peakRssBytes))),
        formatMegabytes(takeMedianOf(rows, (row) => row.readBytes)),
        formatMegabytes(takeMedianOf(rows, (row) => row.grownBytes)),
        formatMegabytes(takeMedianOf(rows, (row) => row.storeBytes)),
        formatRatio(takeRatio(rows, reference, (row) => row.wallSeconds)),
        formatRatio(takeRatio(rows, reference, (row) => row.cpuSeconds)),
      ];
      lines.push(formatRow(cells));
    }
  }
  return lines.join('\n');
}

/** The kind of machine, without its name. */
export function describeMachine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  return `${model}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB memory, Node ${process.versions.node}`;
}
