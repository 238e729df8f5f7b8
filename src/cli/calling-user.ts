/**
 * Who runs the command: under sudo it is the user behind it, whose store, settings and files these are.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

export interface CallingUser {
  readonly home: string;
  /** Set under sudo only: made files are given to this user. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
}

const run = promisify(execFile);

/** Reads SUDO_UID, SUDO_GID and SUDO_USER; anything odd in them means "not under sudo". */
export async function readCallingUser(environment: NodeJS.ProcessEnv): Promise<CallingUser> {
  const here: CallingUser = { home: homedir(), owner: undefined };
  if (process.getuid?.() !== 0) return here;
  const uid = idFrom(environment['SUDO_UID']);
  const gid = idFrom(environment['SUDO_GID']);
  if (uid === undefined || gid === undefined || uid === 0) return here;
  const home = await homeOf(uid, environment['SUDO_USER'] ?? '');
  return home === undefined ? here : { home, owner: { uid, gid } };
}

/** The folder for settings, by the custom of the platform (XDG Base Directory Specification on Linux and BSD). */
export function configFolder(user: CallingUser, environment: NodeJS.ProcessEnv): string {
  if (process.platform === 'win32') {
    return path.join(environment['APPDATA'] ?? path.join(user.home, 'AppData', 'Roaming'), 'cardkeep');
  }
  const xdg = environment['XDG_CONFIG_HOME'];
  if (xdg !== undefined && path.isAbsolute(xdg)) return path.join(xdg, 'cardkeep');
  if (process.platform === 'darwin') return path.join(user.home, 'Library', 'Application Support', 'cardkeep');
  return path.join(user.home, '.config', 'cardkeep');
}

function idFrom(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9]{1,10}$/u.test(text) ? Number(text) : undefined;
}

/** passwd(5): name:password:UID:GID:comment:home:shell. Users of a directory service come from getent or dscl. */
async function homeOf(uid: number, name: string): Promise<string | undefined> {
  const find = (text: string): string | undefined => {
    const fields = text.split('\n').map((line) => line.split(':'));
    const home = fields.find((field) => field[2] === String(uid))?.[5];
    return home !== undefined && path.isAbsolute(home) ? home : undefined;
  };
  const local = find(await readFile('/etc/passwd', 'utf8').catch(() => ''));
  if (local !== undefined) return local;
  if (process.platform === 'darwin') {
    if (!/^[\w.-]+$/u.test(name) || name.startsWith('-')) return undefined;
    const answer = await output('/usr/bin/dscl', ['.', '-read', `/Users/${name}`, 'NFSHomeDirectory']);
    const home = /^NFSHomeDirectory: (\/.*)$/mu.exec(answer)?.[1];
    return home?.trim();
  }
  return find(await output('getent', ['passwd', String(uid)]));
}

async function output(command: string, args: readonly string[]): Promise<string> {
  try {
    return (await run(command, [...args], { timeout: 5000 })).stdout;
  } catch {
    return '';
  }
}
