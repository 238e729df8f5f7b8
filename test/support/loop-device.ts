import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from './run.ts';

/** A loop device on a file, detached at the end of the block: `using loop = attachLoop(file)`. */
export interface Loop extends Disposable {
  readonly path: string;
}

export function attachLoop(file: string, ...options: string[]): Loop {
  const path = run('losetup', ['--show', '-f', ...options, file]).trim();
  return {
    path,
    [Symbol.dispose]() {
      run('losetup', ['-d', path]);
    },
  };
}

/** A mounted partition of an image file or a device, unmounted at the end of the block. */
export interface Mount extends Disposable {
  readonly path: string;
}

export function mountPartition(
  image: string,
  byteOffset: number,
  byteLength: number,
  options: { type?: string; readOnly?: boolean; options?: readonly string[] } = {},
): Mount {
  const folder = mkdtempSync(path.join(tmpdir(), 'cardkeep-mount-'));
  const loop = attachLoop(image, '-o', `${byteOffset}`, '--sizelimit', `${byteLength}`);
  try {
    const given = [...(options.readOnly === true ? ['ro'] : []), ...(options.options ?? [])];
    const list = given.length === 0 ? [] : ['-o', given.join(',')];
    run('mount', ['-t', options.type ?? 'ext4', ...list, loop.path, folder]);
  } catch (error) {
    loop[Symbol.dispose]();
    rmSync(folder, { recursive: true });
    throw error;
  }
  return {
    path: folder,
    [Symbol.dispose]() {
      run('umount', [folder]);
      loop[Symbol.dispose]();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A folder that is removed at the end of the block. */
export function temporaryFolder(): { readonly path: string } & Disposable {
  const folder = mkdtempSync(path.join(tmpdir(), 'cardkeep-test-'));
  return {
    path: folder,
    [Symbol.dispose]() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
