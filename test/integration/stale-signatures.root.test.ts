/** What a disk was before must not show through a restore: the probers see what they see on the source. */
import { statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cardkeep } from '../support/cardkeep.ts';
import { attachLoop, temporaryFolder } from '../support/loop-device.ts';
import { BOOT, CARD_BYTES, makeRealCard, ROOT } from '../support/real-card.ts';
import { run } from '../support/run.ts';
import { probe, putStaleMembers } from '../support/stale-signatures.ts';
import type { Place } from '../support/stale-signatures.ts';

const MIB = 1024 * 1024;

const folder = temporaryFolder();
const store = path.join(folder.path, 'store');
const disk = path.join(folder.path, 'disk.img');
afterAll(() => folder[Symbol.dispose]());

function makeSparseFile(file: string, byteLength: number): void {
  writeFileSync(file, '');
  truncateSync(file, byteLength);
}

const card = path.join(folder.path, 'octopi.img');
const gptCard = path.join(folder.path, 'desk.img');
const GPT_CARD_BYTES = 140 * MIB;
// blkid looks for ZFS on 64 MiB and more.
const EFI = { byteOffset: MIB, byteLength: 65 * MIB };
// Reaches up to the backup GPT, as tools lay it out.
const DESK_ROOT = { byteOffset: 66 * MIB, byteLength: GPT_CARD_BYTES - 66 * MIB - 33 * 512 };

beforeAll(() => {
  makeRealCard(card);
  makeGptCard(gptCard);
  for (const image of [card, gptCard]) {
    cardkeep(store, 'backup', image, '--card', path.basename(image, '.img'), '--yes', '--json');
  }
});

function makeGptCard(image: string): void {
  makeSparseFile(image, GPT_CARD_BYTES);
  run('sgdisk', ['-n', '1:2048:135167', '-t', '1:ef00', '-n', '2:135168', '-c', '2:root', image]);
  const efi = ['-F', '32', '-s', '1', '-n', 'EFI', '--offset', `${EFI.byteOffset / 512}`];
  run('mkfs.vfat', [...efi, image, `${EFI.byteLength / 1024}`]);
  using loop = attachLoop(image, '-o', `${DESK_ROOT.byteOffset}`, '--sizelimit', `${DESK_ROOT.byteLength}`);
  run('mkfs.ext4', ['-q', '-L', 'root', loop.path]);
}

/** What a disk was before, as a whole and wherever a partition comes to lie. A GPT leaves no room for md and LVM. */
const FORMER_LIVES = {
  members: {
    types: ['LVM2_member', 'linux_raid_member', 'zfs_member'],
    put: (place: Place) => putStaleMembers(disk, place),
  },
  gpt: {
    types: ['PMBR', 'gpt'],
    put: ({ byteOffset, byteLength }: Place) => {
      using loop = attachLoop(disk, '-o', `${byteOffset}`, '--sizelimit', `${byteLength}`);
      run('sgdisk', ['-n', '1:2048:40959', '-n', '2:40960', loop.path]);
    },
  },
} as const;

function typesOn(place: Place): string[] {
  return [...new Set(probe(disk, place).wipefs.map((line) => line.split(' ')[0]!))].sort();
}

/** Restores the card of `image` over a former life and compares all places where a prober may look. */
function expectNothingStale(
  former: keyof typeof FORMER_LIVES,
  image: string,
  targetBytes: number,
  partitions: readonly Place[],
): void {
  const whole = { byteOffset: 0, byteLength: targetBytes };
  const { types, put } = FORMER_LIVES[former];
  makeSparseFile(disk, targetBytes);
  for (const place of [...partitions, whole]) put(place);
  for (const place of [whole, ...partitions]) expect(typesOn(place)).toEqual(types);
  {
    using loop = attachLoop(disk);
    cardkeep(store, 'restore', path.basename(image, '.img'), loop.path, '--yes', '--json');
  }
  expect(probe(disk, whole)).toEqual(probe(image, { byteOffset: 0, byteLength: statSync(image).size }));
  for (const place of partitions) expect(probe(disk, place)).toEqual(probe(image, place));
}

describe.each([
  { former: 'members', what: 'a member of md 1.0, ZFS and LVM' },
  { former: 'gpt', what: 'partitioned by GPT' },
] as const)('a disk that was $what', ({ former }) => {
  it('is what the card is after a restore', () => {
    expectNothingStale(former, card, CARD_BYTES, [BOOT, ROOT]);
    expect(probe(disk, BOOT).blkid.output).toContain('LABEL=bootfs');
    expect(probe(disk, ROOT).blkid.output).toContain('LABEL=rootfs');
  });

  it('is what the card is after a restore, when it is larger', () => {
    expectNothingStale(former, card, CARD_BYTES + 30 * MIB + 512, [BOOT, ROOT]);
  });

  it('is what a card with a GPT of its own is after a restore', () => {
    expectNothingStale(former, gptCard, GPT_CARD_BYTES, [EFI, DESK_ROOT]);
    expect(run('sgdisk', ['-v', disk])).toContain('No problems found');
  });
});
