/** `stats`: how large the store is, and what each card costs. */
import { readStoppedStats, readStoreStats } from '../operations/store-stats.ts';
import type { StoppedStats, StoreStatistics } from '../operations/store-stats.ts';
import { readCatalog } from '../snapshot/catalog.ts';
import type { CliContext } from './context.ts';
import { countOf, humanBytes, layOutTable, visibleText } from './human-format.ts';
import { writeJson, writeLines } from './output.ts';
import { EXIT_DONE } from './report-error.ts';
import { openChosenStore } from './store-choice.ts';

export async function showStats(context: CliContext): Promise<number> {
  const { store, path } = await openChosenStore(context);
  await using _ = store;
  const catalog = await readCatalog(store);
  const stats = await readStoreStats(store, catalog);
  if (context.options.json) {
    writeJson(stats);
    return EXIT_DONE;
  }
  const stopped = await readStoppedStats(store, stats);
  writeLines([path, ...storeLines(stats, stopped)]);
  if (stats.cards.length === 0) return EXIT_DONE;
  const table = layOutTable(
    [
      { title: 'card' },
      { title: 'versions', align: 'right' },
      { title: 'size', align: 'right' },
      { title: 'new', align: 'right' },
      { title: 'stored as', align: 'right' },
    ],
    [
      ...stats.cards.map((card) => [
        visibleText(card.card),
        String(card.snapshots),
        humanBytes(card.deviceBytes),
        humanBytes(card.newBytes),
        humanBytes(card.storedBytes),
      ]),
      ...(stopped.newBytes === 0
        ? []
        : [
            [
              catalog.damaged.length > 0 ? '(other)' : '(stopped backups)',
              '',
              '',
              humanBytes(stopped.newBytes),
              humanBytes(stopped.storedBytes),
            ],
          ]),
    ],
  );
  writeLines(['', ...table.map((line) => `  ${line}`)]);
  return EXIT_DONE;
}

function storeLines(stats: StoreStatistics, { unindexedPacks }: StoppedStats): string[] {
  const { storeBytes, plainBytes, uniqueBytes } = stats;
  const counts = [countOf(stats.snapshots, 'version'), countOf(stats.chunks, 'chunk'), countOf(stats.packs, 'pack')];
  const lines = [`  store   ${humanBytes(storeBytes)}: ${counts.join(', ')}`];
  if (stats.snapshots === 0) {
    lines.push(
      `  holds   no version yet${stats.packs > 0 ? '; a backup that was stopped goes on when it is run again' : ''}`,
    );
  } else {
    const times = storeBytes > 0 && plainBytes > 0 ? `, ${(plainBytes / storeBytes).toFixed(1)} times its size` : '';
    lines.push(`  holds   ${humanBytes(plainBytes)} of used bytes in all versions${times}`);
  }
  if (uniqueBytes > 0) lines.push(`  chunks  ${humanBytes(uniqueBytes)}, each stored once`);
  if (unindexedPacks > 0) {
    lines.push(`  beside  ${countOf(unindexedPacks, 'pack')} not counted in yet: a backup runs, or was broken off`);
  }
  return lines;
}
