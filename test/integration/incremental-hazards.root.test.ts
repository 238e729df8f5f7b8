/** Whatever changes a card without the file system's knowing, and what the quick backup makes of it. */
import { rmSync } from 'node:fs';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createSnapshot, type CreatedSnapshot } from '../../src/operations/create-snapshot.ts';
import { readHotFiles } from '../../src/operations/plan-incremental.ts';
import { recordRestore } from '../../src/operations/restore-records.ts';
import { readSuspects } from '../../src/operations/suspects.ts';
import { readCatalog, type StoredSnapshot } from '../../src/snapshot/catalog.ts';
import { openStore } from '../../src/store/store.ts';
import { decisionOf, hoursAgoMs, makeAgingCard, type AgingCard } from '../support/aging-card.ts';
import { imageFolder } from '../support/ext4-image.ts';
import { openFileSource } from '../support/file-source.ts';
import { forgeTimes, inodeOf, readRaw, recordOf, writeRaw } from '../support/forged-inode.ts';
import { backUp } from '../support/incremental.ts';
import { noiseBytes, testSession } from '../support/store-fixtures.ts';

const FOLDER = imageFolder('hazards');
const PLAIN = '-t ext4 -b 4096';
const BLOCK = 4096;
/** Long enough that nothing is committed behind the test's back. */
const NO_COMMIT = 'commit=300';

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

let card: AgingCard;

beforeEach(async () => {
  card = await makeAgingCard(FOLDER, PLAIN);
});

async function versions(): Promise<readonly StoredSnapshot[]> {
  return (await readCatalog(await openStore(card.store.storage))).cards[0]!.snapshots;
}

describe('a card that was not shut down', () => {
  it('is read as a whole, and so is the next version', async () => {
    await card.backUp(900);
    card.pull('echo more >> f3; sync');
    expect(decisionOf(await card.backUp(800))).toBe('full: the card was not shut down cleanly');
    await card.use(700, 'echo more >> f4');
    expect(decisionOf(await card.backUp(700))).toBe('full: the card was not shut down cleanly before the last version');
    await card.use(600, 'echo more >> f4');
    expect(decisionOf(await card.backUp(600))).toBe('quick');
  });

  const overwrite =
    'head -c 4096 /dev/urandom | dd of=db bs=4096 seek=3 conv=notrunc,fdatasync iflag=fullblock status=none';

  it('a data base was written to in place, and its record lost: it is read each time', async () => {
    await card.use(950, '{ printf "SQLite format 3\\0"; head -c 50000 /dev/urandom; } > db');
    await card.use(940, 'echo later > last');
    await card.backUp(900);
    const [record, block] = [await recordOf(card.image, 'db'), card.blocksOf('db')[3]! * BLOCK];
    const content = readRaw(card.image, block, BLOCK);
    card.pull(overwrite, NO_COMMIT);
    await card.use(800, 'echo booted > last');
    expect(Buffer.compare(await recordOf(card.image, 'db'), record)).toBe(0);
    expect(readRaw(card.image, block, BLOCK).equals(content)).toBe(false);
    expect(decisionOf(await card.backUp(800))).toBe('quick');
  });

  it('the same of a file that looks like nothing: the proof finds it, reads all and tells of older versions', async () => {
    await card.use(950, 'head -c 50000 /dev/urandom > db');
    await card.use(940, 'echo later > last');
    await card.backUp(900);
    card.pull(overwrite, NO_COMMIT);
    await card.use(800, 'echo booted > last');
    const caught = await card.backUp(800, { proofPercent: 100 });
    expect(decisionOf(caught)).toBe('full: a file had changed without a trace');
  });
});

describe('a card that is written to', () => {
  it.each([0, 1])('after it was looked at and before it is read: no version is made (versions: %i)', async (made) => {
    if (made > 0) await card.backUp(900);
    using source = openFileSource(card.image);
    let calls = 0;
    // The second time that is asked for is that of the decision what is read.
    const now = (): number => {
      if (++calls === 2) writeRaw(card.image, 1024 + 0x30, 'mine');
      return hoursAgoMs(890);
    };
    const device = { path: '/dev/test', model: '', serial: '', bus: '' };
    const options = { device, session: testSession(), now, utcOffsetMinutes: 0 };
    const store = await openStore(card.store.storage);
    await expect(createSnapshot(store, source, options)).rejects.toThrow('written to while it was read');
  });
});

describe('writes below the file system', () => {
  const MEBIBYTES = 168;

  /** Ten files of 12 MB: in each window of 16 MiB is something that can be carried over. */
  async function makeWideCard(): Promise<void> {
    card = await makeAgingCard(FOLDER, PLAIN, MEBIBYTES);
    await card.use(950, 'for i in $(seq 0 9); do head -c 12M /dev/urandom > wide$i; done');
    await card.use(940, 'echo later > last');
  }

  it('are found by the proof within as many runs as there are windows, and older versions are marked', async () => {
    await makeWideCard();
    await card.backUp(900);
    await card.backUp(890);
    writeRaw(card.image, card.blocksOf('wide7')[100]! * BLOCK, 'overwritten');
    const decisions: string[] = [];
    let caught: CreatedSnapshot | undefined;
    for (let run_ = 0; run_ < 11 && caught === undefined; run_++) {
      using source = openFileSource(card.image);
      const next = await backUp(card.store, source, { nowMs: hoursAgoMs(880 - run_) });
      decisions.push(decisionOf(next));
      if (next.snapshot.mode === 'full') caught = next;
    }
    expect(decisions.at(-1)).toBe('full: a file had changed without a trace');
    expect(decisions.length).toBeLessThanOrEqual(11);
    expect(caught!.warnings.map(({ code }) => code)).toContain('W_CHANGED_WITHOUT_TRACE');
    const made = await versions();
    const suspects = await readSuspects(await openStore(card.store.storage));
    // All that took the window over since the first version read it; not the first, and not the one that found it.
    expect(made.filter(({ id }) => suspects.has(id)).map(({ number }) => number)).toEqual(
      made.slice(1, -1).map(({ number }) => number),
    );
    // What was found is what a full backup has.
    const after = await card.backUp(700, { proofPercent: 2 });
    expect(decisionOf(after)).toBe('quick');
    expect(after.snapshot.volume.mapRoot).toBe(caught!.snapshot.volume.mapRoot);
  });

  it.each([
    ['add', 'write /etc/hostname p/9/new'],
    ['take away', 'rm p/9/y'],
  ])('of tools that %s a name: folders are read, as their inodes do not tell', async (_, act) => {
    const all = 'for i in $(seq 40); do';
    await card.use(950, `mkdir p; ${all} mkdir p/$i; done; ${all} echo x > p/$i/y; done`);
    await card.use(940, 'echo later > last');
    await card.backUp(900);
    await card.repair(800, 'debugfs', '-w', '-R', act);
    expect(decisionOf(await card.backUp(790))).toBe('quick');
  });

  it('are found at once when all is proven', async () => {
    await card.backUp(900);
    writeRaw(card.image, card.blocksOf('f7')[3]! * BLOCK, 'overwritten');
    expect(decisionOf(await card.backUp(890, { proofPercent: 100 }))).toBe('full: a file had changed without a trace');
  });

  it('are found by a full read that was asked for, and told', async () => {
    await card.backUp(900);
    await card.backUp(890, { proofPercent: 0 });
    expect(decisionOf(await card.backUp(880, { full: true }))).toBe('full: a full read was asked for');
    writeRaw(card.image, card.blocksOf('f7')[3]! * BLOCK, 'overwritten');
    const found = await card.backUp(870, { full: true });
    expect(found.warnings.map(({ code }) => code)).toContain('W_CHANGED_WITHOUT_TRACE');
    expect(await readSuspects(await openStore(card.store.storage))).toEqual(new Set());
    // It was read for the version before, so that one is right.
    await card.backUp(860, { proofPercent: 0 });
    writeRaw(card.image, card.blocksOf('f8')[3]! * BLOCK, 'overwritten');
    await card.backUp(840, { full: true });
    const suspects = await readSuspects(await openStore(card.store.storage));
    expect((await versions()).filter(({ id }) => suspects.has(id)).map(({ number }) => number)).toEqual([5]);
  });

  it('swap files, quota files and other hot files do not count: they are read each time', async () => {
    await card.use(
      950,
      `
      for f in private public; do head -c 2M /dev/urandom > $f; done; chmod 600 private; chmod 644 public
      mkswap -q private; mkswap -q public 2>&1
      { printf '\\021\\037\\300\\331'; head -c 20000 /dev/urandom; } > aquota.user
      head -c 1M /dev/zero > disk; mkfs.ext4 -q disk 2>&1
    `,
    );
    await card.use(940, 'echo later > last');
    await card.backUp(900);
    for (const name of ['private', 'public', 'aquota.user', 'disk']) {
      writeRaw(card.image, card.blocksOf(name)[4]! * BLOCK, noiseBytes(BLOCK, 9));
    }
    expect(decisionOf(await card.backUp(800, { proofPercent: 100 }))).toBe('quick');
    // Asleep: what lies in it is precious now, with nothing to see in its record.
    writeRaw(card.image, card.blocksOf('private')[0]! * BLOCK + 4086, 'S1SUSPEND\0');
    expect(decisionOf(await card.backUp(790))).toBe('quick');
  });
});

describe('clocks', () => {
  it('set back by hours: another history, all is read', async () => {
    await card.use(901, 'echo more >> f3');
    await card.backUp(900);
    await card.use(910, 'echo more >> f4');
    expect(decisionOf(await card.backUp(899))).toMatch(/^full: files on the card are older/u);
  });

  it('set back by half an hour: all since then is read again', async () => {
    await card.use(901, 'echo more >> f3');
    await card.backUp(900);
    await card.use(901.5, 'printf x | dd of=f4 bs=1 seek=9000 conv=notrunc status=none');
    expect(decisionOf(await card.backUp(899))).toBe('quick');
  });

  const inPlace = (letter: string): string => `printf ${letter} | dd of=f3 bs=1 seek=9000 conv=notrunc status=none`;

  it('a file was changed twice at the same instant, shortly before and after a version', async () => {
    await card.use(901, inPlace('A'));
    await card.backUp(900);
    const record = await recordOf(card.image, 'f3');
    await card.use(901, inPlace('B'));
    await forgeTimes(card.image, 'f3', record);
    expect(Buffer.compare(await recordOf(card.image, 'f3'), record)).toBe(0);
    expect(decisionOf(await card.backUp(899))).toBe('quick');
  });

  it('a file was changed at the same instant of an hour that came twice: others tell that it did', async () => {
    await card.use(902, inPlace('A'));
    await card.use(901, 'echo more >> f5');
    await card.backUp(900);
    const record = await recordOf(card.image, 'f3');
    await card.use(902.5, 'echo boot > boot');
    await card.use(902, inPlace('B'));
    await forgeTimes(card.image, 'f3', record);
    expect(Buffer.compare(await recordOf(card.image, 'f3'), record)).toBe(0);
    expect(decisionOf(await card.backUp(899))).toBe('quick');
  });

  it('a file was changed at the same instant of a repeated hour, of which nothing else tells', async () => {
    await card.use(902, 'printf A | dd of=f3 bs=1 seek=9000 conv=notrunc status=none');
    await card.use(901, 'echo more >> f5');
    await card.backUp(900);
    const record = await recordOf(card.image, 'f3');
    await card.use(901.5, 'echo more >> f4; printf B | dd of=f3 bs=1 seek=9000 conv=notrunc status=none');
    await forgeTimes(card.image, 'f3', record);
    expect(Buffer.compare(await recordOf(card.image, 'f3'), record)).toBe(0);
    // f4 tells that the clock went back, but f3 is of the hour before that: nothing but the proof can find it.
    const next = await card.backUp(899, { proofPercent: 100 });
    expect(decisionOf(next)).toBe('full: a file had changed without a trace');
  });

  it('wrong by years: nothing is taken for granted', async () => {
    await card.backUp(900);
    await card.use(-100_000, 'echo more >> f3');
    await card.backUp(800);
    await card.use(700, 'echo more >> f4');
    await card.backUp(700);
    await card.use(600, 'echo more >> f4');
    await card.backUp(600);
  });
});

describe('histories that part', () => {
  const writeA = 'printf A | dd of=f3 bs=1 seek=9000 conv=notrunc status=none; echo A >> log';
  const writeB = 'printf B | dd of=f3 bs=1 seek=9000 conv=notrunc status=none; echo B >> log';

  it('an older version was restored, and the clock repeats itself to the nanosecond', async () => {
    await card.backUp(900);
    card.keep('first');
    await card.use(800, writeA);
    await card.use(799, 'echo later > last');
    await card.backUp(798);
    const record = await recordOf(card.image, 'f3');
    const made = await versions();
    await recordRestore(await openStore(card.store.storage), made[0]!, made, hoursAgoMs(790));
    card.putBack('first');
    await card.use(800, writeB);
    await card.use(799, 'echo later > last');
    await forgeTimes(card.image, 'f3', record);
    const next = await card.backUp(700);
    expect(decisionOf(next)).toBe('quick');
    expect(next.base?.number).toBe(1);
  });

  it('the same without a record of it', async () => {
    await card.backUp(900);
    card.keep('first');
    await card.use(800, writeA);
    await card.use(799, 'echo later > last');
    await card.backUp(798);
    const record = await recordOf(card.image, 'f3');
    card.putBack('first');
    await card.use(800, writeB);
    await card.use(799, 'echo later > last');
    await forgeTimes(card.image, 'f3', record);
    await card.backUp(700);
  });

  it('two clones of one image, each written to with the same clock', async () => {
    card.keep('image');
    await card.use(800, writeA);
    await card.use(700, 'echo later > last');
    await card.backUp(600);
    const record = await recordOf(card.image, 'f3');
    card.putBack('image');
    await card.use(800, writeB);
    await card.use(700, 'echo later > last');
    await forgeTimes(card.image, 'f3', record);
    await card.backUp(500);
  });

  it('a version in between was deleted, with its hot files', async () => {
    await card.backUp(900);
    await card.use(800, writeA);
    const second = await card.backUp(800);
    await card.use(700, writeB);
    await card.store.storage.remove(`snapshots/${second.id}`);
    expect(decisionOf(await card.backUp(700))).toBe('quick');
  });

  it('a file that was changed in place is hot for four versions', async () => {
    await card.backUp(900);
    await card.use(800, writeA);
    const inode = inodeOf(card.image, 'f3');
    const hot: boolean[] = [];
    for (let i = 0; i < 6; i++) {
      await card.backUp(790 - i);
      const store = await openStore(card.store.storage);
      const files = await readHotFiles(store, (await versions()).at(-1)!);
      hot.push(files.some((file) => file.inode === inode));
    }
    expect(hot).toEqual([true, true, true, true, false, false]);
  });
});
