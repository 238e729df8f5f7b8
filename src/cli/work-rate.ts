/** How fast work goes right now, and how long the rest will take, from the last seconds alone. */

/** Long enough to ride over a card's pauses, short enough to be "now". */
const WINDOW_MS = 8000;
const SAMPLE_MS = 250;

interface Sample {
  readonly atMs: number;
  readonly doneBytes: number;
}

export class WorkRate {
  readonly #samples: Sample[] = [];

  add(atMs: number, doneBytes: number): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && doneBytes < last.doneBytes) this.#samples.length = 0;
    if (last !== undefined && this.#samples.length > 1 && atMs - last.atMs < SAMPLE_MS) return;
    this.#samples.push({ atMs, doneBytes });
    while (this.#samples.length > 2 && atMs - (this.#samples[0]?.atMs ?? atMs) > WINDOW_MS) this.#samples.shift();
  }

  /** Undefined until there is something to say. */
  bytesPerSecond(nowMs: number, doneBytes: number): number | undefined {
    const first = this.#samples[0];
    if (first === undefined || nowMs - first.atMs < SAMPLE_MS) return undefined;
    const rate = ((doneBytes - first.doneBytes) * 1000) / (nowMs - first.atMs);
    return rate > 0 ? rate : undefined;
  }
}
