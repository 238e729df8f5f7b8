/**
 * Progress on stderr: a bar on a terminal, a plain line every 10 seconds elsewhere, nothing with --quiet or
 * --no-progress. SIGUSR1 (and SIGINFO, Ctrl-T on macOS) prints the status line at any time, as dd users expect.
 */
import type { SingleBar } from 'cli-progress';
import type { Progress } from '../operations/progress.ts';
import type { CliContext } from './context.ts';
import { humanBytes, humanDuration } from './human-format.ts';
import { writeNotice } from './output.ts';
import { WorkRate } from './work-rate.ts';

interface ProgressDisplay {
  onProgress(progress: Progress): void;
  /** Takes the bar away. Must be called before anything else is said. */
  stop(): void;
}

const LINE_EVERY_MS = 10_000;
const BAR_CELLS = 24;
const PHASE_WORDS: Readonly<Record<Progress['phase'], string>> = {
  scan: 'scan',
  read: 'read',
  write: 'write',
  verify: 'verify',
  check: 'check',
};

/** Shows what `onProgress` is told while `work` runs; the bar is gone when it returns or throws. */
export async function withProgress<T>(
  context: CliContext,
  work: (onProgress: (progress: Progress) => void) => Promise<T>,
): Promise<T> {
  const display = await startProgress(context);
  try {
    return await work((progress) => display.onProgress(progress));
  } finally {
    display.stop();
  }
}

async function startProgress(context: CliContext): Promise<ProgressDisplay> {
  const { quiet, progress: isWanted } = context.options;
  const status = new StatusLine(context.now);
  const printStatus = (): void => writeNotice([status.text()]);
  const signals = ['SIGUSR1', ...(process.platform === 'darwin' ? (['SIGINFO'] as const) : [])] as const;
  for (const signal of signals) process.on(signal, printStatus);
  const bar = isWanted && !quiet && process.stderr.isTTY ? await makeBar(status) : undefined;
  const timer = isWanted && !quiet && bar === undefined ? setInterval(printStatus, LINE_EVERY_MS).unref() : undefined;
  return {
    onProgress(progress) {
      status.update(progress);
      bar?.update(progress);
    },
    stop() {
      bar?.stop();
      clearInterval(timer);
      for (const signal of signals) process.off(signal, printStatus);
    },
  };
}

interface Bar {
  update(progress: Progress): void;
  stop(): void;
}

/** One bar a phase; each is taken away when its phase ends. */
async function makeBar(status: StatusLine): Promise<Bar> {
  const { default: cliProgress } = await import('cli-progress');
  let bar: SingleBar | undefined;
  let phase: Progress['phase'] | undefined;
  return {
    update(progress) {
      if (progress.phase !== phase) {
        bar?.stop();
        phase = progress.phase;
        bar = new cliProgress.SingleBar({
          format: () => status.barText(process.stderr.columns ?? 80),
          stream: process.stderr,
          clearOnComplete: true,
          hideCursor: true,
          // Ctrl-C is ours to handle: the bar would end the process at once.
          gracefulExit: false,
          linewrap: null,
          fps: 8,
        });
        bar.start(Math.max(progress.totalBytes, 1), progress.doneBytes);
        return;
      }
      bar?.setTotal(Math.max(progress.totalBytes, 1));
      bar?.update(Math.min(progress.doneBytes, progress.totalBytes));
    },
    stop() {
      bar?.stop();
      bar = undefined;
      phase = undefined;
    },
  };
}

class StatusLine {
  readonly #now: () => number;
  readonly #startMs: number;
  #rate = new WorkRate();
  #progress: Progress = { phase: 'scan', doneBytes: 0, totalBytes: 0 };

  constructor(now: () => number) {
    this.#now = now;
    this.#startMs = now();
  }

  update(progress: Progress): void {
    if (progress.phase !== this.#progress.phase) this.#rate = new WorkRate();
    this.#progress = progress;
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
    if (totalBytes === 0) return `${word} ${humanDuration(this.#now() - this.#startMs)}`;
    const filled = Math.round((BAR_CELLS * this.#percent()) / 100);
    const cells = `${'='.repeat(filled)}${filled < BAR_CELLS ? '>' : ''}`.slice(0, BAR_CELLS).padEnd(BAR_CELLS);
    let line = `${word} [${cells}] ${String(this.#percent()).padStart(3)}%`;
    for (const part of [this.#amounts(), ...this.#details()]) {
      if (line.length + 2 + part.length >= width) break;
      line += `  ${part}`;
    }
    return line.slice(0, Math.max(width - 1, 10));
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
