/** Sizes as people write them: `64G`, `15.9GB`, `16911433728`. */
import { CardkeepError } from '../errors.ts';

const SECTOR_BYTES = 512;
const KIBI = 1024;
/** Powers of 1024 as dd and losetup take them, of 1000 as cards are sold. */
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  K: KIBI,
  M: KIBI ** 2,
  G: KIBI ** 3,
  T: KIBI ** 4,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
};

/** Bytes, in whole sectors. Throws E_USAGE. */
export function parseDiskSize(text: string): number {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/iu.exec(text.trim()) ?? [];
  const name = unit.toUpperCase().replace(/IB$/u, '');
  const bytes = digits !== '' && Object.hasOwn(UNITS, name) ? Number(digits) * UNITS[name]! : Number.NaN;
  if (Number.isSafeInteger(bytes) && bytes > 0 && bytes % SECTOR_BYTES === 0) return bytes;
  const why = bytes > 0 && bytes <= Number.MAX_SAFE_INTEGER ? 'is no whole number of sectors' : 'is no size';
  throw new CardkeepError('usage', 'E_USAGE', `${text} ${why}`, {
    hint: '64G and 512M count in powers of 1024, 64GB and 512MB in powers of 1000; plain bytes are multiples of 512',
  });
}
