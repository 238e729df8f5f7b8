/** What a backup tells the user although it goes on. The codes are stable. */
import type { DiskMap } from '../capture/disk-map.ts';
import { NO_KNOWN_FILE_SYSTEM } from '../filesystems/detect.ts';
import { isKeepWhole } from '../filesystems/filesystem.ts';
import type { Catalog } from '../snapshot/catalog.ts';
import type { ChosenCard } from './choose-card.ts';
import type { Warning } from './progress.ts';

export function warningsOf(
  disk: DiskMap,
  card: ChosenCard,
  catalog: Catalog,
  { atMs, now }: { readonly atMs?: number | undefined; readonly now: () => number },
): Warning[] {
  return [...warningsOfDisk(disk), ...card.notices, ...warningsOfTime(card, atMs, now()), ...warningsOfDamage(catalog)];
}

/** What was kept for safety, or left out. */
function warningsOfDisk(disk: DiskMap): Warning[] {
  const warnings: Warning[] = disk.layout.notes.map((message) => ({ code: 'W_TABLE', message }));
  if (disk.keepWhole !== undefined) {
    warnings.push({ code: 'W_KEPT_WHOLE', message: `all of the device was kept: ${disk.keepWhole}` });
  }
  if (isNothingKnown(disk)) {
    const message =
      'no partition table and no known file system was found: all of it was kept; is it an image of a disk?';
    return [...warnings, { code: 'W_NOTHING_KNOWN', message }];
  }
  for (const { entry, report } of disk.partitions) {
    const name = entry.number === 0 ? 'the file system' : `partition ${entry.number}`;
    if (isKeepWhole(report)) {
      if (disk.keepWhole === undefined) {
        warnings.push({ code: 'W_KEPT_WHOLE', message: `${name}: all of it was kept: ${report.keepWhole}` });
      }
    } else if (report.note !== undefined) {
      warnings.push({ code: report.clean ? 'W_NOTE' : 'W_UNCLEAN', message: `${name}: ${report.note}` });
    }
  }
  if (disk.tailFreeBytes > 0) {
    const message = `${disk.tailFreeBytes} bytes after the last partition were not stored (--raw keeps them)`;
    warnings.push({ code: 'W_TAIL', message });
  }
  return warnings;
}

/** Not for a card in an unknown format alone: also for a file that is no image at all. */
function isNothingKnown({ layout, partitions }: DiskMap): boolean {
  const [whole] = partitions;
  if (layout.table !== 'none' || whole === undefined || !isKeepWhole(whole.report)) return false;
  return whole.report.keepWhole === NO_KNOWN_FILE_SYSTEM;
}

function warningsOfDamage({ damaged }: Catalog): Warning[] {
  return damaged.map(({ id }) => ({
    code: 'W_DAMAGED_VERSION',
    message: `version ${id.slice(0, 8)} in the store cannot be read: cardkeep check`,
  }));
}

/** A time that the user gave and that others of the card do not lead to expect. */
function warningsOfTime(card: ChosenCard, atMs: number | undefined, nowMs: number): Warning[] {
  if (atMs === undefined) return [];
  const warnings: Warning[] = [];
  if (atMs > nowMs) warnings.push({ code: 'W_FUTURE_TIME', message: 'its time lies in the future' });
  const { previous, name, number } = card;
  if (previous !== undefined && atMs < previous.startedMs) {
    const message = `its time is before that of version ${previous.number}; numbers count, so ${name} now means version ${number}`;
    warnings.push({ code: 'W_OLDER_TIME', message: `${message}, and ${name}~1 version ${previous.number}` });
  }
  return warnings;
}
