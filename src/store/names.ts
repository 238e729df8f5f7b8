/** The names of a store's files. Whatever is not exactly of one of these forms is ignored: `._x`, conflict copies. */
import { toHex } from '../bytes/hex.ts';
import { createContentHasher } from '../codec/chunk-id.ts';

export const PACK_FOLDER = 'packs';
export const INDEX_FOLDER = 'indexes';
export const SNAPSHOT_FOLDER = 'snapshots';
export const RECORD_FOLDER = 'records';
export const LOCK_FOLDER = 'locks';
export const EXCLUSIVE_LOCK = 'locks/exclusive';

/** Packs lie in 16 folders, by the first digit of their names: no folder gets too long for FAT or a file manager. */
export const PACK_FOLDERS: readonly string[] = Array.from('0123456789abcdef', (digit) => `${PACK_FOLDER}/${digit}`);

const HASH = /^[0-9a-f]{64}$/u;
const LOCK = /^[0-9a-f]{32}$/u;
const CONFIG = /^config-([1-9][0-9]{0,8})(\.copy)?$/u;

/** All folders, those first that other files refer into: for whoever walks the whole store. */
export const ALL_FOLDERS: readonly string[] = [
  '',
  PACK_FOLDER,
  ...PACK_FOLDERS,
  INDEX_FOLDER,
  SNAPSHOT_FOLDER,
  RECORD_FOLDER,
  LOCK_FOLDER,
];

export function packName(hash: string): string {
  return `${PACK_FOLDER}/${hash.slice(0, 1)}/${hash}`;
}

export function configName(number: number): string {
  return `config-${number}`;
}

/** The 64 hex digits in the name of a pack, index, snapshot or record; undefined for any other file. */
export function hashInName(name: string): string | undefined {
  const base = baseName(name);
  return HASH.test(base) ? base : undefined;
}

/** The ID in the name of a lock other than the exclusive one. */
export function lockIdInName(name: string): string | undefined {
  const base = baseName(name);
  return LOCK.test(base) ? base : undefined;
}

/** The number in `config-N` and `config-N.copy`. */
export function configNumberInName(name: string): number | undefined {
  const match = CONFIG.exec(name);
  return match === null ? undefined : Number(match[1]);
}

function baseName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** The name of a file by its content: unkeyed BLAKE3, 64 hexadecimal digits. */
export async function contentName(bytes: Uint8Array): Promise<string> {
  const hasher = await createContentHasher();
  hasher.update(bytes);
  return toHex(hasher.digest());
}
