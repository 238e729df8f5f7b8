/** `kill -9` at random moments on a real folder: the check finds the store sound, and the next run takes it up. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openLocalStorage } from '../../src/store/local-storage.ts';
import { createStore, openStore } from '../../src/store/store.ts';
import { checkAll, temporaryFiles } from '../support/store-model.ts';

const CHILD = fileURLToPath(new URL('../support/kill-child.ts', import.meta.url));
const CHUNKS = 2500;
const CHUNK_BYTES = 20_000;
const PACK_BYTES = 1 << 20;
const KILLS = 6;

/** Runs the child; kills it `killAfterMs` after it has started to write. Returns its last line. */
async function runChild(folder: string, killAfterMs?: number): Promise<string> {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, folder, String(CHUNKS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (part: string) => {
    if (text === '' && killAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    text += part;
  });
  await once(child, 'close');
  return text.trim().split('\n').at(-1)!;
}

it('is survived', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'cardkeep-kill-'));
  const storage = await openLocalStorage(folder);
  try {
    await createStore(storage, { packBytes: PACK_BYTES, frameBytes: 65_536 });
    for (let kill = 0; kill < KILLS; kill++) {
      if ((await runChild(folder, 20 + kill * 60)).startsWith('done')) break;
      const { problems } = await checkAll(await openStore(storage));
      expect(problems).toEqual([]);
    }
    const before = (await checkAll(await openStore(storage))).totals.chunks;
    expect(before).toBeGreaterThan(0);
    const [, newChunks] = (await runChild(folder)).split(' ').map(Number);
    const { problems, totals } = await checkAll(await openStore(storage));
    expect(problems).toEqual([]);
    expect(totals.unindexedPacks).toBe(0);
    // Nothing that lay in a complete pack was stored again: each kill costs at most two packs, and those are the loss.
    expect(totals.chunks).toBe(CHUNKS);
    expect(newChunks! + before).toBe(CHUNKS);
    expect(totals.chunks * CHUNK_BYTES).toBeGreaterThan(PACK_BYTES);
    expect(await temporaryFiles(storage)).toEqual([]);
    expect(await storage.list('locks')).toEqual([]);
  } finally {
    await storage.close();
    await rm(folder, { recursive: true });
  }
});
