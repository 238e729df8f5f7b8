import { describe, expect, it } from 'vitest';
import { createIdMap, guidBytes, uuidBytes } from '../../../src/restore/new-ids/id-map.ts';
import { findTokens, rewriteReferences } from '../../../src/restore/new-ids/references.ts';
import { type FilePiece, type FileTree, type OpenFile } from '../../../src/restore/new-ids/file-tree.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';

describe('new IDs', () => {
  it('are what each kind looks like, never zero, and never one that is in use', () => {
    const ids = createIdMap(seededBytes(1));
    expect(ids.renew('disk signature', '1a2b3c4d')).toMatch(/^[0-9a-f]{8}$/);
    expect(ids.renew('FAT serial', 'ABCD-1234')).toMatch(/^[0-9A-F]{4}-[0-9A-F]{4}$/);
    expect(ids.renew('UUID', 'a')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const answers = [
      [0, 0, 0, 0],
      [1, 2, 3, 4],
      [1, 2, 3, 5],
    ];
    const picky = createIdMap(() => Uint8Array.from(answers.shift()!));
    expect(picky.renew('disk signature', '01020304')).toBe('01020305');
    expect(() => createIdMap(() => new Uint8Array(16)).renew('disk signature', '1')).toThrow(/random numbers/);
  });

  it('are shared by what shares one today, unless it is none', () => {
    const ids = createIdMap(seededBytes(1));
    expect(ids.renew('UUID', 'AB-12')).toBe(ids.renew('UUID', 'ab-12'));
    expect(ids.renew('GUID', '0000-00')).not.toBe(ids.renew('GUID', '0000-00'));
    expect(ids.find('0000-00')).toBeUndefined();
  });

  it('have their bytes in the order of each format', () => {
    const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
    expect(hex(uuidBytes('00112233-4455-6677-8899-aabbccddeeff'))).toBe('00112233445566778899aabbccddeeff');
    expect(hex(guidBytes('00112233-4455-6677-8899-aabbccddeeff'))).toBe('33221100554477668899aabbccddeeff');
  });
});

describe('references', () => {
  const ids = createIdMap(seededBytes(1));
  const after = ids.renew('UUID', 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee');
  ids.alias('1a2b3c4d-02', '99999999-02');

  it('are words of their own, in capitals or not', () => {
    const found = (text: string): string[] => findTokens(Buffer.from(text), ids).map((token) => token.after);
    expect(found('UUID=aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee')).toEqual([after]);
    expect(found('AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE')).toEqual([after.toUpperCase()]);
    expect(found('x-1a2b3c4d-02 1a2b3c4d-02x 1a2b3c4d-02-1 1a2b3c4d-03 a1a2b3c4d-02')).toEqual([]);
    expect(found('"1a2b3c4d-02",1A2B3C4D-02\n=1a2b3c4d-02')).toEqual(['99999999-02', '99999999-02', '99999999-02']);
  });

  /** A tree of one file, `/etc/fstab`. */
  function oneFile(file: OpenFile | string): FileTree<string> {
    const folders: Record<string, [string, string][]> = { root: [['etc', 'etc']], etc: [['fstab', 'fstab']] };
    return {
      root: 'root',
      isCaseless: false,
      list: async (folder) => (folder in folders ? new Map(folders[folder]) : undefined),
      open: async (node) => (node === 'fstab' ? file : undefined),
    };
  }

  it('may stand in pieces of a file that lie apart', async () => {
    const content = Buffer.from('PARTUUID=1a2b3c4d-02 /');
    const pieces: FilePiece[] = [
      { fileOffset: 0, byteOffset: 7000, byteLength: 12 },
      { fileOffset: 12, byteOffset: 1000, byteLength: 10 },
    ];
    const { edits, rewritten, warnings } = await rewriteReferences(oneFile({ content, pieces }), ids, 'partition 2');
    expect(edits.map(({ byteOffset, bytes }) => [byteOffset, Buffer.from(bytes).toString()])).toEqual([
      [7009, '999'],
      [1000, '99999-02'],
    ]);
    expect(rewritten).toEqual([{ path: '/etc/fstab', count: 1 }]);
    expect(warnings).toEqual([]);
  });

  it('that cannot be changed are told', async () => {
    const content = Buffer.from('PARTUUID=1a2b3c4d-02 /');
    const sealed = await rewriteReferences(
      oneFile({ content, pieces: [], isSealed: 'it is sealed' }),
      ids,
      'partition 2',
    );
    expect(sealed).toEqual({
      edits: [],
      rewritten: [],
      warnings: ['/etc/fstab on partition 2 names old IDs and cannot be changed: it is sealed'],
    });
    const { warnings } = await rewriteReferences(oneFile('it is a symbolic link'), ids, 'partition 2');
    expect(warnings).toEqual(['/etc/fstab on partition 2 was not looked through: it is a symbolic link']);
  });
});
