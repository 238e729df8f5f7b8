/** What is left of the target of a restore that did not come to its end, and how to go on. */
import { shellWord } from '../device/shell-word.ts';
import { CardkeepError } from '../errors.ts';
import { CURES } from './cures.ts';
import type { PlannedRestore } from './restore-plan-text.ts';

/** `begun`: its tables are gone; `written`: all is there, but not read back. */
export type RestoreStage = 'untouched' | 'begun' | 'written';

type Unfinished = Pick<PlannedRestore, 'snapshot' | 'target' | 'targetWord' | 'shapeWords'>;

/** For who stopped it. */
export function stopHint({ snapshot, target, targetWord, shapeWords }: Unfinished, stage: RestoreStage): string {
  if (target.kind === 'new' || stage === 'untouched') return leftOf(target.kind, targetWord, stage);
  const words = ['cardkeep', 'restore', `${snapshot.card}@${snapshot.number}`, targetWord, ...shapeWords];
  const command = (stage === 'begun' ? [...words, '--resume'] : words).map(shellWord).join(' ');
  return `${leftOf(target.kind, targetWord, stage)}; ${stage === 'begun' ? 'go on with' : 'compare it with'}: ${command}`;
}

/** A store that is damaged is noticed where its bytes are needed, a card that fails where it is written. */
export function saysWhatIsLeft(error: unknown, { target, targetWord }: Unfinished, stage: RestoreStage): unknown {
  if (!(error instanceof CardkeepError) || error.kind === 'stopped' || error.code === 'E_VERIFY_FAILED') return error;
  const isStore = error.code === 'E_DAMAGED' || error.kind === 'not-found';
  if (!isStore && (stage === 'untouched' || target.kind === 'new')) return error;
  const left = leftOf(target.kind, targetWord, stage);
  const another = isStore && target.kind !== 'new' && stage === 'begun' ? ': put another version on it' : '';
  const cure = error.hint ?? CURES[error.code] ?? 'cardkeep check';
  return new CardkeepError(error.kind, error.code, error.message, { hint: `${left}${another}; ${cure}`, cause: error });
}

function leftOf(kind: PlannedRestore['target']['kind'], targetWord: string, stage: RestoreStage): string {
  if (kind === 'new') return `${targetWord} was removed again`;
  if (stage === 'untouched') return `nothing was written to ${targetWord}`;
  return stage === 'begun'
    ? `${targetWord} is not whole now, and has no partition table`
    : `all is written to ${targetWord}, but not all of it was read back`;
}
