// `npm run demo`: two versions of a small real card are backed up, looked at, checked and restored by the command line,
// then proven equal by a list of used blocks that dumpe2fs, debugfs and an independent reading of the FAT made.
// Needs no root and no system tools; touches nothing outside a temporary folder.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';
import { compareUsedRuns, readDemoCard, writeImage } from './fixtures/demo-card/demo-card.mjs';

const cardkeep = fileURLToPath(new URL('../dist/cli/cardkeep.cjs', import.meta.url));
const paint = (style, text) => (process.stdout.isTTY ? styleText(style, text) : text);
const heading = (text) => console.log(`\n${paint('bold', `# ${text}`)}`);
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

class DemoFailure extends Error {}

/** Shows the command as a user types it, runs it in the folder, and lets it write to this terminal. */
function run(folder, ...args) {
  const typed = args.map((word) => (/^[\w@~./=-]+$/.test(word) ? word : `'${word}'`)).join(' ');
  console.log(`\n${paint('cyan', `$ cardkeep ${typed}`)}`);
  // A home of its own, so that `init` does not change which store this user works with.
  const env = { ...process.env, HOME: folder, XDG_CONFIG_HOME: join(folder, '.config') };
  for (const name of ['CARDKEEP_STORE', 'SUDO_UID', 'SUDO_GID', 'SUDO_USER', 'APPDATA']) delete env[name];
  if (process.platform === 'win32') Object.assign(env, { USERPROFILE: folder, APPDATA: join(folder, '.config') });
  const result = spawnSync(process.execPath, [cardkeep, ...args], {
    cwd: folder,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (result.error !== undefined) throw new DemoFailure(`cardkeep ${args[0]} did not start: ${result.error.message}`);
  if (result.status !== 0) throw new DemoFailure(`cardkeep ${typed}: exit code ${result.status ?? result.signal}`);
}

/** Bytes of all files below a folder. */
function measureFolder(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

function prove(version, path) {
  const { runs, byteLength, wrongOffsets } = compareUsedRuns(version, path);
  if (wrongOffsets.length > 0) {
    throw new DemoFailure(
      `version ${version} is NOT restored: ${wrongOffsets.length} of ${runs} used runs differ, the first at byte ${wrongOffsets[0]}`,
    );
  }
  console.log(
    `version ${version}: ${runs} of ${runs} runs of used bytes equal (${megabytes(byteLength)} by SHA-256), 0 differ`,
  );
}

function demo(folder) {
  heading('A card image as dd would make it: 96 MiB, FAT32 boot partition, ext4 root');
  const cardPath = join(folder, 'card.img');
  writeImage(readDemoCard(1), cardPath);
  run(folder, 'init', 'store');
  run(folder, 'backup', 'card.img', '--card', 'octopi', '--note', 'first backup');

  heading('The same card after a day of light use');
  writeImage(readDemoCard(2), cardPath);
  run(folder, 'backup', 'card.img', '--card', 'octopi', '--note', 'a day later');
  const storeBytes = measureFolder(join(folder, 'store'));

  heading('What is kept');
  run(folder, 'list');
  run(folder, 'show', 'octopi@1');

  heading('Is it all there?');
  run(folder, 'check');
  run(folder, 'check', 'octopi@1');
  run(folder, 'check', '--read-data');

  heading('Both versions back');
  run(folder, 'restore', 'octopi@1', 'restored-1.img', '--yes');
  run(folder, 'restore', 'octopi@2', 'restored-2.img', '--yes');

  heading('Proof: the restored images against the list that dumpe2fs and the FAT made, not cardkeep');
  prove(1, join(folder, 'restored-1.img'));
  prove(2, join(folder, 'restored-2.img'));

  const imageBytes = statSync(cardPath).size;
  heading('Size');
  const gzipBytes = statSync(new URL('fixtures/demo-card/version-1.img.gz', import.meta.url)).size;
  console.log(`two plain dd images: ${megabytes(2 * imageBytes)}, about ${megabytes(2 * gzipBytes)} with gzip -9`);
  console.log(
    `the store with both: ${megabytes(storeBytes)}, ${((2 * imageBytes) / storeBytes).toFixed(0)} times less`,
  );
}

const startTime = performance.now();
const folder = mkdtempSync(join(tmpdir(), 'cardkeep-demo-'));
try {
  demo(folder);
  console.log(
    `\n${paint('green', 'Both versions came back whole')}, in ${((performance.now() - startTime) / 1000).toFixed(1)} s.`,
  );
} catch (error) {
  if (!(error instanceof DemoFailure)) throw error;
  console.error(`\n${paint('red', 'The demo failed:')} ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
