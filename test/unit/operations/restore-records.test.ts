import { describe, expect, it } from 'vitest';
import { ancestorsOnly, recordRestore } from '../../../src/operations/restore-records.ts';
import type { StoredSnapshot } from '../../../src/snapshot/catalog.ts';
import type { StoredRecord } from '../../../src/store/record-files.ts';
import type { Store } from '../../../src/store/store.ts';

const CARD = 'c0'.repeat(16);

function versions(...numbers: number[]): StoredSnapshot[] {
  return numbers.map(
    (number) => ({ id: number.toString(16).padStart(64, '0'), number, cardId: CARD }) as StoredSnapshot,
  );
}

async function left(records: readonly StoredRecord[], of: readonly StoredSnapshot[]): Promise<number[]> {
  return (await ancestorsOnly({ listRecords: async () => [...records] }, of)).map(({ number }) => number);
}

async function restored(number: number, of: readonly StoredSnapshot[]): Promise<StoredRecord> {
  const records: StoredRecord[] = [];
  const writeRecord: Store['writeRecord'] = async (record) => {
    records.push({ ...record, id: new Uint8Array(32) } as unknown as StoredRecord);
    return '';
  };
  await recordRestore(
    { writeRecord },
    of.find((version) => version.number === number)!,
    of,
    0,
  );
  return records[0]!;
}

describe('the record of a restore', () => {
  it('takes out what was newer then, but not what came later', async () => {
    const record = await restored(2, versions(1, 2, 3, 4));
    expect(await left([record], versions(1, 2, 3, 4, 5))).toEqual([1, 2, 5]);
    expect(await left([record, await restored(1, versions(1, 2, 3, 4, 5))], versions(1, 2, 3, 4, 5, 6))).toEqual([
      1, 6,
    ]);
  });

  it('holds when the version that was restored has been deleted', async () => {
    expect(await left([await restored(2, versions(1, 2, 3, 4))], versions(1, 3, 4, 5))).toEqual([1, 5]);
  });

  it('says nothing of other cards', async () => {
    const record = await restored(2, versions(1, 2, 3, 4));
    const others = versions(1, 3, 4).map((version) => ({ ...version, cardId: 'd0'.repeat(16) }));
    expect(await left([record], others)).toEqual([1, 3, 4]);
    expect(await left([{ ...record, kind: 'another' }], versions(1, 2, 3))).toEqual([1, 2, 3]);
  });

  it('takes out all that is newer when it makes no sense', async () => {
    const record = await restored(2, versions(1, 2, 3, 4));
    expect(await left([{ ...record, body: new Uint8Array(3) }], versions(1, 2, 3, 4, 5))).toEqual([1, 2]);
  });
});
