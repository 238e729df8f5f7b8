import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCallingUser } from '../../src/cli/calling-user.ts';
import { commandLine } from '../support/command-line.ts';
import { attachLoop, mountPartition, temporaryFolder } from '../support/loop-device.ts';
import { PLAIN_LOOP } from '../support/plain-loop.ts';
import { run, shell } from '../support/run.ts';
import { makeSmallCard, readBootFile, SMALL_BOOT, SMALL_CARD_BYTES, SMALL_ROOT } from '../support/small-card.ts';

const folder = temporaryFolder();
const cardkeep = commandLine(folder.path);
const inFolder = (name: string): string => path.join(folder.path, name);
beforeAll(() => {
  makeSmallCard(inFolder('card.img'));
  cardkeep.json('backup', 'card.img', '--store', 'store');
});
afterAll(() => folder[Symbol.dispose]());

describe('devices', () => {
  it('lists a disk with its partitions under --all only', () => {
    using loop = attachLoop(inFolder('card.img'));
    run('partx', ['-a', loop.path]);
    try {
      const { devices } = cardkeep.json('devices', '--all') as { devices: { path: string }[] };
      expect(devices.find((device) => device.path === loop.path)).toEqual({
        path: loop.path,
        byteLength: SMALL_CARD_BYTES,
        ...PLAIN_LOOP,
        partitions: [
          { path: `${loop.path}p1`, number: 1, byteLength: SMALL_BOOT.byteLength },
          { path: `${loop.path}p2`, number: 2, byteLength: SMALL_ROOT.byteLength },
        ].map((partition) => ({
          ...partition,
          fileSystem: expect.any(String),
          label: expect.any(String),
          mountPoints: [],
        })),
      });
      expect(cardkeep.run('devices', '--all').stdout).toContain(loop.path);
      expect(cardkeep.run('devices').stdout).not.toContain(loop.path);
    } finally {
      run('partx', ['-d', loop.path]);
    }
  });
});

describe('a device as source', () => {
  it('is backed up like its image', () => {
    using loop = attachLoop(inFolder('card.img'), '-r');
    expect(cardkeep.json('backup', loop.path, '--store', 'store')).toMatchObject({ card: 'octopi', newBytes: 0 });
  });

  it('is refused while it is mounted, with the line that unmounts it', () => {
    using mount = mountPartition(inFolder('card.img'), SMALL_ROOT.byteOffset, SMALL_ROOT.byteLength);
    const { status, stderr } = cardkeep.run('backup', 'card.img', '--store', 'store');
    expect({ status, stderr }).toEqual({
      status: 5,
      stderr: expect.stringMatching(
        /^cardkeep: E_SOURCE_MOUNTED: \/dev\/loop\d+ is mounted at .*\n {2}unmount it: sudo umount \S+\n$/u,
      ),
    });
    expect(stderr).toContain(mount.path);
  });
});

describe('a device as target', () => {
  it('is overwritten, whatever stood on it', () => {
    shell(`head -c ${SMALL_CARD_BYTES + 8_388_608} /dev/urandom > ${inFolder('target.img')}`);
    using loop = attachLoop(inFolder('target.img'));
    const { stdout } = cardkeep.run('restore', 'octopi@1', loop.path, '--dry-run', '--store', 'store');
    expect(stdout).toMatch(/\n {2}33\.6 MB +25\.2 MB\n/u);
    expect(stdout).toMatch(/\n +8\.4 MB not used\n/u);
    const result = cardkeep.json('restore', 'octopi@1', loop.path, '--yes', '--store', 'store') as Record<
      string,
      number
    >;
    const { writtenBytes = 0, zeroedBytes = 0, skippedEqualBytes = 0 } = result;
    expect(result['verifiedBytes']).toBe(writtenBytes + zeroedBytes + skippedEqualBytes);
    expect(readBootFile(loop.path, 'config.txt')).toBe('arm_64bit=1\n');
    using root = mountPartition(loop.path, SMALL_ROOT.byteOffset, SMALL_ROOT.byteLength, { readOnly: true });
    expect(readdirSync(root.path)).toContain('video.bin');
  });

  it('is refused while a part of it is mounted, and stays as it is', () => {
    shell(`cp ${inFolder('card.img')} ${inFolder('mounted.img')}`);
    using loop = attachLoop(inFolder('mounted.img'));
    {
      using mount = mountPartition(loop.path, SMALL_ROOT.byteOffset, SMALL_ROOT.byteLength, { readOnly: true });
      for (const more of [[], ['--force'], ['--dry-run']]) {
        const outcome = cardkeep.run('restore', 'octopi@1', loop.path, '--yes', '--store', 'store', ...more);
        expect(outcome).toMatchObject({ status: 5, stdout: '', stderr: expect.stringContaining('E_TARGET_MOUNTED') });
        expect(outcome.stderr).toContain(`sudo umount ${mount.path}`);
      }
    }
    run('cmp', [inFolder('card.img'), inFolder('mounted.img')]);
  });

  it('is refused when it holds the store, is too small, read-only or the disk of the system', () => {
    shell(
      `truncate -s 64M ${inFolder('disk.img')}; mkfs.ext4 -q -F ${inFolder('disk.img')}; truncate -s 8M ${inFolder('tiny.img')}`,
    );
    using disk = attachLoop(inFolder('disk.img'));
    using tiny = attachLoop(inFolder('tiny.img'));
    using readOnly = attachLoop(inFolder('card.img'), '-r');
    const mount = inFolder('mnt');
    shell(`mkdir ${mount}; mount ${disk.path} ${mount}; cp -r ${inFolder('store')} ${mount}/store`);
    try {
      const { devices } = cardkeep.json('devices', '--all') as { devices: { path: string; system: boolean }[] };
      const system = devices.find((device) => device.system)?.path ?? '';
      for (const [target, store, code] of [
        [disk.path, `${mount}/store`, 'E_TARGET_HOLDS_STORE'],
        [tiny.path, 'store', 'E_TARGET_TOO_SMALL'],
        [readOnly.path, 'store', 'E_TARGET_READ_ONLY'],
        [system, 'store', 'E_TARGET_IS_SYSTEM'],
      ] as const) {
        const { status, stdout, stderr } = cardkeep.run(
          'restore',
          'octopi',
          target,
          '--yes',
          '--force',
          '--store',
          store,
        );
        expect({ target, status, stdout, stderr }).toEqual({
          target,
          status: 5,
          stdout: '',
          stderr: expect.stringMatching(new RegExp(`^cardkeep: ${code}: .*\\n  .+\\n$`, 'u')),
        });
      }
      expect(cardkeep.run('restore', 'octopi', tiny.path, '--yes', '--store', 'store').stderr).toMatch(
        / 8\.4 MB \(8388608 bytes\), this version needs 25\.2 MB \(25165824 bytes\): 16\.8 MB \(16777216 bytes\) too few\n {2}use a card or file of at least 25\.2 MB/u,
      );
    } finally {
      run('umount', [mount]);
    }
  });

  it('a disk without room for the image is named before anything is written', () => {
    const mount = inFolder('small');
    shell(`mkdir ${mount}; mount -t tmpfs -o size=2M none ${mount}`);
    try {
      expect(cardkeep.run('restore', 'octopi', `${mount}/out.img`, '--yes', '--store', 'store')).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(
          /^cardkeep: E_NO_SPACE: .* has 2\.1 MB free, this version needs 3\.\d MB\n {2}name a file on another disk\n$/u,
        ),
      });
      expect(readdirSync(mount)).toEqual([]);
      const full = cardkeep.run('backup', 'card.img', '--card', 'full', '--store', `${mount}/store`);
      expect(full).toMatchObject({ status: 1, stderr: expect.stringContaining('cardkeep: E_NO_SPACE: ') });
    } finally {
      run('umount', [mount]);
    }
  });
});

describe('under sudo', () => {
  const sudo = { SUDO_UID: '1', SUDO_GID: '1', SUDO_USER: 'daemon', XDG_CONFIG_HOME: inFolder('config') };

  it('all that is made belongs to the calling user', () => {
    expect(cardkeep.runWith(sudo, 'init', 'theirs')).toMatchObject({ status: 0 });
    expect(cardkeep.runWith(sudo, 'backup', 'card.img')).toMatchObject({ status: 0 });
    expect(cardkeep.runWith(sudo, 'restore', 'octopi', 'theirs.img', '--yes')).toMatchObject({ status: 0 });
    const made = ['theirs', 'config'].flatMap((name) => [
      inFolder(name),
      ...readdirSync(inFolder(name), { recursive: true, encoding: 'utf8' }).map((file) =>
        path.join(inFolder(name), file),
      ),
    ]);
    expect(made.length).toBeGreaterThan(12);
    const owners = [...made, inFolder('theirs.img')].map((file) => [file, statSync(file).uid, statSync(file).gid]);
    expect(owners.filter(([, uid, gid]) => uid !== 1 || gid !== 1)).toEqual([]);
  });

  it('their home is where the default store is looked for', async () => {
    const home = run('getent', ['passwd', '1']).split(':')[5];
    expect(await readCallingUser(sudo)).toEqual({ home, owner: { uid: 1, gid: 1 } });
    for (const odd of [{ ...sudo, SUDO_UID: '0' }, { ...sudo, SUDO_UID: '-1' }, { ...sudo, SUDO_GID: 'x' }, {}]) {
      expect((await readCallingUser(odd)).owner).toBeUndefined();
    }
  });
});
