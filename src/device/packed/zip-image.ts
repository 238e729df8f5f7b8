/** The one disk image in a ZIP archive. */
import { crc32 } from 'node:zlib';
import { CardkeepError, CorruptDataError } from '../../errors.ts';
import type { BlockSource } from '../block-source.ts';
import { shellWord } from '../shell-word.ts';
import { inflateRaw } from './inflate.ts';
import { readParts } from './read-parts.ts';
import { readZipDataOffset, readZipDirectory } from './zip-directory.ts';
import type { ZipEntry } from './zip-directory.ts';

const STORED = 0;
const DEFLATED = 8;
const IMAGE_NAME = /\.img$/iu;
const MOST_NAMED = 4;

/**
 * The entry that is meant: the only `.img`, or the only file. Throws CorruptDataError, E_ZIP_CONTENT and
 * E_COMPRESSED_IMAGE (refused) with the line that unpacks what is meant; `word` is the archive as the user named it.
 */
export async function findZipImage(file: BlockSource, word: string): Promise<ZipEntry> {
  const entries = await readZipDirectory(file);
  // Archives made on a Mac have a folder of its own attributes in them.
  const files = entries.filter(({ name }) => !name.endsWith('/') && !name.startsWith('__MACOSX/'));
  const images = files.filter(({ name }) => IMAGE_NAME.test(name));
  const meant = images.length > 0 ? images : files;
  const [entry] = meant;
  if (entry === undefined)
    throw refused('E_ZIP_CONTENT', `there is no file in ${word}`, 'name another archive or image');
  if (meant.length > 1) {
    const names = meant.slice(0, MOST_NAMED).map(({ name }) => name);
    const more = meant.length > MOST_NAMED ? ` and ${meant.length - MOST_NAMED} more` : '';
    const message = `which image of ${word} is meant? it holds ${names.join(', ')}${more}`;
    throw refused(
      'E_ZIP_CONTENT',
      message,
      `name it: unzip -p ${shellWord(word)} ${shellWord(entry.name)} | cardkeep backup -`,
    );
  }
  const unzip = `unpack it first: unzip ${shellWord(word)}`;
  if (entry.isEncrypted) throw refused('E_COMPRESSED_IMAGE', `${word} is encrypted`, unzip);
  if (entry.method !== STORED && entry.method !== DEFLATED) {
    const message = `${word} is a ZIP archive with method ${entry.method}, which cardkeep does not read`;
    throw refused('E_COMPRESSED_IMAGE', message, unzip);
  }
  return entry;
}

/**
 * The bytes of an entry; length and CRC are checked. `onRead` is told the packed bytes as they are read. Throws
 * CorruptDataError and errors of zlib (`Z_...`).
 */
export async function* readZipEntry(
  file: BlockSource,
  entry: ZipEntry,
  onRead: (byteLength: number) => void,
): AsyncGenerator<Uint8Array> {
  const dataOffset = await readZipDataOffset(file, entry);
  const packed = readParts(file, dataOffset, dataOffset + entry.packedBytes, onRead);
  let crc = 0;
  let byteLength = 0;
  for await (const part of entry.method === STORED ? packed : inflateRaw(packed)) {
    byteLength += part.byteLength;
    if (byteLength > entry.byteLength) break;
    crc = crc32(part, crc);
    yield part;
  }
  if (byteLength !== entry.byteLength || crc !== entry.crc32) {
    throw new CorruptDataError(`the ZIP entry ${entry.name} does not have the length and checksum that it should have`);
  }
}

function refused(code: string, message: string, hint: string): CardkeepError {
  return new CardkeepError('refused', code, message, { hint });
}
