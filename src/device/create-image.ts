/** Makes the image file that a restore writes to, or opens the device. */
import { constants } from 'node:fs';
import { open, realpath, stat, unlink } from 'node:fs/promises';
import { platform as thisPlatform } from 'node:os';
import path from 'node:path';
import { CardkeepError, systemErrorCode } from '../errors.ts';
import { openDevice } from './open-device.ts';
import type { OpenDeviceOptions, OpenedDevice } from './open-device.ts';
import { openError } from './open-errors.ts';

/** Throws the errors of openTarget. */
export async function prepareTarget(
  target: string,
  options: OpenDeviceOptions & { readonly create?: number | undefined; readonly replace?: boolean | undefined },
): Promise<OpenedDevice> {
  const { create } = options;
  if (create === undefined) return openDevice(target, 'target', options);
  if (!Number.isSafeInteger(create) || create < 0) throw new RangeError(`a file of ${create} bytes`);
  const exists = await fileExists(target);
  if (exists === 'device') return openDevice(target, 'target', options);
  if (exists === 'file' && options.replace !== true) {
    throw new CardkeepError('refused', 'E_TARGET_EXISTS', `there is a file ${target} already`, {
      hint: 'name another file, or remove it first',
    });
  }
  if (exists === 'nothing') await makeFile(target, options);
  try {
    const opened = await openDevice(target, 'target', options);
    await resize(opened, create);
    return { ...opened, byteLength: create, flushFolder: () => flushFolderOf(target) };
  } catch (error) {
    if (exists === 'nothing') await unlink(target).catch(() => undefined);
    throw openError(error, { path: target, role: 'target', platform: options.platform ?? thisPlatform() });
  }
}

async function makeFile(target: string, options: OpenDeviceOptions): Promise<void> {
  const platform = options.platform ?? thisPlatform();
  try {
    const folder = await realpath(path.dirname(target));
    if (await isDeviceFolder(folder)) throw Object.assign(new Error('no such device'), { code: 'ENOENT' });
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL;
    await (await open(target, flags, 0o666)).close();
  } catch (error) {
    throw openError(error, { path: target, role: 'target', platform, commandLine: options.commandLine });
  }
}

/**
 * True for /dev and the folders of its file system: a misspelt device would become a file in memory that looks like a
 * written card. Not for /dev/shm, which is a file system of its own.
 */
async function isDeviceFolder(folder: string): Promise<boolean> {
  const devices = await stat('/dev').catch(() => undefined);
  const root = await stat('/').catch(() => undefined);
  if (devices === undefined || devices.dev === root?.dev) return folder === '/dev';
  return (await stat(folder)).dev === devices.dev;
}

/** Empties the file first: what it held would show through where a restore writes nothing. */
async function resize(opened: OpenedDevice, byteLength: number): Promise<void> {
  try {
    await opened.handle.truncate(0);
    await opened.handle.truncate(byteLength);
  } catch (error) {
    await opened.handle.close();
    throw error;
  }
}

async function fileExists(target: string): Promise<'nothing' | 'file' | 'device'> {
  try {
    return (await stat(target)).isFile() ? 'file' : 'device';
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return 'nothing';
    // What it is, the opening will say.
    return 'device';
  }
}

async function flushFolderOf(target: string): Promise<void> {
  if (thisPlatform() === 'win32') return;
  const folder = await open(path.dirname(await realpath(target)), constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
