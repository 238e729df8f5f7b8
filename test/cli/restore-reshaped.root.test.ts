/** What is grown or gets new IDs: when it is stopped, when somebody is asked, and what a system finds in it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, readSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  extractPartition,
  FAT_SERIAL,
  LENGTHS,
  makeCloneCard,
  PLACES,
  ROOT_UUID,
  SIGNATURE,
  SWAP_UUID,
} from '../support/clone-card.ts';
import { commandLine, MAIN } from '../support/command-line.ts';
import { attachLoop, mountPartition, temporaryFolder } from '../support/loop-device.ts';
import { CARD_BYTES, expectSoundCard, filesIn, lastOf, makeResizableCard } from '../support/resizable-card.ts';
import type { MadeCard } from '../support/resizable-card.ts';
import { run, verdict } from '../support/run.ts';
import { dumpTable, tableComplaints } from '../support/table-witness.ts';
import { tableReaders } from '../support/tabled-card.ts';

const MIB = 1024 * 1024;
const folder = temporaryFolder();
const cardkeep = commandLine(folder.path);
const inFolder = (name: string): string => path.join(folder.path, name);
let card: MadeCard;
let files: readonly string[];

beforeAll(async () => {
  card = makeResizableCard(inFolder('pi.img'), 'gpt', { cardBytes: 100 * MIB, megabytes: 70 });
  files = await filesIn(inFolder('pi.img'), card);
  cardkeep.json('backup', 'pi.img', '--card', 'pi');
  makeResizableCard(inFolder('small.img'), 'mbr');
  cardkeep.json('backup', 'small.img', '--card', 'small');
  for (const label of ['dos', 'gpt'] as const) {
    makeCloneCard(inFolder(`${label}.img`), label, {
      boot: { 'cmdline.txt': 'console=tty1 root=PARTUUID=%2 rootfstype=ext4 rootwait\n' },
      root: {
        'etc/fstab': `PARTUUID=%1 /boot/firmware vfat defaults 0 2\nPARTUUID=%2 / ext4 defaults 0 1\nUUID=${SWAP_UUID} none swap\n`,
      },
    });
    cardkeep.json('backup', `${label}.img`, '--card', `clone-${label}`);
  }
});
afterAll(() => folder[Symbol.dispose]());

const MARK = 'cardkeep: a restore of this card was broken off';

function headOf(image: string): string {
  const file = openSync(image, 'r');
  const head = Buffer.alloc(512);
  readSync(file, head, 0, 512, 0);
  closeSync(file);
  return head.toString('latin1');
}

/** Kills or stops it as soon as it began to write. What it said. */
async function broken(signal: NodeJS.Signals, image: string, words: readonly string[]): Promise<string> {
  const environment = { ...process.env, HOME: cardkeep.home, TZ: 'UTC' };
  const child = spawn(process.execPath, [MAIN, ...words], { cwd: folder.path, env: environment });
  let told = '';
  child.stderr.on('data', (part: Buffer) => (told += part.toString()));
  const ended = once(child, 'exit');
  while (!headOf(image).startsWith(MARK) && child.exitCode === null) await sleep(2);
  child.kill(signal);
  await ended;
  expect(headOf(image).startsWith(MARK)).toBe(true);
  return told;
}

function oldFile(name: string, byteLength: number): string {
  writeFileSync(inFolder(name), '');
  truncateSync(inFolder(name), byteLength);
  return inFolder(name);
}

describe('a restore that grows the card and is broken off', () => {
  const expand = ['--expand', '--size', '200M'];

  it('leaves no table, says how to go on, and goes on to the same end', async () => {
    const image = oldFile('target.img', 200 * MIB);
    const told = await broken('SIGINT', image, ['restore', 'pi', image, '--yes', ...expand]);
    expect(told).toContain(`go on with: cardkeep restore pi@1 ${image} --expand --size 200M --resume\n`);
    expect(tableReaders(image)).toEqual([]);
    expect(cardkeep.json('restore', 'pi@1', image, ...expand, '--resume')).toMatchObject({ resumed: true });
    const last = lastOf(image, 'gpt', 0);
    expect(last.byteLength).toBeGreaterThan(185 * MIB);
    expect(await filesIn(image, last)).toEqual(files);
    expectSoundCard(image, 'gpt', last);
    cardkeep.json('restore', 'pi', 'undisturbed.img', ...expand, '--yes');
    run('cmp', [image, inFolder('undisturbed.img')]);
  });

  it('and goes on with other flags ends as these say, not as a mixture', async () => {
    const image = oldFile('target.img', 200 * MIB);
    await broken('SIGKILL', image, ['restore', 'pi', image, '--yes', ...expand]);
    // On a device, too, where nothing is wiped behind the card.
    {
      using loop = attachLoop(image);
      expect(cardkeep.json('restore', 'pi', loop.path, '--resume')).toMatchObject({ resumed: true, grown: [] });
    }
    expect(lastOf(image, 'gpt', 0)).toEqual(card);
    expect(await filesIn(image, card)).toEqual(files);
    run('sgdisk', ['-e', image]);
    expectSoundCard(image, 'gpt', card);
  });

  it('with new IDs: those of the last run, everywhere', async () => {
    const image = oldFile('target.img', 100 * MIB);
    await broken('SIGKILL', image, ['restore', 'pi', image, '--yes', '--new-ids']);
    expect(tableReaders(image)).toEqual([]);
    const { newIds } = cardkeep.json('restore', 'pi', image, '--resume', '--new-ids') as Renewed;
    const uuid = newIds.changes.find(({ what }) => what === 'ext4 UUID')!;
    expect(blkid(image, card.byteOffset, 'UUID')).toBe(uuid.after);
    expect(uuid.after).not.toBe(uuid.before);
    const { id, partitions } = dumpTable(image);
    const guids = newIds.changes.filter(({ what }) => what.endsWith('GUID')).map(({ after }) => after);
    expect([id, ...partitions.map((entry) => entry.uuid)].map((text) => text!.toLowerCase())).toEqual(guids);
    expect(await filesIn(image, card)).toEqual(files);
    expectSoundCard(image, 'gpt', card);
  });
});

interface Renewed {
  readonly newIds: {
    readonly changes: readonly { partition: number; what: string; before: string; after: string }[];
    readonly rewritten: readonly { partition: number; path: string; count: number }[];
    readonly kept: readonly unknown[];
  };
}

function blkid(image: string, byteOffset: number, tag: string): string {
  return run('blkid', ['-p', '-O', `${byteOffset}`, '-o', 'value', '-s', tag, image]).trim();
}

describe('the question on a terminal', () => {
  const onTerminal = (answer: string, ...more: string[]): { text: string; last: MadeCard } => {
    const image = inFolder('asked.img');
    const { status, stdout } = cardkeep.runOnTerminal(answer, 'restore', 'small', image, '--size', '150M', ...more);
    expect(status).toBe(0);
    return { text: stdout, last: lastOf(image, 'mbr', 0) };
  };
  const question = '107 MB would stay unused. Grow the last partition? [Y/n]';

  it('an empty line grows, n does not, and neither --yes nor a flag is asked', () => {
    const grown = onTerminal(String.raw`\ny\n`);
    expect(grown.text).toContain(question);
    expect(grown.text).toContain('p2 grows from 40.9 MB to 148 MB');
    expect(grown.last.byteLength).toBe(141 * MIB);
    const kept = onTerminal(String.raw`n\ny\n`);
    expect(kept.text).toContain(question);
    expect(kept.text).toContain('the partitions keep their size (--expand grows the last one)');
    expect(kept.last.byteLength).toBe(39 * MIB);
    for (const [flag, bytes] of [
      ['--yes', 39 * MIB],
      ['--expand', 141 * MIB],
      ['--no-expand', 39 * MIB],
    ] as const) {
      const { text, last } = onTerminal(String.raw`y\n`, flag);
      expect(text).not.toContain('[Y/n]');
      expect(last.byteLength).toBe(bytes);
    }
  });

  it('is not asked for little, for a plan, or without a terminal', () => {
    const little = cardkeep.runOnTerminal('', 'restore', 'small', 'x.img', '--size', '100M', '--dry-run');
    expect(little.stdout).not.toContain('[Y/n]');
    expect(cardkeep.run('restore', 'small', 'x.img', '--size', '150M').stderr).toContain('E_CONFIRM');
  });
});

describe('--new-ids', () => {
  it.each(['dos', 'gpt'] as const)(
    '%s: other IDs, named in fstab and cmdline.txt, and nothing else changes',
    (label) => {
      const image = inFolder(`${label}-new.img`);
      const size = ['--expand', '--size', '128M'];
      const { newIds } = cardkeep.json('restore', `clone-${label}`, image, '--yes', '--new-ids', ...size) as Renewed;
      expect(newIds.rewritten).toMatchObject([
        { partition: 1, path: expect.stringMatching(/cmdline\.txt/iu), count: 1 },
        { partition: 2, path: expect.stringContaining('etc/fstab'), count: 3 },
      ]);
      expect(newIds.kept).toEqual([]);
      const [root, serial, swap] = [PLACES.root, PLACES.boot, PLACES.swap].map((at) => blkid(image, at, 'UUID'));
      expect([ROOT_UUID, FAT_SERIAL, SWAP_UUID]).not.toContain(root);
      expect(serial).not.toBe(FAT_SERIAL);
      expect(swap).not.toBe(SWAP_UUID);
      const { id, partitions } = dumpTable(image);
      const partUuid = (number: number): string =>
        label === 'dos' ? `${id.slice(2)}-0${number}` : partitions[number - 1]!.uuid!.toLowerCase();
      expect(partUuid(2)).not.toContain(SIGNATURE);
      expect(run('mcopy', ['-n', '-i', `${image}@@${PLACES.boot}`, '::cmdline.txt', '-'])).toContain(
        `root=PARTUUID=${partUuid(2)} `,
      );
      {
        using mount = mountPartition(image, PLACES.root, LENGTHS.root);
        const fstab = readFileSync(path.join(mount.path, 'etc/fstab'), 'utf8');
        expect(fstab).toBe(
          `PARTUUID=${partUuid(1)} /boot/firmware vfat defaults 0 2\nPARTUUID=${partUuid(2)} / ext4 defaults 0 1\nUUID=${swap} none swap\n`,
        );
      }
      expect(verdict('e2fsck', ['-fn', part('root', image)])).toMatchObject({ status: 0 });
      expect(verdict('fsck.vfat', ['-n', part('boot', image)])).toMatchObject({ status: 0 });
      expect(tableComplaints(image)).toEqual([]);
      expect(statSync(image).size).toBe(128 * MIB);
    },
  );

  it('is shown in the plan, and another run draws others', () => {
    const plan = (): string =>
      cardkeep.run('restore', 'clone-dos', inFolder('never.img'), '--dry-run', '--new-ids').stdout;
    const text = plan();
    expect(text).toMatch(/\n {2}new IDs, drawn anew at each run:\n {4}disk {2}disk signature {2}1a2b3c4d +becomes /u);
    expect(text).toMatch(/ {4}put into the files that name them: 1\/cmdline\.txt \(1\), 2\/etc\/fstab \(3\)\n/iu);
    expect(plan()).not.toBe(text);
    const { stdout } = cardkeep.run('export', 'clone-dos', 'exported.img', '--new-ids');
    expect(stdout).toContain('new IDs');
    expect(dumpTable(inFolder('exported.img')).id).not.toBe(`0x${SIGNATURE}`);
    expect(statSync(inFolder('exported.img')).size).toBeGreaterThan(CARD_BYTES);
  });

  const part = (name: 'root' | 'boot', image: string): string => {
    extractPartition(image, name, inFolder('part'));
    return inFolder('part');
  };
});
