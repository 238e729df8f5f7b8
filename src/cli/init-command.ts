/** `init [PATH]`: make a store there, unless there is one, and remember it as this user's. */
import path from 'node:path';
import type { CliContext } from './context.ts';
import { writeJson, writeLines } from './output.ts';
import { EXIT_DONE } from './report-error.ts';
import { settingsPath, writeSettings } from './settings.ts';
import {
  chooseStore,
  damageTeller,
  defaultStorePath,
  folderOf,
  makeStore,
  openIfThere,
  requireEmptyPlace,
} from './store-choice.ts';

export async function initStore(context: CliContext, wanted: string | undefined): Promise<number> {
  const storePath = await placeOf(context, wanted);
  const existing = await openIfThere(context, storePath, damageTeller());
  if (existing === undefined) await requireEmptyPlace(context, storePath);
  await using store = existing ?? (await makeStore(context, storePath));
  const { environment, user, options } = context;
  await writeSettings(settingsPath(user, environment), { store: storePath }, user.owner);
  if (options.json) {
    writeJson({ store: storePath, storeId: store.id, made: existing === undefined });
  } else if (!options.quiet) {
    const did = existing === undefined ? 'made a store in' : 'there is a store already in';
    writeLines([`${did} ${storePath}`, '  it is your default from now on; next: cardkeep backup']);
    const inEnvironment = environment['CARDKEEP_STORE'];
    if (inEnvironment !== undefined && inEnvironment !== '' && path.resolve(inEnvironment) !== storePath) {
      writeLines([`  but $CARDKEEP_STORE comes first, and it names ${inEnvironment}`]);
    }
  }
  return EXIT_DONE;
}

async function placeOf(context: CliContext, wanted: string | undefined): Promise<string> {
  if (wanted !== undefined) return folderOf(wanted, 'init');
  const chosen = await chooseStore(context);
  return chosen.chosenBy === 'settings' ? defaultStorePath(context) : chosen.path;
}
