import { expect, it } from 'vitest';
import { placePartitions, type FoundTable } from '../../../src/layout/place-partitions.ts';

function tableOf(count: number): FoundTable {
  const partitions = Array.from({ length: count }, (_, i) => ({
    number: i + 1,
    firstLba: 100 + i,
    sectorCount: 1,
    type: '',
    name: '',
  }));
  const rest = { tableRanges: [[0, 512]] as const, ebrLbas: [], extended: [], notes: [] };
  return { table: 'gpt', signature: '', sectorSize: 512, partitions, ...rest };
}

it('keeps all of a device whose table has more partitions than Linux knows', () => {
  expect(placePartitions(tableOf(256), 1e6)).toMatchObject({ hasOverlap: false });
  expect(placePartitions(tableOf(256), 1e6).keepWhole).toBeUndefined();
  expect(placePartitions(tableOf(257), 1e6)).toMatchObject({
    keepWhole: 'there are too many partitions',
    partitions: [],
    notes: [],
  });
});
