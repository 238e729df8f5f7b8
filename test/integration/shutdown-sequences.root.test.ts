/**
 * How a Raspberry Pi comes up and goes down, played with the kernel and e2fsck on a loop device, and what each backup
 * decides: `quick`, or why all was read. A Pi never unmounts its root: it is remounted read-only, and the power goes.
 */
import { copyFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decisionOf, makeAgingCard, type AgingCard } from '../support/aging-card.ts';
import { backdate } from '../support/backdate.ts';
import { imageFolder } from '../support/ext4-image.ts';
import { attachLoop } from '../support/loop-device.ts';
import { run, shell, verdict } from '../support/run.ts';

const FOLDER = imageFolder('shutdown');
const QUICK = 'quick';
const UNCLEAN = 'full: the card was not shut down cleanly';
const WAS_UNCLEAN = 'full: the card was not shut down cleanly before the last version';
const CHECKED = 'full: its file system was checked since';
const OLDER = 'full: files on the card are older than in that version, so that it does not descend from it';

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

let card: AgingCard;

beforeAll(async () => {
  card = await makeAgingCard(FOLDER, '-t ext4 -b 4096');
  const start = 'echo line > log; echo boot > boot.log';
  await boot({
    phases: [
      { hoursAgo: 950.5, act: start },
      { hoursAgo: 950, act: LOG },
    ],
  });
  card.keep('ready');
});

beforeEach(async () => {
  card = await makeAgingCard(FOLDER, '-t ext4 -b 4096');
  card.putBack('ready');
  await card.backUp(940);
});

/** What happens between two moments at which the clock is set; `hoursAgo` is the clock of the card. */
interface Phase {
  readonly hoursAgo: number;
  readonly act: string;
}

interface Boot {
  /** `e2fsck -p` before the root is mounted, as systemd-fsck-root does it. */
  readonly fsck?: boolean;
  readonly phases: readonly Phase[];
  /** How it ends; by default with a remount that succeeds. */
  readonly end?: 'remount' | 'power cut' | 'open deleted file' | 'unmount';
}

const STARTED_SECONDS = Math.floor(Date.now() / 1000) - 2;

/** Boots read-only, remounts, lives, goes down; what the medium holds then is the card. */
async function boot({ fsck = true, phases, end = 'remount' }: Boot): Promise<void> {
  if (fsck) expect(verdict('e2fsck', ['-p', card.image]).status).toBeLessThan(2);
  const root = path.join(FOLDER, 'root');
  const after = path.join(FOLDER, 'after.img');
  const began: number[] = [];
  shell(`mkdir -p ${root}`);
  {
    using loop = attachLoop(card.image);
    run('mount', ['-o', 'ro', loop.path, root]);
    try {
      run('mount', ['-o', 'remount,rw,commit=300', root]);
      for (const { act } of phases) {
        // Phases are told apart by the second in which they began.
        if (began.length > 0) await nextSecond();
        began.push(Math.floor(Date.now() / 1000));
        shell(`cd ${root}; ${act}`);
      }
      goDown(root, end);
      if (end !== 'unmount') copyFileSync(card.image, after);
    } finally {
      run('umount', [root]);
    }
  }
  if (end !== 'unmount') copyFileSync(after, card.image);
  // A log that is not empty brings back what is changed here; the next boot is dated as a whole then.
  if (end === 'power cut' || end === 'open deleted file') return;
  const last = phases.at(-1)!;
  for (const [i, { hoursAgo }] of [...phases.entries()].toReversed()) {
    const fromSeconds = i === 0 ? STARTED_SECONDS : began[i]!;
    await backdate(card.image, { fromSeconds, bySeconds: Math.round(hoursAgo * 3600) });
  }
  expect(last.hoursAgo).toBeGreaterThan(0);
}

/** The times that the kernel gives lag behind by up to one tick. */
async function nextSecond(): Promise<void> {
  await sleep(1050 - (Date.now() % 1000));
}

function goDown(root: string, end: NonNullable<Boot['end']>): void {
  if (end === 'remount') run('mount', ['-o', 'remount,ro', root]);
  if (end === 'power cut') shell(`sync -f ${root}; echo lost > ${root}/lost`);
  if (end === 'open deleted file') {
    shell(`
      cd ${root}; echo open > open; exec 7<> open; rm open; echo more >&7; sync -f .
      ! mount -o remount,ro ${root} 2> /dev/null
      cp ${card.image} ${card.image}.held
    `);
    copyFileSync(`${card.image}.held`, card.image);
    rmSync(`${card.image}.held`);
  }
}

const DAY =
  'printf x | dd of=f3 bs=1 seek=9000 conv=notrunc status=none; echo line >> log; head -c 30000 /dev/urandom > new';
const LOG = 'echo line >> log';

interface Sequence {
  readonly name: string;
  readonly boots: readonly Boot[];
  readonly decision: string;
  /** Of a backup between the boots, after the boot of this number. */
  readonly between?: readonly [after: number, decision: string];
}

const SEQUENCES: readonly Sequence[] = [
  { name: 'not used at all', boots: [], decision: QUICK },
  {
    name: 'booted with a check, used for a day, shut down',
    boots: [{ phases: [{ hoursAgo: 800, act: DAY }] }],
    decision: QUICK,
  },
  { name: 'booted and shut down', boots: [{ phases: [{ hoursAgo: 800, act: 'true' }] }], decision: QUICK },
  {
    name: 'several days',
    boots: [900, 800, 700].map((hoursAgo) => ({ phases: [{ hoursAgo, act: DAY }] })),
    decision: QUICK,
  },
  {
    name: 'booted without a check, unmounted',
    boots: [{ fsck: false, phases: [{ hoursAgo: 800, act: DAY }], end: 'unmount' }],
    decision: QUICK,
  },
  {
    name: 'no clock: the time of the last shutdown until the network gives the true one',
    boots: [
      {
        phases: [
          { hoursAgo: 949.99, act: 'echo boot >> boot.log' },
          { hoursAgo: 800, act: DAY },
        ],
      },
    ],
    decision: QUICK,
  },
  {
    name: 'no clock and no network: the time of the last shutdown goes on, again and again',
    boots: [949.99, 949.9, 949.8].map((hoursAgo) => ({ phases: [{ hoursAgo, act: DAY }] })),
    decision: QUICK,
  },
  {
    name: 'no clock: it begins an hour before the last shutdown, new files only',
    boots: [
      {
        phases: [
          { hoursAgo: 951, act: 'echo boot > boot.new' },
          { hoursAgo: 800, act: DAY },
        ],
      },
    ],
    decision: QUICK,
  },
  {
    name: 'no clock: it begins an hour before the last shutdown, and a log of that hour goes on',
    boots: [
      {
        phases: [
          { hoursAgo: 951, act: LOG },
          { hoursAgo: 800, act: 'echo x > other' },
        ],
      },
    ],
    decision: OLDER,
  },
  {
    name: 'no clock at all: it begins years ago',
    boots: [
      {
        phases: [
          { hoursAgo: 90_000, act: 'echo boot > boot.new' },
          { hoursAgo: 800, act: DAY },
        ],
      },
    ],
    decision: OLDER,
  },
  {
    name: 'power cut: backed up as it is',
    boots: [{ phases: [{ hoursAgo: 800, act: DAY }], end: 'power cut' }],
    decision: UNCLEAN,
  },
  {
    name: 'power cut, booted with a check, shut down',
    boots: [{ phases: [{ hoursAgo: 800, act: DAY }], end: 'power cut' }, { phases: [{ hoursAgo: 700, act: LOG }] }],
    decision: QUICK,
  },
  {
    name: 'power cut, booted without a check, shut down',
    boots: [
      { phases: [{ hoursAgo: 800, act: DAY }], end: 'power cut' },
      { fsck: false, phases: [{ hoursAgo: 700, act: LOG }] },
    ],
    decision: QUICK,
  },
  {
    name: 'power cut, backed up, booted, shut down',
    boots: [{ phases: [{ hoursAgo: 800, act: DAY }], end: 'power cut' }, { phases: [{ hoursAgo: 700, act: LOG }] }],
    between: [1, UNCLEAN],
    decision: WAS_UNCLEAN,
  },
  {
    name: 'a deleted file was open: the remount fails',
    boots: [{ phases: [{ hoursAgo: 800, act: DAY }], end: 'open deleted file' }],
    decision: UNCLEAN,
  },
  {
    name: 'a deleted file was open, then booted with a check, shut down',
    boots: [
      { phases: [{ hoursAgo: 800, act: DAY }], end: 'open deleted file' },
      { phases: [{ hoursAgo: 700, act: LOG }] },
    ],
    decision: QUICK,
  },
];

describe('what a backup decides after', () => {
  it.each(SEQUENCES)('$name: $decision', async ({ boots, between, decision }) => {
    for (const [i, step] of boots.entries()) {
      await boot(step);
      if (between?.[0] === i + 1) expect(decisionOf(await card.backUp(500))).toBe(between[1]);
    }
    const next = await card.backUp(400);
    expect(decisionOf(next)).toBe(decision);
    // Quick is worth its name.
    if (decision === QUICK) expect(next.snapshot.counts.carried).toBeGreaterThan(next.snapshot.counts.live / 2);
  });

  it('a check that is due by the count of mounts: all is read once', async () => {
    run('tune2fs', ['-c', '4', card.image]);
    expect(run('dumpe2fs', ['-h', card.image])).toMatch(/Mount count: +3/u);
    await boot({ phases: [{ hoursAgo: 900, act: LOG }] });
    await boot({ phases: [{ hoursAgo: 850, act: LOG }] });
    expect(decisionOf(await card.backUp(840))).toBe(CHECKED);
    await boot({ phases: [{ hoursAgo: 800, act: LOG }] });
    expect(decisionOf(await card.backUp(790))).toBe(QUICK);
  });
});
