/** A reader that was written from FORMAT.md alone, in another language, finds what this code stored. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { toHex } from '../../src/bytes/hex.ts';
import { openLocalStorage } from '../../src/store/local-storage.ts';
import { createStore } from '../../src/store/store.ts';
import { noiseBytes, testSession, textBytes } from '../support/store-fixtures.ts';

const READER = path.join(import.meta.dirname, '../support/read-store.py');

it('reads every chunk and snapshot with Python and FORMAT.md', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'cardkeep-reader-'));
  try {
    const storage = await openLocalStorage(folder);
    const store = await createStore(storage, { packBytes: 200_000, frameBytes: 32_768 });
    const chunks: Record<string, string> = {};
    const snapshots: Record<string, string> = {};
    for (let run = 0; run < 2; run++) {
      const session = await store.startSession(testSession());
      for (let i = 0; i < 350; i++) {
        const make = i % 3 === 0 ? noiseBytes : textBytes;
        const bytes = i === 20 ? new Uint8Array(100_000) : make(1 + ((i * 977) % 5000), run * 1000 + i);
        const id = store.hasher.hash(bytes);
        if (!(await session.has(id)))
          await session.put(i % 10 === 0 ? 'node' : i % 10 === 1 ? 'metadata' : 'data', id, bytes);
        chunks[toHex(id)] = createHash('sha256').update(bytes).digest('hex');
      }
      const message = noiseBytes(300, run);
      snapshots[await session.commitSnapshot(message)] = createHash('sha256').update(message).digest('hex');
      await session.close();
    }
    await storage.close();
    const output = execFileSync('python3', [READER, folder], { encoding: 'utf8', maxBuffer: 1 << 26 });
    expect(JSON.parse(output)).toEqual({ chunks, snapshots });
  } finally {
    await rm(folder, { recursive: true });
  }
});
