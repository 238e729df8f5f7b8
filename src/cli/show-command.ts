/** `show SNAPSHOT`: one version, its card, partitions and what it costs. */
import { findSnapshot, readCatalog } from '../snapshot/catalog.ts';
import type { Catalog, StoredSnapshot } from '../snapshot/catalog.ts';
import { showJson } from '../operations/list-snapshots.ts';
import { readSuspects } from '../operations/suspects.ts';
import { measureOwnBytes } from '../operations/version-cost.ts';
import type { CliContext } from './context.ts';
import { cardLines, SUSPECT, versionLine } from './describe-version.ts';
import { countOf, humanBytes, humanTime, visibleText } from './human-format.ts';
import { writeJson, writeLines } from './output.ts';
import { EXIT_DONE } from './report-error.ts';
import { openChosenStore } from './store-choice.ts';

export async function showVersion(context: CliContext, reference: string): Promise<number> {
  const { store } = await openChosenStore(context);
  await using _ = store;
  const catalog = await readCatalog(store);
  const snapshot = findSnapshot(catalog, reference);
  const ownBytes = await measureOwnBytes(store, catalog, snapshot, context.signal);
  const suspects = await readSuspects(store);
  if (context.options.json) writeJson(showJson(snapshot, ownBytes, suspects));
  else writeLines(versionPage(snapshot, ownBytes, proofLines(snapshot, catalog, suspects)));
  return EXIT_DONE;
}

/** When the bytes of a version were last seen on the card. */
function proofLines(
  { cardId, id, proof }: StoredSnapshot,
  { cards }: Catalog,
  suspects: ReadonlySet<string>,
): string[] {
  const versions = cards.find((card) => card.cardId === cardId)?.snapshots ?? [];
  const oldest = versions.find((version) => version.id === proof.oldestReadSnapshot);
  const lines =
    proof.oldestReadSnapshot === ''
      ? ['all of it was read for this version']
      : [
          `${Math.round(proof.readShare / 10)} % of it was read for this version`,
          oldest === undefined
            ? 'some of the rest for one that is forgotten'
            : `all of the rest since version ${oldest.number} (${humanTime(oldest.startedMs)})`,
        ];
  if (!suspects.has(id)) return [lines.join(', ')];
  return [lines.join(', '), SUSPECT];
}

function versionPage(snapshot: StoredSnapshot, ownBytes: number | undefined, proof: readonly string[]): string[] {
  const { counts, volume } = snapshot;
  const lines = [versionLine(snapshot.id, snapshot)];
  const add = (name: string, text: string): void => {
    if (text !== '') lines.push(`  ${name.padEnd(6)} ${text}`);
  };
  add('note', visibleText(snapshot.note));
  add('tags', visibleText(snapshot.tags.map((tag) => `#${tag}`).join(' ')));
  lines.push(...cardLines(volume));
  for (const { number, note } of volume.partitions) {
    if (note !== '') add('note', visibleText(`${number === 0 ? 'the file system' : `p${number}`}: ${note}`));
  }
  add(
    'holds',
    `${humanBytes(counts.live)}, ${[snapshot.mode, snapshot.modeReason]
      .filter((word) => word !== '')
      .map(visibleText)
      .join(': ')}`,
  );
  for (const line of proof) add('read', line);
  const growth = `${humanBytes(counts.newBytes)} in ${countOf(counts.newChunks, 'chunk')}`;
  add('new', `${growth}, stored as ${humanBytes(counts.stored)}`);
  if (ownBytes !== undefined) add('alone', `${humanBytes(ownBytes)} that no other version holds`);
  add('from', visibleText([volume.device.path, volume.device.serial].filter((part) => part !== '').join(', serial ')));
  add('by', visibleText([snapshot.tool, snapshot.host].filter((part) => part !== '').join(' on ')));
  add('id', snapshot.id);
  return lines;
}
