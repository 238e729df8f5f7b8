import { describe, expect, it } from 'vitest';
import { memorySource, type BlockSource } from '../../../src/device/block-source.ts';
import { MAGIC_RULES, TAIL_RULES } from '../../../src/filesystems/signature-rules.ts';
import { isFileSystemAt, probeSignatures } from '../../../src/filesystems/signatures.ts';

const MIB = 1024 * 1024;

async function namesIn(image: Buffer): Promise<string[]> {
  return [...new Set((await probeSignatures(memorySource(image))).map(({ name }) => name))];
}

describe('marks of known formats', () => {
  it.each(MAGIC_RULES.map((rule) => [rule.name, rule.byteOffset, rule.magic] as const))(
    '%s at %i',
    async (name, byteOffset, magic) => {
      const image = Buffer.alloc(3 * MIB);
      image.write(magic, byteOffset, 'latin1');
      expect(await namesIn(image)).toEqual([name]);
      expect(await isFileSystemAt(memorySource(image), 0)).toBe(true);
      image[byteOffset + magic.length - 1]! ^= 0xff;
      expect(await namesIn(image)).toEqual([]);
    },
  );

  it.each(TAIL_RULES.map((rule) => [rule.name, rule.unit, rule.unitsFromEnd, rule.byteOffset, rule.magic] as const))(
    '%s, %i x %i bytes before the end',
    async (name, unit, unitsFromEnd, byteOffset, magic) => {
      const image = Buffer.alloc(6 * MIB + 5 * 512);
      image.write(magic, (Math.floor(image.byteLength / unit) - unitsFromEnd) * unit + byteOffset, 'latin1');
      expect(await namesIn(image)).toEqual([name]);
      expect(await isFileSystemAt(memorySource(image), 0)).toBe(false);
    },
  );

  it.each([0, 1, 2, 3])('zfs label %i', async (label) => {
    const image = Buffer.alloc(3 * MIB + 1000);
    const at = label < 2 ? label * 262_144 : 3 * MIB - (4 - label) * 262_144;
    image.set([1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], at + 16_384);
    expect(await namesIn(image)).toEqual(['zfs']);
    image[at + 16_384 + 11] = 2;
    expect(await namesIn(image)).toEqual([]);
  });

  it.each([4096, 8192, 16_384, 32_768, 65_536])('swap and suspended systems in pages of %i', async (pageBytes) => {
    for (const mark of ['SWAPSPACE2', 'SWAP-SPACE', 'S1SUSPEND\0', 'S2SUSPEND\0', 'ULSUSPEND\0', 'LINHIB0001']) {
      const image = Buffer.alloc(MIB);
      image.write(mark, pageBytes - 10, 'latin1');
      expect(await namesIn(image)).toEqual(['swap']);
    }
  });

  it.each(Array.from({ length: 9 }, (_, i) => 0x4000 * 2 ** i))('a second LUKS2 header at %i', async (byteOffset) => {
    const image = Buffer.alloc(5 * MIB);
    image.write('SKUL\xba\xbe', byteOffset, 'latin1');
    expect(await namesIn(image)).toEqual([]);
    image.writeUInt32BE(byteOffset, byteOffset + 260);
    expect(await namesIn(image)).toEqual(['luks']);
  });

  it('finds all of several marks', async () => {
    const image = Buffer.alloc(MIB);
    image.write('XFSB', 0, 'latin1');
    image.write('SWAPSPACE2', 4086, 'latin1');
    image.write('_BHRfS_M', 65_600, 'latin1');
    expect(await namesIn(image)).toEqual(['xfs', 'swap', 'btrfs']);
  });

  it('finds nothing in zeros, in noise, and in sources of any length', async () => {
    for (const byteLength of [0, 1, 511, 512, 1024, 2047, 4095, 65_537]) {
      expect(await namesIn(Buffer.alloc(byteLength))).toEqual([]);
    }
    const noise = Buffer.from(Array.from({ length: MIB }, (_, i) => (Math.imul(i + 1, 2654435761) >>> 13) & 0xff));
    expect(await namesIn(noise)).toEqual([]);
  });
});

describe('places that cannot be read', () => {
  /** Fails where a bad sector lies. */
  function scratched(image: Buffer, badSector: number, code = 'EIO'): BlockSource {
    const source = memorySource(image);
    return {
      ...source,
      read: async (at, length, into) => {
        const isHit = at < (badSector + 1) * 512 && badSector * 512 < at + length;
        if (isHit) throw Object.assign(new Error(code), { code });
        return memorySource(image).read(at, length, into);
      },
    };
  }

  it('are told apart from places that hold nothing', async () => {
    const image = Buffer.alloc(MIB);
    image.write('_BHRfS_M', 65_600, 'latin1');
    const names = async (badSector: number): Promise<string[]> => [
      ...new Set((await probeSignatures(scratched(image, badSector))).map(({ name }) => name)),
    ];
    expect(await names(3)).toEqual(['unreadable sectors', 'btrfs']);
    expect(await names(128)).toEqual(['unreadable sectors']);
    expect(await names(2047)).toEqual(['btrfs', 'unreadable sectors']);
    expect(await names(1500)).toEqual(['btrfs']);
    expect(await isFileSystemAt(scratched(image, 3), 0)).toBe(true);
    expect(await isFileSystemAt(scratched(image, 128), 0)).toBe(false);
  });

  it('but other failures are passed on', async () => {
    await expect(probeSignatures(scratched(Buffer.alloc(MIB), 3, 'EBADF'))).rejects.toThrow('EBADF');
  });
});
