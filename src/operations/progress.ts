/** How a long operation tells where it stands. `totalBytes` is the work that is really there. */
export interface Progress {
  readonly phase: 'scan' | 'read' | 'write' | 'verify' | 'check';
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** Backup only: bytes that the store did not have. */
  readonly newBytes?: number;
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
