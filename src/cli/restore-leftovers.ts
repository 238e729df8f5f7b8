/** What is left of the target of a restore that did not come to its end, and how to go on. */
import { shellWord } from '../device/shell-word.ts';
import { CardkeepError } from '../errors.ts';
import { CURES } from './cures.ts';
import type { PlannedRestore } from './restore-plan-text.ts';

type Unfinished = Pick<PlannedRestore, 'snapshot' | 'target' | 'targetWord'>;

/** For who stopped it. `isTouched`: something was written. */
export function stopHint({ snapshot, target, targetWord }: Unfinished, isTouched: boolean): string {
  if (target.kind === 'new') return `${targetWord} was removed again`;
  if (!isTouched) return `nothing was written to ${targetWord}`;
  const words = ['cardkeep', 'restore', `${snapshot.card}@${snapshot.number}`, targetWord, '--resume'];
  return `${targetWord} is not whole, and has no partition table; go on with: ${words.map(shellWord).join(' ')}`;
}

/** A store that is damaged is noticed where its bytes are needed, a card that fails where it is written. */
export function saysWhatIsLeft(error: unknown, { target, targetWord }: Unfinished, isTouched: boolean): unknown {
  if (!(error instanceof CardkeepError) || error.kind === 'stopped' || error.code === 'E_VERIFY_FAILED') return error;
  const isStore = error.code === 'E_DAMAGED' || error.kind === 'not-found';
  if (!isStore && (!isTouched || target.kind === 'new')) return error;
  const cure = error.hint ?? CURES[error.code] ?? 'cardkeep check';
  return new CardkeepError(error.kind, error.code, error.message, {
    hint: `${leftOf(target.kind, targetWord, isTouched, isStore)}; ${cure}`,
    cause: error,
  });
}

function leftOf(kind: string, targetWord: string, isTouched: boolean, isStore: boolean): string {
  if (kind === 'new') return `${targetWord} was removed again`;
  if (!isTouched) return `nothing was written to ${targetWord}`;
  return `${targetWord} is not whole now${isStore ? ': put another version on it' : ', and has no partition table'}`;
}
