import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extentsFrom } from '../../src/bytes/extent-list.ts';
import { toHex } from '../../src/bytes/hex.ts';
import { planCapture } from '../../src/capture/capture-plan.ts';
import { captureVolume } from '../../src/capture/chunk-pipeline.ts';
import type { DiskMap, Region } from '../../src/capture/disk-map.ts';
import { memorySource } from '../../src/device/block-source.ts';
import { FileExtentsBuilder } from '../../src/filesystems/file-extents.ts';
import { openSnapshotSource } from '../../src/snapshot/snapshot-source.ts';
import type { Volume } from '../../src/snapshot/snapshot.ts';
import { memoryChunks } from '../support/memory-chunks.ts';

/** The interesting part straddles the border between two windows of the map. */
const KIB = 1024;
const DEVICE_BYTES = 17 * KIB * KIB + 512;
const REGION_START = 15 * KIB * KIB + 512;
const REGION_BLOCKS = 1536;

type Claim = { readonly start: number; readonly length: number };
const claim = fc.record({ start: fc.nat(REGION_BLOCKS - 1), length: fc.integer({ min: 1, max: 200 }) });
const file = fc.array(fc.record({ at: claim, hole: fc.nat(150) }), { minLength: 1, maxLength: 6 });
const scenario = fc.record({
  free: fc.array(claim, { maxLength: 8 }),
  zero: fc.array(claim, { maxLength: 4 }),
  metadata: fc.array(claim, { maxLength: 4 }),
  files: fc.array(file, { maxLength: 8 }),
  contents: fc.array(fc.record({ at: claim, byte: fc.integer({ min: 1, max: 255 }) }), { maxLength: 30 }),
});

interface Model {
  readonly device: Uint8Array;
  readonly region: Region;
  /** A state for each block of 1 KiB of the region. */
  readonly states: ('data' | 'zero' | 'free')[];
}

function modelOf(value: typeof scenario extends fc.Arbitrary<infer T> ? T : never): Model {
  const clip = ({ start, length }: Claim): Claim => ({ start, length: Math.min(length, REGION_BLOCKS - start) });
  const device = new Uint8Array(DEVICE_BYTES);
  for (const { at, byte } of value.contents) {
    const { start, length } = clip(at);
    device.fill(byte, REGION_START + start * KIB, REGION_START + (start + length) * KIB - 100);
  }
  const states: Model['states'] = Array.from({ length: REGION_BLOCKS }, () => 'data');
  const paint = (claims: readonly Claim[], state: 'data' | 'zero' | 'free'): void => {
    for (const { start, length } of claims.map(clip)) states.fill(state, start, start + length);
  };
  // Where claims differ, data beats zero beats free.
  paint(value.free, 'free');
  paint(value.zero, 'zero');
  paint(value.metadata, 'data');
  const files = new FileExtentsBuilder();
  for (const extents of value.files) {
    files.nextFile();
    let logical = 0;
    for (const { at, hole } of extents) {
      const { start, length } = clip(at);
      logical += hole * KIB;
      files.add(logical, start * KIB, length * KIB);
      logical += length * KIB;
      paint([at], 'data');
    }
  }
  const list = (claims: readonly Claim[]) =>
    extentsFrom(
      claims.map(clip).map(({ start, length }) => [REGION_START + start * KIB, REGION_START + (start + length) * KIB]),
    );
  const region: Region = {
    byteOffset: REGION_START,
    byteLength: REGION_BLOCKS * KIB,
    partition: 0,
    free: list(value.free),
    zero: list(value.zero),
    metadata: list(value.metadata),
    files: files.build(),
  };
  return { device, region, states };
}

function diskMapOf(region: Region): DiskMap {
  const gap = (byteOffset: number, end: number): Region => ({
    byteOffset,
    byteLength: end - byteOffset,
    partition: undefined,
    free: extentsFrom([]),
    zero: extentsFrom([]),
    metadata: extentsFrom([]),
    files: new FileExtentsBuilder().build(),
  });
  const regionEnd = region.byteOffset + region.byteLength;
  const regions = [gap(0, region.byteOffset), region, gap(regionEnd, DEVICE_BYTES)];
  return { regions } as unknown as DiskMap;
}

describe('a capture', () => {
  it('keeps every live byte, whatever the claims of the file system', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (value) => {
        const { device, region, states } = modelOf(value);
        const source = memorySource(device);
        const { store, session } = await memoryChunks();
        const captured = await captureVolume(source, planCapture(diskMapOf(region)), store, session, {});
        const volume = {
          byteLength: DEVICE_BYTES,
          sectorSize: 512,
          levels: captured.map.levels,
          mapRoot: captured.map.root === undefined ? '' : toHex(captured.map.root),
        } as Volume;
        const stored = openSnapshotSource(store, volume);
        const wanted = new Uint8Array(device);
        for (const [i, state] of states.entries()) {
          if (state !== 'data') wanted.fill(0, REGION_START + i * KIB, REGION_START + (i + 1) * KIB);
        }
        const got = await stored.read(0, DEVICE_BYTES);
        expect(Buffer.compare(got, wanted)).toBe(0);

        const kept = new Uint8Array(REGION_BLOCKS * KIB);
        let liveBytes = 0;
        for await (const run of stored.map.runs(0, DEVICE_BYTES)) {
          if (run.state === 'data') liveBytes += run.byteLength;
          if (run.byteOffset + run.byteLength <= REGION_START) continue;
          kept.fill(1, Math.max(0, run.byteOffset - REGION_START), run.byteOffset + run.byteLength - REGION_START);
        }
        for (const [i, state] of states.entries()) {
          expect(kept[i * KIB], `block ${i} is ${state}`).toBe(state === 'free' ? 0 : 1);
        }
        expect(captured.liveBytes).toBe(liveBytes);
      }),
      { numRuns: 60 },
    );
  });
});
