/**
 * Swap areas. The header fills the first page: version at 1024, last page, number of bad pages, UUID at 1036, label at
 * 1052, and `SWAPSPACE2` in the page's last 10 bytes, wherever the page of the machine that made it ends. Sources:
 * Linux include/linux/swap.h (union swap_header), mm/swapfile.c, kernel/power/swap.c; util-linux mkswap.c.
 */
import { EMPTY_EXTENTS, extentsFrom } from '../bytes/extent-list.ts';
import { ByteView } from '../bytes/byte-view.ts';
import { toHex } from '../bytes/hex.ts';
import { type BlockSource } from '../device/block-source.ts';
import { NO_FILES } from './file-extents.ts';
import { type FileSystemReport, type ReadOptions } from './filesystem.ts';

export const SWAP_PAGE_BYTES: readonly number[] = [4096, 8192, 16384, 32768, 65536];

const SWAP_MARKS: readonly string[] = ['SWAPSPACE2', 'SWAP-SPACE'];

/** Ends a page in place of `SWAPSPACE2` while a suspended system lies in the area: swsusp, uswsusp, TuxOnIce, hybrid. */
const SUSPEND_MARKS: readonly string[] = ['S1SUSPEND', 'S2SUSPEND', 'ULSUSPEND', 'LINHIB0001'];
/** Starts a TuxOnIce image. */
const TUXONICE_MARK = '\xed\xc3\x02\xe9\x98\x56\xe5\x0c';

export interface SwapHeader {
  readonly pageBytes: number;
  /** Pages of the area, with the first. */
  readonly pageCount: number;
  readonly label: string;
  readonly uuid: string;
}

/** The header of a swap area that fits into `areaBytes`; undefined if it is none, of another version, or too large. */
export function decodeSwapHeader(firstPages: Uint8Array, areaBytes: number): SwapHeader | undefined {
  for (const pageBytes of SWAP_PAGE_BYTES) {
    if (firstPages.byteLength < pageBytes || mark(firstPages, pageBytes) !== 'SWAPSPACE2') continue;
    const view = new ByteView(firstPages, 'swap header');
    const lastPage = view.u32le(1028);
    if (view.u32le(1024) !== 1 || lastPage === 0 || (lastPage + 1) * pageBytes > areaBytes) continue;
    return { pageBytes, pageCount: lastPage + 1, label: decodeLabel(view.slice(1052, 16)), uuid: decodeUuid(view) };
  }
  return undefined;
}

/** True when a hibernated system may lie in the area: then its content is precious. */
export function holdsSuspendedSystem(firstPages: Uint8Array): boolean {
  if (text(firstPages.subarray(0, 8)) === TUXONICE_MARK) return true;
  return SWAP_PAGE_BYTES.some((pageBytes) => {
    if (firstPages.byteLength < pageBytes) return false;
    const found = mark(firstPages, pageBytes);
    return SUSPEND_MARKS.some((suspend) => found.startsWith(suspend));
  });
}

/** True for what bears the mark of a swap area of any page size and version, whatever else is wrong with it. */
export function hasSwapMark(firstPages: Uint8Array): boolean {
  return SWAP_PAGE_BYTES.some((pageBytes) => {
    return firstPages.byteLength >= pageBytes && SWAP_MARKS.includes(mark(firstPages, pageBytes));
  });
}

/** The live map of a swap partition: its first 64 KiB are data, the rest free unless it holds a suspended system. */
export async function readSwapMap(partition: BlockSource, options: ReadOptions): Promise<FileSystemReport> {
  const firstPages = await partition.read(0, Math.min(65536, partition.byteLength));
  const header = decodeSwapHeader(firstPages, partition.byteLength);
  const isSuspended = holdsSuspendedSystem(firstPages);
  if (header === undefined) {
    const keepWhole = isSuspended ? 'a suspended system lies in the swap space' : 'the swap header is damaged';
    return { keepWhole, type: 'swap' };
  }
  const byteLength = header.pageCount * header.pageBytes;
  const headEnd = Math.min(65536, byteLength);
  const isKept = isSuspended || options.keepSwap === true;
  return {
    type: 'swap',
    label: header.label,
    uuid: header.uuid,
    byteLength,
    blockSize: header.pageBytes,
    free: isKept ? EMPTY_EXTENTS : extentsFrom([[headEnd, byteLength]]),
    zero: EMPTY_EXTENTS,
    metadata: extentsFrom([[0, headEnd]]),
    files: NO_FILES,
    clean: true,
    ...(isSuspended ? { note: 'holds a suspended system' } : {}),
  };
}

function mark(firstPages: Uint8Array, pageBytes: number): string {
  return text(firstPages.subarray(pageBytes - 10, pageBytes));
}

function text(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function decodeLabel(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** `8-4-4-4-12`, bytes in order; empty when it is all zero. */
function decodeUuid(view: ByteView): string {
  const hex = toHex(view.slice(1036, 16));
  if (/^0*$/.test(hex)) return '';
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
