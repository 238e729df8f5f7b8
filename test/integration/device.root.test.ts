import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isMediumError } from '../../src/device/block-source.ts';
import { measureDevice } from '../../src/device/device-size.ts';
import { openSource, openTarget } from '../../src/device/file-device.ts';
import { failingDisk } from '../support/failing-disk.ts';
import { attachLoop } from '../support/loop-device.ts';
import { run } from '../support/run.ts';

const MIB = 1024 * 1024;
const ROOT = '/tmp/cardkeep-device/files';
const TARGET = { exclusive: true } as const;

beforeAll(() => {
  mkdirSync(ROOT, { recursive: true });
});
afterAll(() => {
  rmSync(ROOT, { recursive: true, force: true });
});

function pattern(byteLength: number, seed = 0): Uint8Array {
  const bytes = new Uint8Array(byteLength);
  for (let i = 0; i < byteLength; i++) bytes[i] = (i * 31 + (i >>> 8) + (i >>> 16) + seed) & 0xff;
  return bytes;
}

function makeFile(name: string, bytes: Uint8Array): string {
  const file = path.join(ROOT, name);
  writeFileSync(file, bytes);
  return file;
}

function expectSame(got: Uint8Array, expected: Uint8Array): void {
  expect(Buffer.compare(got, expected)).toBe(0);
}

describe.each([512, 4096])('a block device with sectors of %i bytes', (sectorSize) => {
  const bytes = pattern(2 * MIB);
  const odd = [
    [0, 1],
    [511, 2],
    [4095, 2],
    [5000, 3000],
    [1, 2 * MIB - 2],
    [700_001, 1_000_003],
    [2 * MIB - 1, 1],
    [2 * MIB, 0],
  ] as const;

  it('tells its size, and reads any bytes, many at once, cached or not', async () => {
    using loop = attachLoop(makeFile('read.img', bytes), '-b', `${sectorSize}`);
    await using device = await openSource(loop.path);
    expect(device).toMatchObject({ byteLength: 2 * MIB, sectorSize, isBlockDevice: true });
    const reads = odd.flatMap(([at, length]) => [device.read(at, length), device.readUncached(at, length)]);
    for (const [i, got] of (await Promise.all(reads)).entries()) {
      const [at, length] = odd[Math.floor(i / 2)]!;
      expectSame(got, bytes.subarray(at, at + length));
    }
    expect(device.isReadBackCached).toBe(false);
    await expect(device.read(2 * MIB - 1, 2)).rejects.toMatchObject({ code: 'E_OUT_OF_RANGE' });
  });

  it('takes writes anywhere, also several into one sector at once', async () => {
    const file = makeFile('write.img', new Uint8Array(2 * MIB));
    using loop = attachLoop(file, '-b', `${sectorSize}`);
    const expected = new Uint8Array(2 * MIB);
    await using device = await openTarget(loop.path, TARGET);
    const pieces = Array.from({ length: 100 }, (_, i) => [8000 + i * 37, 37] as const);
    const all = [...pieces, [100_000, 700_001], [2 * MIB - 3, 3], [900_000, 0]] as const;
    await Promise.all(
      all.map(async ([at, length]) => {
        const part = pattern(length, at);
        expected.set(part, at);
        await device.write(at, part);
      }),
    );
    await device.flush();
    expectSame(await device.read(0, 2 * MIB), expected);
    expectSame(await device.readUncached(0, 2 * MIB), expected);
    run('blockdev', ['--flushbufs', loop.path]);
    expectSame(readFileSync(file), expected);
  });

  it('is measured right by reading alone', async () => {
    // A size that is no power of two, and one sector.
    for (const sectors of [1, 2, 3, 1001]) {
      using loop = attachLoop(makeFile('size.img', pattern(sectors * 4096)), '-b', `${sectorSize}`);
      // Direct reads are as strict about sectors as the raw disks of other systems.
      const handle = await open(loop.path, 'r');
      const size = await measureDevice(handle, loop.path);
      await handle.close();
      expect(size.byteLength).toBe(sectors * 4096);
    }
  });
});

it('leaves out the end of a device that is no whole sector', async () => {
  using loop = attachLoop(makeFile('end.img', pattern(10 * 4096 + 1536)), '-b', '4096');
  await using device = await openSource(loop.path);
  expect(device.byteLength).toBe(10 * 4096);
  expectSame(await device.readUncached(0, 10 * 4096), pattern(10 * 4096));
});

it('knows the sector size of a partition, whose queue is that of its disk', async () => {
  const file = makeFile('parts.img', new Uint8Array(8 * MIB));
  using loop = attachLoop(file, '-b', '4096');
  run('sfdisk', ['-q', loop.path], { input: 'label: gpt\nstart=256,size=512\n' });
  run('partx', ['-u', loop.path]);
  try {
    await using device = await openSource(`${loop.path}p1`);
    expect(device).toMatchObject({ byteLength: 2 * MIB, sectorSize: 4096, isBlockDevice: true });
    expectSame(await device.readUncached(3, 5000), new Uint8Array(5000));
  } finally {
    run('partx', ['-d', loop.path]);
  }
});

it('reads back from the medium and not from the page cache', async () => {
  const file = makeFile('beneath.img', new Uint8Array(4 * MIB));
  using loop = attachLoop(file);
  await using device = await openTarget(loop.path, TARGET);
  await device.write(0, pattern(4 * MIB));
  await device.flush();
  expectSame(await device.readUncached(0, 4 * MIB), pattern(4 * MIB));
  // What the medium holds changes; the cache of the device does not know.
  const handle = await open(file, 'r+');
  await handle.write(new Uint8Array([1, 2, 3, 4, 5]), 0, 5, 2 * MIB + 7);
  await handle.sync();
  await handle.close();
  expectSame(await device.read(2 * MIB + 7, 5), pattern(4 * MIB).subarray(2 * MIB + 7, 2 * MIB + 12));
  expectSame(await device.readUncached(2 * MIB + 7, 5), new Uint8Array([1, 2, 3, 4, 5]));
  expect(device.isReadBackCached).toBe(false);
});

it('flushes what was written before it reads back', async () => {
  using loop = attachLoop(makeFile('dirty.img', new Uint8Array(MIB)));
  await using device = await openTarget(loop.path, TARGET);
  await device.write(1000, pattern(5000));
  expectSame(await device.readUncached(1000, 5000), pattern(5000));
});

describe('what cannot be opened', () => {
  it('a write-protected device as a target', async () => {
    using loop = attachLoop(makeFile('ro.img', new Uint8Array(MIB)), '-r');
    await expect(openTarget(loop.path, TARGET)).rejects.toMatchObject({ kind: 'refused', code: 'E_TARGET_READ_ONLY' });
    await using device = await openSource(loop.path);
    expect(device.byteLength).toBe(MIB);
  });

  it('a device that is mounted, or whose partition is, or that somebody else holds', async () => {
    const file = makeFile('busy.img', new Uint8Array(16 * MIB));
    using loop = attachLoop(file);
    run('sfdisk', ['-q', loop.path], { input: 'label: dos\nstart=2048,size=8192\nstart=10240\n' });
    run('partx', ['-u', loop.path]);
    const mountPoint = path.join(ROOT, 'mnt');
    mkdirSync(mountPoint, { recursive: true });
    const busy = { kind: 'refused', code: 'E_TARGET_BUSY' };
    run('mkfs.ext4', ['-q', `${loop.path}p2`]);
    run('mount', [`${loop.path}p2`, mountPoint]);
    try {
      await expect(openTarget(loop.path, TARGET)).rejects.toMatchObject(busy);
      await expect(openTarget(`${loop.path}p2`, TARGET)).rejects.toMatchObject(busy);
      await (await openTarget(`${loop.path}p1`, TARGET)).close();
      await expect(openSource(loop.path, { exclusive: true })).rejects.toMatchObject({ code: 'E_SOURCE_BUSY' });
      await (await openSource(loop.path)).close();
    } finally {
      run('umount', [mountPoint]);
    }
    try {
      await using first = await openTarget(loop.path, TARGET);
      await expect(openTarget(loop.path, TARGET)).rejects.toMatchObject(busy);
      expect(() => run('mount', [`${loop.path}p2`, mountPoint])).toThrow(/busy|already mounted/i);
      await first.close();
      await (await openTarget(loop.path, TARGET)).close();
    } finally {
      run('partx', ['-d', loop.path]);
    }
  });

  it('a reader without a card', async () => {
    // A loop device on an empty file has no bytes, as a reader without a card.
    using loop = attachLoop(makeFile('nothing.img', new Uint8Array(0)));
    await expect(openSource(loop.path)).rejects.toMatchObject({ kind: 'failed', code: 'E_NO_MEDIUM' });
    await expect(openTarget(loop.path, TARGET)).rejects.toMatchObject({ code: 'E_NO_MEDIUM' });
  });
});

it('makes no image among the devices, where a misspelt card would be', async () => {
  const folder = '/dev/cardkeep-test';
  mkdirSync(folder, { recursive: true });
  try {
    for (const name of ['/dev/sdzz', `${folder}/usb-card`]) {
      const missing = { kind: 'not-found', code: 'E_NO_TARGET' };
      await expect(openTarget(name, { ...TARGET, create: 1024 })).rejects.toMatchObject(missing);
      expect(statSync(name, { throwIfNoEntry: false })).toBeUndefined();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('passes a device through create as it is', async () => {
  using loop = attachLoop(makeFile('create.img', pattern(MIB)));
  await using device = await openTarget(loop.path, { ...TARGET, create: 5 * MIB, replace: true });
  expect(device).toMatchObject({ byteLength: MIB, isBlockDevice: true });
  expect(device).not.toHaveProperty('truncate');
  expectSame(await device.read(0, MIB), pattern(MIB));
});

it('names the place of a bad sector, keeps the code, and reads what is around it', async () => {
  const bytes = pattern(4 * MIB);
  using disk = failingDisk(makeFile('bad.img', bytes), [[MIB + 8192, MIB + 12_288]]);
  await using device = await openSource(disk.path);
  expect(device.byteLength).toBe(4 * MIB);
  for (const read of [device.read.bind(device), device.readUncached.bind(device)]) {
    expectSame(await read(0, MIB), bytes.subarray(0, MIB));
    expectSame(await read(MIB + 12_288, 1000), bytes.subarray(MIB + 12_288, MIB + 13_288));
    const error = await read(MIB, MIB).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(error).toMatchObject({ kind: 'failed', code: 'EIO' });
    expect(isMediumError(error)).toBe(true);
    const place = Number(/at byte (\d+)/.exec((error as Error).message)?.[1]);
    expect(place).toBeGreaterThanOrEqual(MIB);
    expect(place).toBeLessThan(MIB + 12_288);
  }
});

it('does not take a bad spot for the end of the device', async () => {
  // Where doubling and bisecting look: powers of two, and the end.
  using disk = failingDisk(makeFile('spots.img', pattern(3 * MIB)), [
    [MIB, MIB + 4096],
    [2 * MIB, 2 * MIB + 4096],
    [3 * MIB - 4096, 3 * MIB],
  ]);
  const handle = await open(disk.path, 'r');
  expect(await measureDevice(handle, disk.path)).toMatchObject({ byteLength: 3 * MIB });
  await handle.close();
});

it('names the cure to a user who may not open the device, or write to the folder', async () => {
  using loop = attachLoop(makeFile('root.img', new Uint8Array(MIB)));
  run('chmod', ['600', loop.path]);
  process.seteuid?.(65_534);
  try {
    const commandLine = `cardkeep backup ${loop.path}`;
    await expect(openSource(loop.path, { commandLine })).rejects.toMatchObject({
      kind: 'failed',
      code: 'E_NEED_ROOT',
      hint: `sudo ${commandLine}`,
    });
    await expect(openTarget(loop.path, TARGET)).rejects.toMatchObject({ code: 'E_NEED_ROOT' });
    await expect(openTarget('/usr/x.img', { ...TARGET, create: 512 })).rejects.toMatchObject({
      code: 'E_NEED_ROOT',
      hint: expect.stringMatching(/^name a file in a folder of yours/),
    });
  } finally {
    process.seteuid?.(0);
    run('chmod', ['660', loop.path]);
  }
});

it('keeps a sparse image sparse on the way', async () => {
  const file = path.join(ROOT, 'sparse.img');
  rmSync(file, { force: true });
  await using device = await openTarget(file, { ...TARGET, create: 1024 * MIB });
  await device.write(512 * MIB, pattern(MIB));
  await device.flush();
  expectSame(await device.readUncached(512 * MIB - 4, MIB + 8).then((all) => all.subarray(4, MIB + 4)), pattern(MIB));
  expect(statSync(file).blocks * 512).toBeLessThan(2 * MIB);
});
