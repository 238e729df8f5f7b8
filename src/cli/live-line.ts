/**
 * The one line at the bottom of the terminal that changes. Whatever else is written takes it away first, so that no
 * remains of it stand in front of a message.
 */
export interface LiveLine {
  /** Leaves the cursor at the beginning of an empty line. */
  hide(): void;
}

let shown: LiveLine | undefined;
let isHeld = false;

/** False while somebody is asked: then nothing may be drawn. */
export function mayShowLiveLine(): boolean {
  return !isHeld;
}

export function setLiveLine(line: LiveLine | undefined): void {
  shown = line;
}

/** True if there was one. */
export function hideLiveLine(): boolean {
  const line = shown;
  shown = undefined;
  line?.hide();
  return line !== undefined;
}

/** Runs `work`, a question, without anything that moves on the terminal. */
export async function withoutLiveLine<T>(work: () => Promise<T>): Promise<T> {
  hideLiveLine();
  isHeld = true;
  try {
    return await work();
  } finally {
    isHeld = false;
  }
}
