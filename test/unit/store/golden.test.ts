/** The exact bytes of each format that the store writes: a change of the format cannot slip in. */
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/bytes/hex.ts';
import { encodeHeader, FILE_KIND } from '../../../src/store/envelope.ts';
import { encodeItemFrame, FRAME_KIND } from '../../../src/store/frame.ts';
import { encodeMessageFile } from '../../../src/store/message-file.ts';
import { memoryStorage } from '../../../src/store/memory-storage.ts';
import { encodeLock, encodeRecord } from '../../../src/store/messages.ts';
import { encodeFooter, encodeTrailer } from '../../../src/store/pack-trailer.ts';
import { createStore } from '../../../src/store/store.ts';
import { NOWHERE, testSession } from '../../support/store-fixtures.ts';

const STORE_ID = Uint8Array.from({ length: 16 }, (_, i) => i + 1);
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('golden bytes', () => {
  it('header', () => {
    expect(toHex(encodeHeader(FILE_KIND.pack, STORE_ID))).toMatchInlineSnapshot(
      `"434152444b454550030100000102030405060708090a0b0c0d0e0f100000000000000000000000000000000000000000000000000000000000000000976302c1"`,
    );
  });

  it('frame of one item', () => {
    expect(toHex(encodeItemFrame(FRAME_KIND.message, 7, bytesOf('hello')))).toMatchInlineSnapshot(
      `"434b465200040000070000001100000060d0725a0a7d4c3605000000010000000500000068656c6c6f"`,
    );
  });

  it('trailer and footer', () => {
    const ids = new Uint8Array(64).fill(0xaa, 0, 32).fill(0xbb, 32);
    const frames = [{ byteOffset: 64, payloadLength: 300, ids, lengths: Uint32Array.of(256, 65_536) }];
    expect(toHex(encodeTrailer(frames))).toMatchInlineSnapshot(
      `"01000000400000002c01000002000000aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa00010000bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb00000100"`,
    );
    expect(toHex(encodeFooter(388, 124))).toMatchInlineSnapshot(`"840100007c000000d940cd35434b454e"`);
  });

  it('record and lock', () => {
    const record = { kind: 'label', atMs: 2 ** 41 + 3, subject: bytesOf('s'), seq: 2, body: bytesOf('b') };
    expect(toHex(encodeMessageFile(FILE_KIND.record, STORE_ID, encodeRecord(record)))).toMatchInlineSnapshot(
      `"434152444b454550060100000102030405060708090a0b0c0d0e0f100000000000000000000000000000000000000000000000000000000000000000ef698cd4434b4652000400000000000024000000843a065ff802a8491800000001000000180000000a056c6162656c1103000000000200001a017320022a0162"`,
    );
    const lock = { ...NOWHERE, kind: 'backup', host: 'h', tool: 't', renewals: 3, startedMs: 2 ** 40, processId: 77 };
    expect(toHex(encodeLock(lock))).toMatchInlineSnapshot(`"0a066261636b75701201681a01742003404d510000000000010000"`);
  });

  it('a whole store', async () => {
    const storage = memoryStorage();
    const random = (byteLength: number): Uint8Array => Uint8Array.from({ length: byteLength }, (_, i) => i + 1);
    const store = await createStore(storage, { random });
    const session = await store.startSession(testSession());
    const repeated = new Uint8Array(5000).fill(0x61);
    const short = bytesOf('not compressible');
    const node = bytesOf('a node');
    await session.put('data', store.hasher.hash(repeated), repeated);
    await session.put('metadata', store.hasher.hash(short), short);
    await session.put('node', store.hasher.hash(node), node);
    await session.commitSnapshot(bytesOf('snapshot'));
    await session.close();
    const files: Record<string, string> = {};
    const folders = [
      '',
      ...Array.from('0123456789abcdef', (digit) => `packs/${digit}`),
      'indexes',
      'snapshots',
      'locks',
    ];
    for (const folder of folders) {
      for (const { name, byteLength } of await storage.list(folder)) {
        files[name] = toHex(await storage.read(name, 0, byteLength));
      }
    }
    expect(files).toMatchInlineSnapshot(`
      {
        "config-1": "434152444b454550010100000102030405060708090a0b0c0d0e0f1000000000000000000000000000000000000000000000000000000000000000008d9b9b12434b465200040000000000006f000000287a0221016ea999630000000100000063000000080112100102030405060708090a0b0c0d0e0f1032201112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303a2066f38e5eb295a1df8cfdd2cea984590d359a6459c87ce355a71930f099a300684080808010488080105001",
        "config-1.copy": "434152444b454550010100000102030405060708090a0b0c0d0e0f1000000000000000000000000000000000000000000000000000000000000000008d9b9b12434b465200040000000000006f000000287a0221016ea999630000000100000063000000080112100102030405060708090a0b0c0d0e0f1032201112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303a2066f38e5eb295a1df8cfdd2cea984590d359a6459c87ce355a71930f099a300684080808010488080105001",
        "indexes/39bba98ed23feb14afba573f4fd70bdcf0fb3b1289560bfa8e1b8336072ff12c": "434152444b454550040100000102030405060708090a0b0c0d0e0f100000000000000000000000000000000000000000000000000000000000000000f5911507434b46520004000000000000b7000000519c1a23d9b91c9bab00000001000000ab00000012270a203235468d0196550d21424bcfe77b094a4590f9aaa56baf9b7706fe5e08249e3110cf02180112270a20641df2eb39e1b72e77fe9b056dba79b083d0c29fa15cbe64ab4fcaf7bc0cdd6610d20118021a3000000000400000002b0000008813000000000000830000001c00000010000000010000004000000012000000060000003a206b75f50163c9b440afb91bb7d368e8d85ef2240edb6641f1442ccbdbd7c2a8534003488002434b4652000500000100000090000000ad592b61ab9faa4f8400000001000000840000006b75f50163c9b440afb91bb7d368e8d85ef2240edb6641f1442ccbdbd7c2a853020000000000000006000000aa183d767fbcedf8580d8059de51d8963cf22eaf140085876db5cc0fca77483c010000000000000010000000fa11e363dee8bbe8a56985106c9b9f00d7c2435889b388bac2dbe2e39049d4da000000000000000088130000",
        "packs/3/3235468d0196550d21424bcfe77b094a4590f9aaa56baf9b7706fe5e08249e31": "434152444b454550030100000102030405060708090a0b0c0d0e0f100000000000000000000000000000000000000000000000000000000000000000976302c1434b465201010000000000002b000000303e12376070b9f58813000001000000881300001f610100ffffffffffffffffffffffffffffffffffffff8160616161616161434b465200010000010000001c000000b5748c007ebb89bf1000000001000000100000006e6f7420636f6d707265737369626c65434b46520003000002000000700000003e4310bc75958ae364000000010000006400000002000000400000002b00000001000000830000001c00000001000000fa11e363dee8bbe8a56985106c9b9f00d7c2435889b388bac2dbe2e39049d4da88130000aa183d767fbcedf8580d8059de51d8963cf22eaf140085876db5cc0fca77483c10000000b700000088000000039efc91434b454e",
        "packs/6/641df2eb39e1b72e77fe9b056dba79b083d0c29fa15cbe64ab4fcaf7bc0cdd66": "434152444b454550030100000102030405060708090a0b0c0d0e0f100000000000000000000000000000000000000000000000000000000000000000976302c1434b46520002000000000000120000005b26245f0b3949e406000000010000000600000061206e6f6465434b4652000300000100000040000000ec32b69197203575340000000100000034000000010000004000000012000000010000006b75f50163c9b440afb91bb7d368e8d85ef2240edb6641f1442ccbdbd7c2a853060000006a000000580000005744b02a434b454e",
        "snapshots/3be94bea0ce1e4a030f60cc087bcec100616e7546f309e6258eb2c0959ee2b5c": "434152444b454550050100000102030405060708090a0b0c0d0e0f100000000000000000000000000000000000000000000000000000000000000000f86dd96e434b46520004000000000000140000000c600573175b569c080000000100000008000000736e617073686f74",
      }
    `);
  });
});
