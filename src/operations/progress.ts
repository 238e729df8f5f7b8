/** How a long operation tells where it stands. `totalBytes` is the work that is really there. */
export interface Progress {
  /** `unpack`: of a compressed image, in packed bytes; `open`: the store's lists and index; `plan`: what a restore will write; `finish`: the last of a backup. */
  readonly phase: 'unpack' | 'open' | 'scan' | 'read' | 'finish' | 'plan' | 'write' | 'verify' | 'check';
  readonly doneBytes: number;
  /** 0: nobody can tell yet. */
  readonly totalBytes: number;
  /** Backup only: bytes that the store did not have. */
  readonly newBytes?: number;
}

/** A phase whose work cannot be measured. */
export function beginPhase(options: OperationOptions, phase: Progress['phase']): void {
  options.onProgress?.({ phase, doneBytes: 0, totalBytes: 0 });
}

export interface OperationOptions {
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Something the user should know that did not stop the operation. The code is stable. */
export interface Warning {
  readonly code: string;
  readonly message: string;
}
