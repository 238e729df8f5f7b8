/**
 * IDs by which a system finds its partitions when it starts. They stand in text files as `PARTUUID=1a2b3c4d-02`,
 * `UUID=...`, `/dev/disk/by-uuid/...`; a new ID has the length of the old one, so it is written over it in place.
 */
import { type IdMap } from './id-map.ts';
import { findFiles, rememberFolders, type FilePiece, type FileTree, type PartitionBytes } from './file-tree.ts';

export interface Rewritten {
  readonly path: string;
  /** How many IDs in it were replaced. */
  readonly count: number;
}

export interface References {
  /** Bytes of the partition; disjoint. */
  readonly edits: readonly PartitionBytes[];
  readonly rewritten: readonly Rewritten[];
  /** One line each: what may not start, or not find something, with the new IDs. */
  readonly warnings: readonly string[];
}

/** Files that boot loaders and systems read, wherever their partition is mounted: at /, /boot, /boot/firmware, /boot/efi. */
const BOOT_FILES: readonly string[] = [
  'cmdline.txt',
  '*/cmdline.txt',
  'extlinux/extlinux.conf',
  'armbianEnv.txt',
  'orangepiEnv.txt',
  'dietpiEnv.txt',
  'uEnv.txt',
  'boot.cmd',
  'boot.ini',
  'grub/grub.cfg',
  'grub2/grub.cfg',
  'grub2/grubenv',
  'EFI/*/grub.cfg',
  'loader/entries/*.conf',
  'syslinux.cfg',
];
const SYSTEM_FILES: readonly string[] = [
  'etc/fstab',
  'etc/crypttab',
  'etc/default/grub',
  'etc/default/u-boot',
  'etc/kernel/cmdline',
  'etc/initramfs-tools/conf.d/*',
  'etc/dracut.conf.d/*',
  'etc/systemd/system/*.mount',
  'etc/systemd/system/*.swap',
];
/** `boot/cmdline.txt`, `boot/firmware/cmdline.txt`: a file system may hold what others have in partitions of their own. */
const PATTERNS: readonly string[] = [
  ...SYSTEM_FILES,
  ...['', 'boot/', 'boot/firmware/', 'boot/efi/'].flatMap((folder) => BOOT_FILES.map((file) => folder + file)),
];
/** U-Boot checks a checksum of the content. */
const SCRIPT_PATTERNS: readonly string[] = ['boot.scr', 'boot/boot.scr'];
/** What else starts a system and may have old IDs in it, where no text file shows them; what to do about it. */
const OTHER_STARTERS: readonly (readonly [pattern: string, cure: string])[] = [
  ['grub/i386-pc/core.img', 'run grub-install on the new card'],
  ['boot/grub/i386-pc/core.img', 'run grub-install on the new card'],
  ['boot/grub2/i386-pc/core.img', 'run grub2-install on the new card'],
  ['EFI/Linux/*.efi', 'make the kernel image anew'],
  ['EFI/Microsoft/Boot/BCD', 'let Windows repair its start'],
  ['Boot/BCD', 'let Windows repair its start'],
];
const INITRAMFS_SOURCE = /^\/etc\/(initramfs-tools|dracut|crypttab)/;

const MAX_FILE_BYTES = 1024 * 1024;
/** Groups of hex digits with dashes that are not part of a longer word. */
const TOKEN = /(?<![0-9A-Za-z-])[0-9A-Fa-f]{4,8}(?:-[0-9A-Fa-f]{2,12}){1,4}(?![0-9A-Za-z-])/g;

/** Finds the references in all files that are known to hold some. Damage on the way throws CorruptDataError. */
export async function rewriteReferences<Node>(source: FileTree<Node>, ids: IdMap, where: string): Promise<References> {
  const tree = rememberFolders(source);
  const edits: PartitionBytes[] = [];
  const rewritten: Rewritten[] = [];
  const warnings: string[] = [];
  const seen = new Set<Node | string>();
  for (const pattern of PATTERNS) {
    for (const { path, node } of await findFiles(tree, pattern)) {
      // Two patterns may lead to one file.
      const key = tree.isCaseless ? path.toLowerCase() : node;
      if (seen.has(key)) continue;
      seen.add(key);
      const file = await tree.open(node, MAX_FILE_BYTES);
      if (typeof file === 'string') warnings.push(`${path} on ${where} was not looked through: ${file}`);
      if (typeof file !== 'object') continue;
      const tokens = findTokens(file.content, ids);
      if (tokens.length === 0) continue;
      if (file.isSealed !== undefined) {
        warnings.push(`${path} on ${where} names old IDs and cannot be changed: ${file.isSealed}`);
        continue;
      }
      const bytes = tokens.flatMap(({ at, after }) => placeBytes(file.pieces, at, Buffer.from(after, 'latin1')));
      edits.push(...(file.finish?.(bytes) ?? bytes));
      rewritten.push({ path, count: tokens.length });
      if (!INITRAMFS_SOURCE.test(path)) continue;
      warnings.push(
        `the initramfs may hold a copy of ${path} on ${where}: make it anew (update-initramfs -u) on the new card`,
      );
    }
  }
  warnings.push(...(await sealedReferences(tree, ids, where)));
  return { edits, rewritten, warnings };
}

async function sealedReferences<Node>(tree: FileTree<Node>, ids: IdMap, where: string): Promise<string[]> {
  const warnings: string[] = [];
  for (const pattern of SCRIPT_PATTERNS) {
    for (const { path, node } of await findFiles(tree, pattern)) {
      const file = await tree.open(node, MAX_FILE_BYTES);
      if (typeof file !== 'object' || findTokens(file.content, ids).length === 0) continue;
      warnings.push(
        `${path} on ${where} names old IDs and has a checksum: make it anew with mkimage, or it will not start`,
      );
    }
  }
  for (const [pattern, cure] of OTHER_STARTERS) {
    for (const { path } of await findFiles(tree, pattern)) {
      warnings.push(`${path} on ${where} starts a system and may look for old IDs: ${cure}`);
    }
  }
  return warnings;
}

interface Token {
  readonly at: number;
  readonly after: string;
}

/** IDs in `content` that are renewed, with what stands there then, in capitals where it was in capitals. */
export function findTokens(content: Uint8Array, ids: IdMap): Token[] {
  const text = Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('latin1');
  const tokens: Token[] = [];
  for (const { 0: before, index } of text.matchAll(TOKEN)) {
    const after = ids.find(before);
    if (after === undefined || after.length !== before.length) continue;
    tokens.push({ at: index, after: withCase(before, after) });
  }
  return tokens;
}

function withCase(before: string, after: string): string {
  if (/[a-f]/.test(before)) return after.toLowerCase();
  return /[A-F]/.test(before) ? after.toUpperCase() : after;
}

/** Where bytes of a file stand in the partition; those of an ID may stand in two blocks. */
function placeBytes(pieces: readonly FilePiece[], fileOffset: number, bytes: Uint8Array): PartitionBytes[] {
  const placed: PartitionBytes[] = [];
  for (const piece of pieces) {
    const from = Math.max(fileOffset, piece.fileOffset);
    const to = Math.min(fileOffset + bytes.byteLength, piece.fileOffset + piece.byteLength);
    if (from >= to) continue;
    placed.push({
      byteOffset: piece.byteOffset + from - piece.fileOffset,
      bytes: bytes.subarray(from - fileOffset, to - fileOffset),
    });
  }
  return placed;
}
