import { chmodSync, copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './shell.ts';

interface PackageSource {
  readonly uri: string;
  readonly codename: string;
  readonly component: string;
}

/** The package sources of this machine's own distribution, as its apt is set up (mirror and all). */
function readPackageSources(): { readonly main: PackageSource; readonly all: readonly PackageSource[] } {
  const release = readFileSync('/etc/os-release', 'utf8');
  const codename = /^VERSION_CODENAME=(\S+)$/m.exec(release)?.[1];
  if (codename === undefined) throw new Error('/etc/os-release names no VERSION_CODENAME: is this Debian or Ubuntu?');
  const format = '$(REPO_URI)|$(CODENAME)|$(COMPONENT)|$(ORIGIN)';
  const rows = runCommand(['apt-get', 'indextargets', '--format', format, 'Created-By: Packages']).trim().split('\n');
  const parsed = rows.map((row) => {
    const [uri = '', name = '', component = '', origin = ''] = row.split('|');
    return { uri, codename: name, component, origin };
  });
  const main = parsed.find((source) => source.codename === codename && source.component === 'main');
  if (main === undefined) throw new Error(`apt knows no package source for ${codename} main: run apt-get update`);
  return { main, all: parsed.filter((source) => source.origin === main.origin) };
}

function readAptProxy(): string | undefined {
  const found = /Acquire::http::Proxy "([^"]+)"/i.exec(runCommand(['apt-config', 'dump']));
  return found?.[1];
}

/** Installs a minimal Debian (or what this machine runs) into an empty mounted root, from this machine's own mirror. */
export function bootstrapRoot(root: string): void {
  const { main, all } = readPackageSources();
  const proxy = readAptProxy();
  const env = proxy === undefined ? {} : { http_proxy: proxy };
  runCommand(['debootstrap', '--variant=minbase', main.codename, root, main.uri], { env });
  const lines = all.map((source) => `deb ${source.uri} ${source.codename} ${source.component}`);
  writeFileSync(join(root, 'etc/apt/sources.list'), `${[...new Set(lines)].join('\n')}\n`);
}

/**
 * Readies a mounted root for its package tools and takes it all back afterwards: name resolution, this machine's
 * proxy, and a policy that no installed daemon may start on the machine that builds the card.
 */
export function withPackageTools(root: string, use: () => void): void {
  const policyPath = join(root, 'usr/sbin/policy-rc.d');
  const proxyPath = join(root, 'etc/apt/apt.conf.d/80proxy');
  const proxy = readAptProxy();
  copyFileSync('/etc/resolv.conf', join(root, 'etc/resolv.conf'));
  writeFileSync(policyPath, '#!/bin/sh\nexit 101\n');
  chmodSync(policyPath, 0o755);
  if (proxy !== undefined) writeFileSync(proxyPath, `Acquire::http::Proxy "${proxy}";\n`);
  try {
    use();
  } finally {
    rmSync(policyPath, { force: true });
    rmSync(proxyPath, { force: true });
  }
}

/** Runs a command inside the mounted root, with /proc and /dev there as package scripts expect. */
export function runInRoot(root: string, ...command: readonly [string, ...string[]]): string {
  const procPath = join(root, 'proc');
  const devPath = join(root, 'dev');
  runCommand(['mount', '-t', 'proc', 'proc', procPath]);
  try {
    runCommand(['mount', '--bind', '/dev', devPath]);
    try {
      return runCommand(['chroot', root, ...command], {
        env: { DEBIAN_FRONTEND: 'noninteractive', HOME: '/root', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
      });
    } finally {
      runCommand(['umount', devPath]);
    }
  } finally {
    runCommand(['umount', procPath]);
  }
}

const APT: readonly [string, ...string[]] = ['apt-get', '-y', '-q', '-o', 'Dpkg::Options::=--force-unsafe-io'];

export function updatePackageLists(root: string): void {
  runInRoot(root, ...APT, 'update');
}

export function installPackages(root: string, ...packages: readonly string[]): void {
  runInRoot(root, ...APT, '--no-install-recommends', 'install', ...packages);
}

/** `apt-get clean`: the downloaded packages become stale data in free blocks, as on any real card. */
export function cleanPackageCache(root: string): void {
  runInRoot(root, 'apt-get', 'clean');
}

export function purgePackages(root: string, ...packages: readonly string[]): void {
  runInRoot(root, ...APT, 'purge', ...packages);
  runInRoot(root, ...APT, 'autoremove', '--purge');
}

/** Bytes and files in use on the mounted root, without the downloaded packages that `apt-get clean` will remove. */
export function measureRoot(root: string): { readonly usedBytes: number; readonly files: number } {
  const [, values = ''] = runCommand(['df', '-B1', '--output=used,iused', root]).trim().split('\n');
  const [usedBytes = 0, files = 0] = values.trim().split(/\s+/).map(Number);
  const archiveBytes = Number(runCommand(['du', '-s', '-B1', join(root, 'var/cache/apt/archives')]).split('\t')[0]);
  return { usedBytes: usedBytes - archiveBytes, files };
}
