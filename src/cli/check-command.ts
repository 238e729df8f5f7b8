/** `check [SNAPSHOT]`: the store, or the proof that one version can be restored. Damage is exit code 4. */
import { checkSnapshot } from '../operations/check-snapshot.ts';
import { checkStore } from '../operations/check-store.ts';
import type { StoreCheck } from '../operations/check-store.ts';
import { readSuspects } from '../operations/suspects.ts';
import { findSnapshot, readCatalog } from '../snapshot/catalog.ts';
import type { Store } from '../store/store.ts';
import { damageLines, versionDamageLines } from './check-lines.ts';
import type { CliContext } from './context.ts';
import { SUSPECT, SUSPECT_CURE } from './describe-version.ts';
import { countOf, humanBytes, humanDuration, visibleText } from './human-format.ts';
import { writeJson, writeLines } from './output.ts';
import { withProgress } from './progress-display.ts';
import { EXIT_DAMAGED, EXIT_DONE } from './report-error.ts';
import { openChosenStore } from './store-choice.ts';

export interface CheckFlags {
  readonly readData?: boolean;
}

export async function check(context: CliContext, reference: string | undefined, flags: CheckFlags): Promise<number> {
  // What opening works around is found again by the check itself, which tells more.
  const { store, path } = await openChosenStore(context, () => undefined);
  await using _ = store;
  // Awaited here: the store is closed when this function returns.
  if (reference === undefined) return await checkWhole(context, store, path, flags.readData === true);
  return await checkVersion(context, store, reference);
}

async function checkVersion(context: CliContext, store: Store, reference: string): Promise<number> {
  const snapshot = findSnapshot(await readCatalog(store), reference);
  const startMs = context.now();
  const result = await withProgress(context, async (onProgress) =>
    checkSnapshot(store, snapshot, { onProgress, signal: context.signal }),
  );
  const { ok, readBytes, fileSystems, problems } = result;
  const suspect = (await readSuspects(store)).has(snapshot.id);
  if (context.options.json) {
    const listed = problems.map((problem) => ({ ...problem, snapshots: [snapshot.id] }));
    writeJson({ ok, snapshot: snapshot.id, suspect, snapshots: 1, readBytes, fileSystems, problems: listed });
  } else {
    const name = visibleText(`${snapshot.card}@${snapshot.number}`);
    const lines = fileSystems.map((line) => `  ${visibleText(line)}`);
    const took = humanDuration(context.now() - startMs);
    const restorable = `${name} can be restored${suspect ? ', but is suspect' : ''}`;
    const proof = `${restorable}: ${humanBytes(readBytes)} read back and verified in ${took}`;
    const doubt = suspect ? [`  ${SUSPECT}`, `  ${SUSPECT_CURE}`] : [];
    writeLines([...(ok ? [proof, ...lines] : versionDamageLines(result, name)), ...doubt]);
  }
  return ok ? EXIT_DONE : EXIT_DAMAGED;
}

async function checkWhole(context: CliContext, store: Store, path: string, readData: boolean): Promise<number> {
  const startMs = context.now();
  const result = await withProgress(context, async (onProgress) =>
    checkStore(store, { readData, recordsDamage: true, onProgress, signal: context.signal }),
  );
  if (context.options.json) {
    writeJson(storeDocument(result));
    return result.ok ? EXIT_DONE : EXIT_DAMAGED;
  }
  const took = humanDuration(context.now() - startMs);
  const looked = [countOf(result.snapshots, 'version'), countOf(result.chunks, 'chunk'), countOf(result.packs, 'pack')];
  const read = readData ? `, ${humanBytes(result.readBytes)} read and verified` : '';
  const lines = [`${path}: ${looked.join(', ')}${read}, in ${took}`];
  if (result.unindexedPacks > 0) {
    lines.push(
      `  ${countOf(result.unindexedPacks, 'pack')} of a backup that was broken off: the next backup takes it up`,
    );
  }
  if (result.ok) {
    lines.push(readData ? '  no damage found' : '  no damage found (cardkeep check --read-data reads every chunk too)');
  } else {
    lines.push(...damageLines(result, await readCatalog(store), readData).map((line) => `  ${line}`));
  }
  writeLines(lines);
  return result.ok ? EXIT_DONE : EXIT_DAMAGED;
}

/** The names are a contract. */
function storeDocument({ ok, snapshots, chunks, packs, readBytes, problems }: StoreCheck): object {
  const listed = problems.map(({ kind, what, snapshots: hit }) => ({ kind, what, snapshots: hit }));
  return { ok, snapshots, chunks, packs, readBytes, problems: listed };
}
