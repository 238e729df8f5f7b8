import { describe, expect, it } from 'vitest';
import { memorySource } from '../../../src/device/block-source.ts';
import { readFileSystem } from '../../../src/filesystems/detect.ts';
import { buildFat } from '../../support/fat-builder.ts';
import { putMdSuperblock } from '../../support/md-superblock.ts';

const MIB = 1024 * 1024;

describe('what lies in a partition', () => {
  it('is read by the reader of its one signature', async () => {
    expect(await readFileSystem(memorySource(buildFat(16, 5000).image))).toMatchObject({ type: 'fat16', clean: true });
  });

  it('is kept whole when nothing known is there', async () => {
    expect(await readFileSystem(memorySource(Buffer.alloc(MIB)))).toEqual({ keepWhole: 'no known file system' });
    expect(await readFileSystem(memorySource(Buffer.alloc(0)))).toEqual({ keepWhole: 'no known file system' });
  });

  it('is kept whole when it is something that is not read', async () => {
    const image = Buffer.alloc(MIB);
    image.write('LVM2 001', 536, 'latin1');
    expect(await readFileSystem(memorySource(image))).toEqual({ keepWhole: 'LVM2 is kept whole', type: 'lvm2' });
  });

  it.each(['0.90', '1.0'] as const)('is kept whole when a FAT lies on a member of an md %s array', async (version) => {
    const { image } = buildFat(16, 60_000);
    const partition = Buffer.concat([image, Buffer.alloc(MIB)]);
    putMdSuperblock(partition, version);
    expect(await readFileSystem(memorySource(partition))).toEqual({
      keepWhole: 'ambiguous: it looks like FAT and like Linux RAID (md)',
    });
  });

  it('is kept whole when its reader finds it damaged, with what is known of it', async () => {
    const { image } = buildFat(32, 100);
    image.writeUInt32LE(0, 44);
    expect(await readFileSystem(memorySource(image))).toEqual({
      keepWhole: 'the FAT root directory lies outside of the volume',
      type: 'vfat',
    });
  });

  it('is kept whole when sectors that matter cannot be read; other failures are passed on', async () => {
    const { image } = buildFat(16, 5000);
    const good = memorySource(image);
    for (const [code, first] of [
      ['EIO', 0],
      ['EIO', 512],
      ['EBADF', 512],
    ] as const) {
      const source = {
        ...good,
        read: async (at: number, length: number, into?: Uint8Array): Promise<Uint8Array> => {
          if (at === first && length > (first === 0 ? 512 : 0)) throw Object.assign(new Error(code), { code });
          return memorySource(image).read(at, length, into);
        },
      };
      const report = readFileSystem(source);
      if (code === 'EBADF') await expect(report).rejects.toThrow(code);
      else expect(await report).toMatchObject({ keepWhole: 'some of its structures cannot be read' });
    }
  });

  it('stops when it is asked to', async () => {
    const signal = AbortSignal.abort();
    await expect(readFileSystem(memorySource(buildFat(16, 5000).image), { signal })).rejects.toMatchObject({
      code: 'E_STOPPED',
    });
  });
});
