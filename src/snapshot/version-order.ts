/** Which version is newer: within a card by number; over all cards by when it was written into the store. */

interface AgedVersion {
  readonly id: string;
  readonly number: number;
  readonly startedMs: number;
  readonly finishedMs: number;
}

/** Order within a card. Number, then time, then ID: a Pi has no clock, so time alone orders nothing. */
export function byAge(a: AgedVersion, b: AgedVersion): number {
  return a.number - b.number || a.startedMs - b.startedMs || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/**
 * The versions of all cards in the order in which they were written, each card's in order of number: one that was
 * written by a clock that had gone back counts as written when the version before it was. Each card's must be in order.
 */
export function inOrderWritten<Version extends AgedVersion>(
  cards: readonly { readonly snapshots: readonly Version[] }[],
): Version[] {
  const rows = cards.flatMap(({ snapshots }) => {
    let writtenMs = 0;
    return snapshots.map((version) => {
      writtenMs = Math.max(writtenMs, version.finishedMs);
      return { version, writtenMs };
    });
  });
  return rows.sort((a, b) => a.writtenMs - b.writtenMs).map(({ version }) => version);
}
