import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeTarget } from '../../src/device/device-guards.ts';
import { listDevices } from '../../src/device/list-devices.ts';
import { runCommand, runLimited } from '../../src/device/run-command.ts';
import { findTargetProblem } from '../../src/device/target-problems.ts';
import { executeCommands, planEject, planUnmount } from '../../src/device/unmount.ts';
import { attachLoop } from '../support/loop-device.ts';
import { run } from '../support/run.ts';

const MIB = 1024 * 1024;
const ROOT = '/tmp/cardkeep-device/guards';
const OPTIONS = { run: runCommand };
const QUESTION = { keep: [], force: false, platform: 'linux' } as const;

beforeAll(() => {
  mkdirSync(ROOT, { recursive: true });
});
afterAll(() => {
  rmSync(ROOT, { recursive: true, force: true });
});

function makeFile(name: string, byteLength: number): string {
  const file = path.join(ROOT, name);
  writeFileSync(file, '');
  truncateSync(file, byteLength);
  return file;
}

function mount(device: string, name: string, ...options: string[]): { readonly path: string } & Disposable {
  const folder = path.join(ROOT, name);
  mkdirSync(folder, { recursive: true });
  run('mount', [...options, device, folder]);
  return { path: folder, [Symbol.dispose]: () => void run('umount', [folder]) };
}

/** A card with two partitions, the second one ext4. */
function card(name: string): { readonly path: string } & Disposable {
  const loop = attachLoop(makeFile(name, 32 * MIB));
  run('sfdisk', ['-q', loop.path], { input: 'label: dos\nstart=2048,size=8192\nstart=10240\n' });
  run('partx', ['-u', loop.path]);
  run('mkfs.ext4', ['-q', `${loop.path}p2`]);
  return {
    path: loop.path,
    [Symbol.dispose]() {
      run('partx', ['-d', loop.path]);
      loop[Symbol.dispose]();
    },
  };
}

describe('a card on a loop device', () => {
  it('is free, then mounted by one partition, which the other does not feel', async () => {
    using disk = card('mounted.img');
    const free = await describeTarget(disk.path, OPTIONS);
    expect(free).toMatchObject({
      kind: 'device',
      byteLength: 32 * MIB,
      sectorSize: 512,
      bus: 'loop',
      readOnly: false,
      system: false,
      diskPath: disk.path,
      partition: undefined,
      mounts: [],
      uses: [],
    });
    expect(await findTargetProblem(free, QUESTION)).toBeUndefined();
    using mounted = mount(`${disk.path}p2`, 'my mount');
    const facts = await describeTarget(disk.path, OPTIONS);
    expect(facts.mounts).toEqual([{ source: `${disk.path}p2`, mountPoint: mounted.path }]);
    expect(await findTargetProblem(facts, QUESTION)).toMatchObject({
      code: 'E_TARGET_MOUNTED',
      message: `${disk.path}p2 is mounted at ${mounted.path}`,
      hint: `unmount it: sudo umount '${mounted.path}'`,
    });
    expect(await describeTarget(`${disk.path}p1`, OPTIONS)).toMatchObject({
      partition: 1,
      mounts: [],
      diskPath: disk.path,
    });
    expect(await describeTarget(`${disk.path}p2`, OPTIONS)).toMatchObject({ mounts: [{ mountPoint: mounted.path }] });
  });

  it('is unmounted with all that lies on it, or says who will not let go', async () => {
    using disk = card('unmount.img');
    const folder = path.join(ROOT, 'un mount');
    mkdirSync(path.join(folder), { recursive: true });
    run('mount', [`${disk.path}p2`, folder]);
    mkdirSync(path.join(folder, 'again'));
    run('mount', [`${disk.path}p2`, path.join(folder, 'again')]);
    const mounted = await describeTarget(disk.path, OPTIONS);
    expect(mounted.mounts).toHaveLength(2);
    await executeCommands(planUnmount(mounted, 'linux'), runCommand);
    expect((await describeTarget(disk.path, OPTIONS)).mounts).toEqual([]);
    await expect(executeCommands(planUnmount(mounted, 'linux'), runCommand)).rejects.toMatchObject({
      code: 'E_UNMOUNT_FAILED',
      message: expect.stringMatching(/^umount -- .*again: umount failed: .*(not mounted|no mount point)/),
    });
    expect(planUnmount(await describeTarget(disk.path, OPTIONS), 'linux')).toEqual([]);
    expect(planUnmount(mounted, 'darwin')).toEqual([{ command: 'diskutil', args: ['unmountDisk', disk.path] }]);
    expect(planEject(mounted, 'linux')).toEqual([]);
    expect(planEject({ ...mounted, bus: 'usb' }, 'linux')).toEqual([{ command: 'eject', args: [disk.path] }]);
  });

  it('holds a store in its file system, also one that is not made yet, also one in a loop file on it', async () => {
    using disk = card('store.img');
    using other = card('other.img');
    using mounted = mount(`${disk.path}p2`, 'store');
    const inner = path.join(mounted.path, 'inner.img');
    writeFileSync(inner, '');
    truncateSync(inner, 4 * MIB);
    run('mkfs.ext4', ['-q', '-F', inner]);
    using innerLoop = attachLoop(inner);
    using innerMount = mount(innerLoop.path, 'inner');
    const facts = await describeTarget(disk.path, OPTIONS);
    const partition = await describeTarget(`${disk.path}p1`, OPTIONS);
    const stranger = await describeTarget(other.path, OPTIONS);
    const image = await describeTarget(inner, OPTIONS);
    for (const place of [mounted.path, path.join(mounted.path, 'not/yet/made'), path.join(innerMount.path, 'store')]) {
      expect(await facts.holds(place)).toBe(true);
      expect(await partition.holds(place)).toBe(false);
      expect(await stranger.holds(place)).toBe(false);
      expect(await image.holds(place)).toBe(place.startsWith(innerMount.path));
    }
    expect(facts.mounts.map(({ mountPoint }) => mountPoint)).toEqual([mounted.path, innerMount.path]);
    expect(facts.uses).toEqual([{ name: innerLoop.path, by: 'loop' }]);
    expect(image).toMatchObject({ kind: 'file', mounts: [{ mountPoint: innerMount.path }] });
    const keep = [{ path: innerMount.path, what: 'the store' }];
    expect(await findTargetProblem(facts, { ...QUESTION, keep })).toMatchObject({ code: 'E_TARGET_HOLDS_STORE' });
    expect(await facts.holds('/')).toBe(false);
    expect(await facts.holds(`${disk.path}p1`)).toBe(true);
    expect(await facts.holds(other.path)).toBe(false);
  });

  it('is in use by a file system over several devices, by an overlay, and as swap', async () => {
    using one = attachLoop(makeFile('one.img', 128 * MIB));
    using two = attachLoop(makeFile('two.img', 128 * MIB));
    run('mkfs.btrfs', ['-q', '-f', one.path, two.path]);
    run('btrfs', ['device', 'scan', one.path, two.path]);
    using mounted = mount(one.path, 'btrfs');
    for (const device of [one, two]) {
      const facts = await describeTarget(device.path, OPTIONS);
      expect(facts.mounts.map(({ mountPoint }) => mountPoint)).toEqual([mounted.path]);
      expect(await facts.holds(path.join(mounted.path, 'store'))).toBe(true);
    }
    for (const name of ['lower', 'upper', 'work']) mkdirSync(path.join(mounted.path, name));
    const folders = `lowerdir=${mounted.path}/lower,upperdir=${mounted.path}/upper,workdir=${mounted.path}/work`;
    using overlay = mount('overlay', 'overlay', '-t', 'overlay', '-o', folders);
    const covered = await describeTarget(two.path, OPTIONS);
    expect(await covered.holds(overlay.path)).toBe(true);
    expect(covered.mounts).toHaveLength(2);
    using swap = card('swap.img');
    run('mkswap', ['-q', `${swap.path}p1`]);
    run('swapon', [`${swap.path}p1`]);
    try {
      const facts = await describeTarget(swap.path, OPTIONS);
      expect(facts).toMatchObject({ system: true, uses: [{ name: `${swap.path}p1`, by: 'swap' }] });
      expect(await findTargetProblem(facts, QUESTION)).toMatchObject({ code: 'E_TARGET_IS_SYSTEM' });
    } finally {
      run('swapoff', [`${swap.path}p1`]);
    }
  });

  it('is known as write-protected, and with its sector size', async () => {
    using loop = attachLoop(makeFile('protected.img', MIB), '-r', '-b', '4096');
    const facts = await describeTarget(loop.path, OPTIONS);
    expect(facts).toMatchObject({ readOnly: true, sectorSize: 4096 });
    expect(await findTargetProblem(facts, QUESTION)).toMatchObject({ kind: 'refused', code: 'E_TARGET_READ_ONLY' });
  });
});

describe('this machine', () => {
  it('has a system disk, which is refused and not offered', async () => {
    const source = run('findmnt', ['-n', '-o', 'SOURCE', '/']).trim();
    const facts = await describeTarget(source, OPTIONS);
    expect(facts).toMatchObject({ kind: 'device', system: true });
    expect(await facts.holds('/usr/bin')).toBe(true);
    expect(await findTargetProblem(facts, { ...QUESTION, force: true })).toMatchObject({ code: 'E_TARGET_IS_SYSTEM' });
    const offered = await listDevices(OPTIONS);
    expect(offered.filter(({ path }) => path === facts.diskPath)).toEqual([]);
    const all = await listDevices({ ...OPTIONS, all: true });
    expect(all.find(({ path }) => path === facts.diskPath)).toMatchObject({
      system: true,
      byteLength: facts.byteLength,
    });
  });

  it('lists a loop device with --all only, with the mount of its partition', async () => {
    using disk = card('listed.img');
    using mounted = mount(`${disk.path}p2`, 'listed');
    expect((await listDevices(OPTIONS)).map(({ path }) => path)).not.toContain(disk.path);
    const listed = (await listDevices({ ...OPTIONS, all: true })).find(({ path }) => path === disk.path);
    expect(listed).toMatchObject({
      byteLength: 32 * MIB,
      bus: 'loop',
      system: false,
      partitions: [
        { path: `${disk.path}p1`, number: 1, byteLength: 4 * MIB, mountPoints: [] },
        { path: `${disk.path}p2`, number: 2, byteLength: 27 * MIB, mountPoints: [mounted.path] },
      ],
    });
  });
});

describe('tools of the platform', () => {
  it.each([
    ['no-such-tool', [], { code: 'E_TOOL_MISSING' }],
    ['lsblk', ['--no-such-option'], { code: 'E_TOOL_FAILED', message: expect.stringMatching(/^lsblk failed: .+$/) }],
    ['sleep', ['10'], { code: 'E_TOOL_FAILED', message: 'sleep did not answer' }],
    ['head', ['-c', '20000000', '/dev/zero'], { code: 'E_TOOL_FAILED', message: 'head printed too much' }],
  ])('%s %j fails in one line', async (command, args, error) => {
    await expect(runLimited(command, args, 2000)).rejects.toMatchObject({ kind: 'failed', ...error });
  });
});
