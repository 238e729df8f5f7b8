/** `list [CARD]`: cards and their versions, oldest first. */
import { findCard, readCatalog } from '../snapshot/catalog.ts';
import type { Card, StoredSnapshot } from '../snapshot/catalog.ts';
import { placeDamaged } from '../snapshot/place-damaged.ts';
import type { DamagedVersion } from '../snapshot/place-damaged.ts';
import { listJson } from '../operations/list-snapshots.ts';
import { readSuspects } from '../operations/suspects.ts';
import type { CliContext } from './context.ts';
import { isUnclean, shortId } from './describe-version.ts';
import { layOutToFit, outputWidth } from './fit-table.ts';
import { countOf, humanBytes, humanTime, visibleText } from './human-format.ts';
import { writeJson, writeLines, writeNotice } from './output.ts';
import { EXIT_DONE } from './report-error.ts';
import { openChosenStore } from './store-choice.ts';

export async function listVersions(context: CliContext, cardName: string | undefined): Promise<number> {
  const { store, path } = await openChosenStore(context);
  await using _ = store;
  const catalog = await readCatalog(store);
  const cards = cardName === undefined ? catalog.cards : [findCard(catalog, cardName)];
  const suspects = await readSuspects(store);
  const damaged = placeDamaged(catalog);
  if (context.options.json) writeJson(listJson(cards, suspects, damaged));
  else if (cards.length === 0 && catalog.damaged.length > 0) writeLines([`no version in ${path} can be read`]);
  else if (cards.length === 0) writeLines(emptyLines(path, (await store.stats()).packs > 0));
  else writeLines(cards.flatMap((card, i) => [...(i === 0 ? [] : ['']), ...cardTable(card, suspects, damaged)]));
  if (context.options.json !== true && cards.length > 0) writeLines(unplacedLines(damaged));
  for (const { id, reason } of catalog.damaged) {
    writeNotice([`cardkeep: version ${shortId(id)} cannot be read: ${visibleText(reason)}`, '  see: cardkeep check']);
  }
  return EXIT_DONE;
}

function emptyLines(path: string, isBegun: boolean): string[] {
  return isBegun
    ? [`no version yet in ${path}, but a backup has begun`, '  if it was stopped, it goes on when it is run again']
    : [`no version yet in ${path}`, '  make the first: cardkeep backup'];
}

/** Under the tables: a list that is short of a version has to say so itself. */
function unplacedLines(damaged: readonly DamagedVersion[]): string[] {
  const ids = damaged.filter(({ number }) => number === undefined).map(({ id }) => shortId(id));
  return ids.length === 0 ? [] : ['', `not listed, because damaged: ${ids.join(', ')} (see: cardkeep check)`];
}

const INDENT = '  ';

function cardTable(card: Card, suspects: ReadonlySet<string>, damaged: readonly DamagedVersion[]): string[] {
  const newest = card.snapshots.at(-1);
  const size = newest === undefined ? '' : `, ${humanBytes(newest.volume.byteLength)}`;
  const model = newest === undefined ? '' : ` ${newest.volume.device.model}`.trimEnd();
  const missing = damaged.filter(({ cardId }) => cardId === card.cardId);
  const rows = [
    ...card.snapshots.map((snapshot) => ({ number: snapshot.number, row: versionRow(snapshot, suspects) })),
    ...missing.map(({ id, number = 0 }) => ({ number, row: damagedRow(id, number) })),
  ]
    .sort((a, b) => a.number - b.number)
    .map(({ row }) => row);
  const table = layOutToFit(
    [
      { title: 'version' },
      { title: 'id', dropAs: 2 },
      { title: 'time' },
      { title: 'used', align: 'right' },
      { title: 'new', align: 'right', dropAs: 3 },
      { title: 'mode', dropAs: 1 },
      { title: rows.some((row) => row[6] !== '') ? 'note' : '' },
    ],
    rows,
    outputWidth() - INDENT.length,
  );
  const lost = missing.length === 0 ? '' : ` and ${missing.length} damaged`;
  const head = `${visibleText(card.name)}  ${countOf(card.snapshots.length, 'version')}${lost}${size}${visibleText(model)}`;
  return [head, ...table.map((line) => INDENT + line)];
}

function damagedRow(id: string, number: number): string[] {
  return [`@${number}`, shortId(id), '', '', '', '', '(damaged: cardkeep check)'];
}

function versionRow(snapshot: StoredSnapshot, suspects: ReadonlySet<string>): string[] {
  return [
    `@${snapshot.number}`,
    shortId(snapshot.id),
    humanTime(snapshot.startedMs),
    humanBytes(snapshot.counts.live),
    humanBytes(snapshot.counts.newBytes),
    snapshot.mode,
    visibleText(
      [
        snapshot.note,
        snapshot.tags.map((tag) => `#${tag}`).join(' '),
        isUnclean(snapshot) ? '(was not shut down cleanly)' : '',
        suspects.has(snapshot.id) ? '(suspect)' : '',
      ]
        .filter((part) => part !== '')
        .join(' '),
    ),
  ];
}
