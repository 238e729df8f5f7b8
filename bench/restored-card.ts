import { closeSync, existsSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CARD_LAYOUT, withLoopDevice } from './card-image.ts';
import { runCommand } from './shell.ts';

const LIST_USED_BLOCKS = fileURLToPath(new URL('../test/fixtures/demo-card/list_used_blocks.py', import.meta.url));

/**
 * Proves that a restored image holds every byte that dumpe2fs and the FAT of the source call used (see
 * `list_used_blocks.py`), and that e2fsck finds it clean. A benchmark of a restore that lost something is worth nothing.
 * @throws Error that names what differs.
 */
export function proveRestored(sourcePath: string, restoredPath: string, workFolder: string): void {
  if (!existsSync(`${sourcePath}.used`)) writeUsedList(sourcePath, sourcePath, `${sourcePath}.used`);
  if (statSync(`${sourcePath}.used`).mtimeMs < statSync(sourcePath).mtimeMs) {
    writeUsedList(sourcePath, sourcePath, `${sourcePath}.used`);
  }
  const listPath = `${workFolder}/restored.used`;
  writeUsedList(sourcePath, restoredPath, listPath);
  runCommand(['cmp', `${sourcePath}.used`, listPath]);
  withLoopDevice(restoredPath, CARD_LAYOUT.rootOffset, CARD_LAYOUT.rootByteLength, (device) => {
    runCommand(['e2fsck', '-fn', device]);
  });
}

/** What the source calls used, read from `imagePath`. */
function writeUsedList(sourcePath: string, imagePath: string, listPath: string): void {
  const dumpPath = `${listPath}.dumpe2fs`;
  const journalPath = `${listPath}.journal`;
  withLoopDevice(sourcePath, CARD_LAYOUT.rootOffset, CARD_LAYOUT.rootByteLength, (device) => {
    writeFileSync(dumpPath, runCommand(['dumpe2fs', device]));
    writeFileSync(journalPath, runCommand(['debugfs', '-R', 'blocks <8>', device]));
  });
  const list = openSync(listPath, 'w');
  try {
    const offsets = [String(CARD_LAYOUT.bootOffset), String(CARD_LAYOUT.rootOffset)];
    const result = spawnSync('python3', [LIST_USED_BLOCKS, imagePath, ...offsets, dumpPath, journalPath], {
      stdio: ['ignore', list, 'pipe'],
    });
    if (result.status !== 0) throw new Error(`list_used_blocks.py: ${String(result.stderr)}`);
  } finally {
    closeSync(list);
  }
  if (readFileSync(listPath).length === 0) throw new Error('the list of used blocks is empty');
}
