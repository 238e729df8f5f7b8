/** What every Storage must do: one suite for all of them. A storage's own test is a call of this. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CorruptDataError, NotFoundError } from '../../src/errors.ts';
import { temporaryOwner, type Storage } from '../../src/store/storage.ts';
import { noiseBytes } from './store-fixtures.ts';

export function testStorage(
  title: string,
  open: () => Promise<{ storage: Storage; cleanUp: () => Promise<void> }>,
): void {
  describe(title, () => {
    let storage: Storage;
    let cleanUp: () => Promise<void>;

    beforeEach(async () => {
      ({ storage, cleanUp } = await open());
    });
    afterEach(async () => {
      await storage.close();
      await cleanUp();
    });

    const names = async (folder: string): Promise<string[]> =>
      (await storage.list(folder)).map(({ name }) => name).sort();
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    const text = async (name: string, at: number, length: number): Promise<string> =>
      new TextDecoder().decode(await storage.read(name, at, length));

    it('creates, reads parts and lists', async () => {
      await storage.create('indexes/one', bytes('hello world'));
      await storage.create('top', bytes(''));
      expect(await text('indexes/one', 6, 5)).toBe('world');
      expect(await text('indexes/one', 11, 0)).toBe('');
      expect(await names('indexes')).toEqual(['indexes/one']);
      expect(await names('')).toEqual(['top']);
      expect((await storage.list('indexes'))[0]).toMatchObject({ name: 'indexes/one', byteLength: 11 });
      expect(await storage.list('nowhere')).toEqual([]);
    });

    it('gives memory that the caller may change', async () => {
      await storage.create('a', bytes('abc'));
      (await storage.read('a', 0, 3)).fill(0);
      expect(await text('a', 0, 3)).toBe('abc');
      const mine = bytes('def');
      await storage.create('b', mine);
      mine.fill(0);
      expect(await text('b', 0, 3)).toBe('def');
    });

    it('names what is missing or too short', async () => {
      await expect(storage.read('packs/a/none', 0, 1)).rejects.toThrow(NotFoundError);
      await storage.create('short', bytes('abc'));
      await expect(storage.read('short', 1, 3)).rejects.toThrow(CorruptDataError);
      await expect(storage.read('short', 9, 1)).rejects.toThrow(CorruptDataError);
    });

    it('replaces a file that differs and leaves one that is equal', async () => {
      await storage.create('locks/x', bytes('first'));
      await storage.create('locks/x', bytes('first'));
      expect(await text('locks/x', 0, 5)).toBe('first');
      await storage.create('locks/x', bytes('other'));
      expect(await text('locks/x', 0, 5)).toBe('other');
      await storage.create('locks/x', bytes('longer than before'));
      expect(await text('locks/x', 0, 18)).toBe('longer than before');
      expect(await names('locks')).toEqual(['locks/x']);
    });

    it('creates exclusively', async () => {
      expect(await storage.createExclusive('locks/exclusive', bytes('mine'))).toBe(true);
      expect(await storage.createExclusive('locks/exclusive', bytes('yours'))).toBe(false);
      expect(await text('locks/exclusive', 0, 4)).toBe('mine');
      const won = await Promise.all(
        Array.from({ length: 8 }, async () => storage.createExclusive('locks/y', bytes('z'))),
      );
      expect(won.filter(Boolean)).toHaveLength(1);
    });

    it('shows a streamed file under its name only when it is finished', async () => {
      const writer = await storage.beginWrite('packs', 'owner1');
      const part = noiseBytes(100_000, 1);
      await writer.append(part);
      expect((await names('packs')).map(temporaryOwner)).toEqual(['owner1']);
      await writer.append(bytes('end'));
      await writer.finish('packs/a/abc');
      expect(await names('packs')).toEqual([]);
      expect(await names('packs/a')).toEqual(['packs/a/abc']);
      expect(Buffer.compare(await storage.read('packs/a/abc', 0, 100_000), part)).toBe(0);
      expect(await text('packs/a/abc', 100_000, 3)).toBe('end');
    });

    it('leaves nothing of a file that is discarded', async () => {
      const writer = await storage.beginWrite('packs', 'owner1');
      await writer.append(bytes('x'));
      await writer.discard();
      await writer.discard();
      expect(await names('packs')).toEqual([]);
    });

    it('does not finish a file that somebody removed', async () => {
      const writer = await storage.beginWrite('packs', 'owner1');
      await writer.append(bytes('x'));
      for (const name of await names('packs')) await storage.remove(name);
      await expect(writer.finish('packs/a/x')).rejects.toThrow(NotFoundError);
      await writer.discard();
      expect(await names('packs/a')).toEqual([]);
    });

    it('removes, also what is not there', async () => {
      await storage.create('a', bytes('abc'));
      await storage.read('a', 0, 1);
      await storage.remove('a');
      await storage.remove('a');
      await expect(storage.read('a', 0, 1)).rejects.toThrow(NotFoundError);
      expect(await names('')).toEqual([]);
    });

    it('has one clock for now and for its files', async () => {
      const before = await storage.now();
      await storage.create('a', bytes('abc'));
      const [entry] = await storage.list('');
      const after = await storage.now();
      expect(entry!.modifiedMs).toBeGreaterThanOrEqual(before - 20);
      expect(entry!.modifiedMs).toBeLessThanOrEqual(after + 20);
      expect(await names('locks')).toEqual([]);
    });

    it('reads many files at once', async () => {
      for (let i = 0; i < 40; i++) await storage.create(`records/${i}`, noiseBytes(5000, i));
      const read = await Promise.all(
        Array.from({ length: 400 }, async (_, i) => storage.read(`records/${i % 40}`, i, 100)),
      );
      for (const [i, got] of read.entries()) {
        expect(Buffer.compare(got, noiseBytes(5000, i % 40).subarray(i, i + 100))).toBe(0);
      }
    });
  });
}
