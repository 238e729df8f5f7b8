/**
 * Progress on stderr: a bar on a terminal, a plain line every 10 seconds elsewhere, nothing with --quiet or
 * --no-progress. SIGUSR1 (and SIGINFO, Ctrl-T on macOS) prints the status line at any time, as dd users expect.
 */
import type { Progress } from '../operations/progress.ts';
import type { CliContext, GlobalOptions, ProgressDisplay } from './context.ts';
import { hideLiveLine, mayShowLiveLine, setLiveLine } from './live-line.ts';
import { writeNotice } from './output.ts';
import { StatusLine } from './status-line.ts';

const LINE_EVERY_MS = 10_000;
const LOOK_EVERY_MS = 125;
/** Work that is over sooner needs no line of its own. */
const SHOW_AFTER_MS = 700;

/** Shows what `onProgress` is told while `work` runs; the bar is gone when it returns or throws. */
export async function withProgress<T>(
  context: CliContext,
  work: (onProgress: (progress: Progress) => void) => Promise<T>,
): Promise<T> {
  try {
    return await work((progress) => context.display.update(progress));
  } finally {
    context.display.update(undefined);
    hideLiveLine();
  }
}

export interface DisplayOptions extends Pick<GlobalOptions, 'quiet' | 'progress'> {
  readonly now: () => number;
  /** When it is aborted, the bar goes and comes no more. */
  readonly signal: AbortSignal;
}

/** One for the whole command, so that whatever takes long shows that it lives. */
export async function startDisplay(options: DisplayOptions): Promise<ProgressDisplay & Disposable> {
  const status = new StatusLine(options.now);
  const printStatus = (): void => writeNotice([status.text()]);
  const signals = ['SIGUSR1', ...(process.platform === 'darwin' ? (['SIGINFO'] as const) : [])] as const;
  for (const signal of signals) process.on(signal, printStatus);
  const isWanted = options.progress && options.quiet !== true;
  const bar = isWanted && process.stderr.isTTY ? await startBar(status, options) : undefined;
  const timer = isWanted && bar === undefined ? setInterval(printStatus, LINE_EVERY_MS).unref() : undefined;
  return {
    update(progress) {
      status.update(progress);
      if (progress !== undefined && progress.totalBytes > 0) bar?.show();
    },
    [Symbol.dispose]() {
      bar?.stop();
      clearInterval(timer);
      for (const signal of signals) process.off(signal, printStatus);
    },
  };
}

interface Bar {
  show(): void;
  /** Takes it away for good. */
  stop(): void;
}

/** Shows by itself what has taken some time since anything was written. */
async function startBar(status: StatusLine, { now, signal }: DisplayOptions): Promise<Bar> {
  const { default: cliProgress } = await import('cli-progress');
  let bar: InstanceType<typeof cliProgress.SingleBar> | undefined;
  let quietSinceMs = now();
  const hide = (): void => {
    bar?.stop();
    bar = undefined;
    quietSinceMs = now();
  };
  const show = (): void => {
    if (bar !== undefined || signal.aborted || !mayShowLiveLine()) return;
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
    bar.start(1, 0);
    setLiveLine({ hide });
  };
  const look = (): void => {
    if (!mayShowLiveLine()) quietSinceMs = now();
    else if (now() - quietSinceMs >= SHOW_AFTER_MS) show();
  };
  const timer = setInterval(look, LOOK_EVERY_MS).unref();
  return {
    show,
    stop() {
      clearInterval(timer);
      hideLiveLine();
    },
  };
}
