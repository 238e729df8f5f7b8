import { readdirSync, statfsSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { unpackImage } from '../../../../src/device/packed/unpack-image.ts';
import type { PackedStream, UnpackOptions } from '../../../../src/device/packed/unpack-image.ts';
import { CorruptDataError } from '../../../../src/errors.ts';
import { temporaryFolder } from '../../../support/loop-device.ts';
import { run } from '../../../support/run.ts';
import { noiseBytes } from '../../../support/store-fixtures.ts';

const MIB = 1024 * 1024;
const TIB = 2 ** 40;
const folder = temporaryFolder();
const small = temporaryFolder();
run('mount', ['-t', 'tmpfs', '-o', 'size=80m', 'tmpfs', small.path]);
afterAll(() => {
  run('umount', [small.path]);
  small[Symbol.dispose]();
  folder[Symbol.dispose]();
});

interface Given {
  readonly parts: readonly Uint8Array[];
  readonly unpacked?: PackedStream['unpacked'];
  readonly failAtEnd?: Error;
}

function stream({ parts, unpacked, failAtEnd }: Given): PackedStream & { opened: number } {
  const made = {
    opened: 0,
    packedBytes: 1000,
    unpacked,
    async *open(onRead: (byteLength: number) => void): AsyncGenerator<Uint8Array> {
      made.opened++;
      for (const part of parts) {
        onRead(1000 / parts.length);
        yield part;
      }
      if (failAtEnd !== undefined) throw failAtEnd;
    },
  };
  return made;
}

function options(place: string, more: Partial<UnpackOptions> = {}): UnpackOptions {
  return { word: 'card.img.xz', folders: [place], commandLine: 'cardkeep backup card.img.xz', ...more };
}

const NOISE = Buffer.from(noiseBytes(MIB, 1));
const repeat = (part: Uint8Array, times: number): Uint8Array[] => Array.from({ length: times }, () => part);

it('tells the place, the size and the progress in packed bytes', async () => {
  const seen: unknown[] = [];
  const given = stream({ parts: repeat(NOISE, 4), unpacked: { byteLength: 4 * MIB, isExact: true } });
  const onPlace = (place: unknown): unknown => seen.push(place);
  const onProgress = (progress: unknown): unknown => seen.push(progress);
  await using file = await unpackImage(given, options(folder.path, { onPlace, onProgress }));
  expect(file.byteLength).toBe(4 * MIB);
  expect(seen).toEqual([
    { folder: folder.path, freeBytes: expect.any(Number), isUnfit: false, unpacked: given.unpacked },
    ...[0, 250, 500, 750, 1000].map((doneBytes) => ({ doneBytes, totalBytes: 1000 })),
  ]);
});

it('refuses what is larger than any card: at once where the size is known, else when it is reached', async () => {
  const known = stream({ parts: [], unpacked: { byteLength: 5 * TIB, isExact: true } });
  await expect(unpackImage(known, options(folder.path))).rejects.toMatchObject({ code: 'E_UNPACKED_TOO_LARGE' });
  expect(known.opened).toBe(0);
});

it('what does not fit by its size is measured: zeros take no space', async () => {
  const zeros = new Uint8Array(MIB);
  const parts = [...repeat(NOISE, 3), ...repeat(zeros, 150), ...repeat(NOISE, 2)];
  const unpacked = { byteLength: 155 * MIB, isExact: true };
  const fits = stream({ parts, unpacked });
  await using file = await unpackImage(fits, options(small.path));
  expect(fits.opened).toBe(2);
  expect(file.byteLength).toBe(155 * MIB);
  const tooMuch = stream({ parts: repeat(NOISE, 155), unpacked });
  await expect(unpackImage(tooMuch, options(small.path))).rejects.toMatchObject({
    code: 'E_NO_SPACE',
    message: expect.stringContaining(`unpacks to ${155 * MIB} bytes, of which ${155 * MIB} bytes are not zero`),
    hint: expect.stringContaining('TMPDIR=/path/to/folder cardkeep backup card.img.xz'),
  });
  expect(tooMuch.opened).toBe(1);
});

it('of unknown size: stops before the disk is full, and gives the space back', async () => {
  const freeBefore = statfsSync(small.path).bavail;
  const given = stream({ parts: repeat(NOISE, 500) });
  await expect(unpackImage(given, options(small.path))).rejects.toMatchObject({
    code: 'E_NO_SPACE',
    hint: expect.stringContaining('TMPDIR='),
  });
  expect(readdirSync(small.path)).toEqual([]);
  expect(statfsSync(small.path).bavail).toBe(freeBefore);
});

it('takes the first folder with room, memory last, and one that is not there never', async () => {
  const chosen: string[] = [];
  const onPlace = ({ folder: place }: { folder: string }): unknown => chosen.push(place);
  const folders = ['/nowhere', small.path, folder.path];
  await using file = await unpackImage(stream({ parts: [NOISE] }), { ...options(''), folders, onPlace });
  expect(file.byteLength).toBe(MIB);
  expect(chosen).toEqual([folder.path]);
  await expect(unpackImage(stream({ parts: [] }), options('/nowhere'))).rejects.toMatchObject({ code: 'E_NO_SPACE' });
});

it('leaves nothing after damage, a failure or a stop', async () => {
  const damage = stream({ parts: [NOISE], failAtEnd: new CorruptDataError('its checksum is wrong') });
  await expect(unpackImage(damage, options(folder.path, { byHand: 'xz -dk card.img.xz' }))).rejects.toMatchObject({
    code: 'E_PACKED_DAMAGED',
    message: 'card.img.xz cannot be unpacked: its checksum is wrong',
    hint: 'nothing was stored: copy it here once more; what can still be read of it: xz -dk card.img.xz',
  });
  const failure = stream({ parts: [NOISE], failAtEnd: new Error('EIO') });
  await expect(unpackImage(failure, options(folder.path))).rejects.toThrow('EIO');
  const controller = new AbortController();
  const onProgress = (): void => controller.abort();
  const stopped = stream({ parts: repeat(NOISE, 9) });
  await expect(
    unpackImage(stopped, options(folder.path, { signal: controller.signal, onProgress })),
  ).rejects.toMatchObject({ code: 'E_STOPPED' });
  expect(readdirSync(folder.path)).toEqual([]);
});
