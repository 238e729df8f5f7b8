/** What every command gets: the global options, who runs it, and the ways to be stopped. */
import type { Progress } from '../operations/progress.ts';
import type { CallingUser } from './calling-user.ts';

export interface GlobalOptions {
  readonly store?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  /** False with --no-progress. */
  readonly progress: boolean;
  readonly verbose?: boolean;
}

export interface ProgressDisplay {
  /** Where the work stands; undefined: nobody tells any more. */
  update(progress: Progress | undefined): void;
}

export interface CliContext {
  readonly options: GlobalOptions;
  readonly environment: NodeJS.ProcessEnv;
  readonly user: CallingUser;
  readonly display: ProgressDisplay;
  /** Aborted by SIGINT, SIGTERM and SIGHUP. */
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** `cardkeep 0.1.0`. */
  readonly tool: string;
  /** The command as the user wrote it, ready to be pasted behind `sudo`. */
  readonly commandLine: string;
}
