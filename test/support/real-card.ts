/** A small card as a Raspberry Pi would have it: MBR, FAT32 boot partition, ext4 root written by the kernel. Root only. */
import { createHash } from 'node:crypto';
import { createReadStream, truncateSync, writeFileSync } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import path from 'node:path';
import { attachLoop, mountPartition } from './loop-device.ts';
import { run, shell } from './run.ts';

const MIB = 1024 * 1024;
export const BOOT = { byteOffset: 4 * MIB, byteLength: 64 * MIB };
export const ROOT = { byteOffset: 68 * MIB, byteLength: 316 * MIB };
/** 16 MiB and some sectors stay unpartitioned at the end. */
export const CARD_BYTES = 401 * MIB + 1536;
/** Files with blocks that are preallocated and never written. */
const PREALLOCATED = '/var/preallocated';
export const UNWRITTEN_FILES: readonly string[] = [PREALLOCATED, '/home/pi/beyond-eof'];

export function makeRealCard(file: string, mkfsOptions: readonly string[] = []): void {
  writeFileSync(file, '');
  truncateSync(file, CARD_BYTES);
  const sector = (bytes: number): number => bytes / 512;
  run('sfdisk', ['-q', file], {
    input: `label: dos\nlabel-id: 0x000dbfc6\n${sector(BOOT.byteOffset)},${sector(BOOT.byteLength)},c\n${sector(ROOT.byteOffset)},${sector(ROOT.byteLength)},83\n`,
  });
  const options = ['-F', '32', '-s', '1', '-n', 'bootfs', '--offset', `${sector(BOOT.byteOffset)}`];
  run('mkfs.vfat', [...options, file, `${BOOT.byteLength / 1024}`]);
  {
    // Not with -E offset=: mke2fs then discards from the start of the file.
    using root = attachLoop(file, '-o', `${ROOT.byteOffset}`, '--sizelimit', `${ROOT.byteLength}`);
    run('mkfs.ext4', ['-q', '-L', 'rootfs', ...mkfsOptions, root.path]);
  }
  shell(`
    t=$(mktemp -d); trap 'rm -r $t' EXIT
    printf 'arm_64bit=1\\n' > $t/config.txt; head -c 3000000 /dev/urandom > $t/kernel8.img
    mcopy -i ${file}@@${BOOT.byteOffset} $t/config.txt $t/kernel8.img ::
    mmd -i ${file}@@${BOOT.byteOffset} ::overlays
    for i in $(seq 40); do printf "overlay $i\\n" > $t/o$i.dtbo; done
    mcopy -i ${file}@@${BOOT.byteOffset} $t/o*.dtbo ::overlays
  `);
  using root = mountPartition(file, ROOT.byteOffset, ROOT.byteLength);
  fillRoot(root.path);
}

function fillRoot(root: string): void {
  shell(`
    cd ${root}
    mkdir -p etc home/pi var/log usr/bin empty deep/$(printf 'd/%.0s' {1..30})
    printf 'octopi\\n' > etc/hostname
    for i in $(seq 600); do head -c $((RANDOM % 9000)) /dev/urandom > usr/bin/f$i; done
    head -c 20000000 /dev/urandom > home/pi/video.bin
    # Fragmented: two files written in turns, so that their extents interleave, and every other small file removed.
    for i in $(seq 300); do head -c 8192 /dev/urandom >> var/log/a; head -c 4096 /dev/urandom >> var/log/b; sync -d var/log/a var/log/b; done
    for i in $(seq 1 2 600); do rm usr/bin/f$i; done
    head -c 9000000 /dev/urandom > home/pi/in-holes
    truncate -s 40M home/pi/sparse; printf 'end' | dd of=home/pi/sparse bs=1 seek=30000000 conv=notrunc status=none
    for i in $(seq 0 500); do printf x | dd of=home/pi/many-extents bs=1 seek=$((i * 16384)) conv=notrunc status=none; done
    fallocate -l 5M ${root}${PREALLOCATED}
    printf 'short' > home/pi/beyond-eof; fallocate -l 1M -n home/pi/beyond-eof
    ln usr/bin/f2 home/pi/hard; ln -s ../etc/hostname home/pi/link; ln -s $(printf 'x%.0s' {1..200}) home/pi/long-link
    mkfifo home/pi/fifo; mknod home/pi/null c 1 3; mknod home/pi/disk b 7 0
    setfattr -n user.note -v "$(head -c 900 /dev/zero | tr '\\0' n)" home/pi/video.bin; setfattr -n user.a -v b etc/hostname
    chown 1000:1000 home/pi/video.bin; chmod 4755 usr/bin/f4; chmod 700 home/pi
    touch -d '2019-03-04 05:06:07.123456789' etc/hostname
    # Stale data in free blocks, as every used card has it.
    head -c 60000000 /dev/urandom > stale; sync; rm stale
  `);
}

/** A line for each file: type, mode, owner, size, times, links, xattrs and the SHA-256 of its content or its target. */
export async function describeTree(root: string): Promise<string[]> {
  const lines: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    const names = (await readdir(folder)).sort();
    for (const name of names) {
      const full = path.join(folder, name);
      const info = await lstat(full, { bigint: true });
      const content = info.isFile() ? await sha256(full) : info.isSymbolicLink() ? await readlink(full) : '';
      lines.push(
        [path.relative(root, full), info.mode.toString(8), info.uid, info.gid, info.size, info.mtimeNs, info.ctimeNs]
          .concat([info.nlink, info.ino, info.rdev, content])
          .join(' '),
      );
      if (info.isDirectory()) await walk(full);
    }
  };
  await walk(root);
  const attributes = run('getfattr', ['-R', '-d', '-h', '-m', '-', '--absolute-names', root]).replaceAll(root, '');
  return [...lines, ...attributes.split('\n')];
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(file)) hash.update(part as Uint8Array);
  return hash.digest('hex');
}
