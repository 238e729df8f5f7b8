/** What e2fsck finds and makes of an image and of the one restored from it. */
import { readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { BLOCK, readExt4Oracle } from './ext4-oracle.ts';

export interface FsckResult {
  readonly status: number | null;
  /** Without the name of the image. */
  readonly output: string;
}

/**
 * `e2fsck` with a clock that stands still, so that two repairs of the same write the same bytes, and always at the same
 * addresses: of damaged attributes it reports what its memory happens to hold.
 */
export function runE2fsck(image: string, ...options: string[]): FsckResult {
  const result = spawnSync('setarch', ['-R', 'e2fsck', ...options, image], {
    encoding: 'latin1',
    timeout: 60_000,
    maxBuffer: 256 * 1024 * 1024,
    env: { ...process.env, LC_ALL: 'C', E2FSCK_TIME: '2000000000', PATH: `${process.env['PATH']}:/usr/sbin:/sbin` },
  });
  return { status: result.status, output: (result.stdout + result.stderr).replaceAll(image, 'IMAGE') };
}

/**
 * Runs `e2fsck -fn` and then `-fy` on both, which changes them. Returns how they differ: in what is said, or in a block
 * that the tools call used after the repair. Empty when they do not. `repairOptions`: more for both runs;
 * `withoutRecovery`: the first run too, which does not replay the journal and so sees blocks of different ages.
 */
export function compareRepair(
  source: string,
  restored: string,
  repairOptions: readonly string[] = [],
  withoutRecovery = true,
): string[] {
  const differences: string[] = [];
  const say = (options: readonly string[]): FsckResult => {
    const [expected, actual] = [source, restored].map((image) => runE2fsck(image, ...options)) as [
      FsckResult,
      FsckResult,
    ];
    if (expected.status !== actual.status || expected.output !== actual.output) {
      differences.push(`e2fsck ${options.join(' ')} says\n${firstDifference(expected.output, actual.output)}`);
    }
    return expected;
  };
  if (withoutRecovery) say(['-fn', ...repairOptions]);
  const repaired = say(['-fy', ...repairOptions]);
  // 1 and 2: all is repaired.
  if (repaired.status === null || repaired.status > 2) return differences;
  const lost = differentUsedBlocks(source, restored);
  if (lost.length > 0) differences.push(`${lost.length} used blocks differ: ${lost.slice(0, 12).join(' ')}`);
  return differences;
}

/** Blocks that the tools call used in `source` and that hold something else in `restored`. */
export function differentUsedBlocks(source: string, restored: string, oracle = readExt4Oracle(source)): number[] {
  const { blockSize, state, isFreeByBitmap, isRestOfCluster } = oracle;
  const [expected, actual] = [readFileSync(source), readFileSync(restored)];
  const lost: number[] = [];
  for (let block = 0; block < state.length; block++) {
    // e2fsck leaves garbage in the resize inode now and then, which names blocks that nobody uses. The block of multiple
    // mount protection holds the time of the repair.
    if (state[block] !== BLOCK.data || isFreeByBitmap[block] === 1 || isRestOfCluster[block] === 1) continue;
    const [start, end] = [block * blockSize, (block + 1) * blockSize];
    const [a, b] = [expected.subarray(start, end), actual.subarray(start, end)];
    if (!a.equals(b) && !(isMmpBlock(a) && isMmpBlock(b))) lost.push(block);
  }
  return lost;
}

/** EXT4_MMP_MAGIC in Linux fs/ext4/ext4.h. */
function isMmpBlock(block: Buffer): boolean {
  return block.readUInt32LE(0) === 0x004d4d50;
}

function firstDifference(expected: string, actual: string): string {
  const [a, b] = [expected.split('\n'), actual.split('\n')];
  const at = a.findIndex((line, i) => line !== b[i]);
  return `- ${a.slice(at, at + 3).join(' | ')}\n+ ${b.slice(at, at + 3).join(' | ')}`;
}
