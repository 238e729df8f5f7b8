/** Where in the lists a version belongs whose own file cannot be read, as far as the others tell. */
import type { Catalog } from './catalog.ts';

export interface DamagedVersion {
  /** Full hexadecimal ID. */
  readonly id: string;
  readonly reason: string;
  /** Undefined where nothing that can be read names it. */
  readonly cardId: string | undefined;
  readonly number: number | undefined;
}

/** By the version that names it as its parent, where the numbers before that one leave just one place. */
export function placeDamaged({ cards, damaged }: Catalog): DamagedVersion[] {
  const placeOfParent = new Map<string, { cardId: string; number: number }>();
  for (const { cardId, snapshots } of cards) {
    for (const [i, { parent, number }] of snapshots.entries()) {
      if (number - (snapshots[i - 1]?.number ?? 0) === 2) placeOfParent.set(parent, { cardId, number: number - 1 });
    }
  }
  return damaged.map(({ id, reason }) => {
    const place = placeOfParent.get(id);
    return { id, reason, cardId: place?.cardId, number: place?.number };
  });
}
