/**
 * Run as a process of its own by test/faults/store-kill.test.ts: backs up endless new chunks into the store at argv[2],
 * telling its progress on stdout, until it is killed.
 */
import { readMachineIdentity } from '../../src/store/machine-identity.ts';
import { openLocalStorage } from '../../src/store/local-storage.ts';
import { openStore } from '../../src/store/store.ts';
import { noiseBytes, testSession } from './store-fixtures.ts';

const [folder, count] = [process.argv[2]!, Number(process.argv[3])];
const store = await openStore(await openLocalStorage(folder));
const session = await store.startSession(testSession({ machine: await readMachineIdentity() }));
console.log('started');
let newChunks = 0;
for (let i = 0; i < count; i++) {
  const bytes = noiseBytes(20_000, i);
  const id = store.hasher.hash(bytes);
  if (await session.has(id)) continue;
  await session.put('data', id, bytes);
  newChunks++;
}
await session.flush();
await session.commitSnapshot(new Uint8Array([1]));
await session.close();
await store.close();
console.log(`done ${newChunks} ${session.counts.storedBytes}`);
