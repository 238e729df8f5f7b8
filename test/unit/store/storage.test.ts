import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { NotFoundError } from '../../../src/errors.ts';
import { openLocalStorage } from '../../../src/store/local-storage.ts';
import { memoryStorage } from '../../../src/store/memory-storage.ts';
import { testStorage } from '../../support/storage-suite.ts';

testStorage('memory storage', async () => ({ storage: memoryStorage(), cleanUp: async () => undefined }));

testStorage('local storage', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'cardkeep-storage-'));
  const storage = await openLocalStorage(folder);
  return { storage, cleanUp: async () => rm(folder, { recursive: true }) };
});

it('keeps a store of secrets from other users, and gives it to the calling one', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'cardkeep-storage-'));
  try {
    const owner = process.getuid?.() === 0 ? { uid: 1234, gid: 2345 } : undefined;
    const storage = await openLocalStorage(path.join(folder, 'a', 'b'), { create: true, owner });
    await storage.create('packs/a/x', new Uint8Array(3));
    await storage.create('packs/a/x', new Uint8Array(4));
    await storage.createExclusive('locks/x', new Uint8Array(3));
    for (const name of ['a', 'a/b', 'a/b/packs', 'a/b/packs/a', 'a/b/packs/a/x', 'a/b/locks/x']) {
      const { mode, uid, gid } = await stat(path.join(folder, name));
      expect(mode & 0o077, name).toBe(0);
      if (owner !== undefined) expect([uid, gid], name).toEqual([1234, 2345]);
    }
    expect(await readdir(path.join(folder, 'a/b/packs'))).toEqual(['a']);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('does not open what is not a folder', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'cardkeep-storage-'));
  try {
    await expect(openLocalStorage(path.join(folder, 'none'))).rejects.toThrow(NotFoundError);
    await writeFile(path.join(folder, 'file'), 'x');
    await expect(openLocalStorage(path.join(folder, 'file'))).rejects.toMatchObject({ code: 'E_NOT_A_FOLDER' });
  } finally {
    await rm(folder, { recursive: true });
  }
});

it.runIf(process.platform === 'linux')('does not try for ever where no folder can be made', async () => {
  await expect(openLocalStorage('/proc/cardkeep/store', { create: true })).rejects.toMatchObject({
    code: 'E_NO_FOLDER',
  });
});
