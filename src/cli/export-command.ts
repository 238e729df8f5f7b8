/** `export VERSION FILE`: a version as an image file for other tools. */
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { runCommand } from '../device/run-command.ts';
import { shellWord } from '../device/shell-word.ts';
import { CardkeepError } from '../errors.ts';
import { exportToFile, exportToStream } from '../operations/export-snapshot.ts';
import type { ExportCounts } from '../operations/export-snapshot.ts';
import { guardTarget } from '../operations/guard-target.ts';
import { planSnapshotRestore } from '../operations/restore-snapshot.ts';
import { readSuspects } from '../operations/suspects.ts';
import type { Reshaped } from '../operations/reshape-snapshot.ts';
import type { RestorePlan } from '../restore/restore-plan.ts';
import { findSnapshot, readCatalog } from '../snapshot/catalog.ts';
import type { StoredSnapshot } from '../snapshot/catalog.ts';
import type { Store } from '../store/store.ts';
import type { CliContext } from './context.ts';
import { exportTargetOf, requireExportSpace, requireNewFiles, STDOUT } from './export-target.ts';
import type { ExportTarget } from './export-target.ts';
import { humanBytes, humanDuration, visibleText } from './human-format.ts';
import { writeBytes, writeJson, writeLines, writeNotice } from './output.ts';
import { withProgress } from './progress-display.ts';
import { EXIT_DONE, withStopHint } from './report-error.ts';
import { newIdLines, reshapeDocument, reshapeLines, reshapeTodoLines, reshapeWarnings } from './reshape-text.ts';
import { suspectLines, suspectWarnings } from './restore-plan-text.ts';
import { shapeOf, wantedFileBytes } from './restore-shape.ts';
import type { ShapeFlags } from './restore-shape.ts';
import { openChosenStore } from './store-choice.ts';

export interface ExportFlags extends ShapeFlags {
  readonly format?: string;
  /** False with --no-bmap. */
  readonly bmap: boolean;
  readonly force?: boolean;
}

interface Work {
  readonly store: Store;
  readonly snapshot: StoredSnapshot;
  readonly isSuspect: boolean;
  readonly reshaped: Reshaped;
  readonly plan: RestorePlan;
  readonly target: ExportTarget;
  /** As the user wrote it. */
  readonly word: string;
}

export async function exportVersion(
  context: CliContext,
  reference: string,
  word: string,
  flags: ExportFlags,
): Promise<number> {
  const target = await exportTargetOf(word, { format: flags.format, bmap: flags.bmap });
  if (target.path === STDOUT) requirePipe(context);
  const opened = await openChosenStore(context);
  await using store = opened.store;
  const snapshot = findSnapshot(await readCatalog(store), reference);
  const force = flags.force === true;
  if (target.path !== STDOUT) {
    await requireNewFiles(target, force);
    const imagePath = snapshot.host === hostname() ? snapshot.volume.device.path : undefined;
    await guardTarget(target.path, { storePath: opened.path, imagePath, force, run: runCommand });
  }
  const isSuspect = (await readSuspects(store)).has(snapshot.id);
  const { sectorSize } = snapshot.volume;
  const byteLength = wantedFileBytes(flags, true) ?? snapshot.volume.byteLength;
  const reshaped = await shapeOf(context, store, snapshot, byteLength, flags);
  const { edits, editedBytes } = reshaped;
  const options = { edits, editedBytes, targetIsZero: true, signal: context.signal };
  const plan = await withProgress(context, async (onProgress) =>
    planSnapshotRestore(store, snapshot, { byteLength, sectorSize }, { ...options, onProgress }),
  );
  const work: Work = { store, snapshot, isSuspect, reshaped, plan, target, word };
  await tellPlan(context, work, force);
  // Awaited here: the store is closed when this function returns.
  return await write(context, work);
}

/** Throws E_USAGE: an image is nothing for a terminal, nor for one who waits for a JSON document. */
function requirePipe({ options }: CliContext): void {
  if (options.json === true) {
    throw new CardkeepError('usage', 'E_USAGE', 'standard output cannot be both the image and a JSON document', {
      hint: 'name a file, or leave out --json',
    });
  }
  if (!process.stdout.isTTY) return;
  throw new CardkeepError('usage', 'E_USAGE', 'standard output is a terminal, where an image is of no use', {
    hint: 'give it to another program: cardkeep export octopi - | ssh lab "sudo dd of=/dev/sda bs=4M"',
  });
}

async function tellPlan(context: CliContext, work: Work, force: boolean): Promise<void> {
  const { target, plan, word } = work;
  const { json, quiet } = context.options;
  const lines: string[] = [];
  if (target.path !== STDOUT) {
    const { neededBytes, freeBytes } = await requireExportSpace(target, plan, force);
    const needs = `${target.compression === undefined ? 'takes' : 'takes at most'} ${humanBytes(neededBytes)}`;
    lines.push(`${visibleText(word)}: ${needs}; ${humanBytes(freeBytes)} are free`);
  }
  if (json !== true) writeNotice([...(quiet === true ? [] : lines), ...suspectLines(work)]);
}

async function write(context: CliContext, work: Work): Promise<number> {
  const { store, snapshot, plan, target, word } = work;
  const { compression, bmapPath } = target;
  const startMs = context.now();
  const hint = target.path === STDOUT ? 'what was written is no whole image' : `nothing is left of ${word}`;
  const counts = await withStopHint(hint, async () =>
    withProgress(context, async (onProgress) => {
      const options = { compression, signal: context.signal, onProgress };
      if (target.path === STDOUT) return exportToStream(store, snapshot, plan, writeBytes, options);
      const files = { path: target.path, bmapPath, owner: context.user.owner };
      return exportToFile(store, snapshot, plan, files, options);
    }),
  );
  tell(context, work, counts, context.now() - startMs);
  return EXIT_DONE;
}

function tell(context: CliContext, work: Work, counts: ExportCounts, elapsedMs: number): void {
  const { snapshot, target, word } = work;
  const { imageBytes, dataBytes, fileBytes, mappedBytes } = counts;
  const version = { volume: snapshot.volume, reshaped: work.reshaped, devicePath: undefined };
  const warnings = [...suspectWarnings(work), ...reshapeWarnings(version), ...staleMapWarnings(target)];
  if (context.options.json === true) {
    writeJson({
      snapshot: snapshot.id,
      file: target.path,
      format: target.format,
      imageBytes,
      dataBytes,
      fileBytes,
      bmap: target.bmapPath ?? null,
      mappedBytes: mappedBytes ?? null,
      ...reshapeDocument(version),
      warnings,
      elapsedMs,
    });
    return;
  }
  if (context.options.quiet === true) return;
  const name = visibleText(`${snapshot.card}@${snapshot.number}`);
  const packed = target.compression === undefined ? '' : `, compressed to ${humanBytes(fileBytes)}`;
  const lines = [
    `${name} is ${target.path === STDOUT ? 'written' : `in ${visibleText(word)}`}`,
    `  an image of ${humanBytes(imageBytes)}, ${humanBytes(dataBytes)} of it in use${packed}, in ${humanDuration(elapsedMs)}`,
    ...(mappedBytes === undefined
      ? []
      : [
          `  to a card in ${humanBytes(mappedBytes)} of writing: sudo bmaptool copy ${visibleText(shellWord(word))} /dev/sdX`,
        ]),
    ...reshapeLines(version, 'done'),
    ...reshapeTodoLines(version),
    ...newIdLines(version),
    ...staleMapWarnings(target).map(({ message }) => `  note: ${visibleText(message)}`),
  ];
  if (target.path === STDOUT) writeNotice(lines);
  else writeLines(lines);
}

/** bmaptool takes what lies beside an image for its map. */
function staleMapWarnings({ path: filePath, bmapPath }: ExportTarget): { code: string; message: string }[] {
  const place = `${filePath}.bmap`;
  if (filePath === STDOUT || bmapPath !== undefined || !existsSync(place)) return [];
  return [{ code: 'W_OTHER_BMAP', message: `${place} is of another image: remove it` }];
}
