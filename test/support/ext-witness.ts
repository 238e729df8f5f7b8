/** What dumpe2fs and debugfs say of an ext file system: a witness that knows nothing of our code. */
import { run } from './run.ts';

export interface ExtWitness {
  readonly blockSize: number;
  /** Block numbers in use by dumpe2fs, but for those whose content means nothing. */
  readonly usedBlocks: readonly number[];
  readonly freeBlockCount: number;
}

/**
 * `unwrittenFiles`: paths whose unwritten extents are left out, with the journal's body and inode-table blocks that hold
 * no inode in use.
 */
export function readExtWitness(image: string, byteOffset: number, unwrittenFiles: readonly string[] = []): ExtWitness {
  const where = `${image}?offset=${byteOffset}`;
  const dump = run('dumpe2fs', [where]);
  const number = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'mu').exec(dump)?.[1]);
  const blockSize = number('Block size');
  const used = new Uint8Array(number('Block count')).fill(1);
  for (const [, list] of dump.matchAll(/^ {2}Free blocks: (.*)$/gmu)) clear(used, list ?? '');
  const freeBlockCount = used.reduce((sum, flag) => sum + (1 - flag), 0);
  const debugfs = (command: string): string => run('debugfs', ['-R', command, where]);
  for (const block of debugfs('blocks <8>').trim().split(/\s+/u).slice(1)) used[Number(block)] = 0;
  for (const path of unwrittenFiles) {
    const extents = debugfs(`dump_extents -l ${path}`);
    for (const [, first, last] of extents.matchAll(/(\d+) - +(\d+) +\d+ Uninit$/gmu)) clear(used, `${first}-${last}`);
  }
  clearUnusedInodeBlocks(used, dump, blockSize, number('Inode size'), number('Inodes per group'));
  const usedBlocks = [...used.keys()].filter((block) => used[block] === 1);
  return { blockSize, usedBlocks, freeBlockCount };
}

function clear(used: Uint8Array, list: string): void {
  for (const range of list.split(',').map((part) => part.trim())) {
    if (range === '') continue;
    const [first, last] = range.split('-').map(Number);
    used.fill(0, first, (last ?? first!) + 1);
  }
}

function clearUnusedInodeBlocks(
  used: Uint8Array,
  dump: string,
  blockSize: number,
  inodeSize: number,
  inodesPerGroup: number,
): void {
  const perBlock = blockSize / inodeSize;
  const groups = dump.split(/^Group \d+: /mu).slice(1);
  for (const [g, group] of groups.entries()) {
    const table = Number(/Inode table at (\d+)-/u.exec(group)?.[1]);
    const free = new Uint8Array(inodesPerGroup);
    for (const range of (/^ {2}Free inodes: (.*)$/mu.exec(group)?.[1] ?? '').split(',')) {
      const [first, last] = range.trim().split('-').map(Number);
      if (first !== undefined && first > 0) {
        free.fill(1, first - 1 - g * inodesPerGroup, (last ?? first) - g * inodesPerGroup);
      }
    }
    for (let block = 0; block < inodesPerGroup / perBlock; block++) {
      if (free.subarray(block * perBlock, (block + 1) * perBlock).every((flag) => flag === 1)) used[table + block] = 0;
    }
  }
}
