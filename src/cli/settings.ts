/** What `init` keeps for this user: which store is theirs. One small JSON file in the user's config folder. */
import { chown, mkdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CardkeepError, systemErrorCode } from '../errors.ts';
import { configFolder } from './calling-user.ts';
import type { CallingUser } from './calling-user.ts';

export interface Settings {
  /** Absolute path of the store that `init` chose. */
  readonly store?: string;
}

export function settingsPath(user: CallingUser, environment: NodeJS.ProcessEnv): string {
  return path.join(configFolder(user, environment), 'settings.json');
}

/** Throws E_SETTINGS (failed) when the file is there but cannot be understood: silently using another store would mislead. */
export async function readSettings(filePath: string): Promise<Settings> {
  let text: string;
  try {
    text = await readFile(filePath, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT' || systemErrorCode(error) === 'ENOTDIR') return {};
    throw error;
  }
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null) throw new TypeError('not an object');
    if (!('store' in parsed)) return {};
    if (typeof parsed.store !== 'string' || !path.isAbsolute(parsed.store)) throw new TypeError('no absolute path');
    return { store: parsed.store };
  } catch (cause) {
    throw new CardkeepError('failed', 'E_SETTINGS', `${filePath} cannot be understood`, {
      hint: 'remove it, then choose the store again: cardkeep init PATH',
      cause,
    });
  }
}

/** Written beside and renamed, so that it is never half there. */
export async function writeSettings(filePath: string, settings: Settings, owner: CallingUser['owner']): Promise<void> {
  const folder = path.dirname(filePath);
  const firstMade = await mkdir(folder, { recursive: true });
  const temporary = `${filePath}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, `${JSON.stringify(settings, undefined, 2)}\n`, { mode: 0o600 });
    if (owner !== undefined) {
      await chown(temporary, owner.uid, owner.gid);
      if (firstMade !== undefined) await giveFolders(folder, firstMade, owner);
    }
    await rename(temporary, filePath);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

async function giveFolders(
  folder: string,
  firstMade: string,
  owner: { readonly uid: number; readonly gid: number },
): Promise<void> {
  for (let made = folder; ; made = path.dirname(made)) {
    await chown(made, owner.uid, owner.gid);
    if (made === firstMade || made === path.dirname(made)) return;
  }
}
