/** Restores over a card that holds another version of itself: on a loop device and on an image file, by the command. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, copyFileSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandLine, MAIN } from '../support/command-line.ts';
import { attachLoop, mountPartition, temporaryFolder } from '../support/loop-device.ts';
import { BOOT, describeTree, makeRealCard, ROOT } from '../support/real-card.ts';
import { run, shell, verdict } from '../support/run.ts';
import { tableReaders } from '../support/tabled-card.ts';

const folder = temporaryFolder();
const cardkeep = commandLine(folder.path);
const inFolder = (name: string): string => path.join(folder.path, name);

let firstFiles: unknown;
let liveBytes = 0;

beforeAll(async () => {
  makeRealCard(inFolder('first.img'));
  {
    using root = mountPartition(inFolder('first.img'), ROOT.byteOffset, ROOT.byteLength);
    shell(`head -c 130000000 /dev/urandom > ${root.path}/video.bin`);
  }
  cardkeep.json('backup', 'first.img', '--card', 'pi');
  copyFileSync(inFolder('first.img'), inFolder('second.img'));
  {
    // A day of use, by the kernel.
    using root = mountPartition(inFolder('second.img'), ROOT.byteOffset, ROOT.byteLength);
    shell(`cd ${root.path}
      for i in $(seq 50); do echo "line $i" >> log; done
      head -c 1000000 /dev/urandom > new.bin
      rm -rf etc
      head -c 200000 /dev/urandom | dd of=video.bin bs=1000 seek=50000 conv=notrunc status=none`);
  }
  const second = cardkeep.json('backup', 'second.img', '--card', 'pi') as { liveBytes: number };
  liveBytes = second.liveBytes;
  firstFiles = await filesOf(inFolder('first.img'));
});
afterAll(() => folder[Symbol.dispose]());

async function filesOf(image: string): Promise<unknown> {
  using root = mountPartition(image, ROOT.byteOffset, ROOT.byteLength, { readOnly: true, options: ['noload'] });
  return await describeTree(root.path);
}

/** Judged by programs that are not ours. */
async function expectFirst(image: string): Promise<void> {
  expect(await filesOf(image)).toEqual(firstFiles);
  using root = attachLoop(image, '-r', '-o', `${ROOT.byteOffset}`, '--sizelimit', `${ROOT.byteLength}`);
  expect(verdict('e2fsck', ['-fn', root.path])).toMatchObject({ status: 0 });
  const dump = (file: string): string => run('sfdisk', ['-d', file]).replaceAll(file, 'FILE');
  expect(dump(image)).toBe(dump(inFolder('first.img')));
  const boot = (file: string): string =>
    shell(`tail -c +${BOOT.byteOffset + 1} ${file} | head -c ${BOOT.byteLength} | sha256sum`);
  expect(boot(image)).toBe(boot(inFolder('first.img')));
}

describe('going back one version on the same card', () => {
  it.each(['loop device', 'image file'])(
    'on a %s writes at most a twentieth of the live bytes, and ends equal',
    async (kind) => {
      copyFileSync(inFolder('second.img'), inFolder('target.img'));
      expect(liveBytes).toBeGreaterThan(130e6);
      const restore = (target: string): Record<string, number> =>
        cardkeep.json('restore', 'pi@1', target, '--yes') as Record<string, number>;
      let counts: Record<string, number>;
      if (kind === 'loop device') {
        using loop = attachLoop(inFolder('target.img'));
        counts = restore(loop.path);
        expect(restore(loop.path)).toMatchObject({ writtenBytes: 0, zeroedBytes: 0 });
      } else {
        counts = restore('target.img');
      }
      // A file ends as a new one would: what was deleted in it is zeroed.
      const wrote = (counts['writtenBytes'] ?? 0) + (kind === 'loop device' ? (counts['zeroedBytes'] ?? 0) : 0);
      expect(wrote).toBeLessThan(0.05 * liveBytes);
      expect(counts['writtenBytes']).toBeGreaterThan(200_000);
      expect(counts['verifiedBytes']).toBeGreaterThan(0.9 * liveBytes);
      await expectFirst(inFolder('target.img'));
    },
  );
});

describe('a restore that is killed', () => {
  const MARK = 'cardkeep: a restore of this card was broken off';
  const headOf = (image: string): string => {
    const file = openSync(image, 'r');
    const head = Buffer.alloc(512);
    readSync(file, head, 0, 512, 0);
    closeSync(file);
    return head.toString('latin1');
  };

  /** Kills it so many milliseconds after it began to write; false when it was faster. */
  async function killed(words: readonly string[], image: string, afterMs: number): Promise<boolean> {
    const environment = { ...process.env, HOME: cardkeep.home, TZ: 'UTC' };
    const child = spawn(process.execPath, [MAIN, ...words], { cwd: folder.path, env: environment, stdio: 'ignore' });
    const ended = once(child, 'exit');
    while (!headOf(image).startsWith(MARK) && child.exitCode === null) await sleep(5);
    await sleep(afterMs);
    child.kill('SIGKILL');
    await ended;
    return child.signalCode === 'SIGKILL';
  }

  it.each(['loop device', 'image file'])('on a %s leaves no table, and --resume completes it', async (kind) => {
    // Other bytes where the video is: much to write.
    copyFileSync(inFolder('second.img'), inFolder('busy.img'));
    shell(
      `head -c 150M /dev/zero | tr '\\0' x | dd of=${inFolder('busy.img')} bs=1M seek=150 conv=notrunc status=none`,
    );
    const onTarget = <T>(image: string, work: (target: string) => T): T => {
      using loop = kind === 'loop device' ? attachLoop(image) : undefined;
      return work(loop?.path ?? image);
    };
    copyFileSync(inFolder('busy.img'), inFolder('undisturbed.img'));
    onTarget(inFolder('undisturbed.img'), (target) => cardkeep.json('restore', 'pi@1', target, '--yes'));
    await expectFirst(inFolder('undisturbed.img'));
    let broken = 0;
    for (const afterMs of [0, 120]) {
      const image = inFolder('target.img');
      copyFileSync(inFolder('busy.img'), image);
      using loop = kind === 'loop device' ? attachLoop(image) : undefined;
      const target = loop?.path ?? image;
      await killed(['restore', 'pi@1', target, '--yes', '--no-verify'], image, afterMs);
      if (!headOf(image).startsWith(MARK)) continue;
      broken++;
      expect(tableReaders(target)).toEqual([]);
      expect(cardkeep.run('restore', 'pi@2', target, '--resume')).toMatchObject({
        status: 5,
        stderr: expect.stringMatching(
          /E_OTHER_UNFINISHED: .* holds an unfinished restore of pi@1\n {2}go on with: cardkeep restore pi@1 .* --resume; /u,
        ),
      });
      const resumed = cardkeep.run('restore', 'pi@1', target, '--resume');
      expect(resumed).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(/wrote .*, \d+(?:\.\d)? MB were there already, read back and compared /u),
        stderr: expect.stringContaining('goes on where it was broken off'),
      });
      run('cmp', [image, inFolder('undisturbed.img')]);
    }
    expect(broken).toBeGreaterThanOrEqual(1);
  });
});
