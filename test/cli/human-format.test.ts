import { describe, expect, it } from 'vitest';
import { humanBytes, humanDuration, layOutTable, visibleText } from '../../src/cli/human-format.ts';
import { parseTime } from '../../src/cli/parse-time.ts';
import { WorkRate } from '../../src/cli/work-rate.ts';

describe('sizes', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1000, '1 kB'],
    [1234, '1.2 kB'],
    [79_400_000, '79.4 MB'],
    [268_435_456, '268 MB'],
    [999_499, '999 kB'],
    [999_500, '1 MB'],
    [16_862_150_656, '16.9 GB'],
    [99_940_000, '99.9 MB'],
    [99_960_000, '100 MB'],
    [2 ** 53 - 1, '9007 TB'.replace('9007 TB', '9 PB')],
  ])('%i bytes read as %s', (bytes, text) => expect(humanBytes(bytes)).toBe(text));
});

it.each([
  [0, '0.1 s'],
  [2134, '2.1 s'],
  [9949, '9.9 s'],
  [9950, '10 s'],
  [59_499, '59 s'],
  [59_500, '1:00'],
  [187_000, '3:07'],
  [3_727_000, '1:02:07'],
])('%i ms read as %s', (ms, text) => expect(humanDuration(ms)).toBe(text));

it('shows what would steer a terminal instead of obeying it', () => {
  expect(visibleText('root\u001b[2J\nfs\u009b\u202e\u2028x')).toBe('root\\x1b[2J\\x0afs\\x9b\\u202e\\u2028x');
  expect(visibleText('\ud800')).toBe('\\ud800');
  expect(visibleText('Käse 🧀 カード')).toBe('Käse 🧀 カード');
});

it('lays out columns as wide as they must be', () => {
  const rows = [
    ['p1', 'bootfs', '268 MB', ''],
    ['p12', 'é', '9 GB', 'clean'],
  ];
  expect(layOutTable([{}, {}, { align: 'right' }, {}], rows)).toEqual([
    'p1   bootfs  268 MB',
    'p12  é         9 GB  clean',
  ]);
});

describe('times', () => {
  it('takes ISO 8601, local where no zone is named', () => {
    expect(parseTime('2026-11-21T07:14:00Z')).toBe(Date.UTC(2026, 10, 21, 7, 14));
    expect(parseTime('2026-11-21T08:14:00.250+01:00')).toBe(Date.UTC(2026, 10, 21, 7, 14, 0, 250));
    expect(parseTime('2026-11-21')).toBe(new Date(2026, 10, 21).getTime());
    expect(parseTime('2026-11-21 08:14')).toBe(new Date(2026, 10, 21, 8, 14).getTime());
  });

  it.each([
    '',
    'yesterday',
    '2026',
    '2026-13-01',
    '2026-02-30',
    '2026-11-21T25:00',
    '21.11.2026',
    '1969-01-01T00:00:00Z',
  ])('refuses %j', (text) =>
    expect(() => parseTime(text)).toThrow(expect.objectContaining({ code: 'E_TIME', kind: 'usage' })),
  );
});

it('tells the speed of the last seconds, not of all time', () => {
  const rate = new WorkRate();
  for (let second = 0; second <= 100; second++) rate.add(second * 1000, Math.min(second, 50) * 1e6);
  expect(rate.bytesPerSecond(50_000, 50e6)).toBeUndefined();
  const steady = new WorkRate();
  for (let second = 0; second <= 100; second++) steady.add(second * 1000, second < 50 ? 0 : (second - 50) * 2e6);
  expect(steady.bytesPerSecond(100_000, 100e6)).toBeCloseTo(2e6, -4);
});
