/**
 * cardkeep and its peers on the same work: `npm run bench -- [--cards DIR] [--runs N] [--only STEP,...] [--peers NAME,...]`.
 * As root, on Linux. The cards come from `tsx bench/cards.ts`. In every round each step is run by each tool in turn, and
 * each round starts with another tool. Stores and targets lie on the disk of the cards folder.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { countReadBytes, dropCaches, withAttachedCard } from './attached-card.ts';
import { CARD_LAYOUT } from './card-image.ts';
import { measureFolderBytes, measureScript } from './measure.ts';
import type { Usage } from './measure.ts';
import { PEERS } from './peers.ts';
import type { Peer } from './peers.ts';
import { describeMachine, formatTable } from './report.ts';
import type { Measurement } from './report.ts';
import { proveRestored } from './restored-card.ts';
import { hasCommand, runCommand } from './shell.ts';
import { canSlowReads, withSlowReads } from './slow-reads.ts';

interface Step {
  readonly name: string;
  readonly kind: 'backup' | 'restore-file' | 'restore-device' | 'restore-device-verified';
  /** File name of the card, without `.img`. */
  readonly card: string;
  /** The card gives no more than this. Only the first tool does these steps, on a copy of its store. */
  readonly bytesPerSecond?: number;
}

const STEPS: readonly Step[] = [
  { name: 'first', kind: 'backup', card: 'first-backup' },
  { name: 'unchanged', kind: 'backup', card: 'first-backup' },
  { name: 'unchanged, 40 MB/s card', kind: 'backup', card: 'first-backup', bytesPerSecond: 40e6 },
  { name: 'light-use, 40 MB/s card', kind: 'backup', card: 'light-use', bytesPerSecond: 40e6 },
  { name: 'light-use', kind: 'backup', card: 'light-use' },
  { name: 'two-packages', kind: 'backup', card: 'two-packages' },
  { name: 'purge', kind: 'backup', card: 'purge' },
  { name: 'second-card', kind: 'backup', card: 'second-card' },
  { name: 're-flashed', kind: 'backup', card: 're-flashed' },
  { name: 'restore-file', kind: 'restore-file', card: 'first-backup' },
  { name: 'restore-device', kind: 'restore-device', card: 'first-backup' },
  { name: 'restore-device-verified', kind: 'restore-device-verified', card: 'first-backup' },
];

interface Settings {
  readonly cardsFolder: string;
  readonly runs: number;
  readonly steps: readonly Step[];
  /** `first` is always run, because the other steps stand on it, but not always shown. */
  readonly isShown: (step: Step) => boolean;
  readonly peers: readonly Peer[];
}

/** One tool's store during one round. */
interface Lane {
  readonly peer: Peer;
  readonly folder: string;
  readonly store: string;
  readonly env: Readonly<Record<string, string>>;
  storeBytes: number;
}

function readSettings(): Settings {
  const { values } = parseArgs({
    options: {
      cards: { type: 'string' },
      runs: { type: 'string', default: '3' },
      only: { type: 'string' },
      peers: { type: 'string' },
    },
  });
  if (process.getuid?.() !== 0) throw new Error('the benchmark attaches loop devices and drops caches: run it as root');
  if (!hasCommand('time')) throw new Error('GNU time is missing: apt-get install time');
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) throw new Error('--runs needs a whole number above 0');
  const only = values.only?.split(',');
  const isShown = (step: Step): boolean => only === undefined || only.some((word) => step.name.startsWith(word));
  const steps = STEPS.filter((step) => step.name === 'first' || isShown(step));
  const wanted = values.peers?.split(',');
  const chosen = PEERS.filter((peer) => wanted === undefined || wanted.some((word) => peer.name.startsWith(word)));
  const peers = chosen.filter((peer) => {
    const missing = peer.needs.filter((command) => !hasCommand(command));
    if (missing.length > 0) console.log(`left out: ${peer.name} (no ${missing.join(', ')})`);
    return missing.length === 0;
  });
  if (peers.length === 0)
    throw new Error(`no tool to run: --peers takes the beginnings of ${PEERS.map(({ name }) => name).join(', ')}`);
  const cardsFolder = values.cards ?? process.env['CARDKEEP_BENCH_CARDS'] ?? join(tmpdir(), 'cardkeep-bench');
  for (const { card } of steps) {
    const path = join(cardsFolder, `${card}.img`);
    if (!existsSync(path))
      throw new Error(`${path} is missing: make the cards first: npx tsx bench/cards.ts --cards ${cardsFolder}`);
  }
  return { cardsFolder, runs, steps, isShown, peers };
}

function openLane(peer: Peer, workFolder: string): Lane {
  const folder = mkdtempSync(join(workFolder, 'lane-'));
  const store = join(folder, 'store');
  const env = peer.env?.(folder) ?? {};
  mkdirSync(store);
  if (peer.prepare !== undefined) measureScript(peer.prepare(store), folder, env);
  return { peer, folder, store, env, storeBytes: measureFolderBytes(store) };
}

function runBackup(lane: Lane, step: Step, cardsFolder: string): Omit<Measurement, 'peer' | 'round'> {
  const { peer, store } = lane;
  const before = measureFolderBytes(store);
  return withAttachedCard(join(cardsFolder, `${step.card}.img`), 'ro', (card) => {
    // borg and casync need a name of its own for each version; the first keeps that of the card, for the restore.
    const version = step.name === 'first' ? step.card : step.name;
    dropCaches();
    const readBefore = countReadBytes(card);
    const usage = measureScript(peer.backup(store, version, card), lane.folder, lane.env);
    const readBytes = countReadBytes(card) - readBefore;
    const grownBytes = measureFolderBytes(store) - before;
    lane.storeBytes += grownBytes;
    if (!peer.sharesBytes && step.name !== 'first' && peer.versionFiles !== undefined) {
      runCommand(['bash', '-c', `rm -f ${peer.versionFiles(store, version)}`]);
    }
    return { step: step.name, ...usage, readBytes, grownBytes, storeBytes: lane.storeBytes };
  });
}

/** What a card in a reader makes of it. Afterwards the store is as it was, and the next steps stand on that. */
function runSlowBackup(lane: Lane, step: Step, cardsFolder: string): Omit<Measurement, 'peer' | 'round'> | undefined {
  if (lane.peer !== PEERS[0] || !canSlowReads) return undefined;
  const store = join(lane.folder, 'slow-store');
  runCommand(['cp', '-r', lane.store, store]);
  const storeBytes = measureFolderBytes(store);
  try {
    return withAttachedCard(join(cardsFolder, `${step.card}.img`), 'ro', (card) =>
      withSlowReads(card.device, step.bytesPerSecond ?? 0, (firstLine) => {
        dropCaches();
        const readBefore = countReadBytes(card);
        const script = `${firstLine}\n${lane.peer.backup(store, step.card, card)}`;
        const usage = measureScript(script, lane.folder, lane.env);
        const readBytes = countReadBytes(card) - readBefore;
        const grownBytes = measureFolderBytes(store) - storeBytes;
        return { step: step.name, ...usage, readBytes, grownBytes, storeBytes: undefined };
      }),
    );
  } finally {
    rmSync(store, { recursive: true });
  }
}

/** Restores the first version to a new sparse file or to an empty device, and proves the result outside the timed part. */
function runRestore(lane: Lane, step: Step, cardsFolder: string): Omit<Measurement, 'peer' | 'round'> | undefined {
  const { peer, store, folder, env } = lane;
  const target = join(folder, 'target.img');
  try {
    const usage = step.kind === 'restore-file' ? restoreToFile() : restoreToDevice();
    if (usage === undefined) return undefined;
    proveRestored(join(cardsFolder, `${step.card}.img`), target, folder);
    return { step: step.name, ...usage, readBytes: undefined, grownBytes: undefined, storeBytes: undefined };
  } finally {
    rmSync(target, { force: true });
  }

  function restoreToFile(): Usage {
    dropCaches();
    return measureScript(peer.restoreFile(store, step.card, target), folder, env);
  }

  function restoreToDevice(): Usage | undefined {
    const restore = step.kind === 'restore-device' ? peer.restoreDevice : peer.restoreDeviceVerified;
    if (restore === undefined) return undefined;
    runCommand(['truncate', '-s', String(CARD_LAYOUT.byteLength), target]);
    return withAttachedCard(target, 'rw', (card) => {
      dropCaches();
      return measureScript(restore(store, step.card, card), folder, env);
    });
  }
}

function runRound(settings: Settings, round: number, workFolder: string): Measurement[] {
  const measurements: Measurement[] = [];
  const shift = (round - 1) % settings.peers.length;
  const turns = [...settings.peers.slice(shift), ...settings.peers.slice(0, shift)];
  const lanes = turns.map((peer) => openLane(peer, workFolder));
  for (const step of settings.steps) {
    for (const lane of lanes) {
      const run = step.bytesPerSecond !== undefined ? runSlowBackup : step.kind === 'backup' ? runBackup : runRestore;
      const measured = run(lane, step, settings.cardsFolder);
      if (measured === undefined || !settings.isShown(step)) continue;
      measurements.push({ peer: lane.peer.name, round, ...measured });
      console.log(
        `round ${round}, ${step.name}, ${lane.peer.name}: ${measured.wallSeconds.toFixed(1)} s wall, ${measured.cpuSeconds.toFixed(1)} s CPU`,
      );
    }
  }
  for (const lane of lanes) rmSync(lane.folder, { recursive: true });
  return measurements;
}

function writeReport(settings: Settings, measurements: readonly Measurement[]): string {
  const order = settings.peers.map(({ name }) => name);
  const sorted = measurements.toSorted((a, b) => order.indexOf(a.peer) - order.indexOf(b.peer) || a.round - b.round);
  const steps = settings.steps.map(({ name }) => name);
  sorted.sort((a, b) => steps.indexOf(a.step) - steps.indexOf(b.step));
  const versions = settings.peers.map(({ name, version }) => {
    const printed = runCommand(['bash', '-c', `(${version}) 2>&1 | paste -sd' '`]).trim();
    return `${name}: ${printed}`;
  });
  const date = new Date().toISOString().slice(0, 10);
  const { blocks } = statSync(join(settings.cardsFolder, 'first-backup.img'));
  return [
    `# Benchmark, ${date}`,
    '',
    `${describeMachine()}. Card: ${(CARD_LAYOUT.byteLength / 1e9).toFixed(1)} GB, ${((blocks * 512) / 1e9).toFixed(2)} GB ever written. ${versions.join('; ')}.`,
    '',
    'Medians; "all" are the single walls. Ratios are medians of the ratios within a round. Cold caches before each run; the',
    'time includes writing everything to disk (syncfs). CPU is user and system time of the process tree, RSS that of its',
    'largest process, "read" what the kernel read from the card. Tools that share no bytes between versions store each whole.',
    '',
    formatTable(sorted, order[0] ?? ''),
    '',
  ].join('\n');
}

function main(): void {
  const settings = readSettings();
  const workFolder = mkdtempSync(join(settings.cardsFolder, 'work-'));
  const measurements: Measurement[] = [];
  try {
    for (let round = 1; round <= settings.runs; round++) measurements.push(...runRound(settings, round, workFolder));
  } finally {
    rmSync(workFolder, { recursive: true, force: true });
  }
  const report = writeReport(settings, measurements);
  const folder = fileURLToPath(new URL('results', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${new Date().toISOString().slice(0, 16).replace(':', '')}.md`);
  writeFileSync(path, report);
  console.log(`\n${report}\nwritten to ${path}`);
}

main();
