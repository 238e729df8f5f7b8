/**
 * `npm run test:fuzz -- --seconds 600 [--seed N] [--only ext4,fat32] [--case SEED]`: damages small real images at random,
 * backs them up, restores them onto noise, and lets the checkers of the file systems compare. A case is a subject and a
 * seed, and is printed when it fails.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { imageFolder } from '../support/ext4-image.ts';
import { checkMutant } from './check-mutant.ts';
import { mutate } from './mutate.ts';
import { randomFrom } from './random.ts';
import { makeSubject, SUBJECT_NAMES, type Subject } from './subjects.ts';

const MAX_RESIDENT_BYTES = 512 * 1024 * 1024;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    only: { type: 'string' },
    case: { type: 'string' },
    keep: { type: 'string' },
  },
});

const folder = imageFolder('fuzz');
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

const names = values.only === undefined ? SUBJECT_NAMES : values.only.split(',');
const firstSeed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const seconds = Number(values.seconds);
console.log(`seed ${firstSeed}, ${seconds} s, ${names.join(' ')}`);

// The bytes of the subjects wait in files: memory is measured too.
const subjects: Omit<Subject, 'bytes'>[] = [];
for (const name of names) {
  const { bytes, ...rest } = await makeSubject(name, folder);
  writeFileSync(`${folder}/subject-${name}`, bytes);
  subjects.push(rest);
}

const counts = new Map<string, { cases: number; kept: number; failed: number }>();
let slowest = 0;
const end = performance.now() + seconds * 1000;
const seeds = values.case === undefined ? undefined : values.case.split(',').map(Number);
for (let i = 0; seeds === undefined ? performance.now() < end : i < seeds.length * subjects.length; i++) {
  const subject = subjects[i % subjects.length]!;
  const seed = seeds === undefined ? (firstSeed + i) >>> 0 : seeds[Math.floor(i / subjects.length)]!;
  await runCase(subject, seed);
}
for (const [name, { cases, kept, failed }] of counts)
  console.log(`${name}: ${cases} cases, ${kept} kept whole, ${failed} failed`);
const failures = [...counts.values()].reduce((sum, { failed }) => sum + failed, 0);
const resident = process.resourceUsage().maxRSS * 1024;
console.log(`slowest ${slowest.toFixed(0)} ms, resident at most ${(resident / 1e6).toFixed(0)} MB, ${failures} failed`);
if (resident > MAX_RESIDENT_BYTES) console.log('TOO MUCH MEMORY');
process.exitCode = failures > 0 || resident > MAX_RESIDENT_BYTES ? 1 : 0;

async function runCase(rest: Omit<Subject, 'bytes'>, seed: number): Promise<void> {
  const subject = { ...rest, bytes: readFileSync(`${folder}/subject-${rest.name}`) };
  const { bytes, steps } = mutate(subject, randomFrom(seed));
  const { problems, isKeptWhole, milliseconds } = await checkMutant(subject.kind, bytes, folder);
  const count = counts.get(subject.name) ?? { cases: 0, kept: 0, failed: 0 };
  counts.set(subject.name, count);
  count.cases++;
  if (isKeptWhole) count.kept++;
  slowest = Math.max(slowest, milliseconds);
  if (problems.length === 0) return;
  count.failed++;
  console.log(
    `FAILED --only ${subject.name} --case ${seed}: ${steps.join('; ')}\n${problems.join('\n').slice(0, 3000)}`,
  );
  if (values.keep === undefined) return;
  mkdirSync(values.keep, { recursive: true });
  writeFileSync(`${values.keep}/${subject.name}-${seed}`, bytes);
}
