/** What `check` found, one line for each thing that is damaged, then what it means and what can be done. */
import type { SnapshotCheck } from '../operations/check-snapshot.ts';
import type { CheckProblem, StoreCheck } from '../operations/check-store.ts';
import type { Catalog } from '../snapshot/catalog.ts';
import { shortId } from './describe-version.ts';
import { countOf, visibleText, withHumanSizes } from './human-format.ts';

/** Names in one line; of more, the first ones and how many there are. */
const MOST_NAMES = 8;
const KEEP_STORE = 'the disk of the store may be failing: copy the store to another one before more is lost';
const STORE_AGAIN = 'then, as long as the card holds what is lost here, this stores it again: sudo cardkeep backup';

/** Lines about the problems of a store; empty when there are none. */
export function damageLines(check: StoreCheck, catalog: Catalog, readData: boolean): string[] {
  const { problems, isDamageRecorded, untold } = check;
  if (problems.length === 0) return [];
  const hit = new Set(problems.flatMap((problem) => problem.snapshots));
  const count = countOf(problems.length, 'problem');
  const lines = groupsOf(problems).map((group) => groupLine(group, catalog));
  if (untold > 0) lines.push(`and ${countOf(untold, 'more problem')}: what they hit is not known`);
  if (hit.size === 0 && untold === 0) {
    lines.push(`${count}, but no version needs what is damaged: each can be read`, KEEP_STORE);
    return lines;
  }
  lines.push(`${count}; ${hitWords([...hit], check, catalog)}`, KEEP_STORE);
  if (!readData) lines.push('first let it find and note all that is damaged: cardkeep check --read-data');
  const isInPacks = problems.some(({ file, snapshots: hits }) => hits.length > 0 && !isOfVersion(file));
  if (isDamageRecorded && isInPacks) lines.push(STORE_AGAIN);
  return lines;
}

function hitWords(hit: readonly string[], { snapshots, untold }: StoreCheck, catalog: Catalog): string {
  const notWhole = hit.length === 0 ? '' : `not whole: ${versionNames(hit, catalog)}; `;
  if (hit.length >= snapshots) return `${notWhole}no version is whole`;
  if (untold > 0) return `${notWhole}of the other versions it is not known: cardkeep check VERSION`;
  return `${notWhole}whole: ${snapshots - hit.length} of ${snapshots} versions`;
}

function isOfVersion(file: string | undefined): boolean {
  return file?.startsWith('snapshots/') === true;
}

/** Lines about a version that is damaged. */
export function versionDamageLines({ problems, fileSystems }: SnapshotCheck, name: string): string[] {
  return [
    `${name} is damaged: ${countOf(problems.length, 'problem')}`,
    ...problems.map(({ what }) => `  ${readable(what)}`),
    ...fileSystems.map((line) => `  ${readable(line)}`),
    `  ${KEEP_STORE}`,
    '  what else is hit, noted for the next backup: cardkeep check --read-data',
    `  ${STORE_AGAIN}`,
  ];
}

/** Problems of one kind in one file: a disk that fails may spoil a hundred frames of a pack. */
function groupsOf(problems: readonly CheckProblem[]): CheckProblem[][] {
  const groups = new Map<string, CheckProblem[]>();
  for (const problem of problems) {
    const key = `${problem.kind} ${problem.file ?? problem.what}`;
    groups.set(key, [...(groups.get(key) ?? []), problem]);
  }
  return [...groups.values()];
}

function groupLine(group: readonly CheckProblem[], catalog: Catalog): string {
  const { kind, what, file } = group[0]!;
  const hit = [...new Set(group.flatMap(({ snapshots }) => snapshots))];
  const names = hit.length === 0 ? '' : ` (hits ${versionNames(hit, catalog)})`;
  return readable(`${kind}: ${group.length === 1 ? what : `${file ?? what} in ${group.length} places`}${names}`);
}

function versionNames(ids: readonly string[], catalog: Catalog): string {
  const all = catalog.cards.flatMap((card) => card.snapshots);
  const isHit = new Set(ids);
  const known = all.filter(({ id }) => isHit.has(id));
  const knownIds = new Set(known.map(({ id }) => id));
  const names = [
    ...known.map(({ card, number }) => `${card}@${number}`),
    ...ids.filter((id) => !knownIds.has(id)).map(shortId),
  ];
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  return visibleText(`${names.slice(0, MOST_NAMES).join(', ')}${more}`);
}

/** Names of files are hashes: their beginning tells them apart. */
function readable(text: string): string {
  return visibleText(withHumanSizes(text)).replaceAll(/\b([0-9a-f]{12})[0-9a-f]{52}\b/gu, '$1');
}
