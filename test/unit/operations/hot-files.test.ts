import { describe, expect, it } from 'vitest';
import type { DiskMap } from '../../../src/capture/disk-map.ts';
import { HotFiles } from '../../../src/operations/hot-files.ts';
import { readHotFiles } from '../../../src/operations/plan-incremental.ts';
import {
  decodeHotFiles,
  encodeAttachment,
  encodeHotFiles,
  HOT_FILES,
  type HotFile,
} from '../../../src/snapshot/attachments.ts';
import { MAX_CHUNK_BYTES } from '../../../src/store/limits.ts';

function hotFiles(count: number): HotFile[] {
  return Array.from({ length: count }, (_, i) => ({ partition: 1, inode: 12 + i, generation: i * 7, versionsLeft: 3 }));
}

describe('the list of hot files', () => {
  it('stays as it is where nothing is known of its file system, however long it is', () => {
    const files = hotFiles(300_000);
    const disk = { partitions: [{ entry: { number: 1 }, report: { keepWhole: 'damaged' } }] } as unknown as DiskMap;
    expect(new HotFiles(files).after(disk, new Map())).toEqual(files);
  });

  it('may be longer than a chunk', async () => {
    const files = hotFiles(1_100_000);
    const nodes = encodeHotFiles(files).map(encodeAttachment);
    expect(Math.max(...nodes.map(({ byteLength }) => byteLength))).toBeLessThanOrEqual(MAX_CHUNK_BYTES);
    const attachments = nodes.map((_, i) => ({ kind: HOT_FILES, node: i.toString(16).padStart(64, '0') }));
    const read = await readHotFiles({ readChunk: async (id) => nodes[id.at(-1)!]! }, { attachments });
    expect(read.length).toBe(files.length);
    expect(read.map(({ inode }) => inode)).toEqual(files.map(({ inode }) => inode));
  });

  it('may be empty', () => {
    expect(encodeHotFiles([]).map(decodeHotFiles)).toEqual([[]]);
  });
});
