/** A backup and a restore in memory, onto a card full of the bytes of an earlier life. */
import { readFileSync, writeFileSync } from 'node:fs';
import {
  coversExtent,
  intersectExtents,
  totalBytes,
  extentsFrom,
  type ExtentList,
} from '../../src/bytes/extent-list.ts';
import { equalBytes, toHex } from '../../src/bytes/hex.ts';
import { planCapture } from '../../src/capture/capture-plan.ts';
import { captureVolume } from '../../src/capture/chunk-pipeline.ts';
import { readDiskMap, type DiskMap } from '../../src/capture/disk-map.ts';
import { memorySource } from '../../src/device/block-source.ts';
import { describeVolume } from '../../src/operations/describe-volume.ts';
import { executeRestore } from '../../src/restore/execute-restore.ts';
import { planRestore } from '../../src/restore/restore-plan.ts';
import { openSnapshotSource, type SnapshotSource } from '../../src/snapshot/snapshot-source.ts';
import { memoryChunks } from './memory-chunks.ts';
import { memoryTarget } from './memory-target.ts';
import { noiseBytes } from './store-fixtures.ts';

export interface RestoredImage {
  readonly bytes: Buffer;
  readonly disk: DiskMap;
  /** Places where the stored version is not what the rules allow; empty when all is well. */
  readonly faults: readonly string[];
  /** Bytes that the version does not hold; they are noise in `bytes`. */
  readonly freeBytes: number;
}

const DEVICE = { serial: '', model: '', bus: '', path: 'card.img' };
const NOISE = noiseBytes(1024 * 1024, 4242);
const SECTOR = 512;

/** Backs `image` up and restores it onto noise; free bytes are noise again afterwards, near the ends too. */
export async function restoreOnNoise(image: Buffer): Promise<RestoredImage> {
  const source = memorySource(image);
  const disk = await readDiskMap(source, {});
  const { store, session } = await memoryChunks();
  const captured = await captureVolume(source, planCapture(disk), store, session, {});
  const volume = describeVolume(source, disk, DEVICE, {
    levels: captured.map.levels,
    mapRoot: captured.map.root === undefined ? '' : toHex(captured.map.root),
    liveBytesOfPartition: captured.liveBytesOfPartition,
  });
  const stored = openSnapshotSource(store, volume);
  const target = memoryTarget(Buffer.alloc(image.byteLength), SECTOR);
  fillWithNoise(target.bytes, 0, image.byteLength);
  const facts = { byteLength: image.byteLength, sectorSize: volume.sectorSize, isZero: false };
  const plan = await planRestore(stored, volume, facts);
  await executeRestore(store, stored, target, plan, { verify: true });
  const bytes = Buffer.from(target.bytes.buffer, target.bytes.byteOffset, target.bytes.byteLength);
  const { faults, freeBytes } = await judgeRuns(image, bytes, disk, stored);
  return { bytes, disk, faults, freeBytes };
}

/** Restores an image file into another. */
export async function restoreFileOnNoise(from: string, to: string): Promise<RestoredImage> {
  const restored = await restoreOnNoise(readFileSync(from));
  writeFileSync(to, restored.bytes);
  return restored;
}

/** Data equals the source; zero reads zero, and was zero but where a file system allows it; free is allowed to be. */
async function judgeRuns(
  image: Buffer,
  bytes: Buffer,
  disk: DiskMap,
  stored: SnapshotSource,
): Promise<{ faults: string[]; freeBytes: number }> {
  const faults: string[] = [];
  let freeBytes = 0;
  let reached = 0;
  const takeFree = (start: number, end: number): void => {
    if (end <= start) return;
    freeBytes += end - start;
    if (!isAllowed(disk, 'free', start, end)) faults.push(`bytes ${start} to ${end} are left out`);
    fillWithNoise(bytes, start, end);
  };
  for await (const run of stored.map.runs(0, image.byteLength)) {
    const [start, end] = [run.byteOffset, run.byteOffset + run.byteLength];
    takeFree(reached, start);
    reached = end;
    const isEqual = equalBytes(image.subarray(start, end), bytes.subarray(start, end));
    if (run.state === 'data' ? isEqual : isEqual || isZeroedByRule(image, bytes, disk, start, end)) continue;
    faults.push(`bytes ${start} to ${end} (${run.state}) differ`);
  }
  takeFree(reached, image.byteLength);
  return { faults, freeBytes };
}

/** Every sector that differs lies where a file system says that its bytes mean nothing, and reads as zeros. */
function isZeroedByRule(image: Buffer, bytes: Buffer, disk: DiskMap, start: number, end: number): boolean {
  for (let at = start; at < end; at += SECTOR) {
    const to = Math.min(end, at + SECTOR);
    if (equalBytes(image.subarray(at, to), bytes.subarray(at, to))) continue;
    if (bytes.subarray(at, to).some((byte) => byte !== 0) || !isAllowed(disk, 'zero', at, to)) return false;
  }
  return true;
}

function isAllowed(disk: DiskMap, kind: 'free' | 'zero', start: number, end: number): boolean {
  const within = extentsFrom([[start, end]]);
  let allowed = 0;
  for (const region of disk.regions) {
    const list: ExtentList = region[kind];
    if (coversExtent(list, start, end)) return true;
    allowed += totalBytes(intersectExtents(list, within));
  }
  return allowed === end - start;
}

function fillWithNoise(bytes: Uint8Array, start: number, end: number): void {
  for (let at = start; at < end;) {
    // By place, so that no two images hold the same noise one block apart.
    const from = at % NOISE.byteLength;
    const length = Math.min(NOISE.byteLength - from, end - at);
    bytes.set(NOISE.subarray(from, from + length), at);
    at += length;
  }
}
