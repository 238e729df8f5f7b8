/** What dumpe2fs and debugfs say about the blocks of an ext file system: nothing here knows our reader. */
import { run } from './run.ts';

/** What a block is, by the tools. */
export const BLOCK = { free: 0, data: 1, unwritten: 2, journalBody: 3, unusedTable: 4, bad: 5 } as const;

export interface Ext4Oracle {
  readonly blockSize: number;
  readonly blockCount: number;
  /** One of BLOCK for each block. */
  readonly state: Uint8Array;
  /** 1 for each block that the block bitmaps call free, whatever inodes say. */
  readonly isFreeByBitmap: Uint8Array;
  /** 1 for each block of a cluster that belongs to a file but is not mapped by it: nobody ever wrote there. */
  readonly isRestOfCluster: Uint8Array;
}

export function readExt4Oracle(image: string): Ext4Oracle {
  const dump = run('dumpe2fs', [image]);
  const number = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'mu').exec(dump)?.[1]);
  const blockSize = number('Block size');
  const blockCount = number('Block count');
  const state = new Uint8Array(blockCount).fill(BLOCK.data);
  const groups = dump.split(/^Group \d+: /mu).slice(1);
  // With bigalloc, dumpe2fs names a cluster by its first block.
  const perCluster = (number('Cluster size') || blockSize) / blockSize;
  for (const [, list] of dump.matchAll(/^ {2}Free blocks: (.*)$/gmu)) mark(state, list!, BLOCK.free, perCluster);
  const isFreeByBitmap = state.map((what) => (what === BLOCK.free ? 1 : 0));
  const perGroup = number('Inodes per group');
  const isInodeFree = new Uint8Array(groups.length * perGroup + 1);
  for (const [, list] of dump.matchAll(/^ {2}Free inodes: (.*)$/gmu)) mark(isInodeFree, list!, 1);
  const inodes = [...isInodeFree.keys()].filter((inode) => inode > 0 && isInodeFree[inode] === 0);
  const inodesPerBlock = blockSize / Number(/^Inode size:\s+(\d+)/mu.exec(dump)?.[1] ?? 128);
  for (const [g, group] of groups.entries()) {
    const table = Number(/Inode table at (\d+)-/u.exec(group)?.[1]);
    for (let block = 0; block < perGroup / inodesPerBlock; block++) {
      const first = g * perGroup + block * inodesPerBlock + 1;
      const isUnused = isInodeFree.subarray(first, first + inodesPerBlock).every((flag) => flag === 1);
      if (isUnused) state[table + block] = BLOCK.unusedTable;
    }
  }
  const isClaimed = markInodeBlocks(image, state, inodes);
  const isRestOfCluster = state.map((_, block) => {
    const first = block - (block % perCluster);
    return isClaimed[block] === 0 && isClaimed.subarray(first, first + perCluster).includes(1) ? 1 : 0;
  });
  return { blockSize, blockCount, state, isFreeByBitmap, isRestOfCluster };
}

/** Every block that an inode in use names, by `stat`; in the end data wins over what else a block is called. */
function markInodeBlocks(image: string, state: Uint8Array, inodes: readonly number[]): Uint8Array {
  const script = inodes.map((inode) => `stat <${inode}>\n`).join('');
  const parts = run('debugfs', ['-f', '-', image], { input: script })
    .split(/^debugfs: stat </mu)
    .slice(1);
  if (parts.length !== inodes.length) throw new Error('debugfs did not answer for each inode');
  const later: (() => void)[] = [];
  const isClaimed = new Uint8Array(state.length);
  for (const part of parts) {
    const inode = Number.parseInt(part, 10);
    const list = /^(?:EXTENTS|BLOCKS):\n(.*)$/mu.exec(part)?.[1] ?? '';
    for (const [, what, unwritten, blocks] of list.matchAll(/\(([^)[]+)(\[u\])?\):(\d+(?:-\d+)?)/gu)) {
      mark(isClaimed, blocks!, 1);
      const isBody = inode === 8 && /^\d/u.test(what!);
      if (unwritten !== undefined) mark(state, blocks!, BLOCK.unwritten);
      else if (inode === 1 && /^\d/u.test(what!)) mark(state, blocks!, BLOCK.bad);
      else if (isBody) markJournal(state, what!, blocks!);
      else later.push(() => mark(state, blocks!, BLOCK.data));
    }
    const acl = /^File ACL: ([1-9]\d*)/mu.exec(part)?.[1];
    if (acl !== undefined) later.push(() => mark(state, acl, BLOCK.data));
  }
  for (const action of later) action();
  return isClaimed;
}

/** The first block of the journal, its superblock, is data. */
function markJournal(state: Uint8Array, logical: string, blocks: string): void {
  mark(state, blocks, BLOCK.journalBody);
  if (Number.parseInt(logical, 10) === 0) state[Number.parseInt(blocks, 10)] = BLOCK.data;
}

function mark(state: Uint8Array, list: string, what: number, unit = 1): void {
  for (const range of list.split(',').map((part) => part.trim())) {
    if (range === '') continue;
    const [first, last] = range.split('-').map(Number);
    state.fill(what, first, (last ?? first!) + unit);
  }
}
