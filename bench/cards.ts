/**
 * Makes the cards of the benchmark, once: `tsx bench/cards.ts [--cards DIR] [NAME...]` (as root, Debian or Ubuntu).
 * A real Debian root, installed by debootstrap and apt onto the kernel's ext4 on a 16 GB card, and what becomes of it.
 */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { leaveStaleBytes, liveOneDay, writeOwnIdentity } from './card-history.ts';
import { copyCard, copyToBoot, formatCard, makeCardFile, makeEmptyCard, withMountedRoot } from './card-image.ts';
import type { CardIdentity } from './card-image.ts';
import {
  bootstrapRoot,
  cleanPackageCache,
  installPackages,
  measureRoot,
  purgePackages,
  updatePackageLists,
  withPackageTools,
} from './debian-root.ts';
import { runCommand } from './shell.ts';

/** Installed in this order until the root holds `ROOT_USED_BYTES`. */
const PACKAGE_GROUPS: readonly (readonly string[])[] = [
  [
    'systemd-sysv',
    'openssh-server',
    'rsyslog',
    'sudo',
    'locales',
    'man-db',
    'bash-completion',
    'ca-certificates',
    'curl',
  ],
  ['linux-image-cloud-KERNEL_ARCHITECTURE'],
  ['build-essential', 'git', 'vim', 'python3-dev', 'python3-venv', 'cmake', 'gdb'],
  ['python3-scipy', 'python3-matplotlib'],
  ['default-jdk-headless'],
  ['ffmpeg', 'nodejs'],
  ['chromium'],
  ['libreoffice-writer'],
  ['golang-go'],
  ['clang', 'texlive-base'],
  ['gcc-arm-none-eabi', 'r-base-core'],
];
const ROOT_USED_BYTES = 2_300_000_000;

/** Each card and how it comes about; a card may stand on those above it. */
const CARDS: Readonly<
  Record<string, { readonly what: string; readonly make: (path: string, folder: string) => void }>
> = {
  'first-backup': { what: 'a Debian system, set up and started once', make: makeFirstCard },
  'light-use': {
    what: 'first-backup after a day of light use',
    make: (path, folder) => changeCard(path, join(folder, 'first-backup.img'), (root) => liveOneDay(root, 'octopi')),
  },
  'two-packages': {
    what: 'light-use after apt-get install nginx mariadb-server',
    make: (path, folder) =>
      changeCard(path, join(folder, 'light-use.img'), (root) =>
        withPackageTools(root, () => {
          installPackages(root, 'nginx', 'mariadb-server');
          cleanPackageCache(root);
        }),
      ),
  },
  purge: {
    what: 'two-packages after purging them again',
    make: (path, folder) =>
      changeCard(path, join(folder, 'two-packages.img'), (root) =>
        withPackageTools(root, () => purgePackages(root, 'nginx', 'mariadb-server', 'mariadb-common')),
      ),
  },
  'second-card': {
    what: 'the same system on a card of its own: other identities, other order on the card, own history',
    make: (path, folder) => {
      makeEmptyCard(path, identityFrom('5ec0d002', '2'));
      copyFiles(join(folder, 'first-backup.img'), path, 'reversed');
      withMountedRoot(path, 'rw', (root) => {
        writeOwnIdentity(root, 'kitchen');
        leaveStaleBytes(root, 'kitchen', 100_000_000);
        liveOneDay(root, 'kitchen');
      });
    },
  },
  're-flashed': {
    what: 'first-backup flashed anew: fresh file systems with the same files, old bytes beneath',
    make: (path, folder) => {
      copyCard(join(folder, 'first-backup.img'), path);
      formatCard(path, identityFrom('4ef1a500', '3'));
      copyFiles(join(folder, 'first-backup.img'), path, 'sorted');
    },
  },
};

/** All IDs of a card: from eight hex digits, and a digit of its own. */
function identityFrom(digits: string, digit: string): CardIdentity {
  return { diskSignature: digits, bootSerial: digits, rootUuid: `${digits}-0000-4000-8000-00000000000${digit}` };
}

function makeFirstCard(path: string): void {
  makeEmptyCard(path, identityFrom('f125b001', '1'));
  const architecture = runCommand(['dpkg', '--print-architecture']).trim();
  withMountedRoot(path, 'rw', (root) => {
    bootstrapRoot(root);
    withPackageTools(root, () => {
      updatePackageLists(root);
      for (const group of PACKAGE_GROUPS) {
        if (measureRoot(root).usedBytes >= ROOT_USED_BYTES) break;
        installPackages(root, ...group.map((name) => name.replace('KERNEL_ARCHITECTURE', architecture)));
        const { usedBytes, files } = measureRoot(root);
        console.log(`  ${(usedBytes / 1e9).toFixed(2)} GB, ${files} files, after ${group.join(' ')}`);
      }
      cleanPackageCache(root);
    });
    writeOwnIdentity(root, 'octopi');
  });
  withMountedRoot(path, 'ro', (root) => writeBootFiles(root, path));
  letTimePass();
  withMountedRoot(path, 'rw', (root) => appendFileSync(join(root, 'var/log/boot.log'), 'started\n'));
}

/** A card is used on other days than it is written: files changed within two minutes of the last use count as new. */
function letTimePass(): void {
  runCommand(['sleep', '150']);
}

/** Kernel, initial RAM disk and settings on the FAT partition, under the names that a Raspberry Pi looks for. */
function writeBootFiles(root: string, path: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'cardkeep-boot-'));
  try {
    for (const [prefix, name] of [
      ['vmlinuz-', 'kernel8.img'],
      ['initrd.img-', 'initramfs8'],
    ] as const) {
      const found = readdirSync(join(root, 'boot')).find((file) => file.startsWith(prefix));
      if (found !== undefined) runCommand(['cp', join(root, 'boot', found), join(folder, name)]);
    }
    writeFileSync(join(folder, 'config.txt'), 'arm_64bit=1\ndtparam=audio=on\nauto_initramfs=1\n');
    writeFileSync(join(folder, 'cmdline.txt'), 'console=tty1 root=PARTUUID=f125b001-02 rootfstype=ext4 rootwait\n');
    copyToBoot(path, ...readdirSync(folder).map((file) => join(folder, file)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function changeCard(path: string, basePath: string, change: (root: string) => void): void {
  copyCard(basePath, path);
  letTimePass();
  withMountedRoot(path, 'rw', change);
}

/** Copies all files from card to card, folder by folder in the given order, which decides where they come to lie. */
function copyFiles(fromPath: string, toPath: string, order: 'sorted' | 'reversed'): void {
  withMountedRoot(fromPath, 'ro', (from) => {
    withMountedRoot(toPath, 'rw', (to) => {
      const names = readdirSync(from).filter((name) => name !== 'lost+found');
      names.sort();
      if (order === 'reversed') names.reverse();
      for (const name of names) runCommand(['cp', '-a', join(from, name), to]);
    });
    writeBootFiles(from, toPath);
  });
}

function main(): void {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { cards: { type: 'string' } } });
  const folder = values.cards ?? process.env['CARDKEEP_BENCH_CARDS'] ?? join(tmpdir(), 'cardkeep-bench');
  if (process.getuid?.() !== 0) throw new Error('cards are made with loop devices and mounts: run this as root');
  const unknown = positionals.filter((name) => !(name in CARDS));
  if (unknown.length > 0)
    throw new Error(`no such card: ${unknown.join(', ')} (there are ${Object.keys(CARDS).join(', ')})`);
  mkdirSync(folder, { recursive: true });
  for (const [name, card] of Object.entries(CARDS)) {
    const path = join(folder, `${name}.img`);
    if (!existsSync(path)) {
      console.log(`making ${path}: ${card.what}`);
      makeCardFile(path, (unfinishedPath) => card.make(unfinishedPath, folder));
    }
    const { size, blocks } = statSync(path);
    console.log(
      `${path}: ${card.what}; ${(size / 1e9).toFixed(2)} GB, ${((blocks * 512) / 1e9).toFixed(2)} GB allocated`,
    );
  }
}

main();
