import { readdirSync } from 'node:fs';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { dataRuns } from '../../../../src/device/packed/data-runs.ts';
import { SparseFile } from '../../../../src/device/packed/sparse-file.ts';
import { temporaryFolder } from '../../../support/loop-device.ts';
import { noiseBytes } from '../../../support/store-fixtures.ts';

it('finds all that is not zero, and leaves out what is in large gaps', () => {
  const runs = fc.array(fc.record({ at: fc.nat(400_000), length: fc.integer({ min: 1, max: 9000 }) }), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(runs, fc.integer({ min: 400_000, max: 409_000 }), (list, byteLength) => {
      const bytes = new Uint8Array(byteLength);
      for (const { at, length } of list) bytes.fill(1, at, at + length);
      const rest = Uint8Array.from(bytes);
      let reached = -1;
      for (const [start, end] of dataRuns(bytes)) {
        expect(start).toBeGreaterThan(reached);
        expect(end).toBeLessThanOrEqual(byteLength);
        expect(bytes.subarray(start, start + 4096).includes(1)).toBe(true);
        rest.fill(0, start, end);
        reached = end;
      }
      expect(rest.includes(1)).toBe(false);
    }),
  );
});

it('gives back what was added, takes no space for zeros, and has no name', async () => {
  using folder = temporaryFolder();
  await using file = await SparseFile.create(folder.path);
  expect(readdirSync(folder.path)).toEqual([]);
  const noise = Buffer.from(noiseBytes(3_000_017, 9));
  const zeros = Buffer.alloc(8 * 1024 * 1024 + 11);
  const added = [noise, zeros, Buffer.from('end'), zeros, zeros.subarray(0, 1)];
  for (const part of added) await file.append(part);
  await file.finish();
  const whole = Buffer.concat(added);
  expect(file.byteLength).toBe(whole.byteLength);
  expect(Buffer.from(await file.read(0, whole.byteLength)).equals(whole)).toBe(true);
  const place = noise.byteLength + zeros.byteLength;
  expect(Buffer.from(await file.read(place - 1, 5)).toString('latin1')).toBe('\0end\0');
  expect(file.dataBytes).toBeLessThan(noise.byteLength + 40_000);
  await expect(file.read(whole.byteLength, 1)).rejects.toMatchObject({ code: 'E_OUT_OF_RANGE' });
});
