/** Writes down what a check found damaged, so that backups read and store it again. */
import { fromHex } from '../bytes/hex.ts';
import type { StoreProblem } from './check-problem.ts';
import { damageRecord, damagedFrames } from './distrust.ts';
import { hashInName, PACK_FOLDER } from './names.ts';
import { listRecordFiles, standingRecords, writeRecordFile } from './record-files.ts';
import type { StoreState } from './store-state.ts';

/** More in one pack are recorded as all of it: the record stays small. */
const MOST_FRAMES = 1024;

/** Damaged frames of packs, gathered from the problems that a check finds. */
export class DamageList {
  /** Offsets by pack hash; undefined: not known where, so all of it. */
  readonly packs: Map<string, Set<number> | undefined> = new Map();

  add({ kind, what, frameOffset }: StoreProblem): void {
    const hash = hashInName(what);
    if (kind !== 'damaged' || hash === undefined || !what.startsWith(`${PACK_FOLDER}/`)) return;
    const known = this.packs.has(hash) ? this.packs.get(hash) : new Set<number>();
    const isAll = known === undefined || frameOffset === undefined || known.size >= MOST_FRAMES;
    this.packs.set(hash, isAll ? undefined : known.add(frameOffset));
  }
}

/** False when it cannot be written. What earlier records say is not written again. */
export async function recordDamage(state: StoreState, damage: DamageList): Promise<boolean> {
  const { storage, config } = state;
  try {
    const known = damagedFrames(standingRecords(await listRecordFiles(storage, config.storeId, () => undefined)));
    for (const [hash, offsets] of damage.packs) {
      const isKnown = known.has(hash) && isWithin(offsets, known.get(hash));
      if (isKnown) continue;
      const record = damageRecord(
        fromHex(hash),
        [...(offsets ?? [])].sort((a, b) => a - b),
        await storage.now(),
      );
      await writeRecordFile(storage, config.storeId, record);
    }
    return true;
  } catch {
    // A store that is read-only, a full disk: the check says what it found all the same.
    return false;
  }
}

function isWithin(offsets: ReadonlySet<number> | undefined, known: ReadonlySet<number> | undefined): boolean {
  if (known === undefined) return true;
  return offsets !== undefined && [...offsets].every((offset) => known.has(offset));
}
