import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isMediumError } from '../../../src/device/block-source.ts';
import { ioError } from '../../../src/device/device-io.ts';
import { openSource, openTarget } from '../../../src/device/file-device.ts';
import { rawDiskPath } from '../../../src/device/open-device.ts';
import { openError } from '../../../src/device/open-errors.ts';
import { temporaryFolder } from '../../support/loop-device.ts';
import { run } from '../../support/run.ts';

const TARGET = { exclusive: true } as const;
let folder: ReturnType<typeof temporaryFolder>;
const at = (name: string): string => path.join(folder.path, name);

beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => {
  folder[Symbol.dispose]();
});

function pattern(byteLength: number): Uint8Array {
  const bytes = new Uint8Array(byteLength);
  for (let i = 0; i < byteLength; i++) bytes[i] = (i * 31 + (i >>> 8)) & 0xff;
  return bytes;
}

describe('an image file as a source', () => {
  it('is read to its last byte when its length is odd', async () => {
    const bytes = pattern(1_000_003);
    writeFileSync(at('odd.img'), bytes);
    await using device = await openSource(at('odd.img'));
    expect(device).toMatchObject({ byteLength: 1_000_003, sectorSize: 512, isBlockDevice: false });
    expect(Buffer.compare(await device.read(0, 1_000_003), bytes)).toBe(0);
    expect(await device.read(1_000_002, 1)).toEqual(bytes.subarray(1_000_002));
    expect(await device.readUncached(999_000, 1003)).toEqual(bytes.subarray(999_000));
    expect(await device.read(7, 0)).toHaveLength(0);
  });

  it('reads into given memory and returns a view of just the bytes asked for', async () => {
    writeFileSync(at('into.img'), pattern(8192));
    await using device = await openSource(at('into.img'));
    const memory = new Uint8Array(4096).fill(0xee);
    const got = await device.read(100, 1000, memory);
    expect(got.buffer).toBe(memory.buffer);
    expect(got).toEqual(pattern(8192).subarray(100, 1100));
    expect(memory.subarray(1000).every((byte) => byte === 0xee)).toBe(true);
    await expect(device.read(0, 4097, memory)).rejects.toThrow(RangeError);
  });

  it('refuses what lies outside, and writing', async () => {
    writeFileSync(at('small.img'), pattern(1024));
    await using device = await openSource(at('small.img'));
    await expect(device.read(1000, 25)).rejects.toMatchObject({ code: 'E_OUT_OF_RANGE' });
    await expect(device.read(-1, 1)).rejects.toMatchObject({ code: 'E_OUT_OF_RANGE' });
    await expect(device.readUncached(Number.NaN, 1)).rejects.toMatchObject({ code: 'E_OUT_OF_RANGE' });
    await expect(device.write(0, new Uint8Array(1))).rejects.toMatchObject({ code: 'E_READ_ONLY' });
    expect(device).not.toHaveProperty('truncate');
  });

  it('says so when the file is cut while it is open', async () => {
    writeFileSync(at('cut.img'), pattern(100_000));
    await using device = await openSource(at('cut.img'));
    run('truncate', ['-s', '50000', at('cut.img')]);
    await expect(device.read(0, 100_000)).rejects.toMatchObject({ code: 'E_SOURCE_ENDS' });
    await expect(device.read(0, 100_000)).rejects.toThrow(/ends at byte 50000/);
    await expect(device.readUncached(0, 100_000)).rejects.toMatchObject({ code: 'E_SOURCE_ENDS' });
  });

  it('closes more than once', async () => {
    writeFileSync(at('close.img'), pattern(512));
    const device = await openSource(at('close.img'));
    await device.readUncached(0, 512);
    await device.close();
    await device.close();
    await expect(device.read(0, 512)).rejects.toThrow(/closed|EBADF/);
  });

  it('reads many places at once', async () => {
    const bytes = pattern(3_000_000);
    writeFileSync(at('many.img'), bytes);
    await using device = await openSource(at('many.img'));
    const places = Array.from({ length: 64 }, (_, i) => (i * 987_653) % 2_900_000);
    const reads = places.map(async (place) => [
      await device.read(place, 99_999),
      await device.readUncached(place, 99_999),
    ]);
    for (const [i, both] of (await Promise.all(reads)).entries()) {
      const expected = bytes.subarray(places[i], places[i]! + 99_999);
      for (const got of both) expect(Buffer.compare(got, expected)).toBe(0);
    }
  });
});

describe('what is no source', () => {
  it.each([
    ['missing.img', { kind: 'not-found', code: 'E_NO_SOURCE' }],
    ['file/below', { kind: 'not-found', code: 'E_NO_SOURCE' }],
    [`${'x'.repeat(300)}.img`, { kind: 'not-found', code: 'E_NO_SOURCE' }],
    ['circle', { kind: 'not-found', code: 'E_NO_SOURCE' }],
    ['folder', { kind: 'failed', code: 'E_NOT_A_DISK', message: expect.stringContaining('a folder') }],
    ['pipe', { kind: 'failed', code: 'E_NOT_A_DISK', message: expect.stringContaining('a pipe') }],
    ['empty.img', { kind: 'failed', code: 'E_EMPTY_SOURCE' }],
    ['/dev/null', { kind: 'failed', code: 'E_NOT_A_DISK', message: expect.stringContaining('a character device') }],
  ])('%s', async (name, error) => {
    writeFileSync(at('file'), 'x');
    writeFileSync(at('empty.img'), '');
    mkdirSync(at('folder'), { recursive: true });
    run('bash', ['-c', '[ -p "$1" ] || mkfifo "$1"', '-', at('pipe')]);
    run('ln', ['-sfn', 'circle', at('circle')]);
    await expect(openSource(path.resolve(folder.path, name))).rejects.toMatchObject(error);
    const one = await openSource(path.resolve(folder.path, name)).catch((error: Error) => error);
    expect((one as Error).message).not.toContain('\n');
  });

  it('names the cure for a missing permission, by platform', () => {
    const denied = (code: string): Error => Object.assign(new Error(code), { code });
    const attempt = { path: '/dev/sdb', role: 'source', platform: 'linux' } as const;
    expect(openError(denied('EACCES'), { ...attempt, commandLine: 'cardkeep backup /dev/sdb' })).toMatchObject({
      kind: 'failed',
      code: 'E_NEED_ROOT',
      hint: 'sudo cardkeep backup /dev/sdb',
    });
    expect(openError(denied('EACCES'), attempt)).toMatchObject({ hint: expect.stringContaining('sudo') });
    const mac = { ...attempt, path: '/dev/rdisk4', platform: 'darwin' } as const;
    expect(openError(denied('EPERM'), mac)).toMatchObject({ hint: expect.stringContaining('Full Disk Access') });
    expect(openError(denied('EACCES'), mac)).toMatchObject({ code: 'E_NEED_ROOT' });
    expect(openError(denied('EBUSY'), mac)).toMatchObject({ hint: 'unmount it: diskutil unmountDisk /dev/disk4' });
    expect(openError(denied('EPERM'), { ...attempt, platform: 'win32' })).toMatchObject({
      hint: expect.stringContaining('administrator'),
    });
    const noMedium = Object.assign(new Error('unknown error'), { code: 'UNKNOWN', errno: -123 });
    expect(openError(noMedium, attempt)).toMatchObject({ code: 'E_NO_MEDIUM' });
    expect(openError(denied('EMFILE'), attempt)).toMatchObject({ message: 'cannot open /dev/sdb (EMFILE)' });
  });

  it('keeps the code of a medium error, with its place', () => {
    const error = ioError(Object.assign(new Error('i/o error'), { code: 'EIO' }), 'read', 4096, '/dev/sdb');
    expect(error).toMatchObject({ code: 'EIO', message: 'cannot read /dev/sdb at byte 4096 (EIO)' });
    expect(isMediumError(error)).toBe(true);
  });
});

describe('an image file as a target', () => {
  it('is made sparse with its full length and reads as zeros', async () => {
    const file = at('new.img');
    await using device = await openTarget(file, { ...TARGET, create: 5_000_000_001 });
    expect(device).toMatchObject({ byteLength: 5_000_000_001, isBlockDevice: false });
    expect(statSync(file)).toMatchObject({ size: 5_000_000_001, blocks: 0 });
    expect(await device.read(4_999_999_990, 11)).toEqual(new Uint8Array(11));
    await device.write(4_999_999_999, new Uint8Array([1, 2]));
    await device.flush();
    expect(await device.readUncached(4_999_999_998, 3)).toEqual(new Uint8Array([0, 1, 2]));
    expect(device.isReadBackCached).toBe(false);
    await expect(device.write(5_000_000_000, new Uint8Array(2))).rejects.toMatchObject({ code: 'E_OUT_OF_RANGE' });
    await device.truncate?.(1000);
    expect(device.byteLength).toBe(1000);
    expect(statSync(file).size).toBe(1000);
  });

  it('does not overwrite a file unless told to, and then leaves nothing of it', async () => {
    const file = at('there.img');
    writeFileSync(file, pattern(10_000));
    await expect(openTarget(file, { ...TARGET, create: 20_000 })).rejects.toMatchObject({
      kind: 'refused',
      code: 'E_TARGET_EXISTS',
    });
    expect(readFileSync(file).byteLength).toBe(10_000);
    await using device = await openTarget(file, { ...TARGET, create: 20_000, replace: true });
    expect(await device.read(0, 20_000)).toEqual(new Uint8Array(20_000));
  });

  it('is opened as it is without create', async () => {
    const file = at('asis.img');
    writeFileSync(file, pattern(10_001));
    symlinkSync(file, at('link.img'));
    await using device = await openTarget(at('link.img'), TARGET);
    await device.write(9990, new Uint8Array(11).fill(7));
    await device.flush();
    const expected = pattern(10_001);
    expected.fill(7, 9990);
    expect(new Uint8Array(readFileSync(file))).toEqual(expected);
  });

  it.each([
    ['no/such/folder/x.img', { code: 'E_NO_TARGET', kind: 'not-found' }],
    ['/dev/sdzz', { code: 'E_NO_TARGET', kind: 'not-found' }],
    ['sub', { code: 'E_NOT_A_DISK' }],
  ])('refuses %s', async (name, error) => {
    mkdirSync(at('sub'), { recursive: true });
    const target = path.resolve(folder.path, name);
    await expect(openTarget(target, { ...TARGET, create: 1024 })).rejects.toMatchObject(error);
    await expect(openTarget(target, TARGET)).rejects.toMatchObject(error);
  });

  it('leaves no file behind when it cannot be as large as asked for', async () => {
    const file = at('huge.img');
    await expect(openTarget(file, { ...TARGET, create: 2 ** 53 - 1 })).rejects.toMatchObject({
      code: 'E_TARGET_TOO_LARGE',
    });
    expect(statSync(file, { throwIfNoEntry: false })).toBeUndefined();
  });

  it('says that a read-back came through the cache where there is no way around it', async () => {
    const file = at('elsewhere.img');
    await using device = await openTarget(file, { ...TARGET, create: 8192, platform: 'freebsd' });
    await device.write(4000, pattern(500));
    expect(await device.readUncached(4000, 500)).toEqual(pattern(500));
    expect(device.isReadBackCached).toBe(true);
  });
});

it('uses the raw disks of macOS', () => {
  expect(rawDiskPath('/dev/disk4', 'darwin')).toBe('/dev/rdisk4');
  expect(rawDiskPath('/dev/disk4s1', 'darwin')).toBe('/dev/rdisk4s1');
  expect(rawDiskPath('/dev/rdisk4', 'darwin')).toBe('/dev/rdisk4');
  expect(rawDiskPath('/dev/disk/by-id/x', 'darwin')).toBe('/dev/disk/by-id/x');
  expect(rawDiskPath('/dev/disk4', 'linux')).toBe('/dev/disk4');
});
