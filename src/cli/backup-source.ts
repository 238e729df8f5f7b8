/** What `backup` reads: a device, an image file, a compressed one that is unpacked first, or standard input. */
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { addAbortSignal } from 'node:stream';
import type { BlockSource } from '../device/block-source.ts';
import { openSource } from '../device/file-device.ts';
import type { FileDevice } from '../device/file-device.ts';
import { findPackedFormat, formatOfHead, refusePackedImage, unpackCommand } from '../device/packed-image.ts';
import { compressedStream, peekStream, pipedStream, zipStream } from '../device/packed/packed-streams.ts';
import { damagedImage, unpackImage } from '../device/packed/unpack-image.ts';
import type { ChosenPlace, PackedStream, UnpackOptions } from '../device/packed/unpack-image.ts';
import { findZipImage } from '../device/packed/zip-image.ts';
import { runCommand } from '../device/run-command.ts';
import { CardkeepError } from '../errors.ts';
import { guardSource } from '../operations/guard-source.ts';
import { refuseUnknown } from '../operations/refuse-unknown.ts';
import type { DeviceIdentity } from '../snapshot/snapshot.ts';
import type { CliContext } from './context.ts';
import { humanBytes, visibleText } from './human-format.ts';
import { writeNotice } from './output.ts';
import { withProgress } from './progress-display.ts';
import { chooseStore } from './store-choice.ts';

export interface BackupSource {
  readonly source: BlockSource & AsyncDisposable;
  readonly device: DeviceIdentity;
  /** When a compressed image was made, ms since 1970; undefined: now. */
  readonly madeMs: number | undefined;
}

export interface SourceWish {
  /** Absolute; `-`: standard input. */
  readonly path: string;
  /** As the user named it. */
  readonly word: string;
  /** Keep every byte, and do not ask what it is. */
  readonly raw: boolean;
}

/** Throws what guardSource, openSource, unpackImage, refusePackedImage and refuseUnknown throw. */
export async function openBackupSource(context: CliContext, wish: SourceWish): Promise<BackupSource> {
  const opened = wish.path === STDIN ? await openStdin(context) : await openNamed(context, wish);
  try {
    if (opened.isUnpacked) await refuseNested(opened.source, wish.word);
    if (opened.isFile && !wish.raw) {
      if (!opened.isUnpacked) await refusePackedImage(opened.source, wish.word);
      await refuseUnknown(opened.source, wish.word);
    }
    return opened;
  } catch (error) {
    await opened.source[Symbol.asyncDispose]();
    throw error;
  }
}

export const STDIN = '-';

interface OpenedSource extends BackupSource {
  readonly isFile: boolean;
  readonly isUnpacked: boolean;
}

async function openNamed(context: CliContext, { path: sourcePath, word }: SourceWish): Promise<OpenedSource> {
  const device = await guardSource(sourcePath, runCommand);
  const file = await openSource(sourcePath, { commandLine: context.commandLine });
  const plain = { source: file, device, madeMs: undefined, isFile: !file.isBlockDevice, isUnpacked: false };
  try {
    const format = file.isBlockDevice ? undefined : await findPackedFormat(file);
    if (format?.reads === undefined) return plain;
    const byHand = unpackCommand(format, word);
    const { stream, madeMs } = await packedStreamOf(context, file, format.reads, word).catch((error: unknown) => {
      throw damagedImage(error, { word, byHand }) ?? error;
    });
    const source = await unpack(context, stream, word, byHand);
    await file.close();
    return { source, device, madeMs: saneTime(madeMs, context.now()), isFile: true, isUnpacked: true };
  } catch (error) {
    await file.close();
    throw error;
  }
}

interface OpenedStream {
  readonly stream: PackedStream;
  readonly madeMs: number | undefined;
}

async function packedStreamOf(
  context: CliContext,
  file: FileDevice,
  packing: 'gzip' | 'xz' | 'zstd' | 'zip',
  word: string,
): Promise<OpenedStream> {
  if (packing === 'zip') {
    const entry = await findZipImage(file, word);
    return { stream: zipStream(file, entry), madeMs: entry.modifiedMs };
  }
  const { mtimeMs } = await stat(file.path);
  return { stream: await compressedStream(file, packing, context.signal), madeMs: Math.floor(mtimeMs) };
}

/** Throws E_USAGE on a terminal, and E_COMPRESSED_IMAGE for what cannot be read from its start to its end. */
async function openStdin(context: CliContext): Promise<OpenedSource> {
  if (process.stdin.isTTY) {
    throw new CardkeepError('usage', 'E_USAGE', 'standard input is a terminal, not an image', {
      hint: 'for example: ssh pi sudo dd if=/dev/mmcblk0 bs=4M | cardkeep backup - --card pi',
    });
  }
  try {
    return await unpackStdin(context);
  } finally {
    // After a failure more may come, for which the process would wait.
    process.stdin.destroy();
  }
}

async function unpackStdin(context: CliContext): Promise<OpenedSource> {
  const input = addAbortSignal(context.signal, process.stdin);
  const { head, all } = await peekStream(input as AsyncIterable<Uint8Array>);
  const format = formatOfHead(head);
  if (format !== undefined && (format.reads === undefined || format.reads === 'zip')) {
    throw new CardkeepError('refused', 'E_COMPRESSED_IMAGE', `what comes on standard input is ${format.what}`, {
      hint:
        format.reads === 'zip' ? 'give its file: cardkeep backup FILE' : 'unpack it on the way, or name an image file',
    });
  }
  const compression = format?.reads === 'zip' ? undefined : format?.reads;
  const stream = pipedStream(all, compression, context.signal);
  const source = await unpack(context, stream, 'what comes on standard input', undefined);
  const device = { path: STDIN, model: '', serial: '', bus: '' };
  return { source, device, madeMs: undefined, isFile: true, isUnpacked: true };
}

async function unpack(
  context: CliContext,
  stream: PackedStream,
  word: string,
  byHand: string | undefined,
): Promise<BlockSource & AsyncDisposable> {
  const options: UnpackOptions = {
    word,
    byHand,
    folders: await temporaryFolders(context),
    commandLine: context.commandLine,
    signal: context.signal,
    onPlace: (place) => tell(context, [placeWords(word, place)]),
  };
  const file = await withProgress(context, async (onProgress) =>
    unpackImage(stream, { ...options, onProgress: (progress) => onProgress({ phase: 'unpack', ...progress }) }),
  );
  if (file.byteLength > 0) return file;
  await file.close();
  throw new CardkeepError('failed', 'E_EMPTY_SOURCE', `${word} is empty`, {
    hint: 'the copy that made it failed: name another image or a device',
  });
}

function placeWords(word: string, { folder, freeBytes, unpacked }: ChosenPlace): string {
  const size =
    unpacked === undefined ? '' : `, ${unpacked.isExact ? 'up to' : 'about'} ${humanBytes(unpacked.byteLength)}`;
  return `unpacking ${word} into ${folder} for the time of the backup${size}; ${humanBytes(freeBytes)} are free`;
}

/** $TMPDIR if the user set it; else the disk of the store, which is made for large things. */
async function temporaryFolders(context: CliContext): Promise<string[]> {
  const chosen = context.environment['TMPDIR'];
  if (chosen !== undefined && chosen !== '') return [path.resolve(chosen)];
  const { path: storePath } = await chooseStore(context);
  const others = process.platform === 'win32' ? [tmpdir()] : ['/var/tmp', tmpdir()];
  return [storePath, path.dirname(storePath), ...others];
}

async function refuseNested(source: BlockSource, word: string): Promise<void> {
  const format = await findPackedFormat(source);
  if (format === undefined) return;
  throw new CardkeepError('refused', 'E_COMPRESSED_IMAGE', `${word} holds a file that is itself ${format.what}`, {
    hint: 'unpack the outer one, and back up what was in it',
  });
}

/** Before any card was made, or in the future: a clock that was not set. */
function saneTime(madeMs: number | undefined, nowMs: number): number | undefined {
  return madeMs !== undefined && madeMs > Date.UTC(1990, 0) && madeMs <= nowMs ? madeMs : undefined;
}

function tell(context: CliContext, lines: readonly string[]): void {
  const { json, quiet } = context.options;
  if (json !== true && quiet !== true) writeNotice(lines.map(visibleText));
}
