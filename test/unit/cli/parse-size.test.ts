import { expect, it } from 'vitest';
import { parseDiskSize } from '../../../src/cli/parse-size.ts';

it.each([
  ['16911433728', 16_911_433_728],
  ['64G', 64 * 1024 ** 3],
  ['64g', 64 * 1024 ** 3],
  ['64GiB', 64 * 1024 ** 3],
  ['64GB', 64e9],
  ['1.5T', 1.5 * 1024 ** 4],
  ['512', 512],
  ['0.5K', 512],
])('%s is %i bytes', (text, bytes) => {
  expect(parseDiskSize(text)).toBe(bytes);
});

it.each(['', '0', '-1G', '64X', '12 parsecs', 'G', '1e9', '64 G B', '99999999T', '0x200', 'constructor'])(
  '%j is no size',
  (text) => {
    expect(() => parseDiskSize(text)).toThrow(/is no size/u);
  },
);

it.each(['1000', '1KB', '513', '0.3K'])('%s is no whole number of sectors', (text) => {
  expect(() => parseDiskSize(text)).toThrow(/whole number of sectors/u);
});
