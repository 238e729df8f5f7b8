import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { memorySource } from '../../../../src/device/block-source.ts';
import { packedFault } from '../../../../src/device/packed/decoders.ts';
import { readZipDirectory } from '../../../../src/device/packed/zip-directory.ts';
import { findZipImage, readZipEntry } from '../../../../src/device/packed/zip-image.ts';
import { CardkeepError } from '../../../../src/errors.ts';
import { collect } from '../../../support/byte-streams.ts';
import { temporaryFolder } from '../../../support/loop-device.ts';
import { run, shell } from '../../../support/run.ts';
import { noiseBytes } from '../../../support/store-fixtures.ts';

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());
const inFolder = (name: string): string => path.join(folder.path, name);
const IMAGE = Buffer.concat([Buffer.alloc(20_000), noiseBytes(9000, 5), Buffer.alloc(3000, 1)]);
writeFileSync(inFolder('card.img'), IMAGE);
writeFileSync(inFolder('readme.txt'), 'hello');

/** `lines` of Python with an open archive `z`, and `image` with the bytes of the image. */
function pythonZip(name: string, lines: string, how = ''): Buffer {
  run('python3', [
    '-c',
    `import zipfile,os\nos.chdir(${JSON.stringify(folder.path)})\nimage=open('card.img','rb').read()\nwith zipfile.ZipFile(${JSON.stringify(name)},'w'${how}) as z:\n  ${lines}\n`,
  ]);
  return readFileSync(inFolder(name));
}

async function unzip(bytes: Uint8Array): Promise<Buffer> {
  const file = memorySource(bytes);
  return collect(readZipEntry(file, await findZipImage(file, 'card.zip'), () => undefined));
}

const GOOD: readonly [what: string, make: () => Buffer][] = [
  ['deflated', () => pythonZip('a.zip', `z.write('card.img')`, ',zipfile.ZIP_DEFLATED')],
  ['stored', () => pythonZip('b.zip', `z.write('card.img')`)],
  [
    'with a comment and folders',
    () =>
      pythonZip(
        'c.zip',
        `z.comment=b'PK\\5\\6 '*99; z.mkdir('d') if hasattr(z,'mkdir') else z.writestr('d/',''); z.writestr('d/card.IMG',image); z.writestr('readme.txt','x'*50000); z.writestr('__MACOSX/d/._card.img','attributes')`,
      ),
  ],
  [
    'ZIP64 in each entry',
    () => pythonZip('d.zip', `f=z.open('card.img','w',force_zip64=True); f.write(image); f.close()`),
  ],
  [
    'written to a pipe, sizes behind the data',
    () => {
      shell(`cd ${folder.path}; cat card.img | zip -q - - > e.zip`);
      return readFileSync(inFolder('e.zip'));
    },
  ],
  ['the only file, whatever its name', () => pythonZip('f.zip', `z.writestr('../../etc/passwd',image)`)],
];

it.each(GOOD)('%s', async (_, make) => {
  expect((await unzip(make())).equals(IMAGE)).toBe(true);
});

it('ZIP64: sizes and places of an entry and of the directory in 64 bits', async () => {
  const bytes = pythonZip('g.zip', `z.writestr('readme.txt','hello'); z.writestr('card.img',image)`);
  const end = bytes.lastIndexOf('PK\x05\x06');
  const directory = Buffer.from(bytes.subarray(bytes.readUInt32LE(end + 16), end));
  const entry = directory.subarray(directory.lastIndexOf('PK\x01\x02'));
  const extra = Buffer.alloc(28);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(24, 2);
  for (const [place, at] of [24, 20, 42].entries()) {
    extra.writeBigUInt64LE(BigInt(entry.readUInt32LE(at)), 4 + place * 8);
    entry.writeUInt32LE(0xffffffff, at);
  }
  entry.writeUInt16LE(28, 30);
  const end64 = Buffer.alloc(56 + 20);
  end64.write('PK\x06\x06', 0, 'latin1');
  end64.writeBigUInt64LE(44n, 4);
  end64.writeUInt16LE(45, 14);
  end64.writeBigUInt64LE(2n, 24);
  end64.writeBigUInt64LE(2n, 32);
  end64.writeUInt32LE(1, 72);
  end64.writeBigUInt64LE(BigInt(directory.byteLength + extra.byteLength), 40);
  end64.writeBigUInt64LE(BigInt(bytes.readUInt32LE(end + 16)), 48);
  end64.write('PK\x06\x07', 56, 'latin1');
  end64.writeBigUInt64LE(BigInt(end + extra.byteLength), 64);
  const old = Buffer.from(bytes.subarray(end)).fill(0xff, 8, 20);
  const body = bytes.subarray(0, bytes.readUInt32LE(end + 16));
  const whole = Buffer.concat([body, directory, extra, end64, old]);
  writeFileSync(inFolder('zip64.zip'), whole);
  expect(run('unzip', ['-l', inFolder('zip64.zip')])).toContain(`${IMAGE.byteLength} `);
  expect((await unzip(whole)).equals(IMAGE)).toBe(true);
});

it('times: UTC where it is given, else that of the place', async () => {
  shell(`cd ${folder.path}; touch -d '2019-03-04 05:06:08Z' card.img; zip -q t.zip card.img`);
  const [entry] = await readZipDirectory(memorySource(readFileSync(inFolder('t.zip'))));
  expect(entry!.modifiedMs).toBe(Date.UTC(2019, 2, 4, 5, 6, 8));
  const local = pythonZip('u.zip', `z.writestr(zipfile.ZipInfo('card.img',(2020,2,3,4,5,6)),image)`);
  expect((await readZipDirectory(memorySource(local)))[0]!.modifiedMs).toBe(new Date(2020, 1, 3, 4, 5, 6).getTime());
  const none = pythonZip('v.zip', `z.writestr(zipfile.ZipInfo('card.img'),image)`);
  expect((await readZipDirectory(memorySource(none)))[0]!.modifiedMs).toBeUndefined();
});

const REFUSED: readonly [what: string, make: () => Buffer, code: string, words: RegExp][] = [
  [
    'two images',
    () => pythonZip('k.zip', `z.writestr('a b.img',image); z.writestr('c.img',image)`),
    'E_ZIP_CONTENT',
    /a b\.img, c\.img[^]*unzip -p card\.zip 'a b\.img' \| cardkeep backup -/u,
  ],
  ['no file', () => pythonZip('l.zip', `z.writestr('d/','')`), 'E_ZIP_CONTENT', /no file/u],
  [
    'many files and no image',
    () => pythonZip('m.zip', `[z.writestr(str(i),b'x') for i in range(9)]`),
    'E_ZIP_CONTENT',
    /and 5 more/u,
  ],
  [
    'encrypted',
    () => {
      shell(`cd ${folder.path}; zip -q -P secret n.zip card.img`);
      return readFileSync(inFolder('n.zip'));
    },
    'E_COMPRESSED_IMAGE',
    /encrypted[^]*unzip card\.zip/u,
  ],
  [
    'bzip2 inside',
    () => pythonZip('o.zip', `z.write('card.img')`, ',zipfile.ZIP_BZIP2'),
    'E_COMPRESSED_IMAGE',
    /method 12/u,
  ],
];

it.each(REFUSED)('refuses: %s', async (_, make, code, words) => {
  const error: unknown = await unzip(make()).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(CardkeepError);
  const { code: given, message, hint } = error as CardkeepError;
  expect({ given, text: `${message} ${hint}` }).toEqual({ given: code, text: expect.stringMatching(words) });
});

it('cut or changed anywhere: the same bytes, or an error in words', async () => {
  for (const how of [',zipfile.ZIP_DEFLATED', '']) {
    const good = pythonZip('p.zip', `z.write('card.img')`, how);
    for (let length = 4; length < good.byteLength; length += 97) {
      await expect(unzip(good.subarray(0, length))).rejects.toMatchObject({ code: 'E_DAMAGED' });
    }
    const places = fc.oneof(
      fc.nat(good.byteLength - 1),
      fc.nat(150).map((n) => good.byteLength - 1 - n),
      fc.nat(60),
    );
    await fc.assert(
      fc.asyncProperty(places, fc.integer({ min: 1, max: 255 }), async (place, change) => {
        const damaged = Buffer.from(good);
        damaged[place]! ^= change;
        const plain = await unzip(damaged).catch((error: unknown) => {
          expect(error instanceof CardkeepError || packedFault(error) !== undefined).toBe(true);
          return IMAGE;
        });
        expect(plain.equals(IMAGE)).toBe(true);
      }),
      { numRuns: 400 },
    );
  }
});
