/** `stats`: how large the store is, and what each card costs. */
import { readStoreStats } from '../operations/store-stats.ts';
import { readCatalog } from '../snapshot/catalog.ts';
import type { CliContext } from './context.ts';
import { countOf, humanBytes, layOutTable, visibleText } from './human-format.ts';
import { writeJson, writeLines } from './output.ts';
import { EXIT_DONE } from './report-error.ts';
import { openChosenStore } from './store-choice.ts';

export async function showStats(context: CliContext): Promise<number> {
  const { store, path } = await openChosenStore(context);
  await using _ = store;
  const stats = await readStoreStats(store, await readCatalog(store));
  if (context.options.json) {
    writeJson(stats);
    return EXIT_DONE;
  }
  const { storeBytes, plainBytes, uniqueBytes } = stats;
  const times = storeBytes > 0 && plainBytes > 0 ? `, ${(plainBytes / storeBytes).toFixed(1)} times its size` : '';
  const counts = [countOf(stats.snapshots, 'version'), countOf(stats.chunks, 'chunk'), countOf(stats.packs, 'pack')];
  writeLines([
    path,
    `  store   ${humanBytes(storeBytes)}: ${counts.join(', ')}`,
    `  holds   ${humanBytes(plainBytes)} of used bytes in all versions${times}`,
    `  of it   ${humanBytes(uniqueBytes)} are different`,
  ]);
  if (stats.cards.length === 0) return EXIT_DONE;
  const table = layOutTable(
    [
      { title: 'card' },
      { title: 'versions', align: 'right' },
      { title: 'size', align: 'right' },
      { title: 'new', align: 'right' },
      { title: 'stored as', align: 'right' },
    ],
    stats.cards.map((card) => [
      visibleText(card.card),
      String(card.snapshots),
      humanBytes(card.deviceBytes),
      humanBytes(card.newBytes),
      humanBytes(card.storedBytes),
    ]),
  );
  writeLines(['', ...table.map((line) => `  ${line}`)]);
  return EXIT_DONE;
}
