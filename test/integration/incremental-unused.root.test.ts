/** Unused parts of inode tables that only an earlier version knows of, on a card whose partitions go different ways. */
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decisionOf, hoursAgoMs } from '../support/aging-card.ts';
import { backdate } from '../support/backdate.ts';
import { imageFolder } from '../support/ext4-image.ts';
import { backUpAndProve, newTestStore } from '../support/incremental.ts';
import { mountPartition } from '../support/loop-device.ts';
import { run, shell } from '../support/run.ts';

const FOLDER = imageFolder('unused');
const MIB = 1024 * 1024;
const image = path.join(FOLDER, 'card.img');
const SIZE = 24 * MIB;
const PLACES = { system: [MIB, SIZE], data: [MIB + SIZE, SIZE] } as const;
const STARTED_SECONDS = Math.floor(Date.now() / 1000) - 2;

async function use(name: keyof typeof PLACES, hoursAgo: number, act: string): Promise<void> {
  {
    using mounted = mountPartition(image, ...PLACES[name]);
    shell(`cd ${mounted.path}; ${act}`);
  }
  for (const [byteOffset] of Object.values(PLACES)) {
    await backdate(image, { fromSeconds: STARTED_SECONDS, bySeconds: hoursAgo * 3600, byteOffset });
  }
}

beforeAll(async () => {
  writeFileSync(image, '');
  truncateSync(image, 2 * MIB + 2 * SIZE);
  const lines = Object.values(PLACES).map(([start, length]) => `${start / 512},${length / 512},83`);
  run('sfdisk', ['-q', image], { input: `label: dos\nlabel-id: 0x000dbfc6\n${lines.join('\n')}\n` });
  for (const [name, [start, length]] of Object.entries(PLACES)) {
    const options = ['-q', '-F', '-L', name, '-b', '4096', '-I', '256', '-E', `offset=${start}`];
    run('mkfs.ext3', [...options, image, `${length / 1024}k`]);
  }
  for (const name of ['system', 'data'] as const) {
    await use(name, 2000, 'for i in 1 2 3; do head -c 1M /dev/urandom > f$i; done');
    await use(name, 1000, 'echo ready > last');
  }
});
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

describe('a card of ext3', () => {
  it('one of whose file systems does not descend from the last version', async () => {
    const store = await newTestStore();
    await backUpAndProve(store, image, { proofPercent: 0, nowMs: hoursAgoMs(900) });
    await use('data', 1500, 'echo more >> f1');
    const [start] = PLACES.data;
    // A file that the bitmap does not know, where there was none before: e2fsck brings it back.
    for (const field of ['mode 0100644', 'links_count 1']) {
      run('debugfs', ['-w', '-R', `sif <3000> ${field}`, `${image}?offset=${start}`]);
    }
    const next = await backUpAndProve(store, image, { proofPercent: 0, nowMs: hoursAgoMs(800) });
    expect(decisionOf(next)).toBe('full: what the last version calls unused may be used by now');
  });
});
