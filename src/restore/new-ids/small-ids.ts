/** New IDs that stand in one or two known places: the serial number of a FAT volume, the UUID of a swap area. */
import { ByteView } from '../../bytes/byte-view.ts';
import { type BlockSource } from '../../device/block-source.ts';
import { type FatGeometry, hasFatParameters } from '../../filesystems/fat/boot-sector.ts';
import { type Edit } from '../edits.ts';
import { uuidBytes } from './id-map.ts';

/** Offsets of the serial number, see the table in filesystems/fat/boot-sector.ts. */
const SERIAL_AT_FAT32 = 67;
const SERIAL_AT_FAT16 = 39;
/** FAT32: the sector of the copy of the boot sector. */
const BACKUP_SECTOR_AT = 50;
/** See the head of filesystems/swap.ts. */
const SWAP_UUID_AT = 1036;

/** The serial number in the boot sector, and in its copy where that holds the same number. */
export async function fatSerialEdits(partition: BlockSource, geometry: FatGeometry, serial: string): Promise<Edit[]> {
  const isFat32 = geometry.type === 'fat32';
  const at = isFat32 ? SERIAL_AT_FAT32 : SERIAL_AT_FAT16;
  const boot = await partition.read(0, 512);
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, Number.parseInt(serial.replace('-', ''), 16), true);
  const edits: Edit[] = [{ byteOffset: at, byteLength: 4, bytes }];
  const backupAt = isFat32
    ? new ByteView(boot, 'FAT boot sector').u16le(BACKUP_SECTOR_AT) * geometry.bytesPerSector
    : 0;
  if (backupAt === 0 || backupAt + 512 > geometry.fatOffset) return edits;
  const copy = await partition.read(backupAt, 512);
  const isSame = copy.subarray(at, at + 4).every((byte, i) => byte === boot[at + i]);
  if (hasFatParameters(copy) && isSame) edits.push({ byteOffset: backupAt + at, byteLength: 4, bytes });
  return edits;
}

export function swapUuidEdits(uuid: string): Edit[] {
  return [{ byteOffset: SWAP_UUID_AT, byteLength: 16, bytes: uuidBytes(uuid) }];
}
