/**
 * A card with one ext file system that lives through weeks in a second: sessions of use and backups at times of one's
 * choice, each backup proven equal to a full one. Times are given as hours before now.
 */
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { CreatedSnapshot } from '../../src/operations/create-snapshot.ts';
import { backdate } from './backdate.ts';
import { makeExt4Image } from './ext4-image.ts';
import { backUpAndProve, newTestStore, writeByKernel, type BackupOptions, type TestStore } from './incremental.ts';
import { attachLoop, mountPartition } from './loop-device.ts';
import { run, shell, verdict } from './run.ts';

export const CARD_FILES = 24;
/** When its files were written. */
const FIRST_HOURS = 2000;
/** When it was used last before anything that a test does. */
const READY_HOURS = 1000;

export interface AgingCard {
  readonly image: string;
  readonly store: TestStore;
  /** Mounts it, does what `act` says, unmounts it: all of it so many hours ago. */
  use(hoursAgo: number, act: string | ((root: string) => void), ...mountOptions: string[]): Promise<void>;
  /** Mounts it and does what `act` says; what the medium holds at that moment is the card from then on. */
  pull(act: string, ...mountOptions: string[]): void;
  /** Runs a tool with the image as its last word; any exit status below 4. */
  repair(hoursAgo: number, tool: string, ...words: string[]): Promise<void>;
  /** Keeps a copy of the image, to be put back later. */
  keep(name: string): void;
  putBack(name: string): void;
  /** Next version, equal to a full backup of the same bytes. */
  backUp(hoursAgo: number, options?: Omit<BackupOptions, 'nowMs'>): Promise<CreatedSnapshot>;
  /** Blocks of a file, as debugfs tells. */
  blocksOf(name: string): number[];
}

export function hoursAgoMs(hours: number): number {
  return Date.now() - hours * 3_600_000;
}

/** `f0` to `f23`, of 20 to 400 kB, and who it is in `etc`. The image is made once for each `mkfs` and `folder`. */
export async function makeAgingCard(folder: string, mkfs: string, mebibytes = 40): Promise<AgingCard> {
  const image = path.join(folder, 'card.img');
  const template = path.join(folder, `${mkfs.replaceAll(/\W+/gu, '-')}-${mebibytes}.img`);
  const card = cardOn(image, folder, await newTestStore(), mebibytes * 1024 * 1024);
  if (existsSync(template)) {
    copyFileSync(template, image);
    return card;
  }
  makeExt4Image(image, mebibytes, mkfs.split(' '));
  await card.use(FIRST_HOURS, (root) => {
    shell(`cd ${root}; mkdir etc; echo octopi > etc/hostname; echo 0123456789abcdef0123456789abcdef > etc/machine-id`);
    const names = Array.from({ length: CARD_FILES }, (_, i) => `f${i}`);
    writeByKernel(
      root,
      names.map((name, i) => ['create', name, name, 20_000 + ((i * 7919) % 380_000), i]),
    );
  });
  await card.use(READY_HOURS, 'echo ready > last');
  copyFileSync(image, template);
  return card;
}

/** All that happens in a run is later than that, all that was backdated earlier. */
const STARTED_SECONDS = Math.floor(Date.now() / 1000) - 2;

function cardOn(image: string, folder: string, store: TestStore, byteLength: number): AgingCard {
  const pass = async (hoursAgo: number): Promise<void> =>
    backdate(image, { fromSeconds: STARTED_SECONDS, bySeconds: Math.round(hoursAgo * 3600) });
  const copyNamed = (name: string): string => path.join(folder, `kept-${name}.img`);
  return {
    image,
    store,
    async use(hoursAgo, act, ...options) {
      {
        using mounted = mountPartition(image, 0, byteLength, { options });
        if (typeof act === 'string') shell(`cd ${mounted.path}; ${act}`);
        else act(mounted.path);
      }
      await pass(hoursAgo);
    },
    pull(act, ...options) {
      pullPlug(image, folder, act, options);
    },
    async repair(hoursAgo, tool, ...words) {
      const { status, output } = verdict(tool, [...words, image]);
      if (status === null || status >= 4) throw new Error(`${tool} ${words.join(' ')}: ${output}`);
      await pass(hoursAgo);
    },
    keep: (name) => copyFileSync(image, copyNamed(name)),
    putBack: (name) => copyFileSync(copyNamed(name), image),
    async backUp(hoursAgo, options = {}) {
      return backUpAndProve(store, image, { proofPercent: 0, ...options, nowMs: hoursAgoMs(hoursAgo) });
    },
    blocksOf(name) {
      return run('debugfs', ['-R', `blocks /${name}`, image])
        .trim()
        .split(/\s+/u)
        .map(Number);
    },
  };
}

/** What the medium holds at that moment becomes the card. */
function pullPlug(image: string, folder: string, act: string, mountOptions: readonly string[]): void {
  const pulled = path.join(folder, 'pulled.img');
  const root = path.join(folder, 'root');
  shell(`mkdir -p ${root}`);
  {
    using loop = attachLoop(image);
    const options = mountOptions.length === 0 ? [] : ['-o', mountOptions.join(',')];
    run('mount', ['-t', 'ext4', ...options, loop.path, root]);
    try {
      shell(`cd ${root}; ${act}`);
      copyFileSync(image, pulled);
    } finally {
      run('umount', [root]);
    }
  }
  copyFileSync(pulled, image);
  rmSync(pulled);
}

/** What a backup decided, in a word or with its reason. */
export function decisionOf({ snapshot: { mode, modeReason } }: CreatedSnapshot): string {
  if (mode !== 'incremental') return `${mode}: ${modeReason}`;
  return modeReason === '' ? 'quick' : `quick, but ${modeReason}`;
}
