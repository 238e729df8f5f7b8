/**
 * Long random lives of ext file systems, written by the kernel: after each part of such a life the quick backup equals
 * a full one. CARDKEEP_ROUNDS sets how many parts there are, CARDKEEP_SEED and
 * CARDKEEP_LIFE repeat a run, or begin it with a later life.
 */
import { copyFileSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { BlockSource } from '../../src/device/block-source.ts';
import { planIncremental } from '../../src/operations/plan-incremental.ts';
import { prepareCapture } from '../../src/operations/prepare-capture.ts';
import type { Snapshot } from '../../src/snapshot/snapshot.ts';
import { openStore } from '../../src/store/store.ts';
import { randomFrom, type Random } from '../fuzz/random.ts';
import { backdate } from '../support/backdate.ts';
import { imageFolder, makeExt4Image } from '../support/ext4-image.ts';
import { openFileSource } from '../support/file-source.ts';
import {
  backUpAndProve,
  newTestStore,
  writeByKernel,
  type KernelStep,
  type TestStore,
} from '../support/incremental.ts';
import { mountPartition } from '../support/loop-device.ts';
import { run, verdict } from '../support/run.ts';

const FOLDER = imageFolder('incremental');
const MEBIBYTES = 40;
const FILES = 60;
const ROUNDS = Number(process.env['CARDKEEP_ROUNDS'] ?? 60);
const FIRST_LIFE = Number(process.env['CARDKEEP_LIFE'] ?? 0);
const SEED = Number(process.env['CARDKEEP_SEED'] ?? Date.now() % 1_000_000_000);

interface Variant {
  readonly mkfs: string;
  readonly mount?: string;
}

const VARIANTS: readonly Variant[] = [
  { mkfs: '-t ext4 -b 4096' },
  { mkfs: '-t ext4 -b 1024' },
  { mkfs: '-t ext4 -b 4096 -O inline_data,ea_inode,orphan_file', mount: 'lazytime' },
  { mkfs: '-t ext4 -b 1024 -O ^metadata_csum,^64bit,uninit_bg,inline_data' },
  { mkfs: '-t ext4 -b 4096', mount: 'data=journal' },
  { mkfs: '-t ext3 -I 256 -b 1024' },
  { mkfs: '-t ext4 -b 4096 -O ^metadata_csum,^64bit' },
  { mkfs: '-t ext3 -I 256 -b 4096', mount: 'nodelalloc' },
  { mkfs: '-t ext4 -b 4096 -O bigalloc -C 16384' },
  { mkfs: '-t ext4 -b 4096 -O ^has_journal' },
  { mkfs: '-t ext4 -b 2048 -O meta_bg,^resize_inode,fast_commit' },
  { mkfs: '-t ext4 -b 1024', mount: 'data=journal,lazytime' },
];

/** Each kind as often as it is to be chosen. */
const KINDS =
  `create create append append write write hole mapped mapped direct direct fdatasync allocate keep-size punch
  collapse zero zero-keep-size insert truncate fragment copy-range replace rename link symlink unlink chmod owner
  touch-back xattr xattr xattr-off attribute defrag defrag grow-folder shrink-folder reuse read sync`.split(/\s+/u);

const totals = {
  rounds: 0,
  quick: 0,
  pulled: 0,
  filesCarried: 0,
  filesRead: 0,
  bytesCarried: 0,
  bytesRead: 0,
  proved: 0,
};
const done = new Map<string, number>();
const reasons = new Map<string, number>();

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

function count(counters: Map<string, number>, key: string, by = 1): void {
  counters.set(key, (counters.get(key) ?? 0) + by);
}

function fileName(random: Random): string {
  const i = random.below(FILES);
  return `d${i % 5}/f${i}`;
}

function firstSteps(random: Random): KernelStep[] {
  const names = Array.from({ length: FILES }, (_, i) => `d${i % 5}/f${i}`);
  return names.map((name, i) => {
    return i % 7 === 3
      ? ['fragment', name, name, 0, 100 + random.below(50)]
      : ['create', name, name, random.below(i % 3 === 0 ? 400_000 : 20_000), random.below(1000)];
  });
}

function nextSteps(random: Random): KernelStep[] {
  if (random.oneIn(12)) return [];
  return Array.from({ length: 1 + random.below(9) }, (): KernelStep => {
    const [a, b] = [random.below(4_000_000), random.below(1_000_000)];
    return [random.pick(KINDS), fileName(random), fileName(random), a, b];
  });
}

/** All that happens in a run is later than that, all that was backdated earlier. */
const STARTED_SECONDS = Math.floor(Date.now() / 1000) - 2;

interface Part {
  readonly steps: readonly KernelStep[];
  /** Before now, in seconds. */
  readonly ago: number;
  /** The plug is pulled after the last step was synchronised: what the medium holds then is the card. */
  readonly isPulled?: boolean;
}

/** Mounts, writes, unmounts. */
async function live(image: string, { steps, ago, isPulled = false }: Part, variant: Variant): Promise<void> {
  {
    const options = variant.mount === undefined ? {} : { options: [variant.mount] };
    using mounted = mountPartition(image, 0, MEBIBYTES * 1024 * 1024, options);
    for (let i = 0; i < 5; i++) mkdirSync(path.join(mounted.path, `d${i}`), { recursive: true });
    for (const [kind, times] of Object.entries(writeByKernel(mounted.path, steps))) count(done, kind, times);
    if (isPulled) {
      run('sync', ['-f', mounted.path]);
      copyFileSync(image, `${image}.pulled`);
    }
  }
  if (isPulled) renameSync(`${image}.pulled`, image);
  else await backdate(image, { fromSeconds: STARTED_SECONDS, bySeconds: ago });
}

/** What is in a log that is not empty is dated when it has been replayed. */
async function recover(image: string, ago: number): Promise<void> {
  if ((verdict('e2fsck', ['-p', image]).status ?? 8) > 1) throw new Error('e2fsck -p could not repair the image');
  await backdate(image, { fromSeconds: STARTED_SECONDS, bySeconds: ago });
}

/** How many files the next version would carry over, and how many it would read. */
async function countFiles({ storage }: TestStore, source: BlockSource, nowMs: number): Promise<[number, number]> {
  const store = await openStore(storage);
  const device = { path: '', model: '', serial: '', bus: '' };
  const { card } = await prepareCapture(store, source, { device, now: () => nowMs, proofPercent: 0 });
  const has = async (): Promise<boolean> => true;
  const planned = await planIncremental(store, source, card.disk, card.plan, { ...card.incremental, has });
  const carried = new Set<number>();
  const all = new Set<number>();
  for (const [region, { files }] of card.plan.regions.entries()) {
    for (const [piece, file] of files.fileOf.entries()) {
      all.add(file);
      if (!('reason' in planned) && planned.carry.isCarried(region, piece)) carried.add(file);
    }
  }
  return [carried.size, all.size - carried.size];
}

async function proveRound(store: TestStore, image: string, nowMs: number, random: Random): Promise<Snapshot> {
  const proofPercent = random.pick([0, 0, 2]);
  {
    using source = openFileSource(image);
    const [carried, read] = await countFiles(store, source, nowMs);
    totals.filesCarried += carried;
    totals.filesRead += read;
  }
  const { snapshot } = await backUpAndProve(store, image, { nowMs, proofPercent });
  totals.rounds++;
  totals.bytesCarried += snapshot.counts.carried;
  totals.bytesRead += snapshot.counts.read;
  totals.proved += snapshot.counts.proved;
  if (snapshot.mode === 'incremental') totals.quick++;
  else count(reasons, snapshot.modeReason);
  return snapshot;
}

/** Seconds between two parts of a life; now and then the clock was set back meanwhile. */
function passTime(random: Random): number {
  return random.oneIn(15) ? -random.pick([5, 100, 1800]) : random.pick([130, 600, 5000, 90_000]);
}

async function proveLife(seed: number, variant: Variant, rounds: number): Promise<void> {
  const random = randomFrom(seed);
  const image = path.join(FOLDER, 'image');
  const store = await newTestStore();
  const steps = Array.from({ length: rounds }, () => passTime(random));
  let ago = steps.reduce((sum, seconds) => sum + seconds, 0) + 10_000;
  const virtualNow = (): number => Date.now() - ago * 1000;
  makeExt4Image(image, MEBIBYTES, variant.mkfs.split(' '));
  await live(image, { steps: firstSteps(random), ago: ago + 1000 }, variant);
  // What was written last before a version is read again the next time.
  await live(image, { steps: [['create', 'last', 'last', 1000, 1]], ago }, variant);
  await backUpAndProve(store, image, { nowMs: virtualNow() });
  let isOrdinary = true;
  let wasPulled = false;
  for (const [round, seconds] of steps.entries()) {
    ago -= seconds;
    const isPulled = random.oneIn(15);
    await live(image, { steps: nextSteps(random), ago, isPulled }, variant);
    if (isPulled) {
      totals.pulled++;
      if (random.oneIn(2)) await backUpAndProve(store, image, { nowMs: virtualNow() });
      await recover(image, ago);
    }
    const { counts, mode, modeReason } = await proveRound(store, image, virtualNow(), random);
    // A clock that went back may be a reason to read all, and so may a version of a card that was pulled.
    isOrdinary &&= seconds > 0;
    if (isOrdinary && !isPulled && !wasPulled) {
      expect(counts.carried + counts.proved, `round ${round} ${mode} ${modeReason}`).toBeGreaterThan(0);
    }
    wasPulled = isPulled;
  }
  run('e2fsck', ['-fn', image]);
}

describe(`the life of an ext file system (seed ${SEED})`, () => {
  it('is stored by quick backups as by full ones', { timeout: 3_600_000 }, async () => {
    const perLife = Math.max(5, Math.ceil(Math.min(ROUNDS, 400) / VARIANTS.length));
    for (let life = FIRST_LIFE; totals.rounds < ROUNDS; life++) {
      const variant = VARIANTS[life % VARIANTS.length]!;
      try {
        await proveLife(SEED + life, variant, Math.min(perLife, ROUNDS - totals.rounds));
      } catch (error) {
        const where = `seed ${SEED}, life ${life} (mkfs ${variant.mkfs}, mount ${variant.mount ?? '-'})`;
        throw new Error(`${where}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
    }
    console.info(`seed ${SEED}:`, JSON.stringify({ ...totals, full: Object.fromEntries(reasons) }));
    console.info(JSON.stringify(Object.fromEntries([...done].toSorted(([a], [b]) => a.localeCompare(b)))));
    expect(totals.filesCarried).toBeGreaterThan(totals.filesRead / 4);
    expect(totals.quick).toBeGreaterThan(totals.rounds / 2);
    if (totals.rounds >= 400) expect(KINDS.filter((kind) => !done.has(kind))).toEqual([]);
  });
});
