/** Restores to larger and smaller targets by the command; judged by e2fsck, resize2fs, the kernel and the table's tools. */
import { statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandLine } from '../support/command-line.ts';
import { attachLoop, temporaryFolder } from '../support/loop-device.ts';
import {
  CARD_BYTES,
  expectSoundCard,
  filesIn,
  lastOf,
  makeResizableCard,
  partUuids,
  poke,
} from '../support/resizable-card.ts';
import type { MadeCard, ResizableKind } from '../support/resizable-card.ts';
import { run, verdict } from '../support/run.ts';
import { dumpTable, tableComplaints } from '../support/table-witness.ts';

const MIB = 1024 * 1024;
const KINDS: readonly ResizableKind[] = ['mbr', 'gpt', 'logical', 'bare'];
const CUTS: Readonly<Record<ResizableKind, number>> = { mbr: 512, gpt: MIB, logical: MIB, bare: 512 };
const folder = temporaryFolder();
const cardkeep = commandLine(folder.path);
const inFolder = (name: string): string => path.join(folder.path, name);
const cards = new Map<ResizableKind, MadeCard & { readonly files: readonly string[] }>();

beforeAll(async () => {
  for (const kind of KINDS) {
    const made = makeResizableCard(inFolder(`${kind}.img`), kind);
    cards.set(kind, { ...made, files: await filesIn(inFolder(`${kind}.img`), made) });
    cardkeep.json('backup', `${kind}.img`, '--card', kind);
  }
});
afterAll(() => folder[Symbol.dispose]());

interface Resized {
  readonly grown: readonly Record<string, unknown>[];
  readonly cut?: readonly Record<string, unknown>[];
  readonly warnings: readonly { code: string; message: string }[];
}

const restore = (...words: string[]): Resized => cardkeep.json('restore', ...words, '--yes') as Resized;

/** The result holds the files of the version, and satisfies all programs. */
async function expectVersion(image: string, kind: ResizableKind, cardBytes: number): Promise<MadeCard> {
  const last = lastOf(image, kind, cardBytes);
  expect(await filesIn(image, last)).toEqual(cards.get(kind)!.files);
  expectSoundCard(image, kind, last);
  const ids = (file: string): string[] => partUuids(file, kind);
  expect(ids(image)).toEqual(ids(inFolder(`${kind}.img`)));
  return last;
}

describe.each(KINDS)('a card with an ext4 at the end, %s', (kind) => {
  it('grows to twice its size in a file', async () => {
    const image = inFolder(`${kind}-large.img`);
    const { grown } = restore(kind, image, '--expand', '--size', `${2 * CARD_BYTES}`);
    expect(statSync(image).size).toBe(2 * CARD_BYTES);
    const last = await expectVersion(image, kind, 2 * CARD_BYTES);
    // A GPT ends its partitions at a whole MiB.
    expect(last.byteOffset + last.byteLength).toBeGreaterThanOrEqual(2 * CARD_BYTES - (kind === 'gpt' ? 2 * MIB : 0));
    const { byteLength } = cards.get(kind)!;
    expect(grown).toMatchObject([{ fileSystem: 'ext4', oldByteLength: byteLength, newByteLength: last.byteLength }]);
  });

  it('is cut a little, to the smallest size that is named, and not below', async () => {
    const image = inFolder(`${kind}-small.img`);
    const bytes = CARD_BYTES - CUTS[kind];
    expect(restore(kind, image, '--fit', '--size', `${bytes}`)).toMatchObject({ grown: [] });
    expect(statSync(image).size).toBe(bytes);
    await expectVersion(image, kind, bytes);
    const { status, stderr } = cardkeep.run('restore', kind, image, '--yes', '--fit', '--size', '16M');
    expect(status).toBe(5);
    const said =
      /E_CANNOT_FIT: the target has 16\.8 MB \(16777216 bytes\), this version can be cut to \S+ MB \((\d+) bytes\): \S+ MB \((\d+) bytes\) too few\n {2}(?:partition \d|the file system): it needs .*resize2fs/u;
    expect(stderr).toMatch(said);
    const [, smallest, missing] = said.exec(stderr)!.map(Number);
    expect(missing).toBe(smallest! - 16 * MIB);
    expect(smallest).toBeLessThan(CARD_BYTES - 10 * MIB);
    if (kind === 'mbr' || kind === 'bare') {
      expect(cardkeep.run('restore', kind, image, '--yes', '--fit', '--size', `${smallest! - 512}`)).toMatchObject({
        status: 5,
        stderr: expect.stringMatching(
          new RegExp(String.raw`cut to \S+ MB \(${smallest} bytes\): 512 bytes too few`, 'u'),
        ),
      });
    }
    restore(kind, image, '--fit', '--size', `${smallest}`);
    await expectVersion(image, kind, smallest!);
  });
});

describe('on a loop device', () => {
  const onLoop = async (bytes: number, work: (device: string, image: string) => unknown): Promise<void> => {
    const image = inFolder('device.img');
    writeFileSync(image, '');
    truncateSync(image, bytes);
    // What an earlier life left on it.
    for (let at = MIB; at < bytes; at += 3 * MIB) poke(image, at, Buffer.alloc(5000, 'old '));
    {
      using loop = attachLoop(image);
      await work(loop.path, image);
    }
    await expectVersion(image, 'mbr', bytes);
  };

  it('grows only where --expand says so; --yes alone leaves the rest', async () => {
    await onLoop(150 * MIB, async (device, image) => {
      expect(restore('mbr', device)).toMatchObject({ grown: [] });
      expect(cards.get('mbr')).toMatchObject(lastOf(image, 'mbr', 0));
      const plan = cardkeep.run('restore', 'mbr', device, '--expand', '--dry-run');
      expect(plan.stdout).toContain('\n  p2 grows from 40.9 MB to 148 MB, and its ext4 with it\n');
      expect(plan.stdout).toMatch(/p2 {2}ext4 {3}rootfs {2}40\.9 MB {4}p2 {2}ext4 {3}rootfs {2}148 MB\n/u);
      const { stdout } = cardkeep.run('restore', 'mbr', device, '--expand', '--yes');
      expect(stdout).toContain('\n  p2 grew from 40.9 MB to 148 MB, and its ext4 with it\n');
    });
  });

  it('too small: the refusal names --fit where it would work, and --fit does it', async () => {
    await onLoop(CARD_BYTES - 2 * MIB, (device) => {
      expect(cardkeep.run('restore', 'mbr', device, '--size', '64M')).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('E_USAGE: a device has the size that it has'),
      });
      expect(cardkeep.run('restore', 'mbr', device, '--yes')).toMatchObject({
        status: 5,
        stderr: expect.stringMatching(
          /E_TARGET_TOO_SMALL: .*: 2\.1 MB \(2097152 bytes\) too few\n {2}the same command with --fit cuts it to the target; or use a card or file of at least 50\.3 MB \(50331648 bytes\)\n/u,
        ),
      });
      const { stdout } = cardkeep.run('restore', 'mbr', device, '--yes', '--fit');
      expect(stdout).toContain('\n  p2 was cut from 40.9 MB to 38.8 MB, and its ext4 with it; no file is moved\n');
    });
  });
});

describe('what stands in the way', () => {
  it('an ext4 that was not shut down cleanly: the partition grows, resize2fs is named', () => {
    makeResizableCard(inFolder('dirty.img'), 'mbr');
    {
      using part = attachLoop(inFolder('dirty.img'), '-o', `${9 * MIB}`);
      run('debugfs', ['-w', '-R', 'ssv state 0', part.path]);
    }
    cardkeep.json('backup', 'dirty.img', '--card', 'dirty');
    const { status, stdout } = cardkeep.run('restore', 'dirty', 'd.img', '--yes', '--expand', '--size', '96M');
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /\n {2}p2 grew from 40\.9 MB to 91\.2 MB\n {2}its ext4 keeps its size: it was not shut down cleanly: .*\n {2}to grow the ext4, after its first mount: sudo resize2fs \/dev\/sdX2\n/u,
    );
    expect(tableComplaints(inFolder('d.img'))).toEqual([]);
    expect(dumpTable(inFolder('d.img')).partitions.at(-1)).toMatchObject({ start: 18432, size: 178176 });
    for (const [flag, code] of [
      ['--new-ids', 'E_CANNOT_RENEW'],
      ['--fit', 'E_CANNOT_FIT'],
    ] as const) {
      const size = flag === '--fit' ? '47M' : '48M';
      const { status, stderr } = cardkeep.run('restore', 'dirty', 'never.img', '--yes', flag, '--size', size);
      expect({ status, stderr }).toMatchObject({ status: 5, stderr: expect.stringContaining(`${code}: `) });
    }
  });

  it.each([
    [
      'fat',
      'sudo fatresize -s max /dev/sdX2',
      (file: string) => run('mkfs.vfat', ['--offset', '18432', file, '39936']),
    ],
    ['lvm', 'sudo pvresize /dev/sdX2', (file: string) => poke(file, 9 * MIB + 0x218, Buffer.from('LVM2 001'))],
  ])('%s at the end: the partition grows, and the command for the rest is named', (name, command, fill) => {
    const image = inFolder(`${name}.img`);
    makeResizableCard(image, 'mbr');
    poke(image, 9 * MIB, Buffer.alloc(64 * 1024));
    fill(image);
    cardkeep.json('backup', image, '--card', name);
    const { status, stdout } = cardkeep.run('restore', name, 'o.img', '--yes', '--expand', '--size', '96M');
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /\n {2}p2 grew from 40\.9 MB to 91\.2 MB\n {2}the .* in it keeps its size; what grows it: /u,
    );
    expect(stdout).toContain(`what grows it: ${command}\n`);
    expect(tableComplaints(inFolder('o.img'))).toEqual([]);
    if (name !== 'fat') run('cmp', ['-n', `${39 * MIB}`, '-i', `${9 * MIB}`, image, inFolder('o.img')]);
    if (name !== 'fat') return;
    expect(cardkeep.run('restore', name, 'never.img', '--yes', '--fit', '--size', '47M')).toMatchObject({
      status: 5,
      stderr: expect.stringMatching(
        /E_CANNOT_FIT: .* this version needs 50\.3 MB \(50331648 bytes\): 1 MB \(1048576 bytes\) too few\n {2}partition 2: only ext2, ext3 and ext4 are made smaller/u,
      ),
    });
  });

  it('a RAID with its marks at the end of the partition: nothing grows', () => {
    const image = inFolder('md.img');
    makeResizableCard(image, 'mbr');
    poke(image, CARD_BYTES - 64 * 1024, Uint8Array.of(0xfc, 0x4e, 0x2b, 0xa9));
    cardkeep.json('backup', image, '--card', 'md');
    expect(cardkeep.run('restore', 'md', 'never.img', '--yes', '--expand', '--size', '96M')).toMatchObject({
      status: 5,
      stderr: expect.stringMatching(/E_CANNOT_EXPAND: .* partition 2 has marks of .*md.* at its end/u),
    });
  });

  it('nothing to do is said', () => {
    const run = (...more: string[]): string => cardkeep.run('restore', 'mbr', 'same.img', '--dry-run', ...more).stdout;
    expect(run('--expand', '--size', '48M')).toContain('nothing grows: the target is exactly as large as the version');
    expect(run('--fit', '--size', '49M')).toContain('nothing is cut: the target is large enough');
    expect(cardkeep.run('restore', 'mbr', 'same.img', '--expand')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--size 64G'),
    });
  });

  it('unpartitioned space at the end goes first', async () => {
    const image = inFolder('tail.img');
    makeResizableCard(image, 'mbr');
    truncateSync(image, CARD_BYTES + 8 * MIB);
    cardkeep.json('backup', image, '--card', 'tail');
    const { stdout } = cardkeep.run('restore', 'tail', 't.img', '--yes', '--fit', '--size', `${CARD_BYTES + MIB}`);
    expect(stdout).toContain('no partition is cut: the last 7.3 MB of the card belong to none');
    run('cmp', ['-n', `${CARD_BYTES}`, image, inFolder('t.img')]);
    expect(verdict('sfdisk', ['--verify', inFolder('t.img')]).status).toBe(0);
  });
});

describe('export', () => {
  it('writes the same image as a restore with the same flags', () => {
    const words = ['--expand', '--size', '96M'];
    const counts = cardkeep.json('export', 'gpt', 'exported.img', ...words) as Resized;
    expect(counts.grown).toMatchObject([{ partition: 2, newByteLength: 90_177_536 }]);
    run('cmp', [inFolder('exported.img'), inFolder('gpt-large.img')]);
    cardkeep.run('export', 'gpt', 'cut.img', '--fit', '--size', '47M');
    restore('gpt', inFolder('gpt-small.img'), '--fit', '--size', '47M');
    run('cmp', [inFolder('cut.img'), inFolder('gpt-small.img')]);
    expectSoundCard(inFolder('cut.img'), 'gpt', lastOf(inFolder('cut.img'), 'gpt', 0));
  });
});
