import { createCipheriv, createHash } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/** The same incompressible bytes for the same seed, on every machine. */
export function makeBytes(seed: string, byteLength: number): Buffer {
  const key = createHash('sha256').update(seed).digest().subarray(0, 16);
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(byteLength));
}

/** Log lines that compress about as well as real ones. */
export function makeLogText(seed: string, lines: number): string {
  const noise = makeBytes(seed, lines * 8);
  const programs = ['systemd[1]', 'sshd[812]', 'dhcpcd[430]', 'kernel', 'CRON[2214]', 'avahi-daemon[388]'];
  const texts = [
    'Started session',
    'Reached target',
    'renewed lease of',
    'usb 1-1: new device',
    'session opened for pi',
  ];
  const rows: string[] = [];
  for (let line = 0; line < lines; line++) {
    const value = noise.readUInt32LE(line * 8);
    const time = new Date(Date.UTC(2026, 10, 1) + line * 7300).toISOString();
    const program = programs[value % programs.length] ?? '';
    const text = texts[(value >>> 8) % texts.length] ?? '';
    rows.push(`${time} octopi ${program}: ${text} ${(value >>> 4).toString(16)}`);
  }
  return `${rows.join('\n')}\n`;
}

/** Gives a new system its own name, user and first files, as the first evening with a card does. */
export function writeOwnIdentity(root: string, hostName: string): void {
  const home = join(root, 'home/pi');
  mkdirSync(join(home, 'project'), { recursive: true });
  mkdirSync(join(home, 'pictures'), { recursive: true });
  mkdirSync(join(root, 'var/log/journal'), { recursive: true });
  writeFileSync(join(root, 'etc/hostname'), `${hostName}\n`);
  writeFileSync(join(root, 'etc/machine-id'), `${makeBytes(hostName, 16).toString('hex')}\n`);
  writeFileSync(
    join(root, 'etc/fstab'),
    'proc /proc proc defaults 0 0\nLABEL=BOOTFS /boot/firmware vfat defaults 0 2\nLABEL=rootfs / ext4 defaults,noatime 0 1\n',
  );
  writeFileSync(
    join(root, 'etc/ssh/ssh_host_ed25519_key.pub'),
    `ssh-ed25519 ${makeBytes(`${hostName}-key`, 48).toString('base64')}\n`,
  );
  writeFileSync(join(root, 'var/log/syslog'), makeLogText(`${hostName}-syslog`, 8000));
  writeFileSync(
    join(root, 'var/log/journal/system.journal'),
    makeBytes(`${hostName}-journal`, 8 << 20).fill(0, 1 << 20),
  );
  writeFileSync(join(home, 'measurements.db'), makeLogText(`${hostName}-db`, 20_000));
  writeFileSync(join(home, 'project/main.py'), `# ${hostName}\nimport time\n\nwhile True:\n    time.sleep(60)\n`);
  for (let photo = 1; photo <= 2; photo++) {
    writeFileSync(join(home, `pictures/${hostName}-${photo}.jpg`), makeBytes(`${hostName}-photo-${photo}`, 400_000));
  }
}

/** One day of light use: logs grow, a database is written in place, a program edited, a picture taken, files come and go. */
export function liveOneDay(root: string, hostName: string): void {
  const home = join(root, 'home/pi');
  const seed = `${hostName}-day`;
  appendFileSync(join(root, 'var/log/syslog'), makeLogText(`${seed}-syslog`, 9000));
  appendFileSync(join(root, 'var/log/auth.log'), makeLogText(`${seed}-auth`, 800));
  appendFileSync(join(home, '.bash_history'), 'cd project\nvi main.py\npython3 main.py\n');
  appendFileSync(join(home, 'measurements.db'), makeLogText(`${seed}-db-tail`, 1440));
  overwriteInPlace(join(home, 'measurements.db'), seed, 60, 1_200_000);
  overwriteInPlace(join(root, 'var/log/journal/system.journal'), seed, 80, 8 << 20);
  replaceFile(join(home, 'project/main.py'), `# ${hostName}, edited\nimport time\n\nwhile True:\n    time.sleep(30)\n`);
  replaceFile(join(root, 'var/lib/dpkg/day-status'), makeLogText(`${seed}-status`, 3000));
  writeFileSync(join(home, 'pictures/evening.jpg'), makeBytes(`${seed}-photo`, 900_000));
  for (let index = 0; index < 40; index++) {
    const temporaryPath = join(root, `tmp/session-${index}`);
    writeFileSync(temporaryPath, makeBytes(`${seed}-tmp-${index}`, 20_000));
    if (index > 2) rmSync(temporaryPath);
  }
  rmSync(join(home, `pictures/${hostName}-1.jpg`));
}

/** Writes a large file and deletes it: its bytes stay in free blocks, as those of downloaded packages do. */
export function leaveStaleBytes(root: string, seed: string, byteLength: number): void {
  const path = join(root, 'var/tmp/download');
  const fd = openSync(path, 'w');
  try {
    for (let offset = 0; offset < byteLength; offset += 1 << 20) {
      writeSync(fd, makeBytes(`${seed}-${offset}`, Math.min(1 << 20, byteLength - offset)));
    }
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  rmSync(path);
}

function overwriteInPlace(path: string, seed: string, writes: number, byteLength: number): void {
  const fd = openSync(path, 'r+');
  try {
    const places = makeBytes(`${seed}-${path.length}`, writes * 4);
    for (let index = 0; index < writes; index++) {
      const blockNumber = places.readUInt32LE(index * 4) % Math.floor(byteLength / 4096);
      writeSync(fd, makeBytes(`${seed}-${index}`, 900), 0, 900, blockNumber * 4096);
    }
  } finally {
    closeSync(fd);
  }
}

/** As editors and daemons do it: a new file under a temporary name, then a rename. */
function replaceFile(path: string, content: string): void {
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
}
