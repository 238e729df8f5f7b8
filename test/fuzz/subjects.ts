/** Small real images of all kinds, the same each time: what is flipped in them is found again by its seed. */
import {
  mkdirSync,
  readFileSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import path from 'node:path';
import { extentPairs, type ExtentList } from '../../src/bytes/extent-list.ts';
import { memorySource } from '../../src/device/block-source.ts';
import { readFileSystem } from '../../src/filesystems/detect.ts';
import { isKeepWhole } from '../../src/filesystems/filesystem.ts';
import { makeExt4Image, writeFragments } from '../support/ext4-image.ts';
import { makeFat, noise, putFile } from '../support/fat-image.ts';
import { run } from '../support/run.ts';
import { noiseBytes } from '../support/store-fixtures.ts';

export type SubjectKind = 'ext' | 'fat' | 'swap' | 'card';
export type ByteRange = readonly [start: number, end: number];

export interface Subject {
  readonly name: string;
  readonly kind: SubjectKind;
  readonly bytes: Buffer;
  readonly blockSize: number;
  /** Ranges of structures by kind of structure; each kind is hit as often as any other. */
  readonly places: readonly (readonly ByteRange[])[];
}

const UUID = '6b3f7c52-1111-4222-8333-944445555666';
const STABLE = ['-U', UUID];
const MIB = 1024 * 1024;

/** What mke2fs is called with. `inUse`: not only what was written is as mkfs left it, the rest of the tables is too. */
const EXT_SUBJECTS: readonly (readonly [name: string, mebibytes: number, options: string])[] = [
  ['ext4', 12, '-t ext4 -b 1024'],
  ['ext4-4k', 16, '-t ext4 -b 4096 -g 1024'],
  ['ext4-no-checksums', 12, '-t ext4 -b 1024 -O ^metadata_csum,^64bit'],
  ['ext4-uninit-bg', 12, '-t ext4 -b 1024 -O ^metadata_csum,uninit_bg,^flex_bg -I 128'],
  ['ext4-bigalloc', 16, '-t ext4 -b 1024 -O bigalloc,quota,project -C 4096'],
  ['ext4-meta-bg', 12, '-t ext4 -b 1024 -O meta_bg,^resize_inode,^metadata_csum,inline_data,ea_inode -g 512'],
  ['ext4-all', 16, '-t ext4 -b 2048 -O orphan_file,casefold,metadata_csum_seed,verity,encrypt,sparse_super2,large_dir'],
  ['ext4-no-journal', 12, '-t ext4 -b 1024 -O ^has_journal,^metadata_csum'],
  ['ext3', 12, '-t ext3 -b 1024'],
  ['ext2', 12, '-t ext2 -b 1024 -g 1024'],
];

/** Names of all subjects, in the order in which they are made. */
export const SUBJECT_NAMES: readonly string[] = [
  ...EXT_SUBJECTS.map(([name]) => name),
  'ext4-dirty',
  'ext4-dirty-no-checksums',
  'fat12',
  'fat16',
  'fat32',
  'mbr',
  'gpt',
  'swap',
];

/** Makes one; `folder` is for what the tools need meanwhile. */
export async function makeSubject(name: string, folder: string): Promise<Subject> {
  const image = path.join(folder, 'subject');
  const ext = EXT_SUBJECTS.find(([known]) => known === name);
  if (ext !== undefined) {
    makeExt(image, folder, ext[1], ext[2]);
    return extSubject(name, image);
  }
  if (name.startsWith('ext4-dirty')) {
    makeDirty(image, folder, name === 'ext4-dirty' ? '-O metadata_csum' : '-O ^metadata_csum,^64bit');
    return extSubject(name, image);
  }
  if (name.startsWith('fat')) return fatSubject(name, folder, Number(name.slice(3)) as 12 | 16 | 32);
  if (name === 'swap') return swapSubject(name, image);
  return cardSubject(name, folder, image);
}

/** All times of the tree are the same, whenever it was made. */
function makeTree(folder: string, blockSize: number): string {
  const tree = path.join(folder, 'tree');
  rmSync(tree, { recursive: true, force: true });
  mkdirSync(path.join(tree, 'many/deep/deeper'), { recursive: true });
  for (let i = 0; i < 40; i++) writeFileSync(path.join(tree, 'many', `f${i}`), noiseBytes((i * 97) % 5000, i));
  for (let i = 0; i < 5; i++) writeFileSync(path.join(tree, 'many/deep/deeper', `leaf${i}`), `leaf ${i}`);
  writeFileSync(path.join(tree, 'big'), noiseBytes(600_000, 5));
  writeFragments(path.join(tree, 'fragments'), 300, blockSize);
  writeFragments(path.join(tree, 'far'), 3, blockSize, blockSize === 1024 ? 66_000 : 2_000);
  symlinkSync('x'.repeat(200), path.join(tree, 'long-link'));
  symlinkSync('big', path.join(tree, 'short-link'));
  for (const entry of readdirSync(tree, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) utimesSync(path.join(entry.parentPath, entry.name), 1_600_000_000, 1_600_000_000);
  }
  return tree;
}

function makeExt(image: string, folder: string, mebibytes: number, options: string): void {
  const blockSize = Number(/-b (\d+)/u.exec(options)![1]);
  const tree = makeTree(folder, blockSize);
  process.env['E2FSPROGS_FAKE_TIME'] = '1600000000';
  const journal = /ext2|\^has_journal/u.test(options) ? [] : ['-J', `size=${blockSize / 1024}`];
  makeExt4Image(image, mebibytes, [...options.split(' '), ...STABLE, ...journal, '-N', '400', '-d', tree]);
  const script = ['ea_set /big user.note nnnnnnnn', `ea_set /many/f3 user.long ${'l'.repeat(300)}`, 'rm /many/f7', ''];
  run('debugfs', ['-w', '-f', '-', image], { input: script.join('\n') });
}

/** Metadata of one file is in the journal only. */
function makeDirty(image: string, folder: string, features: string): void {
  makeExt(image, folder, 12, `-t ext4 -b 1024 ${features}`);
  const content = path.join(folder, 'content');
  writeFileSync(content, noiseBytes(200_000, 9));
  const before = readFileSync(image);
  run('debugfs', ['-w', '-R', `write ${content} new`, image]);
  const data = new Set(run('debugfs', ['-R', 'blocks /new', image]).trim().split(/\s+/u).map(Number));
  const after = readFileSync(image);
  const changed: number[] = [];
  const contents: Uint8Array[] = [];
  for (let block = 0; block * 1024 < before.byteLength; block++) {
    const bytes = after.subarray(block * 1024, (block + 1) * 1024);
    if (bytes.equals(before.subarray(block * 1024, (block + 1) * 1024))) continue;
    if (data.has(block)) before.set(bytes, block * 1024);
    else {
      changed.push(block);
      contents.push(bytes);
    }
  }
  writeFileSync(image, before);
  writeFileSync(content, Buffer.concat(contents));
  const open = features.includes('^metadata_csum') ? 'jo' : 'jo -c';
  const half = Math.floor(changed.length / 2);
  // Two transactions: the second revokes nothing that the first needs, but names a block of the first again.
  writeFileSync(`${content}2`, Buffer.concat(contents.slice(half)));
  const script = [
    open,
    `jw -b ${changed.join(',')} ${content}`,
    `jw -b ${changed.slice(half).join(',')} ${content}2`,
    'jc',
    '',
  ];
  run('debugfs', ['-w', '-f', '-', image], { input: script.join('\n') });
}

async function extSubject(name: string, image: string): Promise<Subject> {
  const bytes = readFileSync(image);
  const dump = run('dumpe2fs', [image]);
  const number = (field: string): number => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'mu').exec(dump)?.[1]);
  const blockSize = number('Block size');
  const blocks = (pattern: RegExp): ByteRange[] =>
    [...dump.matchAll(pattern)].map(([, first, last]) => [+first! * blockSize, (+(last ?? first!) + 1) * blockSize]);
  const inodes = [...dump.matchAll(/Inode table at (\d+)-/gu)].flatMap(([, first], group) => {
    const used = group === 0 ? 70 : 4;
    return Array.from({ length: used }, (_, i): ByteRange => {
      const at = +first! * blockSize + i * number('Inode size');
      return [at, at + number('Inode size')];
    });
  });
  const kinds = [
    [[1024, 2048]] as ByteRange[],
    blocks(/Primary superblock at \d+, Group descriptors at (\d+)-(\d+)/gu),
    blocks(/(?:Block|Inode) bitmap at (\d+)/gu),
    inodes,
    ...(await metadataPlaces(bytes)),
  ];
  const journal = run('debugfs', ['-R', 'blocks <8>', image]).trim().split(/\s+/u).map(Number).filter(Boolean);
  kinds.push(journal.slice(0, 30).map((block) => [block * blockSize, (block + 1) * blockSize]));
  return { name, kind: 'ext', bytes, blockSize, places: kinds.filter((ranges) => ranges.length > 0) };
}

/** Directories, map blocks and the like: all metadata by our own map. It only chooses where to hit. */
async function metadataPlaces(bytes: Buffer): Promise<ByteRange[][]> {
  const report = await readFileSystem(memorySource(bytes));
  if (isKeepWhole(report)) throw new Error(report.keepWhole);
  const pieces = (list: ExtentList): ByteRange[] => extentPairs(list).filter(([start]) => start >= 2048);
  return [pieces(report.metadata)];
}

async function fatSubject(name: string, folder: string, bits: 12 | 16 | 32): Promise<Subject> {
  const megabytes = { 12: 1, 16: 5, 32: 34 }[bits];
  const image = makeFat(folder, {
    megabytes,
    bits,
    sectorBytes: 512,
    sectorsPerCluster: 1,
    more: ['-i', '12345678', '--invariant'],
  });
  run('mmd', ['-i', image, '::A', '::A/B', '::C']);
  for (let i = 0; i < 8; i++) putFile(image, folder, `A/F${i}.BIN`, noise(1500, i));
  for (let i = 0; i < 8; i += 2) run('mdel', ['-i', image, `::A/F${i}.BIN`]);
  for (let i = 0; i < 20; i++) putFile(image, folder, `A/B/LONGER NAME ${i}.BIN`, noise(i * 300, i));
  putFile(image, folder, 'C/SPREAD.BIN', noise(50_000, 5));
  const bytes = readFileSync(image);
  const reserved = bytes.readUInt16LE(14) * 512;
  const fatBytes = (bytes.readUInt16LE(22) || bytes.readUInt32LE(36)) * 512;
  const used = Math.min(fatBytes, 1024);
  const data = reserved + 2 * fatBytes;
  const places: ByteRange[][] = [
    [[0, 90]],
    [
      [reserved, reserved + used],
      [reserved + fatBytes, reserved + fatBytes + used],
    ],
    [[data, data + 24 * 512]],
  ];
  if (bits === 32) places.push([[512, 3584]]);
  return { name, kind: 'fat', bytes, blockSize: 512, places };
}

function swapSubject(name: string, image: string): Subject {
  writeFileSync(image, Buffer.concat(Array.from({ length: 4 }, () => noiseBytes(MIB, 3))));
  run('mkswap', ['-q', '-U', UUID, '-L', 'swap', image]);
  const bytes = readFileSync(image);
  return { name, kind: 'swap', bytes, blockSize: 4096, places: [[[1024, 1100]], [[0, 4096]], [[4080, 4096]]] };
}

/** Partition tables around file systems of every kind. */
async function cardSubject(name: string, folder: string, image: string): Promise<Subject> {
  const script =
    name === 'gpt'
      ? `label: gpt\nlabel-id: ${UUID}\nstart=2048,size=4M,uuid=${UUID.replace('6b3', '7c4')}\nsize=12M,uuid=${UUID.replace('6b3', '8c4')}\nsize=2M,uuid=${UUID.replace('6b3', '9c4')}\n`
      : 'label: dos\nlabel-id: 0x000dbfc6\n2048,8192,c\n,24M,5\n12288,2M,82\n18432,12M,83\n';
  writeFileSync(image, '');
  truncateSync(image, 32 * MIB);
  run('sfdisk', ['-q', image], { input: script });
  const bytes = readFileSync(image);
  const layout = JSON.parse(run('sfdisk', ['--json', image])) as {
    partitiontable: { partitions: { start: number; size: number; type: string }[] };
  };
  const inner = [
    await makeSubject('fat16', folder),
    await makeSubject('ext4', folder),
    await makeSubject('swap', folder),
  ];
  for (const { start, size } of layout.partitiontable.partitions) {
    const fitting = inner.find(
      (subject) => subject.bytes.byteLength <= size * 512 && subject.bytes.byteLength > size * 256,
    );
    fitting?.bytes.copy(bytes, start * 512);
  }
  const tables: ByteRange[] = [];
  const isTable = (lba: number): boolean => bytes.readUInt16LE(lba * 512 + 510) === 0xaa55 && bytes[lba * 512] !== 0xeb;
  for (let lba = 0; lba < bytes.byteLength / 512; lba++) {
    if (isTable(lba) && (lba === 0 || lba % 2048 === 0)) tables.push([lba * 512 + 440, lba * 512 + 512]);
  }
  const end = bytes.byteLength;
  const places: ByteRange[][] = [tables];
  if (name === 'gpt')
    places.push(
      [
        [512, 604],
        [end - 512, end - 420],
      ],
      [
        [1024, 1536],
        [end - 33 * 512, end - 32 * 512],
      ],
    );
  return { name, kind: 'card', bytes, blockSize: 512, places };
}
