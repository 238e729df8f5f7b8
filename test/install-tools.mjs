// Installs the system tools that the tests compare against, where it may: Debian or Ubuntu, as root or with a sudo that
// asks for no password. Elsewhere it lists what is missing; in CI (CI set) a missing tool is a failure, never a skip.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Command that a test calls -> Debian/Ubuntu package that brings it. */
const TOOLS = {
  'mkfs.ext4': 'e2fsprogs',
  debugfs: 'e2fsprogs',
  dumpe2fs: 'e2fsprogs',
  e2fsck: 'e2fsprogs',
  resize2fs: 'e2fsprogs',
  tune2fs: 'e2fsprogs',
  'mkfs.vfat': 'dosfstools',
  'fsck.vfat': 'dosfstools',
  mcopy: 'mtools',
  sfdisk: 'fdisk',
  sgdisk: 'gdisk',
  losetup: 'mount',
  mount: 'mount',
  partx: 'util-linux',
  blkid: 'util-linux',
  mkswap: 'util-linux',
  setfattr: 'attr',
  lz4: 'lz4',
  xz: 'xz-utils',
  zstd: 'zstd',
  bzip2: 'bzip2',
  gzip: 'gzip',
  pigz: 'pigz',
  bgzip: 'tabix',
  pzstd: 'zstd',
  zip: 'zip',
  unzip: 'unzip',
  'qemu-img': 'qemu-utils',
  bmaptool: 'bmap-tools',
  python3: 'python3',
  nbdkit: 'nbdkit',
  nbdfuse: 'libnbd-bin',
  fusermount3: 'fuse3',
  'mkfs.btrfs': 'btrfs-progs',
};

const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];

function isInstalled(command) {
  return folders.some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const missingTools = () => Object.keys(TOOLS).filter((command) => !isInstalled(command));
const packagesFor = (commands) => [...new Set(commands.map((command) => TOOLS[command]))];

/** What apt-get is called with, or undefined where this script may not install anything. */
function findInstaller() {
  if (process.platform !== 'linux' || !isInstalled('apt-get')) return undefined;
  if (process.getuid() === 0) return ['apt-get'];
  const mayUseSudo = isInstalled('sudo') && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
  return mayUseSudo ? ['sudo', '-n', 'apt-get'] : undefined;
}

function install(installer, packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const run = (...args) => {
    const [program, ...before] = installer;
    return spawnSync(program, [...before, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
  };
  const installArgs = ['install', '-y', '-q', '--no-install-recommends', ...packages];
  let result = run(...installArgs);
  if (result.status !== 0) {
    run('update', '-q');
    result = run(...installArgs);
  }
  if (result.status !== 0) console.error(`${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-12).join('\n'));
}

let missing = missingTools();
const installer = missing.length === 0 ? undefined : findInstaller();
if (installer !== undefined) {
  console.log(`installing ${packagesFor(missing).join(' ')}, which the tests compare against`);
  install(installer, packagesFor(missing));
  missing = missingTools();
}
if (missing.length > 0) {
  console.error(`These tools are missing, and the tests that compare against them will fail:`);
  for (const command of missing) console.error(`  ${command} (Debian and Ubuntu: package ${TOOLS[command]})`);
  console.error(`On Debian or Ubuntu: sudo apt-get install ${packagesFor(missing).join(' ')}`);
  if (process.env.CI !== undefined) process.exitCode = 1;
}
