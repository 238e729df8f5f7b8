/** A file that is no image of a disk, named by mistake (`backup env.sh`), would be kept for ever as a card. */
import type { BlockSource } from '../device/block-source.ts';
import { CardkeepError } from '../errors.ts';
import { isFileSystemAt, probeSignatures } from '../filesystems/signatures.ts';
import { readDiskLayout } from '../layout/disk-layout.ts';

/**
 * Throws E_NOTHING_KNOWN (refused) for a source without a partition table and without a mark of any known format; places
 * that cannot be read count as marks. Reads a few places, not the disk. `word` is the file as the user named it.
 */
export async function refuseUnknown(source: BlockSource, word: string): Promise<void> {
  const layout = await readDiskLayout(source, {
    isFileSystemAt: async (byteOffset) => isFileSystemAt(source, byteOffset),
  });
  if (layout.table !== 'none' || layout.keepWhole !== undefined) return;
  if ((await probeSignatures(source)).length > 0) return;
  throw new CardkeepError(
    'refused',
    'E_NOTHING_KNOWN',
    `${word} holds no partition table and no known file system: is it an image of a disk?`,
    { hint: '--raw stores it all the same, every byte of it' },
  );
}
