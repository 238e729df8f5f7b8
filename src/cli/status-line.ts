/** Where the work stands, in one line: for the bar, for plain lines and for those who ask with SIGUSR1. */
import type { Progress } from '../operations/progress.ts';
import { humanBytes, humanDuration } from './human-format.ts';
import { WorkRate } from './work-rate.ts';

const BAR_CELLS = 24;

/** `work`: what nobody tells the progress of. */
type Phase = Progress['phase'] | 'work';

const PHASE_WORDS: Readonly<Record<Phase, string>> = {
  work: 'working',
  unpack: 'unpack',
  open: 'reading the store',
  plan: 'planning',
  scan: 'scan',
  read: 'read',
  finish: 'finishing',
  write: 'write',
  verify: 'verify',
  check: 'check',
};

export class StatusLine {
  readonly #now: () => number;
  /** When the phase began. */
  #startMs: number;
  #rate = new WorkRate();
  #progress: Omit<Progress, 'phase'> & { readonly phase: Phase };

  constructor(now: () => number) {
    this.#now = now;
    this.#startMs = now();
    this.#progress = NO_PROGRESS;
  }

  /** Undefined: nobody tells any more. */
  update(progress: Progress | undefined): void {
    if (progress?.phase !== this.#progress.phase) {
      this.#rate = new WorkRate();
      this.#startMs = this.#now();
    }
    this.#progress = progress ?? NO_PROGRESS;
    if (progress === undefined) return;
    this.#rate.add(this.#now(), progress.doneBytes);
  }

  /** `read 52%, 1.20 of 2.40 GB, 38 MB/s, 31 s left, 3.4 MB new`. */
  text(): string {
    const { phase, totalBytes } = this.#progress;
    if (totalBytes === 0) return `${PHASE_WORDS[phase]}, ${humanDuration(this.#now() - this.#startMs)} so far`;
    return `${PHASE_WORDS[phase]} ${[`${this.#percent()}%`, this.#amounts(), ...this.#details()].join(', ')}`;
  }

  /** The same with a bar, cut to the width of the terminal: what does not fit is left out from the end. */
  barText(width: number): string {
    const { phase, totalBytes } = this.#progress;
    const word = PHASE_WORDS[phase].padEnd(6);
    if (totalBytes === 0) return `${word} ${humanDuration(this.#now() - this.#startMs)}`.slice(0, mostCells(width));
    const filled = Math.round((BAR_CELLS * this.#percent()) / 100);
    const cells = `${'='.repeat(filled)}${filled < BAR_CELLS ? '>' : ''}`.slice(0, BAR_CELLS).padEnd(BAR_CELLS);
    let line = `${word} [${cells}] ${String(this.#percent()).padStart(3)}%`;
    for (const part of [this.#amounts(), ...this.#details()]) {
      if (line.length + 2 + part.length > mostCells(width)) break;
      line += `  ${part}`;
    }
    return line.slice(0, mostCells(width));
  }

  #percent(): number {
    const { doneBytes, totalBytes } = this.#progress;
    // 100 % is said when it is done and not before.
    return Math.min(Math.floor((doneBytes / totalBytes) * 100), 100);
  }

  #amounts(): string {
    const { doneBytes, totalBytes } = this.#progress;
    return amountOf(doneBytes, totalBytes);
  }

  #details(): string[] {
    const { doneBytes, totalBytes, newBytes } = this.#progress;
    const rate = this.#rate.bytesPerSecond(this.#now(), doneBytes);
    const details: string[] = [];
    if (rate !== undefined) {
      details.push(`${humanBytes(Math.round(rate))}/s`);
      if (doneBytes < totalBytes) details.push(`${timeLeft((totalBytes - doneBytes) / rate)} left`);
    }
    if (newBytes !== undefined) details.push(`${humanBytes(newBytes)} new`);
    return details;
  }
}

const NO_PROGRESS = { phase: 'work', doneBytes: 0, totalBytes: 0 } as const;

/** The terminal itself writes `^C` behind the line: with it too, the line must not wrap. */
function mostCells(width: number): number {
  return Math.max(width - 3, 10);
}

/** `0.21 of 2.40 GB`, in the unit of the whole: near the end too, each step is seen. */
function amountOf(doneBytes: number, totalBytes: number): string {
  const [divisor, unit] = totalBytes >= 1e9 ? [1e9, 'GB'] : totalBytes >= 1e6 ? [1e6, 'MB'] : [1e3, 'kB'];
  const digits = unit === 'GB' ? 2 : 1;
  return `${(doneBytes / divisor).toFixed(digits)} of ${(totalBytes / divisor).toFixed(digits)} ${unit}`;
}

/** In whole seconds: more would be false. */
function timeLeft(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 10 ? `${whole} s` : humanDuration(whole * 1000);
}
