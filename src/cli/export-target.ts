/** What the file of `export` is to be, and whether it may be made and has room. */
import type { Stats } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { deviceMeantBy } from '../device/device-name.ts';
import { mountPointOf } from '../device/mount-point.ts';
import { targetExists } from '../device/pending-file.ts';
import { shellWord } from '../device/shell-word.ts';
import { CardkeepError, NotFoundError } from '../errors.ts';
import type { ExportCompression } from '../operations/export-snapshot.ts';
import type { RestorePlan } from '../restore/restore-plan.ts';
import { humanBytes } from './human-format.ts';

export const STDOUT = '-';

export interface ExportTarget {
  /** Absolute; `-`: standard output. */
  readonly path: string;
  readonly format: ExportFormat;
  readonly compression: ExportCompression;
  readonly bmapPath: string | undefined;
}

export type ExportFormat = 'img' | 'img.gz' | 'img.xz' | 'img.zst';

const COMPRESSIONS: Readonly<Record<ExportFormat, ExportCompression>> = {
  img: undefined,
  'img.gz': 'gzip',
  'img.xz': 'xz',
  'img.zst': 'zstd',
};
const PACKED_NAME = /\.(gz|xz|zst)$/iu;
/** Names that say another format than any that is written here. */
const FOREIGN_NAME = /\.(?:zip|bz2|lz4|lzma|7z|rar|qcow2?|vmdk|vhdx?|vdi|dmg|iso|bmap)$/iu;

export interface ExportWish {
  readonly format: string | undefined;
  readonly bmap: boolean;
}

/** Throws E_USAGE for words that fit nothing, E_TARGET_NAME (refused) for a device and for names of other formats. */
export async function exportTargetOf(word: string, wish: ExportWish): Promise<ExportTarget> {
  const format = formatOf(word, wish.format);
  const compression = COMPRESSIONS[format];
  if (word === STDOUT) return { path: STDOUT, format, compression, bmapPath: undefined };
  const device = await deviceMeantBy(word);
  const place = path.resolve(word);
  const stats = await statOf(place);
  if (stats?.isFile() !== true && (device !== undefined || stats?.isBlockDevice() === true)) {
    throw new CardkeepError('refused', 'E_TARGET_NAME', `${word} is a device: export writes files`, {
      hint: `write it to the device with: sudo cardkeep restore VERSION ${shellWord(device ?? place)}`,
    });
  }
  return { path: place, format, compression, bmapPath: wish.bmap ? `${place}.bmap` : undefined };
}

function formatOf(word: string, wanted: string | undefined): ExportFormat {
  if (wanted !== undefined) {
    const name = wanted.replace(/^\./u, '').toLowerCase();
    const full = name === 'img' || name.startsWith('img.') ? name : `img.${name}`;
    if (isFormat(full)) return full;
    throw new CardkeepError('usage', 'E_USAGE', `${wanted} is no format of an image`, {
      hint: `one of: ${Object.keys(COMPRESSIONS).join(', ')}`,
    });
  }
  const packed = PACKED_NAME.exec(word)?.[1]?.toLowerCase();
  if (packed !== undefined) return `img.${packed}` as ExportFormat;
  if (!FOREIGN_NAME.test(word)) return 'img';
  const name = `${word.replace(FOREIGN_NAME, '')}.img`.replace(/\.img\.img$/u, '.img');
  throw new CardkeepError('refused', 'E_TARGET_NAME', `${word} would be a raw image, whatever its name says`, {
    hint: `name it ${name}, ${name}.gz, ${name}.xz or ${name}.zst, or say --format img`,
  });
}

function isFormat(text: string): text is ExportFormat {
  return Object.hasOwn(COMPRESSIONS, text);
}

/** Throws E_TARGET_EXISTS (refused), E_NOT_A_FILE (usage), and NotFoundError when there is no such folder. */
export async function requireNewFiles({ path: filePath, bmapPath }: ExportTarget, force: boolean): Promise<void> {
  const folder = path.dirname(filePath);
  if ((await statOf(folder))?.isDirectory() !== true) {
    throw new NotFoundError(`there is no folder ${folder}`, { hint: `make it first: mkdir -p ${shellWord(folder)}` });
  }
  for (const place of bmapPath === undefined ? [filePath] : [filePath, bmapPath]) {
    const stats = await statOf(place);
    if (stats === undefined) continue;
    if (!stats.isFile()) {
      throw new CardkeepError('usage', 'E_NOT_A_FILE', `${place} is there already and is no file`, {
        hint: 'name a file; for a pipe: cardkeep export VERSION - > PIPE',
      });
    }
    if (!force) throw targetExists(place);
  }
}

/** `f_type` of statfs(2) on Linux: FAT and exFAT, which have no holes. */
const WITHOUT_HOLES: ReadonlySet<number> = new Set([0x4d44, 0x2011bab0]);

export interface ExportSpace {
  /** At most; compressed files take less. */
  readonly neededBytes: number;
  readonly freeBytes: number;
}

/** Throws E_NO_SPACE (failed) before anything is written, unless `force`. */
export async function requireExportSpace(
  target: ExportTarget,
  plan: RestorePlan,
  force: boolean,
): Promise<ExportSpace> {
  const { bavail, bsize, type } = await statfs(path.dirname(target.path));
  const freeBytes = bavail * bsize;
  const isPacked = target.compression !== undefined;
  const neededBytes = !isPacked && WITHOUT_HOLES.has(type) ? plan.targetBytes : plan.dataBytes;
  if (neededBytes > freeBytes && !force) {
    const mountPoint = await mountPointOf(target.path);
    const needs = `needs ${isPacked ? 'up to ' : ''}${humanBytes(neededBytes)}`;
    const message = `the disk at ${mountPoint} has ${humanBytes(freeBytes)} free, this version ${needs}`;
    const hint = isPacked ? 'name a file on another disk, or try it with --force' : 'name a file on another disk';
    throw new CardkeepError('failed', 'E_NO_SPACE', message, { hint });
  }
  return { neededBytes, freeBytes };
}

async function statOf(place: string): Promise<Stats | undefined> {
  return stat(place).catch(() => undefined);
}
