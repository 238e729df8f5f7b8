/** Which store a command works with: --store, $CARDKEEP_STORE, what `init` chose, ~/.cardkeep. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { shellWord } from '../device/shell-word.ts';
import { CardkeepError, NotFoundError, systemErrorCode } from '../errors.ts';
import type { CorruptDataError } from '../errors.ts';
import { openLocalStorage } from '../store/local-storage.ts';
import { createStore, openStore } from '../store/store.ts';
import type { Store } from '../store/store.ts';
import type { CliContext } from './context.ts';
import { writeNotice } from './output.ts';
import { readSettings, settingsPath } from './settings.ts';
import { requireWritable, withStorePlace } from './store-place.ts';

export interface ChosenStore {
  /** Absolute path. */
  readonly path: string;
  readonly chosenBy: 'option' | 'environment' | 'settings' | 'default';
}

export interface OpenedStore {
  readonly store: Store;
  readonly path: string;
  /** True when it was made just now. */
  readonly isNew: boolean;
}

export type OnDamage = (error: CorruptDataError) => void;

export async function chooseStore(context: CliContext): Promise<ChosenStore> {
  const { options, environment, user } = context;
  if (options.store !== undefined) return { path: folderOf(options.store, '--store'), chosenBy: 'option' };
  const fromEnvironment = environment['CARDKEEP_STORE'];
  if (fromEnvironment !== undefined && fromEnvironment !== '') {
    return { path: folderOf(fromEnvironment, '$CARDKEEP_STORE'), chosenBy: 'environment' };
  }
  const settings = await readSettings(settingsPath(user, environment));
  if (settings.store !== undefined) return { path: settings.store, chosenBy: 'settings' };
  return { path: defaultStorePath(context), chosenBy: 'default' };
}

export function defaultStorePath(context: CliContext): string {
  return path.join(context.user.home, '.cardkeep');
}

/** Throws E_STORE_PLACE (usage) for what is not a path. */
export function folderOf(text: string, givenBy: string): string {
  if (text === '' || /^[a-z][a-z0-9+.-]+:\/\//iu.test(text)) {
    throw new CardkeepError('usage', 'E_STORE_PLACE', `${givenBy}: a store is a folder, not ${JSON.stringify(text)}`, {
      hint: `for example: ${givenBy === '$CARDKEEP_STORE' ? 'CARDKEEP_STORE=' : '--store '}/media/usb/cardkeep`,
    });
  }
  return path.resolve(text);
}

/** Opens the chosen store. Throws E_NO_STORE (not-found) with the way to make one. */
export async function openChosenStore(context: CliContext, onDamage: OnDamage = damageTeller()): Promise<OpenedStore> {
  const chosen = await chooseStore(context);
  const store = await openIfThere(context, chosen.path, onDamage);
  if (store === undefined) throw noStore(chosen);
  return { store, path: chosen.path, isNew: false };
}

/** The same for one who writes, but undefined where the first backup may make the store. */
export async function findChosenStore(context: CliContext): Promise<OpenedStore | undefined> {
  const chosen = await chooseStore(context);
  const store = await openIfThere(context, chosen.path, damageTeller());
  if (store !== undefined) {
    await requireWritable(context, chosen.path);
    return { store, path: chosen.path, isNew: false };
  }
  // Most likely its disk is not plugged in: a second store in the empty mount point would fill the system's disk.
  if (chosen.chosenBy === 'settings') throw noStore(chosen);
  await requireEmptyPlace(context, chosen.path);
  return undefined;
}

/** Opens the chosen store, or makes it: the first backup needs no `init`. */
export async function openOrMakeStore(context: CliContext): Promise<OpenedStore> {
  const found = await findChosenStore(context);
  if (found !== undefined) return found;
  const { path: storePath } = await chooseStore(context);
  return { store: await makeStore(context, storePath), path: storePath, isNew: true };
}

/**
 * Throws E_NOT_EMPTY (refused): a store among other files would be taken for rubbish one day. And E_NO_FOLDER when the
 * folder above is not there: a wrong path, or a disk that is not mounted. And what requireWritable throws.
 */
export async function requireEmptyPlace(context: CliContext, folder: string): Promise<void> {
  const names = await namesIn(folder);
  if (names === undefined) {
    const parent = path.dirname(folder);
    if ((await namesIn(parent)) !== undefined) return requireWritable(context, parent);
    throw new CardkeepError('not-found', 'E_NO_FOLDER', `there is no folder ${parent}`, {
      hint: `is its disk mounted? else make it: mkdir -p ${shellWord(parent)}`,
    });
  }
  const isEmpty = names.every((name) => name.startsWith('.') || name === 'lost+found');
  if (isEmpty) return requireWritable(context, folder);
  throw new CardkeepError('refused', 'E_NOT_EMPTY', `${folder} holds other files and no store`, {
    hint: `take a folder of its own: cardkeep init ${shellWord(path.join(folder, 'cardkeep'))}`,
  });
}

async function namesIn(folder: string): Promise<string[] | undefined> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    if (systemErrorCode(error) !== 'ENOTDIR') throw error;
    throw new CardkeepError('usage', 'E_NOT_A_FOLDER', `${folder} is not a folder`, {
      cause: error,
      hint: `name another place: cardkeep init ${shellWord(`${folder}-store`)}`,
    });
  }
}

/** Makes a store in a folder, and the folder too where there is none. Throws E_STORE_EXISTS. */
export async function makeStore(context: CliContext, storePath: string): Promise<Store> {
  const storage = await openLocalStorage(storePath, { create: true, owner: context.user.owner });
  return withStorePlace(context, storePath, async () => createStore(storage, { onDamage: damageTeller() }));
}

/** Undefined when there is no folder, or no store in it. */
export async function openIfThere(
  context: CliContext,
  storePath: string,
  onDamage: OnDamage,
): Promise<Store | undefined> {
  // Until another phase begins: lists and index are read when they are needed.
  context.display.update({ phase: 'open', doneBytes: 0, totalBytes: 0 });
  try {
    const storage = await openLocalStorage(storePath, { owner: context.user.owner });
    return await openStore(storage, { onDamage });
  } catch (error) {
    const isAbsent = error instanceof NotFoundError || (error instanceof CardkeepError && error.code === 'E_NO_STORE');
    if (isAbsent) return undefined;
    throw error;
  }
}

/** Says what damage the store worked around, each once (a writer loads the index anew): the command goes on. */
export function damageTeller(): OnDamage {
  const told = new Set<string>();
  return ({ message }) => {
    if (told.has(message)) return;
    told.add(message);
    writeNotice([`cardkeep: the store is damaged: ${message}`, '  see what is hit: cardkeep check --read-data']);
  };
}

function noStore({ path: storePath, chosenBy }: ChosenStore): CardkeepError {
  if (chosenBy === 'default') {
    return new CardkeepError('not-found', 'E_NO_STORE', 'there is no store yet', {
      hint: 'the first backup makes one: cardkeep backup',
    });
  }
  const by = { option: '', environment: ' ($CARDKEEP_STORE)', settings: ' (chosen by cardkeep init)' }[chosenBy];
  const hint =
    chosenBy === 'settings'
      ? `plug in the disk that holds it, or make a new one: cardkeep init ${shellWord(storePath)}`
      : `make one: cardkeep init ${shellWord(storePath)}`;
  return new CardkeepError('not-found', 'E_NO_STORE', `there is no store in ${storePath}${by}`, { hint });
}
