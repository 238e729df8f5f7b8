import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { requireEdits, type Edit } from '../../src/restore/edits.ts';

/** Writes edits into an image file, which gets `byteLength` first. Throws unless they are sorted and disjoint. */
export function applyEdits(image: string, edits: readonly Edit[], byteLength: number): void {
  requireEdits(edits, byteLength);
  const file = openSync(image, 'r+');
  try {
    ftruncateSync(file, byteLength);
    for (const { byteOffset, byteLength: length, bytes } of edits) {
      writeSync(file, bytes ?? new Uint8Array(length), 0, length, byteOffset);
    }
  } finally {
    closeSync(file);
  }
}

/** The result of a planner that must not refuse. */
export function accepted<T extends object>(plan: T): Exclude<T, { readonly reason: string }> {
  if ('reason' in plan) throw new Error(`refused: ${String(plan.reason)}`);
  return plan as Exclude<T, { readonly reason: string }>;
}

/** Why a planner refuses; throws when it does not. */
export function refused(plan: object): string {
  if (!('reason' in plan) || typeof plan.reason !== 'string') throw new Error('it was not refused');
  return plan.reason;
}
