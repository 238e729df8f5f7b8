import { setTimeout as sleep } from 'node:timers/promises';

/** Reads of files are over by then; a pipe may have nothing to give for ever. */
const PATIENCE_MS = 1000;

/** Waits until `work` is over, whatever becomes of it, but not for input that neither comes nor ends. */
export async function settleSoon(work: Promise<unknown>): Promise<void> {
  const isOver = new AbortController();
  const patience = sleep(PATIENCE_MS, undefined, { signal: isOver.signal }).catch(() => undefined);
  const done = work.then(
    () => undefined,
    () => undefined,
  );
  await Promise.race([done, patience]);
  isOver.abort();
}
